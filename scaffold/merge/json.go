package merge

import (
	"fmt"
	"strings"

	"github.com/tailscale/hujson"
)

// JSON merges JSON and JSON with comments by key. Order, layout and comments of
// the user's file stay; keys that are new in the template stand where the
// template has them. Of two versions of a dependency the newest wins.
func JSON(s Sides) (Result, error) {
	base, yours, new, err := parseAll(s, "{}", parseJSON)
	if err != nil {
		return Result{}, fmt.Errorf("reading JSON: %w", err)
	}
	var t treeMerger
	merged := t.merge("", base, yours, new)
	if len(t.conflicts) > 0 {
		return marked(s, t.conflicts), nil
	}
	return settle(s, merged, parseJSON, func() ([]byte, error) {
		return writeJSON(merged).Pack(), nil
	})
}

// parseAll reads the three sides; an empty base, of a file that both sides
// added, reads as empty.
func parseAll(s Sides, empty string, parse func([]byte) (*node, error)) (base, yours, new *node, err error) {
	if len(s.Base) == 0 {
		s.Base = []byte(empty)
	}
	if base, err = parse(s.Base); err != nil {
		return nil, nil, nil, err
	}
	if yours, err = parse(s.Yours); err != nil {
		return nil, nil, nil, err
	}
	new, err = parse(s.New)
	return base, yours, new, err
}

func parseJSON(data []byte) (*node, error) {
	// The parser calls itself for each bracket: look before it does. Brackets in
	// strings are counted too, so this errs on the safe side.
	depth := 0
	for _, c := range data {
		switch c {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		if depth > maxDepth {
			return nil, errDepth
		}
	}
	value, err := hujson.Parse(data)
	if err != nil {
		return nil, err
	}
	return fromJSON(value)
}

func fromJSON(v hujson.Value) (*node, error) {
	n := &node{syntax: v}
	switch value := v.Value.(type) {
	case hujson.Literal:
		n.tag, n.text = string(rune(value.Kind())), value.String()
	case *hujson.Array:
		n.kind = list
		for i, e := range value.Elements {
			child, err := fromJSON(e)
			if err != nil {
				return nil, err
			}
			n.members = append(n.members, member{value: child, first: i == 0})
		}
	case *hujson.Object:
		n.kind = object
		for i, m := range value.Members {
			key := m.Name.Value.(hujson.Literal).String()
			if n.index(key) >= 0 {
				return nil, fmt.Errorf("%w: %q", errDuplicate, key)
			}
			child, err := fromJSON(m.Value)
			if err != nil {
				return nil, err
			}
			n.members = append(n.members, member{key: key, value: child, syntax: m.Name, first: i == 0})
		}
	}
	return n, nil
}

// writeJSON puts a tree together from the pieces that it was read from.
func writeJSON(n *node) hujson.Value {
	v := n.syntax.(hujson.Value)
	switch old := v.Value.(type) {
	case *hujson.Array:
		array := &hujson.Array{AfterExtra: old.AfterExtra}
		var before []hujson.Extra
		for _, e := range old.Elements {
			before = append(before, e.BeforeExtra)
		}
		for i, m := range n.members {
			e := standing(writeJSON(m.value), m.place)
			if e.BeforeExtra = layout(e.BeforeExtra, m, i, before); m.added {
				e.AfterExtra = nil
				array.AfterExtra = closing(array.AfterExtra, len(before), e.BeforeExtra)
			}
			array.Elements = append(array.Elements, e)
		}
		if k := len(array.Elements); k > 0 {
			array.Elements[k-1].AfterExtra = trailing(array.Elements[k-1].AfterExtra, len(before) > 0 && old.Elements[len(before)-1].AfterExtra != nil)
		}
		v.Value = array
	case *hujson.Object:
		obj := &hujson.Object{AfterExtra: old.AfterExtra}
		var before []hujson.Extra
		for _, m := range old.Members {
			before = append(before, m.Name.BeforeExtra)
		}
		for i, m := range n.members {
			e := hujson.ObjectMember{Name: m.syntax.(hujson.Value), Value: standing(writeJSON(m.value), m.place)}
			if e.Name.BeforeExtra = layout(e.Name.BeforeExtra, m, i, before); m.added {
				e.Value.AfterExtra = nil
				obj.AfterExtra = closing(obj.AfterExtra, len(before), e.Name.BeforeExtra)
			}
			obj.Members = append(obj.Members, e)
		}
		if k := len(obj.Members); k > 0 {
			obj.Members[k-1].Value.AfterExtra = trailing(obj.Members[k-1].Value.AfterExtra, len(before) > 0 && old.Members[len(before)-1].Value.AfterExtra != nil)
		}
		v.Value = obj
	}
	return v
}

// standing gives a value the blanks around the one in whose place it is.
func standing(v hujson.Value, place *node) hujson.Value {
	if place == nil {
		return v
	}
	was := place.syntax.(hujson.Value)
	if v.BeforeExtra.IsStandard() && was.BeforeExtra.IsStandard() {
		v.BeforeExtra = was.BeforeExtra
	}
	if v.AfterExtra.IsStandard() && was.AfterExtra.IsStandard() {
		v.AfterExtra = was.AfterExtra
	}
	return v
}

// layout gives an entry that is new, or has come to the front or left it, the
// line break and indentation of the entries that the user has at such a place. A
// comment that it brings along stays with it.
func layout(own hujson.Extra, m member, at int, before []hujson.Extra) hujson.Extra {
	moved := m.added || m.first != (at == 0)
	if !moved || len(before) == 0 || !own.IsStandard() {
		return own
	}
	like := before[0]
	switch {
	case at > 0 && len(before) > 1:
		like = before[1]
	case at > 0 && !strings.Contains(string(like), "\n"):
		like = hujson.Extra(" ")
	}
	if !like.IsStandard() {
		return own
	}
	return like
}

// closing puts the bracket that closes an until now empty value on a line of
// its own, one step less indented than the first entry.
func closing(own hujson.Extra, before int, entry hujson.Extra) hujson.Extra {
	if before > 0 || len(own) > 0 {
		return own
	}
	if i := strings.LastIndexByte(string(entry), '\n'); i >= 0 {
		indent := string(entry[i+1:])
		indent = strings.TrimSuffix(strings.TrimSuffix(indent, "\t"), "  ")
		return hujson.Extra("\n" + indent)
	}
	return own
}

// trailing says by its being nil or not whether a comma follows the last entry.
func trailing(own hujson.Extra, comma bool) hujson.Extra {
	switch {
	case !comma:
		return nil
	case own == nil:
		return hujson.Extra{}
	}
	return own
}
