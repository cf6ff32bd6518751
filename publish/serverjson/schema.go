package serverjson

import (
	"fmt"
	"slices"
	"sync"
)

// schema is the source as one date sees it: every definition in full.
type schema struct {
	date        string
	definitions map[string]*object
	types       map[string]*typ
}

// object is a definition with members, taken over ones included, in order.
type object struct {
	members []property
	closed  bool     // the published schema refuses other members
	open    bool     // other members are somebody's own
	need    []string // one of these must be there
}

type property struct {
	name     string // as the date spells it
	optional bool
	is       *typ
}

func (o *object) find(name string) (property, bool) {
	i := slices.IndexFunc(o.members, func(p property) bool { return p.name == name })
	if i < 0 {
		return property{}, false
	}
	return o.members[i], true
}

func (o *object) names() []string {
	var names []string
	for _, p := range o.members {
		names = append(names, p.name)
	}
	return names
}

// schemas are those of all dates, made once.
var schemas = sync.OnceValues(func() (map[string]*schema, error) {
	src, err := shapes()
	if err != nil {
		return nil, err
	}
	all := map[string]*schema{}
	for _, date := range Dates() {
		if all[date], err = src.in(date); err != nil {
			return nil, err
		}
	}
	return all, nil
})

// schemaOf is the schema of a known date. That the source can be read is a fact
// of the program, which its tests hold.
func schemaOf(date string) *schema {
	all, err := schemas()
	if err != nil {
		panic("serverjson: " + err.Error())
	}
	return all[date]
}

// in resolves the source for one date.
func (s *source) in(date string) (*schema, error) {
	v := &schema{date: date, definitions: map[string]*object{}, types: map[string]*typ{}}
	for name, spans := range s.definitions {
		for _, d := range spans {
			if !d.has(date) {
				continue
			}
			if d.is != nil {
				v.types[name] = d.is
				continue
			}
			o := &object{}
			if err := s.fill(o, d, date); err != nil {
				return nil, fmt.Errorf("%s in %s: %w", name, date, err)
			}
			v.definitions[name] = o
		}
	}
	return v, nil
}

func (s *source) fill(o *object, d definition, date string) error {
	for _, l := range d.lines {
		if !l.has(date) {
			continue
		}
		switch l.word {
		case "":
			o.members = append(o.members, property{spell(date, l.name), l.optional, l.is})
		case "closed":
			o.closed = true
		case "open":
			o.open = true
		case "need":
			for _, w := range l.words {
				o.need = append(o.need, spell(date, w))
			}
		default:
			i := slices.IndexFunc(s.definitions[l.word], func(d definition) bool { return d.has(date) })
			if i < 0 {
				return fmt.Errorf("there is no %s to take over", l.word)
			}
			if err := s.fill(o, s.definitions[l.word][i], date); err != nil {
				return err
			}
		}
	}
	return nil
}

// constant is the only value that a member of a definition may have: what tells
// the alternatives of a union apart.
func (s *schema) constant(definition, member string) string {
	if o := s.definitions[definition]; o != nil {
		if p, ok := o.find(member); ok && len(p.is.constants) == 1 {
			return p.is.constants[0]
		}
	}
	return ""
}

// knows reports whether a definition has a member.
func (s *schema) knows(definition, member string) bool {
	o := s.definitions[definition]
	if o == nil {
		return false
	}
	_, ok := o.find(member)
	return ok
}
