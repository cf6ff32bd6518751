// Package typescript writes added tools, resources and prompts in TypeScript.
// All of it goes to src/added, in whichever layout the project is: the program
// registers what the index there names, once there is one.
package typescript

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/scaffold/add"
)

//go:generate go tool qtc -skipLineComments

// support are files that all added items share.
//
//go:embed support
var support embed.FS

const (
	dir   = "src/added/"
	index = dir + "index.ts"
)

// Generator writes TypeScript. It holds nothing; the zero value is ready.
type Generator struct{}

// Files are the handler, its test and, for a tool, its schemas and types, with
// the helpers that they need.
func (Generator) Files(p *add.Project, it add.Item) ([]add.File, error) {
	if _, err := fs.Stat(p.FS, "src/main.ts"); err != nil {
		return nil, errors.New("there is no src/main.ts here, so this is no project that mcpctl new made in TypeScript")
	}
	d := &page{Item: it, names: namesOf(it)}
	if err := d.checkFree(p); err != nil {
		return nil, err
	}
	if it.Kind == add.Tool {
		if err := d.tool(); err != nil {
			return nil, err
		}
	}
	base := dir + d.Base
	files := []add.File{
		{Path: base + ".ts", Handler: true, Data: []byte(d.handler())},
		{Path: base + ".test.ts", Data: []byte(d.test())},
	}
	shared := []string{"session.ts"}
	if it.Kind == add.Tool {
		files = append(files, add.File{Path: base + ".types.ts", Generated: true, Data: []byte(typesTS(d))})
		shared = append(shared, "added.ts")
	}
	if it.Operation != nil {
		shared = append(shared, "http.ts")
	}
	for _, name := range shared {
		text, err := support.ReadFile("support/" + name)
		if err != nil {
			return nil, fmt.Errorf("read what added items share: %w", err)
		}
		files = append(files, add.File{Path: dir + name, Generated: true, Shared: true, Data: text})
	}
	return files, nil
}

func (d *page) handler() string {
	switch d.Kind {
	case add.Prompt:
		return promptTS(d)
	case add.Resource:
		return resourceTS(d)
	}
	return toolTS(d)
}

func (d *page) test() string {
	switch d.Kind {
	case add.Prompt:
		return promptTestTS(d)
	case add.Resource:
		return resourceTestTS(d)
	}
	return toolTestTS(d)
}

// registration is an entry of the index.
type registration struct {
	names
	Calls bool // services
}

// Index registers all entries.
func (Generator) Index(_ *add.Project, entries []add.Entry) (add.File, error) {
	var all []registration
	for _, e := range entries {
		all = append(all, registration{namesOf(add.Item{Kind: e.Kind, Name: e.Name}), e.Source == add.FromOpenAPI})
	}
	return add.File{Path: index, Generated: true, Shared: true, Data: []byte(indexTS(all))}, nil
}

// services reports whether any of the entries calls services.
func services(all []registration) bool {
	return slices.ContainsFunc(all, func(r registration) bool { return r.Calls })
}

// sorted are the entries as their imports stand.
func sorted(all []registration) []registration {
	return slices.SortedFunc(slices.Values(all), func(a, b registration) int { return strings.Compare(a.Base, b.Base) })
}
