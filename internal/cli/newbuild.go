package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/scaffold"
)

// toolchain makes a server that can be started out of a project's source.
type toolchain interface {
	// build builds the project in folder dir, leaves what it makes in the
	// folder out as far as the language allows, and answers the command that
	// starts the server in dir.
	build(ctx context.Context, dir, out string) (command []string, err error)
	// check runs the project's own tests and whatever else its language has to
	// find fault. It follows build for languages that install first.
	check(ctx context.Context, dir string) error
}

// toolchain is the one for a project's language.
func (a *app) toolchain(p *scaffold.Plan) (toolchain, error) {
	tools := tools{title: languageTitle(p.Language), wanted: wantedVersion(p), path: a.env("PATH")}
	switch p.Language {
	case "go":
		return goToolchain{tools}, nil
	case "typescript":
		return nodeToolchain{tools}, nil
	case "python":
		return pythonToolchain{tools}, nil
	}
	return nil, usagef("--run cannot build projects in %s yet", p.Language).hinted("The project was made; build and start it as its README says.")
}

// tools are the programs of a language.
type tools struct {
	title  string // of the language's runtime: Go, Node.js, Python
	wanted string // the version that the project names
	path   string // where programs are looked for, for messages
}

// maxBuild bounds a build, which may have to download what it needs.
const maxBuild = 10 * time.Minute

// find is the path of a program.
func (t tools) find(name string) (string, error) {
	program, err := exec.LookPath(name)
	if err != nil {
		e := &Error{Code: ExitEnvironment, Err: fmt.Errorf("building needs %s %s, and there is no %s command in %s: %w",
			t.title, t.wanted, name, strings.Join(filepath.SplitList(t.path), ", "), exec.ErrNotFound)}
		return "", e.hinted("The project was made. Install %s %s, then build it as its README says.", t.title, t.wanted)
	}
	return program, nil
}

// recent holds a program to the wanted version: `program --version` says its own.
func (t tools) recent(ctx context.Context, program string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	said, err := exec.CommandContext(ctx, program, "--version").Output()
	if err != nil {
		return &Error{Code: ExitEnvironment, Err: fmt.Errorf("asking %s for its version: %w", program, err)}
	}
	if has := versionIn(string(said)); !reaches(has, t.wanted) {
		e := &Error{Code: ExitEnvironment, Err: fmt.Errorf("building needs %s %s, and %s is %s", t.title, t.wanted, program, has)}
		return e.hinted("The project was made. Install %s %s or newer, or put it first in PATH.", t.title, t.wanted)
	}
	return nil
}

// run runs a program in a project. A virtual environment that the user is in
// is not the project's.
func (t tools) run(ctx context.Context, dir, program string, args ...string) error {
	ctx, cancel := context.WithTimeout(ctx, maxBuild)
	defer cancel()
	said := tail{limit: 8 << 10}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.WaitDelay = dir, &said, &said, 5*time.Second
	cmd.Env = append(os.Environ(), "VIRTUAL_ENV=")
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		command := strings.Join(append([]string{filepath.Base(program)}, args...), " ")
		e := &Error{Code: ExitEnvironment, Err: fmt.Errorf("running %s: %w: %s", command, err, strings.TrimSpace(said.String()))}
		if errors.Is(err, context.DeadlineExceeded) {
			return e.hinted("The project was made. It took longer than %s; run `%s` in it by hand.", maxBuild, command)
		}
		return e.hinted("The project was made. It needs %s %s; run `%s` in it to see more.", t.title, t.wanted, command)
	}
	return nil
}

// tail keeps the last bytes of what is written to it.
type tail struct {
	limit int
	kept  []byte
}

// Write never fails.
func (t *tail) Write(p []byte) (int, error) {
	t.kept = append(t.kept, p...)
	if over := len(t.kept) - t.limit; over > 0 {
		t.kept = append(t.kept[:0], t.kept[over:]...)
	}
	return len(p), nil
}

func (t *tail) String() string { return string(t.kept) }
