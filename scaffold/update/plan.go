// Package update brings a project that mcpctl made to a newer version of its
// template, or to other answers. Three trees meet: the base, rendered from the
// recorded version with the recorded answers; yours, the folder as it is; and
// the new one. NewPlan compares them and changes nothing; Apply is the only
// writer, and writes all of the plan or nothing.
package update

import (
	"io/fs"
	"slices"

	"github.com/mcpctl/mcpctl/scaffold"
	"github.com/mcpctl/mcpctl/scaffold/merge"
)

// Action is what becomes of a file.
type Action string

// The actions. Keep changes nothing and is there to be told.
const (
	Add      Action = "add"
	Replace  Action = "replace" // untouched by the user
	Merge    Action = "merge"   // changed by both sides, which agree
	Conflict Action = "conflict"
	Remove   Action = "remove" // gone from the template, untouched by the user
	Keep     Action = "keep"
)

// Change is what an update does to one file, and why.
type Change struct {
	Action    Action           `json:"action"`
	Path      string           `json:"path"`
	From      string           `json:"from,omitempty"` // the path until now, if the template renamed the file
	Note      string           `json:"note,omitempty"`
	Conflicts []merge.Conflict `json:"conflicts,omitempty"`

	mode     fs.FileMode
	old, new []byte
	had      bool // there was a file, whose content is old
	odd      bool // what stands there is no file and is left alone
}

// Plan is an update that has not been made yet.
type Plan struct {
	From    scaffold.Origin  `json:"from"`
	To      scaffold.Origin  `json:"to"`
	Answers scaffold.Answers `json:"answers"`
	Changes []Change         `json:"changes"`
	// Notes tell what a reader should know besides: a base that is not known, an
	// answer that fell away.
	Notes []string `json:"notes,omitempty"`
	// Then are the commands that write lock files anew, after the update.
	Then [][]string `json:"then,omitempty"`

	dir    string
	record Change // of mcpctl.yaml
}

// Empty reports whether there is nothing to write.
func (p *Plan) Empty() bool {
	return !p.record.writes() && !slices.ContainsFunc(p.Changes, Change.writes)
}

// Behind reports whether the project was made from another version of the
// template than the one that is wanted.
func (p *Plan) Behind() bool {
	return p.From.Version != p.To.Version || p.From.Digest != p.To.Digest
}

// Conflicts are the files that need the user's decision.
func (p *Plan) Conflicts() []Change {
	var found []Change
	for _, c := range p.Changes {
		if c.Action == Conflict {
			found = append(found, c)
		}
	}
	return found
}

// writes reports whether a change touches the folder.
func (c Change) writes() bool { return c.Action != Keep }

// writing are all changes that touch the folder, the record last: until it is
// written the project is of the old version.
func (p *Plan) writing() []Change {
	var all []Change
	for _, c := range append(slices.Clone(p.Changes), p.record) {
		if c.writes() {
			all = append(all, c)
		}
	}
	return all
}
