package form

import (
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/mcpctl/mcpctl/mcp"
)

// maxParts bounds the schemas that are folded into one shape.
const maxParts = 1_000

// shape is all that the schemas of one place say, folded together.
type shape struct {
	types       []string // nil for any
	choices     []Option
	enumerated  bool // choices is all there is
	constant    bool // by the keyword const
	never       bool // no value fits
	title, help string
	preset      mcp.Value
	examples    []mcp.Value
	format      string
	patterns    []string
	bounds      map[string]mcp.Value // the numbers of minimum, maxLength and the like
	unique      bool
	secret      bool
	members     []member
	required    map[string]bool
	byPattern   []patterned
	rest        []place // what other members must fit
	closed      bool    // no other members
	prefix      [][]place
	items       []place
	ended       bool // no items beyond prefix
	unions      []union
	notes       []string
	unshown     []string        // keywords that are judged only
	seen        map[string]bool // references that were followed
	left        int
}

type member struct {
	name   string
	places []place
}

type patterned struct {
	name  *regexp.Regexp
	place place
}

// union is a list of alternatives, one of which at least must fit.
type union struct {
	word   string
	places []place
}

// shape folds the schemas of a place.
func (d *document) shape(places ...place) *shape {
	s := &shape{bounds: map[string]mcp.Value{}, required: map[string]bool{}, seen: map[string]bool{}, left: maxParts}
	for _, p := range places {
		s.add(d, p)
	}
	return s
}

// clone costs as much as a few parts, for the members that it copies.
func (s *shape) clone(d *document) *shape {
	d.left -= 1 + len(s.members)/16
	c := *s
	c.choices = slices.Clone(s.choices)
	c.bounds, c.required, c.seen = maps.Clone(s.bounds), maps.Clone(s.required), maps.Clone(s.seen)
	c.members = slices.Clone(s.members)
	for i, m := range c.members {
		c.members[i].places = slices.Clip(m.places)
	}
	c.prefix = slices.Clone(s.prefix)
	for i, p := range c.prefix {
		c.prefix[i] = slices.Clip(p)
	}
	c.types, c.examples, c.patterns = slices.Clip(s.types), slices.Clip(s.examples), slices.Clip(s.patterns)
	c.byPattern, c.rest, c.items = slices.Clip(s.byPattern), slices.Clip(s.rest), slices.Clip(s.items)
	c.unions, c.notes, c.unshown = slices.Clip(s.unions), slices.Clip(s.notes), slices.Clip(s.unshown)
	return &c
}

// add folds in one more schema. A schema's own words about itself come before
// those of what it refers to, its members after them.
func (s *shape) add(d *document, p place) {
	d.left--
	if s.left--; s.left < 0 || d.left < 0 {
		s.left, s.never = -1, s.never || d.left < 0
		s.note("The schema has too many parts here; not all are shown.")
		return
	}
	switch p.at.Kind() {
	case mcp.Bool:
		s.never = s.never || !p.at.True()
		return
	case mcp.Object:
	default:
		s.note("A part of the schema is no schema.")
		return
	}
	p = d.enter(p)
	s.annotate(p.at)
	if refers := d.follow(s, p); refers && d.old {
		return
	}
	for _, item := range p.at.Get("allOf").Items() {
		s.add(d, p.to(item))
	}
	s.restrict(p.at)
	s.addMembers(p)
	s.addItems(p)
	for _, word := range []string{"oneOf", "anyOf"} {
		if alternatives := p.at.Get(word).Items(); len(alternatives) > 0 {
			u := union{word: word}
			for _, item := range alternatives {
				u.places = append(u.places, p.to(item))
			}
			s.unions = append(s.unions, u)
		}
	}
	s.hide(p.at)
}

// follow folds in what a schema refers to. What was folded in before adds
// nothing, which ends all circles.
func (d *document) follow(s *shape, p place) (refers bool) {
	for _, keyword := range []string{"$ref", "$dynamicRef", "$recursiveRef"} {
		ref := p.at.Get(keyword)
		if !ref.Is(mcp.String) {
			continue
		}
		refers = true
		to, name, ok := d.resolve(p, ref.Text())
		switch {
		case !ok:
			s.note(fmt.Sprintf("It refers to %.80q, which is not in the schema and is not fetched.", ref.Text()))
		case !s.seen[name]:
			s.seen[name] = true
			s.add(d, to)
		}
	}
	return refers
}

// annotate takes over what a schema says for people; the first word counts.
func (s *shape) annotate(at mcp.Value) {
	if s.title == "" {
		s.title = at.Get("title").Text()
	}
	if s.help == "" {
		s.help = at.Get("description").Text()
	}
	if preset := at.Get("default"); preset.Exists() && !s.preset.Exists() {
		s.preset = preset
	}
	s.examples = append(s.examples, at.Get("examples").Items()...)
	if at.Get("deprecated").True() {
		s.note("Deprecated.")
	}
	if at.Get("readOnly").True() {
		s.note("Read-only: the server may ignore it.")
	}
	s.secret = s.secret || at.Get("writeOnly").True() || at.Get("format").Text() == "password"
}

// hide takes note of what is not shown.
func (s *shape) hide(at mcp.Value) {
	for _, word := range []string{"if", "not", "contains", "dependentRequired", "dependentSchemas", "dependencies", "propertyNames"} {
		if at.Has(word) && !slices.Contains(s.unshown, word) {
			s.unshown = append(s.unshown, word)
		}
	}
}

func (s *shape) note(text string) {
	if !slices.Contains(s.notes, text) {
		s.notes = append(s.notes, text)
	}
}
