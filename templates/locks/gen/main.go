// Locks locks what a template's projects need, for every set of features at once:
//
//	go run ./templates/locks/gen typescript|python
//
// asks npm or uv to lock all that the template's package.json or pyproject.toml
// names, and puts each entry of the lock into a region of the features that need
// it. It needs npm, or uv, on the PATH, and their registry; what it writes names
// no registry.
package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"

	"github.com/mcpctl/mcpctl/internal/atomic"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "locks:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	lock := map[string]func(context.Context, string) error{"typescript": lockNPM, "python": lockPython}
	if len(args) != 1 || lock[args[0]] == nil {
		return fmt.Errorf("usage: go run ./templates/locks/gen typescript|python")
	}
	return lock[args[0]](ctx, filepath.Join("templates", args[0], "_project"))
}

// write puts a file of the template in place, for others to read as all of it.
func write(name string, data []byte) error { return atomic.WriteFile(name, data, 0o644) }

// locked runs a program that locks files, in a scratch folder that holds one of
// them, and answers what another then holds.
func locked(ctx context.Context, name string, text []byte, answer string, argv ...string) ([]byte, error) {
	dir, err := os.MkdirTemp("", "locks-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }() // nothing in it is needed any more
	if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
		return nil, err
	}
	command := exec.CommandContext(ctx, argv[0], argv[1:]...)
	command.Dir = dir
	if out, err := command.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", argv[0], err, out)
	}
	return os.ReadFile(filepath.Join(dir, answer))
}
