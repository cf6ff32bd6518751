// Package merge joins two departures from one file: what the user made of it
// and what a newer template makes of it. Files whose meaning is known (go.mod,
// JSON, YAML, pyproject.toml) are merged by meaning, all others by lines. It
// reads and writes nothing.
package merge

import (
	"bytes"
	"path"
	"slices"
	"strings"
)

// Sides are the three texts of one file: the base that both others come from,
// the user's, and the new one.
type Sides struct {
	Base, Yours, New []byte
}

// Result is the merged file. With conflicts, Data holds both versions of each
// place between markers where the file's lines allow it, and the user's version
// where they do not.
type Result struct {
	Data      []byte
	Conflicts []Conflict
}

// Conflict is one place that both sides changed, each in its own way.
type Conflict struct {
	At   string `json:"at"`   // "line 12" of the user's file, or the path of a key: /packages/0/version
	Note string `json:"note"` // what the two sides did
}

// Kind is how files of a name are merged.
type Kind string

// The kinds of files.
const (
	KindText   Kind = "text"   // by lines
	KindJSON   Kind = "json"   // by keys, comments kept
	KindYAML   Kind = "yaml"   // by keys, comments kept
	KindGoMod  Kind = "go.mod" // by module, the newest version wins
	KindTOML   Kind = "toml"   // by lines, lists of dependencies by package
	KindLock   Kind = "lock"   // never merged: its tool writes it anew
	KindBinary Kind = "binary" // never merged
)

// locks are the files that a package manager derives from another file.
var locks = []string{
	"go.sum", "go.work.sum", "package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml",
	"yarn.lock", "bun.lock", "uv.lock", "poetry.lock", "pdm.lock", "Cargo.lock",
}

// KindOf answers how a file is merged, from its name and what it holds.
func KindOf(name string, s Sides) Kind {
	base := path.Base(name)
	switch {
	case slices.Contains(locks, base):
		return KindLock
	case binary(s.Base) || binary(s.Yours) || binary(s.New):
		return KindBinary
	case base == "go.mod":
		return KindGoMod
	}
	switch strings.ToLower(path.Ext(base)) {
	case ".json", ".jsonc":
		return KindJSON
	case ".yaml", ".yml":
		return KindYAML
	case ".toml":
		return KindTOML
	}
	return KindText
}

// File merges one file by what its name says it is. A file that cannot be read
// as what it should be is merged by lines. Lock files and binary files, of
// which no merge could be right, are one conflict when both sides changed them.
func File(name string, s Sides) Result {
	switch {
	case bytes.Equal(s.Yours, s.New), bytes.Equal(s.Base, s.New):
		return Result{Data: s.Yours}
	case bytes.Equal(s.Base, s.Yours):
		return Result{Data: s.New}
	}
	var structured func(Sides) (Result, error)
	switch KindOf(name, s) {
	case KindLock, KindBinary:
		return Result{Data: s.Yours, Conflicts: []Conflict{{At: "the whole file", Note: "both sides changed it and it cannot be merged"}}}
	case KindGoMod:
		structured = GoMod
	case KindJSON:
		structured = JSON
	case KindYAML:
		structured = YAML
	case KindTOML:
		structured = TOML
	default:
		return Text(s)
	}
	result, err := structured(s)
	if err != nil {
		return Text(s)
	}
	return result
}

// binary tells text from other data as git does: by a NUL near the start.
func binary(data []byte) bool {
	return bytes.IndexByte(data[:min(len(data), 8000)], 0) >= 0
}

// marked shows the conflicts of a structured merge in the lines of the file. A
// conflict that the lines do not show (both added the same key in different
// places) leaves the user's file as it is.
func marked(s Sides, conflicts []Conflict) Result {
	byLines := Text(s)
	if len(byLines.Conflicts) == 0 {
		byLines.Data = s.Yours
	}
	return Result{Data: byLines.Data, Conflicts: conflicts}
}
