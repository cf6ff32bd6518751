// Package release builds mcpctl as goreleaser.yaml says, for benchmarks; its tests
// hold that file to what it promises: goreleaser takes it, two builds of one
// commit in two places are the same bytes, static and small.
package release

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"go.yaml.in/yaml/v3"
)

// root is the folder of the repository that this was compiled from.
func root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..")
}

// Flags are go build's arguments in goreleaser.yaml, those of the linker apart.
// What is built with equal ones is compiled once.
func Flags() (compiler, linker []string, err error) {
	text, err := os.ReadFile(filepath.Join(root(), "goreleaser.yaml"))
	if err != nil {
		return nil, nil, fmt.Errorf("reading how releases are built: %w", err)
	}
	var config struct {
		Builds []struct{ Flags, Tags, Gcflags, Ldflags []string }
	}
	if err := yaml.Unmarshal(text, &config); err != nil || len(config.Builds) != 1 {
		return nil, nil, fmt.Errorf("reading how releases are built: %d builds, %w", len(config.Builds), err)
	}
	b := config.Builds[0]
	compiler = append(compiler, b.Flags...)
	for _, tag := range b.Tags {
		compiler = append(compiler, "-tags="+tag)
	}
	for _, flag := range b.Gcflags {
		compiler = append(compiler, "-gcflags="+flag)
	}
	return compiler, []string{"-ldflags=" + strings.Join(b.Ldflags, " ")}, nil
}

// Build makes the program for this system as a release has it.
func Build(ctx context.Context, path string) error {
	compiler, linker, err := Flags()
	if err != nil {
		return err
	}
	args := append(append([]string{"build"}, compiler...), linker...)
	cmd := exec.CommandContext(ctx, "go", append(args, "-o", path, "./cmd/mcpctl")...)
	cmd.Dir, cmd.Env = root(), append(os.Environ(), "CGO_ENABLED=0")
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building mcpctl: %w: %s", err, said)
	}
	return nil
}
