package form

import (
	"fmt"
	"slices"
	"strconv"
)

const (
	maxFields   = 10_000 // in one form
	maxDepth    = 32     // of fields within fields
	maxOpened   = 300    // fields that are opened without being asked for
	openedDepth = 4
	maxOptions  = 5_000
)

// manner says what a new field is made for.
type manner int

const (
	fresh  manner = iota // to be filled in: what is required begins with something
	loaded               // to hold a value: what the value lacks stays out
)

// build makes the field of a place, without what is in it.
func (f *Form) build(parent *Field, name string, places []place, m manner, required bool) *Field {
	fd := &Field{Name: name, parent: parent, places: places, Required: required}
	if parent != nil {
		fd.depth = parent.depth + 1
	}
	f.fields++
	f.settle(fd, m)
	return fd
}

// settle makes a field anew by its schema.
func (f *Form) settle(fd *Field, m manner) {
	whole := f.document.shape(fd.places...)
	fd.ways = f.document.branches(whole)
	fd.Branches, fd.Union = nil, ""
	if len(fd.ways) > 1 {
		for _, way := range fd.ways {
			fd.Branches = append(fd.Branches, way.label)
		}
		if len(whole.unions) > 0 {
			fd.Union = whole.unions[0].word
		}
	}
	f.take(fd, 0, m)
}

// take makes a field one of its branches.
func (f *Form) take(fd *Field, branch int, m manner) {
	way := fd.ways[branch]
	s := way.shape
	fd.Branch, fd.shape, fd.Kind = branch, s, way.kind
	fd.Title, fd.Help, fd.Default, fd.Secret = s.title, s.help, s.preset, s.secret
	fd.Examples = s.examples[:min(len(s.examples), 5)]
	fd.Type, fd.Limits, fd.Notes = f.document.typeWord(way.kind, s), s.limits(way.kind), s.remarks()
	f.clear(fd)
	f.drop(fd.Children...)
	fd.Misfit, fd.Expanded, fd.Children, fd.Options, fd.known = false, false, nil, nil, nil
	fd.circles = fd.within(s)
	switch {
	case fd.depth >= maxDepth && fd.isContainer():
		f.surrender(fd, fmt.Sprintf("It lies more than %d levels deep.", maxDepth))
	case f.fields > maxFields && fd.isContainer():
		f.surrender(fd, fmt.Sprintf("The form has more than %d fields.", maxFields))
	}
	switch fd.Kind {
	case Enum, Const:
		fd.Options = s.choices
	case Multi:
		fd.Options = f.document.multi(s)
	}
	if len(fd.Options) > maxOptions {
		f.surrender(fd, fmt.Sprintf("It has more than %d choices.", maxOptions))
	}
	fd.Open = fd.Kind == Array || fd.Kind == Object && fd.inviting()
	if m == fresh {
		f.begin(fd)
	}
}

// surrender makes a field one piece of JSON.
func (f *Form) surrender(fd *Field, why string) {
	fd.Kind, fd.Type, fd.Open, fd.Options = Raw, "JSON", false, nil
	fd.Notes = append(fd.Notes, why)
}

// inviting reports whether an object asks for members of any name. That it lets
// them pass, as most schemas do that say nothing of it, is no invitation, and a
// tool that names no arguments takes none.
func (fd *Field) inviting() bool {
	s := fd.shape
	return len(s.rest) > 0 || len(s.byPattern) > 0 || len(s.members) == 0 && !s.closed && fd.parent != nil
}

// within reports whether the field lies in one that refers to the same.
func (fd *Field) within(s *shape) bool {
	for outer := fd.parent; outer != nil; outer = outer.parent {
		for name := range s.seen {
			if outer.shape.seen[name] || outer.parent == nil && name == home+"#" {
				return true
			}
		}
	}
	return false
}

// begin gives a field what it has before anybody gave it anything.
func (f *Form) begin(fd *Field) {
	tells := fd.Kind == Const && fd.parent != nil && len(fd.parent.Branches) > 1
	fd.auto = fd.Required || tells || fd.isItem()
	if f.begins(fd) {
		f.put(fd, fd.Default)
		fd.given, fd.auto = false, true
		return
	}
	switch fd.Kind {
	case Const:
		if fd.auto {
			fd.held = fd.Options[0].Value
		}
	case Null:
		if fd.auto {
			fd.held = null()
		}
	case Bool:
		if fd.auto {
			fd.held = boolean(false)
		}
	case Object:
		if fd.depth < openedDepth && f.fields < maxOpened && !fd.circles {
			f.expand(fd)
		}
	case Array:
		f.furnish(fd)
	}
}

// begins reports whether a field begins with its default. That of an object or
// array within something optional would bring that in.
func (f *Form) begins(fd *Field) bool {
	if !fd.Default.Exists() || !fd.Required && !f.prefill || f.document.fit(fd.shape, fd.Kind, fd.Default) < 0 {
		return false
	}
	return fd.Kind != Object && fd.Kind != Array || fd.depth < 2
}

// furnish gives a required array the items that it needs at least.
func (f *Form) furnish(fd *Field) {
	least, _ := fd.shape.bounds["minItems"].Int()
	if !fd.auto || fd.circles || fd.depth >= openedDepth || f.fields >= maxOpened {
		return
	}
	for i := range min(int(least), 8) {
		if places, ok := fd.shape.item(i); ok {
			fd.Children = append(fd.Children, f.build(fd, strconv.Itoa(i), places, fresh, true))
			fd.Children[i].Extra = true
		}
	}
	fd.Expanded = true
}

// expand makes the children of an object that its schema names.
func (f *Form) expand(fd *Field) { f.expandAs(fd, fresh) }

func (f *Form) expandAs(fd *Field, m manner) {
	if fd.Expanded || fd.Kind != Object {
		return
	}
	fd.Expanded = true
	fd.known = make(map[string]*Field, len(fd.shape.members))
	names := make([]string, 0, len(fd.shape.members))
	for _, named := range fd.shape.members {
		names = append(names, named.name)
	}
	for _, name := range sorted(fd.shape.required) {
		if !slices.ContainsFunc(fd.shape.members, func(m member) bool { return m.name == name }) {
			names = append(names, name)
		}
	}
	for i, name := range names {
		if f.fields > maxFields {
			fd.Notes = append(fd.Notes, fmt.Sprintf("%d more members are not shown: the form has too many fields.", len(names)-i))
			return
		}
		required := fd.shape.required[name]
		child := f.build(fd, name, fd.shape.of(name), m, required)
		if child.shape.never && !required {
			continue // the schema false: it must not be there
		}
		fd.Children = append(fd.Children, child)
		fd.known[name] = child
	}
}
