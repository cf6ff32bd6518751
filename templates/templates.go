// Package templates carries the templates that mcpctl has built in, as data:
// for each a manifest and the files of a superset project. Package scaffold
// reads them.
package templates

import (
	"archive/zip"
	_ "embed" // for the archive
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

//go:generate go run ./packed/gen

// packed has a folder for each of List. Whoever changes a template runs go
// generate; a test says so.
//
//go:embed packed.zip
var packed string

// ErrUnknown says that no template of that id is built in.
var ErrUnknown = errors.New("no template of that name is built in")

// List names the built-in templates, the usual one first.
func List() []string { return []string{"go", "gateway", "typescript", "python"} }

// FS answers the files of the built-in template id.
func FS(id string) (fs.FS, error) {
	for _, known := range List() {
		if id == known {
			archive, err := zip.NewReader(strings.NewReader(packed), int64(len(packed)))
			if err != nil {
				return nil, fmt.Errorf("opening the built-in templates: %w", err)
			}
			return fs.Sub(archive, id)
		}
	}
	return nil, fmt.Errorf("%q: %w; there are %s", id, ErrUnknown, strings.Join(List(), ", "))
}
