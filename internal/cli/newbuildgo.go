package cli

import (
	"context"
	"path/filepath"
	"runtime"
)

// goToolchain builds with the go command.
type goToolchain struct{ tools }

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
	program, err := g.find("go")
	if err != nil {
		return err
	}
	return g.tools.run(ctx, dir, program, args...)
}
