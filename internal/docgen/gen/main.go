// Command gen writes the pages of docs/checks into the folder that its argument
// names, and removes pages of suites that are no more.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/mcpctl/mcpctl/internal/atomic"
	"github.com/mcpctl/mcpctl/internal/docgen"
)

func main() {
	if err := write(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "docgen:", err)
		os.Exit(1)
	}
}

func write(args []string) error {
	if len(args) != 1 {
		return errors.New("name the folder to write to, as go generate does")
	}
	if err := os.MkdirAll(args[0], 0o755); err != nil { //nolint:gosec // documentation is for everybody to read
		return fmt.Errorf("making the folder: %w", err)
	}
	pages := docgen.Pages()
	old, err := filepath.Glob(filepath.Join(args[0], "*.md"))
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
		if err := atomic.WriteFile(filepath.Join(args[0], name), []byte(text), 0o644); err != nil {
			return fmt.Errorf("writing a page: %w", err)
		}
	}
	return nil
}
