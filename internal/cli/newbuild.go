package cli

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/scaffold"
)

// toolchain makes a server that can be started out of a project's source.
type toolchain interface {
	// build builds the project in folder dir, leaves what it makes in the
	// folder out, and answers the command that starts the server.
	build(ctx context.Context, dir, out string) (command []string, err error)
	// check runs the project's own tests and whatever else its language has to
	// find fault.
	check(ctx context.Context, dir string) error
}

// toolchain is the one for a project's language.
func (a *app) toolchain(p *scaffold.Plan) (toolchain, error) {
	if p.Language == "go" {
		return goToolchain{wanted: goVersion(p.Tree), path: a.env("PATH")}, nil
	}
	return nil, usagef("--run cannot build projects in %s yet", p.Language).hinted("The project was made; build and start it as its README says.")
}

// goToolchain builds with the go command.
type goToolchain struct {
	wanted string // version that go.mod names
	path   string // where commands are looked for, for the message
}

var goDirective = regexp.MustCompile(`(?m)^go (\d[\w.]*)`)

// goVersion is the version of Go that a project wants.
func goVersion(tree scaffold.Tree) string {
	f, _ := tree.Lookup("go.mod")
	if found := goDirective.FindSubmatch(f.Data); found != nil {
		return string(found[1])
	}
	return "of any version"
}

// maxBuild bounds a build, which may have to download what it needs.
const maxBuild = 10 * time.Minute

func (g goToolchain) build(ctx context.Context, dir, out string) ([]string, error) {
	binary := filepath.Join(out, "server")
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	if err := g.run(ctx, dir, "build", "-trimpath", "-o", binary, "."); err != nil {
		return nil, err
	}
	return []string{binary}, nil
}

func (g goToolchain) check(ctx context.Context, dir string) error {
	for _, args := range [][]string{{"vet", "./..."}, {"test", "-trimpath", "./..."}, {"mod", "tidy", "-diff"}} {
		if err := g.run(ctx, dir, args...); err != nil {
			return err
		}
	}
	return nil
}

// run runs the go command in a project.
func (g goToolchain) run(ctx context.Context, dir string, args ...string) error {
	program, err := exec.LookPath("go")
	if err != nil {
		e := &Error{Code: ExitEnvironment, Err: fmt.Errorf("building needs Go %s, and there is no go command in %s: %w", g.wanted, strings.Join(filepath.SplitList(g.path), ", "), exec.ErrNotFound)}
		return e.hinted("The project was made. Install Go %s, and run `go build` in it.", g.wanted)
	}
	ctx, cancel := context.WithTimeout(ctx, maxBuild)
	defer cancel()
	said := tail{limit: 8 << 10}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.WaitDelay = dir, &said, &said, 5*time.Second
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		e := &Error{Code: ExitEnvironment, Err: fmt.Errorf("running %s %s: %w: %s", program, args[0], err, strings.TrimSpace(said.String()))}
		return e.hinted("The project was made. It needs Go %s; run `go %s` in it to see more.", g.wanted, args[0])
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
