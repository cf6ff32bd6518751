package inspect

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/mcpctl/mcpctl/mcp"
)

// ArgumentError says what is wrong with arguments before they were sent. Hint
// says what to do. Both may hold the server's words.
type ArgumentError struct{ What, Hint string }

// Error is What.
func (e *ArgumentError) Error() string { return e.What }

// For types the arguments by a tool's schema and judges them by it. With
// unchecked nothing is judged, and what fits no type is sent as text. The error
// is an *ArgumentError. Unjudged says why a schema could not be judged by.
func (a Arguments) For(tool mcp.Value, unchecked bool) (object mcp.Value, unjudged error, err error) {
	schema := tool.Get("inputSchema")
	t := typing{shape: newShape(schema), unchecked: unchecked}
	into, err := a.whole()
	if err != nil {
		return object, nil, err
	}
	fresh := map[string]bool{}
	for _, w := range a.Words {
		if err := t.set(into, t.shape, t.path(w.Name), w, fresh, ""); err != nil {
			return object, nil, err
		}
	}
	object = mcp.ValueOf(into)
	if unchecked {
		return object, nil, nil
	}
	if err := missing(tool, t.shape, into); err != nil {
		return object, nil, err
	}
	problems, unjudged := check(schema, object)
	if len(problems) > 0 {
		return object, nil, &ArgumentError{
			What: fmt.Sprintf("the arguments do not fit the schema of %s: %s", tool.Get("name").Text(), listed(problems)),
			Hint: Signature(tool) + "; --unchecked sends them all the same.",
		}
	}
	return object, unjudged, nil
}

// listed are the first few problems in a line.
func listed[T fmt.Stringer](problems []T) string {
	const most = 3
	var all []string
	for i, p := range problems {
		if i == most {
			all = append(all, fmt.Sprintf("and %d more", len(problems)-most))
			break
		}
		all = append(all, p.String())
	}
	return strings.Join(all, "; ")
}

// whole is the object that the words are laid over.
func (a Arguments) whole() (map[string]any, error) {
	into := map[string]any{}
	if a.Whole == nil {
		return into, nil
	}
	v, err := decode(a.Whole)
	if err != nil {
		return nil, &ArgumentError{What: fmt.Sprintf("the arguments are no JSON: %v", err)}
	}
	into, ok := v.(map[string]any)
	if !ok {
		return nil, &ArgumentError{What: "the arguments are no JSON object", Hint: `An object looks like {"a": 1}.`}
	}
	return into, nil
}

// decode reads one JSON value and keeps numbers as they are written.
func decode(raw []byte) (any, error) {
	if !utf8.Valid(raw) {
		return nil, errors.New("it is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is something after it")
	}
	return v, nil
}

// missing names the members that the schema requires and nobody gave.
func missing(tool mcp.Value, s shape, into map[string]any) error {
	var all []string
	for _, name := range s.required() {
		if _, there := into[name]; !there {
			_, p := s.property(name)
			all = append(all, name+": "+p.word(2))
		}
	}
	if len(all) == 0 {
		return nil
	}
	return &ArgumentError{
		What: fmt.Sprintf("%s needs %s", tool.Get("name").Text(), strings.Join(all, ", ")),
		Hint: Signature(tool),
	}
}
