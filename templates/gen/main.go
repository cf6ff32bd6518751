// Gen freezes a built-in template as a released version:
//
//	go run ./templates/gen ID VERSION
//
// writes templates/released/ID-VERSION.tar.gz, with everything of its base in it.
// The same template gives the same bytes. An archive that is there is not
// replaced by another one, since projects were made from it.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/mod/semver"

	"github.com/mcpctl/mcpctl/internal/atomic"
	"github.com/mcpctl/mcpctl/scaffold"
	"github.com/mcpctl/mcpctl/scaffold/update"
	"github.com/mcpctl/mcpctl/templates"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 {
		return errors.New("usage: go run ./templates/gen ID VERSION")
	}
	id, version := args[0], args[1]
	fsys, err := templates.FS(id)
	if err != nil {
		return err
	}
	t, err := scaffold.Load(fsys, scaffold.Builtin, templates.FS)
	if err != nil {
		return err
	}
	if !semver.IsValid("v"+version) || semver.Compare("v"+version, "v"+t.Manifest.Version) > 0 {
		return fmt.Errorf("the version %q is not like 1.0.0, or newer than %s, which template.yaml has", version, t.Manifest.Version)
	}
	t.Manifest.Version = version
	data, err := update.Archive(t)
	if err != nil {
		return err
	}
	path := filepath.Join("templates", "released", id+"-"+version+".tar.gz")
	switch old, err := os.ReadFile(path); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case !bytes.Equal(old, data):
		return fmt.Errorf("%s is there and differs: give the template a new version instead, or remove the file if no release has it", path)
	}
	if err := atomic.WriteFile(path, data, 0o644); err != nil {
		return err
	}
	fmt.Printf("%s: %d files, %d bytes\n", path, len(t.Files), len(data))
	return nil
}
