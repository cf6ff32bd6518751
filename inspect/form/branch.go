package form

import (
	"slices"
	"strconv"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

const (
	maxBranches = 64
	maxUnions   = 8 // within one another
)

// branch is one of the forms that a value may take.
type branch struct {
	label string
	shape *shape
	kind  Kind
}

// branches are the forms that a value of a shape may take: what oneOf and anyOf
// offer, and each type of a list of types. Unions within unions are laid out
// flat. There is always one at least.
func (d *document) branches(s *shape) []branch {
	var all []branch
	d.branch(s, "", 0, &all)
	switch {
	case len(all) > maxBranches:
		s = s.clone(d)
		s.unions = nil
		s.note("It may take more than " + strconv.Itoa(maxBranches) + " forms.")
		return []branch{{shape: s, kind: Raw}}
	case len(all) == 0:
		s = s.clone(d)
		s.note("No value fits the schema.")
		return []branch{{shape: s, kind: Raw}}
	case len(all) == 1:
		all[0].label = ""
	}
	for i := range all {
		if all[i].label == "" {
			all[i].label = d.typeWord(all[i].kind, all[i].shape)
		}
	}
	return all
}

func (d *document) branch(s *shape, label string, depth int, all *[]branch) {
	if len(*all) > maxBranches || s.never || d.left < 0 {
		return
	}
	s = d.foldEnumerations(s)
	if len(s.unions) > 0 && depth < maxUnions {
		u := s.unions[0]
		for i, p := range u.places {
			one := s.clone(d)
			one.unions = s.unions[1:]
			one.title, one.help = "", ""
			one.add(d, p)
			name := d.branchLabel(p, i, one)
			one.title = s.title
			one.help = strings.TrimSpace(s.help + "\n" + one.help)
			d.branch(one, within(label, name), depth+1, all)
		}
		return
	}
	if len(s.types) > 1 && !s.enumerated {
		for _, t := range s.types {
			one := s.clone(d)
			one.types = []string{t}
			d.branch(one, within(label, t), depth, all)
		}
		return
	}
	*all = append(*all, branch{label, s, d.kindOf(s)})
}

func within(outer, inner string) string {
	if outer == "" || outer == inner {
		return inner
	}
	return outer + ", " + inner
}

// foldEnumerations turns unions whose branches are all constants, the way to
// give choices a title, into the choices.
func (d *document) foldEnumerations(s *shape) *shape {
	var rest []union
	folded := s
	for _, u := range s.unions {
		choices, ok := d.enumeration(u)
		if !ok {
			rest = append(rest, u)
			continue
		}
		if folded == s {
			folded = s.clone(d)
		}
		folded.restrictChoices(choices)
	}
	if folded != s {
		folded.unions = rest
	}
	return folded
}

func (d *document) enumeration(u union) ([]Option, bool) {
	var all []Option
	for _, p := range u.places {
		if !cheap(p.at) {
			return nil, false
		}
		s := d.shape(p)
		switch {
		case len(s.unions) > 0:
			return nil, false
		case s.enumerated:
			if s.title != "" && len(s.choices) == 1 {
				s.choices[0].Label = s.title
			}
			all = append(all, s.choices...)
		case slices.Equal(s.types, []string{"null"}):
			all = append(all, Option{Label: "null", Value: null()})
		default:
			return nil, false
		}
	}
	onlyNull := len(all) == 1 && all[0].Value.Is(mcp.Null)
	return all, len(all) > 0 && !onlyNull
}

// cheap reports whether a branch may be an enumeration, without folding it.
func cheap(at mcp.Value) bool {
	return at.Has("const") || at.Has("enum") || at.Has("$ref") || at.Get("type").Text() == "null"
}

// branchLabel names a branch: by its title, its discriminator, what it refers
// to, or what it requires.
func (d *document) branchLabel(p place, i int, whole *shape) string {
	if title := p.at.Get("title").Text(); title != "" {
		return title
	}
	if tag := d.tag(p); tag != "" {
		return tag
	}
	if ref := p.at.Get("$ref").Text(); ref != "" {
		if name := unescape(ref[strings.LastIndexAny(ref, "/#")+1:]); name != "" {
			return name
		}
	}
	own := d.shape(p)
	if len(own.members) == 0 && len(own.required) > 0 {
		return "with " + strings.Join(sorted(own.required), ", ")
	}
	word := d.typeWord(d.kindOf(whole), whole)
	if own.enumerated || len(whole.types) == 1 && d.kindOf(whole) != Object {
		return word
	}
	return word + " " + strconv.Itoa(i+1)
}

// tag is the constant by which objects of a branch are told apart, if any.
func (d *document) tag(p place) string {
	own := d.shape(p)
	for _, m := range own.members {
		s := d.shape(m.places...)
		if s.enumerated && len(s.choices) == 1 {
			return s.choices[0].Label
		}
	}
	return ""
}
