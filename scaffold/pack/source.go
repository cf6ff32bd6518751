// Package pack knows where templates come from, what is wrong with one, and
// which combinations of its features prove the rest.
package pack

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/scaffold"
	"github.com/mcpctl/mcpctl/templates"
)

// gitPrefix marks the name of a template in a git repository.
const gitPrefix = "git+"

// Parse reads how a user names a template: the id of a built-in one, a folder
// (anything with a slash, or a dot at the beginning), or
// git+URL[#FOLDER]@COMMIT.
func Parse(name string) (scaffold.Source, error) {
	if rest, ok := strings.CutPrefix(name, gitPrefix); ok {
		at := strings.LastIndexByte(rest, '@')
		if at < 0 {
			return "", fmt.Errorf("the template %s names no commit: write %sURL[#FOLDER]@COMMIT with the whole commit id", name, gitPrefix)
		}
		return scaffold.GitSource(rest[:at], rest[at+1:]), checkGit(rest[:at], rest[at+1:])
	}
	if strings.ContainsAny(name, `/\`) || strings.HasPrefix(name, ".") {
		return scaffold.DirSource(name), nil
	}
	if !slices.Contains(templates.List(), name) {
		return "", &scaffold.UnknownError{What: "template", Word: name, Where: "mcpctl", Known: templates.List()}
	}
	return scaffold.Builtin, nil
}

// Open loads the template that a user names, see Parse. Only a git source uses
// the network, and only to the address in its name.
func Open(ctx context.Context, name string) (*scaffold.Template, error) {
	source, err := Parse(name)
	if err != nil {
		return nil, err
	}
	return Load(ctx, source, name)
}

// Load loads the template from a recorded source; id is that of a built-in one.
func Load(ctx context.Context, source scaffold.Source, id string) (*scaffold.Template, error) {
	if dir, ok := source.Dir(); ok {
		root, err := os.OpenRoot(dir)
		if err != nil {
			return nil, fmt.Errorf("opening the template: %w", err)
		}
		defer func() { _ = root.Close() }() // it was only read
		return scaffold.Load(root.FS(), source, templates.FS)
	}
	if url, commit, ok := source.Git(); ok {
		address, folder, _ := strings.Cut(url, "#")
		files, err := openGit(ctx, address, commit)
		if err != nil {
			return nil, err
		}
		if folder != "" {
			if files, err = fs.Sub(files, folder); err != nil {
				return nil, fmt.Errorf("the folder %q of the template %s: %w", folder, address, err)
			}
		}
		return scaffold.Load(files, source, templates.FS)
	}
	files, err := templates.FS(id)
	if err != nil {
		return nil, err
	}
	return scaffold.Load(files, scaffold.Builtin, templates.FS)
}

// sample is what the projects of lint and test are called. None of its forms
// is a token of the templates, so what is left over shows.
const sample = "tide-table"

// Choose answers the answers for exactly the features of a row.
func Choose(t *scaffold.Template, row Row) (scaffold.Answers, error) {
	rest := slices.DeleteFunc(t.Manifest.FeatureNames(), func(f string) bool { return slices.Contains(row, f) })
	return t.Resolve(scaffold.Given{From: "the covering array", Name: sample, With: row, Without: rest})
}

// RenderRow renders a template with exactly the features of a row.
func RenderRow(t *scaffold.Template, row Row) (scaffold.Tree, error) {
	answers, err := Choose(t, row)
	if err != nil {
		return nil, err
	}
	plan, err := scaffold.NewPlan(t, answers, sample)
	if err != nil {
		return nil, err
	}
	return plan.Tree, nil
}
