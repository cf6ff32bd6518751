package update

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// lock is a file that a tool derives from others, and the command that does.
// None of the commands runs code of a package.
type lock struct {
	name, from string
	code       string // ending of the files whose imports count too
	command    []string
	mark       string // what it has if a tool has written it, of files that people write too
}

var lockFiles = []lock{
	{"go.sum", "go.mod", ".go", []string{"go", "mod", "tidy"}, ""},
	{"package-lock.json", "package.json", "", []string{"npm", "install", "--package-lock-only", "--ignore-scripts"}, ""},
	{"pnpm-lock.yaml", "package.json", "", []string{"pnpm", "install", "--lockfile-only", "--ignore-scripts"}, ""},
	{"uv.lock", "pyproject.toml", "", []string{"uv", "lock"}, ""},
	{"requirements.txt", "pyproject.toml", "", compiled("requirements.txt"), "--hash="},
	{"requirements-dev.txt", "pyproject.toml", "", compiled("requirements-dev.txt", "--group", "dev"), "--hash="},
}

// compiled locks what pyproject.toml names into a file of requirements.
func compiled(file string, more ...string) []string {
	return append([]string{"uv", "pip", "compile", "pyproject.toml", "--quiet", "--universal", "--generate-hashes",
		"--no-header", "--no-annotate", "--output-file", file}, more...)
}

// lockCommands are needed where something changes that a lock file derives from,
// unless both it and its source will be just what the template has: those fit.
// Only the project's own folder is looked at.
func lockCommands(changes []Change, c comparison) [][]string {
	var commands [][]string
	for _, l := range lockFiles {
		next, wanted := c.next.Lookup(l.name)
		if l.mark != "" && !(wanted && bytes.Contains(next.Data, []byte(l.mark))) {
			continue
		}
		if (wanted || c.yours[l.name].exists) && slices.ContainsFunc(changes, l.concerns) && !(c.willBe(changes, l.name) && c.willBe(changes, l.from)) {
			commands = append(commands, l.command)
		}
	}
	return commands
}

func (l lock) concerns(c Change) bool {
	return c.Path == l.name || c.writes() && (c.Path == l.from || l.code != "" && path.Ext(c.Path) == l.code)
}

// willBe tells whether a file will be just as the template has it.
func (c comparison) willBe(changes []Change, name string) bool {
	n, ok := c.next.Lookup(name)
	data := c.yours[name].data
	for _, change := range changes {
		if change.Path == name && change.writes() {
			data = change.new
		}
	}
	return ok && bytes.Equal(data, n.Data)
}

// Toolchain runs a tool of the project's language in a folder, without a shell
// and within a time that the implementation bounds.
type Toolchain interface {
	Run(ctx context.Context, dir string, command ...string) error
}

// ErrLocks says that the update was made and the lock files are not right yet.
var ErrLocks = errors.New("the lock files must be written anew")

// Finish runs the commands that write lock files anew. Each failure names the
// command, which the user can run later: the update itself stands.
func (p *Plan) Finish(ctx context.Context, tools Toolchain) error {
	var failed error
	for _, command := range p.Then {
		if err := tools.Run(ctx, p.dir, command...); err != nil {
			failed = errors.Join(failed, fmt.Errorf("%w: run `%s` in %s: %w", ErrLocks, strings.Join(command, " "), path.Clean(p.dir), err))
		}
	}
	return failed
}
