package golang

import (
	"errors"
	"fmt"
	"io/fs"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"

	"github.com/mcpctl/mcpctl/scaffold/add"
)

// layout is how the project is laid out.
type layout struct {
	Module string
	Full   bool // packages under internal/; else all in package main
}

// maxGo bounds the Go files that are read, in bytes each.
const maxGo = 1 << 20

func findLayout(fsys fs.FS) (layout, error) {
	text, err := add.ReadBounded(fsys, "go.mod", maxGo)
	if err != nil {
		return layout{}, fmt.Errorf("read go.mod: %w", err)
	}
	l := layout{Module: modfile.ModulePath(text)}
	if l.Module == "" || module.CheckImportPath(l.Module) != nil {
		return l, errors.New("go.mod names no module that can be imported")
	}
	info, err := fs.Stat(fsys, "internal/app")
	l.Full = err == nil && info.IsDir()
	return l, nil
}

// Dir is the folder of a kind's handlers, "" or with a slash at its end.
func (l layout) Dir(k add.Kind) string {
	if !l.Full {
		return ""
	}
	return "internal/" + string(k) + "s/"
}

// Package is the name of the package that handlers of a kind are in.
func (l layout) Package(k add.Kind) string {
	if !l.Full {
		return "main"
	}
	return string(k) + "s"
}

// IndexPath is the file that registers everything added.
func (l layout) IndexPath() string {
	if !l.Full {
		return "zz_generated_index.go"
	}
	return "internal/app/zz_generated_index.go"
}

// call is the line of the index that registers an entry.
func (l layout) call(e add.Entry) string {
	n := l.namesOf(add.Item{Kind: e.Kind, Name: e.Name})
	switch {
	case l.Full && e.Source == add.FromOpenAPI:
		return fmt.Sprintf("%s.%s(a.Server, a.HTTPClient(), a.Config.Upstream)", l.Package(e.Kind), n.Register)
	case l.Full:
		return fmt.Sprintf("%s.%s(a.Server)", l.Package(e.Kind), n.Register)
	case e.Source == add.FromOpenAPI:
		return n.Register + "(s, client, httpUpstream)"
	}
	return n.Register + "(s)"
}
