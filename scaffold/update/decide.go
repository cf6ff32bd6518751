package update

import (
	"bytes"
	"io/fs"
	"maps"
	"os"
	"slices"

	"github.com/mcpctl/mcpctl/scaffold"
	"github.com/mcpctl/mcpctl/scaffold/merge"
)

// comparison is the three trees.
type comparison struct {
	root     *os.Root
	recorded map[string]string // digests of the base by path
	base     scaffold.Tree     // as far as it could be rendered again
	yours    map[string]file
	next     scaffold.Tree
	moved    map[string]string // from the base's path to the new one
}

// paths are all files that the update may look at.
func (c comparison) paths() []string {
	all := maps.Clone(c.recorded)
	if all == nil {
		all = map[string]string{}
	}
	for _, f := range c.next {
		all[f.Path] = ""
	}
	delete(all, scaffold.ProjectName)
	return slices.Sorted(maps.Keys(all))
}

// touched are the recorded digests of the files that the user has changed.
func (c comparison) touched() map[string]string {
	changed := map[string]string{}
	for path, hash := range c.recorded {
		if y := c.yours[path]; y.exists && y.hash() != hash {
			changed[path] = hash
		}
	}
	return changed
}

// original is a file as the template made it: rendered again, or the user's if
// that was never changed. What has not the recorded digest is not it.
func (c comparison) original(path string) ([]byte, bool) {
	hash := c.recorded[path]
	if y := c.yours[path]; y.exists && y.hash() == hash {
		return y.data, true
	}
	if f, ok := c.base.Lookup(path); ok && f.Hash() == hash {
		return f.Data, true
	}
	return nil, false
}

// unknown are the files that cannot be merged as their base is not known.
func (c comparison) unknown() []string {
	var paths []string
	for path, hash := range c.touched() {
		_, known := c.original(path)
		to := path
		if moved, ok := c.moved[path]; ok {
			to = moved
		}
		if n, ok := c.next.Lookup(to); !known && ok && n.Hash() != hash {
			paths = append(paths, path)
		}
	}
	return paths
}

// changes decides about every file, in the order of paths.
func (c comparison) changes() []Change {
	var all []Change
	from := map[string]string{}
	for old, to := range c.moved {
		_, lives := c.next.Lookup(old)
		_, goes := c.next.Lookup(to)
		if _, ok := c.recorded[old]; ok && goes && !lives && (c.yours[old].exists || !c.yours[to].exists) {
			from[to] = old
		}
	}
	for _, path := range c.paths() {
		n, inNext := c.next.Lookup(path)
		old, renamed := from[path]
		switch {
		case inNext && renamed:
			if change, ok := c.move(old, n); ok {
				all = append(all, change)
			}
		case inNext:
			if change, ok := c.change(path, n); ok {
				all = append(all, change)
			}
		case from[c.moved[path]] == path && path != "":
			// told under its new path
		default:
			if change, ok := c.gone(path); ok {
				all = append(all, change)
			}
		}
	}
	return all
}

// move decides about a file that the template renamed: what the user made of it
// goes along.
func (c comparison) move(old string, n scaffold.File) (Change, bool) {
	if target := c.yours[n.Path]; target.exists || target.odd != "" {
		return Change{Action: Conflict, Path: n.Path, From: old, Note: "the template renamed the file to this path, where one of yours stands", Conflicts: []merge.Conflict{{At: "the whole file", Note: "move yours away first"}},
			old: target.data, new: target.data, had: target.exists, odd: true, mode: target.mode}, true
	}
	moved := c
	moved.yours = maps.Clone(c.yours)
	moved.yours[n.Path] = c.yours[old]
	moved.recorded = maps.Clone(c.recorded)
	moved.recorded[n.Path] = c.recorded[old]
	if f, ok := c.base.Lookup(old); ok {
		f.Path = n.Path
		moved.base = c.base.With(f)
	}
	change, ok := moved.change(n.Path, n)
	if !ok {
		y := c.yours[old]
		change = Change{Action: Replace, Path: n.Path, old: y.data, new: y.data, had: true, mode: y.mode}
	}
	if !change.writes() && c.yours[old].exists {
		change.Action, change.new = Merge, c.yours[old].data
	}
	change.From = old
	return change, change.writes() || change.Note != ""
}

// change decides about a file that the new version has; not ok means that there
// is nothing to do and nothing to tell.
func (c comparison) change(path string, n scaffold.File) (Change, bool) {
	y := c.yours[path]
	hash, ours := c.recorded[path]
	change := Change{Path: path, old: y.data, new: n.Data, had: y.exists, mode: n.Mode.Perm()}
	if y.exists {
		change.mode = mergeMode(y.mode, c.base, path, n.Mode)
	}
	switch {
	case y.odd != "":
		return c.conflict(change, y, y.odd), true
	case !y.exists && ours:
		change.Action, change.Note = Keep, "you deleted it; it stays deleted"
		return change, n.Hash() != hash
	case !y.exists:
		change.Action = Add
		return change, true
	case bytes.Equal(y.data, n.Data), ours && n.Hash() == hash:
		return change, false
	case ours && y.hash() == hash:
		change.Action = Replace
		return change, true
	}
	base, known := c.original(path)
	switch {
	case merge.KindOf(path, merge.Sides{Yours: y.data, New: n.Data}) == merge.KindLock:
		change.Action, change.Note = Keep, "a lock file is never merged; its tool writes it anew"
		return change, true
	case ours && !known:
		return c.conflict(change, y, "you changed it, the template changed it too, and what it came from is not known"), true
	}
	merged := merge.File(path, merge.Sides{Base: base, Yours: y.data, New: n.Data})
	change.Action, change.new, change.Conflicts = Merge, merged.Data, merged.Conflicts
	if len(merged.Conflicts) > 0 {
		change.Action = Conflict
	}
	if !ours {
		change.Note = "you and the template both added it"
	}
	return change, len(merged.Conflicts) > 0 || !bytes.Equal(merged.Data, y.data)
}

// conflict is about a whole file, for which there are no lines to mark.
func (c comparison) conflict(change Change, y file, why string) Change {
	change.Action, change.Note, change.mode = Conflict, why, y.mode
	change.Conflicts = []merge.Conflict{{At: "the whole file", Note: why}}
	change.new, change.odd = y.data, y.odd != ""
	if y.odd == "" && merge.KindOf(change.Path, merge.Sides{Yours: y.data}) != merge.KindBinary {
		if n, ok := c.next.Lookup(change.Path); ok {
			change.new = merge.Text(merge.Sides{Yours: y.data, New: n.Data}).Data
		}
	}
	return change
}

// gone decides about a file that the new version has no more.
func (c comparison) gone(path string) (Change, bool) {
	y := c.yours[path]
	change := Change{Action: Keep, Path: path, old: y.data, had: y.exists, mode: y.mode}
	switch {
	case !y.exists && y.odd == "":
		return change, false
	case y.odd != "" || y.hash() != c.recorded[path]:
		change.Note = "the template has it no more; you changed it, so it stays and is yours"
		return change, true
	}
	change.Action = Remove
	return change, true
}

// mergeMode keeps the user's permissions unless the template changed its own.
func mergeMode(yours fs.FileMode, base scaffold.Tree, path string, next fs.FileMode) fs.FileMode {
	if b, ok := base.Lookup(path); ok && b.Mode.Perm() != next.Perm() {
		return next.Perm()
	}
	return yours
}
