package update

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"go.yaml.in/yaml/v3"
	"golang.org/x/mod/semver"

	"github.com/mcpctl/mcpctl/scaffold"
)

// RenamesName is the file of a template, beside its manifest, that says which
// files it moved.
const RenamesName = "renames.yaml"

// Rename says that a template moved a file of its projects, so that what a user
// made of it can move along.
type Rename struct {
	From  string `yaml:"from"`  // paths in the project; no placeholders
	To    string `yaml:"to"`    //
	Since string `yaml:"since"` // the first version that has it under the new path
}

// maxRenames bounds renames.yaml, in bytes.
const maxRenames = 256 << 10

// ReadRenames reads renames.yaml of a template. A template without one moved
// nothing.
func ReadRenames(fsys fs.FS) ([]Rename, error) {
	f, err := fsys.Open(RenamesName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", RenamesName, err)
	}
	defer func() { _ = f.Close() }() // it was only read
	data, err := io.ReadAll(io.LimitReader(f, maxRenames+1))
	if err == nil && len(data) > maxRenames {
		err = fmt.Errorf("it is larger than %d bytes", maxRenames)
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", RenamesName, err)
	}
	var list struct {
		Renames []Rename `yaml:"renames"`
	}
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(&list); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("reading %s: %w", RenamesName, err)
	}
	for _, r := range list.Renames {
		if err := errors.Join(scaffold.CheckPath(r.From), scaffold.CheckPath(r.To)); err != nil {
			return nil, fmt.Errorf("reading %s: %w", RenamesName, err)
		}
		if !semver.IsValid("v" + r.Since) {
			return nil, fmt.Errorf("reading %s: %s: since %q is not like 1.2.0", RenamesName, r.From, r.Since)
		}
	}
	return list.Renames, nil
}

// applying are the renames between two versions, each from the oldest path to
// the newest.
func applying(renames []Rename, from, to string) map[string]string {
	moved := map[string]string{}
	for _, r := range renames {
		if semver.Compare("v"+from, "v"+r.Since) >= 0 || semver.Compare("v"+r.Since, "v"+to) > 0 {
			continue
		}
		first := r.From
		for old, now := range moved {
			if now == r.From {
				first = old
			}
		}
		moved[first] = r.To
	}
	return moved
}
