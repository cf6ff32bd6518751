package inspect

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/internal/nearest"
	"github.com/mcpctl/mcpctl/mcp"
)

// maxNames bounds nesting in names, so that no word can make a deep object.
const maxNames = 32

// typing puts words into an object.
type typing struct {
	shape     shape
	unchecked bool
}

// path splits a name at its dots, except where the schema has a member with
// dots in its name.
func (t typing) path(name string) []string {
	var path []string
	for s := t.shape; len(path) < maxNames; {
		cut := s.head(name)
		path = append(path, name[:cut])
		if cut == len(name) {
			return path
		}
		_, s = s.property(name[:cut])
		name = name[cut+1:]
	}
	return append(path, name)
}

// head is the length of what in a dotted name is the first member: the longest
// that the schema knows, else what stands before the first dot.
func (s shape) head(name string) int {
	for cut := len(name); cut > 0; cut = strings.LastIndexByte(name[:cut], '.') {
		if known, _ := s.property(name[:cut]); known && cut != len(name)-1 {
			return cut
		}
	}
	if cut := strings.IndexByte(name, '.'); cut > 0 && cut < len(name)-1 {
		return cut
	}
	return len(name)
}

// set puts one word at its place. fresh are the places where a word has begun an
// array: what --args gave there is replaced, what a word gave is added to.
func (t typing) set(into map[string]any, s shape, path []string, w Word, fresh map[string]bool, at string) error {
	name := path[0]
	found, p := s.property(name)
	if !found && !s.open() && !t.unchecked {
		return unknown(s, name, at)
	}
	at += "/" + mcp.EscapePointer(name)
	if len(path) > 1 {
		inner, ok := into[name].(map[string]any)
		if !ok {
			inner = map[string]any{}
			into[name] = inner
		}
		return t.set(inner, p, path[1:], w, fresh, at)
	}
	if w.JSON {
		v, err := decode(w.Value)
		if err != nil {
			return &ArgumentError{What: fmt.Sprintf("argument %s is no JSON: %v", w.Name, err), Hint: fmt.Sprintf("Text is written %s=text.", w.Name)}
		}
		return t.put(into, p, name, v, fresh, at, w)
	}
	v, element, err := t.read(p, w, position(into[name], fresh[at]))
	if err != nil {
		return err
	}
	if element {
		return t.put(into, p, name, v, fresh, at, w)
	}
	if fresh[at] && !t.unchecked {
		return twice(w)
	}
	fresh[at] = true
	into[name] = v
	return nil
}

// position is where the next element of an array stands.
func position(there any, fresh bool) int {
	if all, ok := there.([]any); ok && fresh {
		return len(all)
	}
	return 0
}

// put sets a value, or adds it to the array that earlier words began.
func (t typing) put(into map[string]any, p shape, name string, v any, fresh map[string]bool, at string, w Word) error {
	isArray := slices.Contains(p.kinds(), "array")
	_, whole := v.([]any)
	switch {
	case isArray && !(w.JSON && whole && !fresh[at]):
		all, _ := into[name].([]any)
		if !fresh[at] {
			all = nil
		}
		into[name] = append(all, v)
	case fresh[at] && !t.unchecked:
		return twice(w)
	default:
		into[name] = v
	}
	fresh[at] = true
	return nil
}

func twice(w Word) error {
	return &ArgumentError{What: fmt.Sprintf("argument %s is given twice, and it is no array", w.Name)}
}

func unknown(s shape, name, at string) error {
	e := &ArgumentError{What: fmt.Sprintf("there is no argument %q", name)}
	if at != "" {
		e.What += " in " + at
	}
	known := s.names()
	if word := nearest.Word(name, known); word != "" {
		e.Hint = fmt.Sprintf("Did you mean %s? ", word)
	} else if len(known) > 0 {
		e.Hint = fmt.Sprintf("There are %s. ", strings.Join(known[:min(len(known), maxParameters)], ", "))
	} else {
		e.Hint = "There are none. "
	}
	e.Hint += "--unchecked sends it all the same."
	return e
}

// read reads text as the schema says. element tells that it is one element of
// the array that the schema wants.
func (t typing) read(p shape, w Word, at int) (v any, element bool, err error) {
	text := string(w.Value)
	kinds := p.kinds()
	if slices.Contains(kinds, "array") {
		if v, err := decode(w.Value); err == nil {
			if all, ok := v.([]any); ok && at == 0 {
				return all, false, nil
			}
		}
		if v, ok := scalar(p, text, without(kinds, "array")); ok && len(kinds) > 1 {
			return v, false, nil
		}
		item := p.item(at)
		if v, ok := scalar(item, text, item.kinds()); ok {
			return v, true, nil
		}
		if t.unchecked {
			return text, true, nil
		}
		return nil, false, mistyped(item, w, text)
	}
	if v, ok := scalar(p, text, kinds); ok {
		return v, false, nil
	}
	if t.unchecked {
		return text, false, nil
	}
	return nil, false, mistyped(p, w, text)
}

func without(all []string, word string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return s == word })
}

func mistyped(p shape, w Word, text string) error {
	return &ArgumentError{
		What: fmt.Sprintf("argument %s must be of type %s, and %.60q is not", w.Name, p.word(2), text),
		Hint: fmt.Sprintf("JSON is written %s:=JSON; --unchecked sends the text all the same.", w.Name),
	}
}
