package packages

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/internal/redact"
	"github.com/mcpctl/mcpctl/internal/term"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

const (
	maxAnswer = 16 << 20 // bytes of what a client prints; a version's metadata has some ten kilobytes
	maxTail   = 16 << 10 // bytes that are kept of what it complains about
)

// answer is what a client printed, and how it ended.
type answer struct {
	out      []byte
	complain string
	status   int // exit status
}

// command is one question to a client.
type command struct {
	names []string // of the client, the first that is there is taken
	args  []string
	env   []string // besides the user's, which they override
	dir   string
}

// errNoClient says that none of the clients is installed.
var errNoClient = errors.New("client not installed")

// ask runs a client without a shell and waits for its answer. That it ended with
// a failure is for the caller to judge by its status.
func (c *Checker) ask(ctx context.Context, p Package, q command) (answer, error) {
	path, err := c.find(q.names)
	if err != nil {
		return answer{}, noClient(p, q.names)
	}
	name := q.names[0]
	dir := q.dir
	if dir == "" {
		temp, err := os.MkdirTemp("", "mcpctl-ask-")
		if err != nil {
			return answer{}, trouble(refusal.Environment, codeFailed, p, "Make room for temporary files.", "there is no temporary folder: %v", err)
		}
		defer func() { _ = os.RemoveAll(temp) }() // what remains is empty folders
		dir = temp
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout())
	defer cancel()
	out, complaints := &limited{most: maxAnswer, stop: cancel}, &tail{}
	cmd := exec.CommandContext(ctx, path, q.args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, append(append([]string(nil), c.Env...), q.env...), out, complaints
	// npm and pip are scripts whose interpreters must end with them.
	ownGroup(cmd)
	cmd.Cancel = func() error { return killGroup(cmd) }
	cmd.WaitDelay = time.Second
	err = cmd.Run()
	a := answer{out: out.kept.Bytes(), complain: string(complaints.kept), status: -1}
	if cmd.ProcessState != nil {
		a.status = cmd.ProcessState.ExitCode()
	}
	switch {
	case out.over:
		return a, trouble(refusal.Environment, codeFlood, p, "See what "+name+" prints when you run it yourself.", "%s printed more than %d bytes", name, maxAnswer)
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return a, trouble(refusal.Environment, codeSlow, p, "See whether the network and the package's host answer, and try again.", "%s took more than %v", name, c.timeout())
	case ctx.Err() != nil:
		return a, ctx.Err()
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return a, trouble(refusal.Environment, codeFailed, p, "See whether "+name+" runs here.", "%s could not be run: %v", name, err)
	}
	return a, nil
}

func noClient(p Package, names []string) error {
	return trouble(refusal.Environment, codeNoClient, p, "Install "+names[0]+"; it knows your mirrors and credentials.", "%s is not installed", strings.Join(names, " or "))
}

// failed is the refusal of a client that ended with a failure.
func failed(p Package, name string, a answer) error {
	why := strings.TrimSpace(a.complain)
	if why == "" {
		why = strings.TrimSpace(string(a.out[:min(len(a.out), 500)]))
	}
	return trouble(refusal.Environment, codeFailed, p, "Ask it yourself: "+name+" tells more.", "%s failed with exit status %d: %s", name, a.status, lastLines(why))
}

// garbled is the refusal of a client whose answer makes no sense.
func garbled(p Package, name string, err error) error {
	return trouble(refusal.Environment, codeGarbled, p, "See what "+name+" prints when you run it yourself.", "%s answered something else than expected: %v", name, err)
}

// lastLines shortens complaints, which end with the cause, to one line without
// credentials.
func lastLines(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	words := strings.Fields(strings.Join(lines[max(0, len(lines)-4):], " "))
	var known *redact.Redactor // clients redact what they know; addresses may have more
	for i, word := range words {
		if strings.Contains(word, "//") {
			words[i] = known.URL(word)
		}
	}
	s = strings.Join(words, " ")
	return term.SafeLine(s[:min(len(s), 600)])
}

// find answers the path of the first client that is there.
func (c *Checker) find(names []string) (string, error) {
	extensions := []string{""}
	if runtime.GOOS == "windows" {
		extensions = []string{".exe", ".cmd", ".bat"}
	}
	for _, name := range names {
		for _, dir := range filepath.SplitList(c.env("PATH")) {
			for _, extension := range extensions {
				path := filepath.Join(dir, name+extension)
				// A relative folder in PATH would take programs from wherever we are.
				info, err := os.Stat(path)
				if err == nil && filepath.IsAbs(dir) && info.Mode().IsRegular() && (runtime.GOOS == "windows" || info.Mode()&0o111 != 0) {
					return path, nil
				}
			}
		}
	}
	return "", fmt.Errorf("%s: %w", strings.Join(names, ", "), errNoClient)
}

// env is a variable of the user's environment; the last one counts.
func (c *Checker) env(name string) string {
	value := ""
	for _, entry := range c.Env {
		key, v, _ := strings.Cut(entry, "=")
		if key == name || runtime.GOOS == "windows" && strings.EqualFold(key, name) {
			value = v
		}
	}
	return value
}

// limited keeps what is written up to a limit, and then stops the writer. The
// buffer is not embedded: its ReadFrom would know no limit.
type limited struct {
	kept bytes.Buffer
	most int
	over bool
	stop func()
}

func (l *limited) Write(b []byte) (int, error) {
	if l.kept.Len()+len(b) > l.most {
		l.over = true
		l.stop()
		return 0, io.ErrShortWrite
	}
	return l.kept.Write(b)
}

// tail keeps the end of what is written.
type tail struct{ kept []byte }

func (t *tail) Write(b []byte) (int, error) {
	t.kept = append(t.kept, b[max(0, len(b)-maxTail):]...)
	t.kept = append([]byte(nil), t.kept[max(0, len(t.kept)-maxTail):]...)
	return len(b), nil
}
