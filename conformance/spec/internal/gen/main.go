// Command gen rewrites the tables of package spec from the catalogues in the
// current directory. It is run by go generate.
package main

import (
	"fmt"
	"os"

	"github.com/mcpctl/mcpctl/conformance/spec/internal/catalogue"
)

func main() {
	if err := run("."); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	c, err := catalogue.Load(root.FS())
	if err != nil {
		return err
	}
	files, err := c.Render()
	if err != nil {
		return err
	}
	for name, source := range files {
		if err := root.WriteFile(name, source, 0o644); err != nil {
			return fmt.Errorf("writing a table: %w", err)
		}
	}
	return nil
}
