package form

import (
	"slices"
	"strconv"

	"github.com/mcpctl/mcpctl/mcp"
)

// load puts a value into a field, in the branch that it was meant for. What fits
// none is kept as it is, in a Raw field.
func (f *Form) load(fd *Field, v mcp.Value) {
	best, most := -1, -1
	for i, way := range fd.ways {
		if fit := f.document.fit(way.shape, way.kind, v); fit > most {
			best, most = i, fit
		}
	}
	if best < 0 {
		f.keep(fd, v)
		return
	}
	f.take(fd, best, loaded)
	f.put(fd, v)
}

// keep holds a value that fits no kind of field.
func (f *Form) keep(fd *Field, v mcp.Value) {
	f.clear(fd)
	f.drop(fd.Children...)
	fd.Misfit = fd.Kind != Raw
	fd.Kind, fd.Children, fd.Expanded, fd.Open = Raw, nil, false, false
	fd.held, fd.text, fd.given = v, string(v.Raw()), true
}

// put puts a value into a field of the right kind.
func (f *Form) put(fd *Field, v mcp.Value) {
	fd.given = true
	switch fd.Kind {
	case Text:
		fd.held, fd.text = v, v.Text()
	case Object:
		f.putMembers(fd, v)
	case Array:
		f.putItems(fd, v)
	case Multi:
		f.putPicks(fd, v)
	default:
		fd.held, fd.text = v, string(v.Raw())
	}
}

func (f *Form) putMembers(fd *Field, v mcp.Value) {
	if f.fields+v.Len() > maxFields {
		f.keep(fd, v)
		return
	}
	f.expandAs(fd, loaded)
	for _, m := range v.Members() {
		child := fd.known[m.Name]
		if child == nil {
			child = f.build(fd, m.Name, fd.shape.of(m.Name), loaded, false)
			child.Extra = true
			fd.Children = append(fd.Children, child)
			fd.known[m.Name] = child
		}
		f.load(child, m.Value)
	}
}

func (f *Form) putItems(fd *Field, v mcp.Value) {
	if f.fields+v.Len() > maxFields {
		f.keep(fd, v)
		return
	}
	fd.Expanded = true
	for i, item := range v.Items() {
		places, _ := fd.shape.item(i)
		child := f.build(fd, strconv.Itoa(i), places, loaded, true)
		child.Extra, child.auto = true, true
		fd.Children = append(fd.Children, child)
		f.load(child, item)
	}
}

// putPicks picks the options of a Multi. What picks one twice, or something
// else, is shown item by item.
func (f *Form) putPicks(fd *Field, v mcp.Value) {
	var picked []int
	for _, item := range v.Items() {
		i := indexOf(fd.Options, item)
		if i < 0 || slices.Contains(picked, i) {
			fd.Kind, fd.Options, fd.Open = Array, nil, true
			f.putItems(fd, v)
			return
		}
		picked = append(picked, i)
	}
	fd.picked = picked
}

// Weights of what speaks for a branch, and against it.
const (
	tagged     = 1_000
	misfitting = 30
	lacking    = 5
	unknown    = 3
	maxWeighed = 50 // members
	certain    = 1_000_000
)

// fit says how well a value fits a shape: negative for not at all. It looks one
// level deep.
func (d *document) fit(s *shape, k Kind, v mcp.Value) int {
	switch k {
	case Raw:
		return 0
	case Text:
		return certainly(v.Is(mcp.String))
	case Number:
		return certainly(v.Is(mcp.Number)) - nudge(s.typeOf() == "integer" && !v.Whole())
	case Bool:
		return certainly(v.Is(mcp.Bool))
	case Null:
		return certainly(v.Is(mcp.Null))
	case Const, Enum:
		return 2 * certainly(indexOf(s.choices, v) >= 0)
	case Array, Multi:
		if !v.Is(mcp.Array) {
			return -1
		}
		return d.fitItems(s, v)
	}
	if !v.Is(mcp.Object) {
		return -1
	}
	return d.fitMembers(s, v)
}

func certainly(is bool) int {
	if is {
		return certain
	}
	return -1
}

func nudge(worse bool) int {
	if worse {
		return misfitting
	}
	return 0
}

func (d *document) fitItems(s *shape, v mcp.Value) int {
	fit := certain
	for i, item := range v.Items()[:min(3, v.Len())] {
		places, ok := s.item(i)
		fit -= nudge(!ok || !d.likely(places, item))
	}
	return fit
}

// likely reports whether a value has the type that its place wants.
func (d *document) likely(places []place, v mcp.Value) bool {
	s := d.foldEnumerations(d.shape(places...))
	if s.enumerated {
		return indexOf(s.choices, v) >= 0
	}
	return !s.never && s.admits(v)
}

func (d *document) fitMembers(s *shape, v mcp.Value) int {
	fit := certain
	for _, name := range sorted(s.required) {
		if !v.Has(name) {
			fit -= lacking
		}
	}
	for _, m := range v.Members()[:min(maxWeighed, v.Len())] {
		places := s.of(m.Name)
		switch own := d.foldEnumerations(d.shape(places...)); {
		case len(places) == 0 && s.closed:
			fit -= misfitting
		case len(places) == 0:
			fit -= unknown
		case own.enumerated && indexOf(own.choices, m.Value) >= 0:
			fit += tagged
		case own.enumerated && len(own.choices) == 1:
			fit -= tagged
		case !d.likely(places, m.Value):
			fit -= misfitting
		default:
			fit += lacking
		}
	}
	return fit
}
