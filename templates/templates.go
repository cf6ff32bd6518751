// Package templates carries the templates that mcpctl has built in, as data:
// for each a manifest and the files of a superset project. Package scaffold
// reads them.
package templates

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

//go:embed all:go all:gateway
var embedded embed.FS

// ErrUnknown says that no template of that id is built in.
var ErrUnknown = errors.New("no template of that name is built in")

// List names the built-in templates, the usual one first.
func List() []string { return []string{"go", "gateway"} }

// FS answers the files of the built-in template id.
func FS(id string) (fs.FS, error) {
	for _, known := range List() {
		if id == known {
			return fs.Sub(embedded, id)
		}
	}
	return nil, fmt.Errorf("%q: %w; there are %s", id, ErrUnknown, strings.Join(List(), ", "))
}
