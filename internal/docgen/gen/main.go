// Command gen writes the pages of docs/checks, docs/rules and docs/templates into
// the folders that its arguments name, in this order, and removes pages of what is
// no more.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/mcpctl/mcpctl/internal/atomic"
	"github.com/mcpctl/mcpctl/internal/docgen"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "docgen:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 3 {
		return errors.New("name the folders to write to, as go generate does")
	}
	templates, err := docgen.TemplatePages(context.Background())
	if err != nil {
		return err
	}
	if err := write(args[2], templates); err != nil {
		return err
	}
	if err := write(args[0], docgen.Pages()); err != nil {
		return err
	}
	return write(args[1], docgen.RulePages())
}

func write(folder string, pages map[string]string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // documentation is for everybody to read
		return fmt.Errorf("making the folder: %w", err)
	}
	old, err := filepath.Glob(filepath.Join(folder, "*.md"))
	if err != nil {
		return fmt.Errorf("looking for old pages: %w", err)
	}
	for _, path := range old {
		if _, current := pages[filepath.Base(path)]; current {
			continue
		}
		if err := os.Remove(path); err != nil {
			return fmt.Errorf("removing the page of a suite that is no more: %w", err)
		}
	}
	for name, text := range pages {
		if err := atomic.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			return fmt.Errorf("writing a page: %w", err)
		}
	}
	return nil
}
