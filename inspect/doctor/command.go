package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/inspect/servers"
)

// command finds the program without running it, and judges its words.
func (e *examination) command() bool {
	if e.target.Pipe != nil {
		return e.step(OK, StepCommand, "it runs within this process", "")
	}
	words := e.target.Command
	if dir := e.target.Dir; dir != "" {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return e.step(Fail, StepCommand, fmt.Sprintf("its folder %q does not exist", dir), "Mend cwd in "+e.entry()+".")
		}
	}
	path, err := e.program(words[0])
	if err != nil {
		return e.notFound(words[0], err)
	}
	if what, mend := e.unfit(words); what != "" {
		return e.step(Fail, StepCommand, what, mend)
	}
	if what, mend := e.doubtful(words); what != "" {
		return e.step(Warn, StepCommand, what, mend, path)
	}
	return e.step(OK, StepCommand, path, "")
}

// program is the file of a program: a bare name from PATH, any other from the
// server's folder.
func (e *examination) program(name string) (string, error) {
	if filepath.Base(name) != name && !filepath.IsAbs(name) {
		name = filepath.Join(e.target.Dir, name)
		if !filepath.IsAbs(name) {
			name = "." + string(filepath.Separator) + name
		}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", err
	}
	return filepath.Abs(path)
}

func (e *examination) notFound(name string, err error) bool {
	what := fmt.Sprintf("there is no program %q", name)
	mend := installing(name)
	switch {
	case strings.HasPrefix(name, "~"):
		mend = "Only a shell replaces ~: write the whole path in " + e.entry() + "."
	case strings.ContainsAny(name, " \t") && !filepath.IsAbs(name):
		mend = "No shell splits the command: write its arguments in args, each for itself."
	case errors.Is(err, fs.ErrPermission):
		what = fmt.Sprintf("%q may not be run", name)
		mend = "Make it executable (chmod +x), or write its interpreter as the command and it as the first argument."
	case errors.Is(err, exec.ErrDot):
		what = fmt.Sprintf("%q is in the current folder only", name)
		mend = "Write its whole path."
	case filepath.Base(name) != name:
		mend = "Is it built, and is the path right? Write the whole path in " + e.entry() + "."
	}
	return e.step(Fail, StepCommand, what, mend)
}

// installing says where well-known programs come from.
func installing(name string) string {
	from := map[string]string{"npx": "Node.js", "node": "Node.js", "npm": "Node.js", "uvx": "uv", "uv": "uv", "python": "Python",
		"python3": "Python", "pipx": "pipx", "docker": "Docker", "podman": "Podman", "deno": "Deno", "bun": "Bun", "bunx": "Bun", "dotnet": ".NET", "java": "Java", "go": "Go", "cargo": "Rust"}
	if what, ok := from[strings.TrimSuffix(name, ".exe")]; ok {
		return fmt.Sprintf("Install %s, or write the program's whole path: clients with windows often have a shorter PATH than your shell.", what)
	}
	return "Install it, or write its whole path: clients with windows often have a shorter PATH than your shell."
}

// interpreters run the file that is their first argument.
func interpreters() []string {
	return []string{"node", "python", "python3", "deno", "bun", "ruby", "php", "tsx", "ts-node", "bash", "sh"}
}

// unfit are words with which the server cannot work.
func (e *examination) unfit(words []string) (what, mend string) {
	base := strings.TrimSuffix(filepath.Base(words[0]), ".exe")
	for _, w := range words[1:] {
		if w == "~" || strings.HasPrefix(w, "~/") {
			return fmt.Sprintf("the argument %q is handed on with its ~", w), "Only a shell replaces ~: write the whole path in " + e.entry() + "."
		}
	}
	if script := scriptOf(base, words); script != "" {
		path := script
		if !filepath.IsAbs(path) {
			path = filepath.Join(e.target.Dir, path)
		}
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return fmt.Sprintf("there is no file %q for %s to run", script, base), "Is it built, and is the path right? Write the whole path in " + e.entry() + "."
		}
	}
	if (base == "docker" || base == "podman") && slices.Contains(words, "run") {
		if flag(options(words), "-d", "--detach") {
			return base + " run is told to detach, so nobody can speak with the server", "Take -d out."
		}
		if !flag(words, "-i", "--interactive") {
			return base + " run lacks -i, so the server's standard input is closed", "Add -i after run."
		}
	}
	return "", ""
}

// doubtful are words that may do here and not in the client.
func (e *examination) doubtful(words []string) (what, mend string) {
	base := strings.TrimSuffix(filepath.Base(words[0]), ".exe")
	system := e.o.OS
	if system == "" {
		system = runtime.GOOS
	}
	script := scriptOf(base, words)
	switch {
	case base == "npx" && !flag(words, "-y", "--yes") && !slices.Contains(words, "--no-install") && !slices.Contains(words, "--no"):
		return "npx asks before it installs, and takes the client's words for the answer", "Add -y as the first argument."
	case system == "windows" && (base == "npx" || base == "npm"):
		return base + " is a script on Windows, which most clients cannot start by itself", "Make the command cmd, and the arguments /c " + base + " …"
	case e.s.Scope != servers.Project && e.s.Dir == "" && (script != "" && !filepath.IsAbs(script) || strings.HasPrefix(words[0], ".")):
		return "the path is relative, and no client tells in which folder it starts", "Write the whole path in " + e.entry() + "."
	}
	return "", ""
}

// scriptOf is the file that an interpreter is to run, "" when there is none to be
// sure of.
func scriptOf(base string, words []string) string {
	if !slices.Contains(interpreters(), base) || len(words) < 2 {
		return ""
	}
	w := words[1]
	if strings.HasPrefix(w, "-") || !strings.ContainsAny(w, `/\.`) || strings.Contains(w, "://") || strings.Contains(w, ":") && !filepath.IsAbs(w) {
		return ""
	}
	return w
}

// options are the words between run and the first that is no flag: what follows
// may be the server's own.
func options(words []string) []string {
	after := words[slices.Index(words, "run")+1:]
	for i, w := range after {
		if !strings.HasPrefix(w, "-") {
			return after[:i]
		}
	}
	return after
}

// flag reports whether a flag is among the words, short ones also among others
// in one word, as in -it.
func flag(words []string, short, long string) bool {
	return slices.ContainsFunc(words, func(w string) bool {
		return w == long || strings.HasPrefix(w, "-") && !strings.HasPrefix(w, "--") && strings.Contains(w, short[1:]) && len(w) <= 5
	})
}
