package serverjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/mcpctl/mcpctl/mcp"
)

// Limits on a manifest. Real ones have a few kilobytes.
const (
	// MaxSize is how long a manifest may be, in bytes.
	MaxSize  = 1 << 20
	maxDepth = 100
)

// kind is the JSON type of a node.
type kind string

const (
	isNull    kind = "null"
	isBoolean kind = "boolean"
	isNumber  kind = "number"
	isString  kind = "string"
	isArray   kind = "array"
	isObject  kind = "object"
)

// node is a JSON value with its place. encoding/json's own mapping to structs
// folds case and keeps no places; mcp.Value keeps no offsets.
type node struct {
	kind       kind
	text       string // content of a string, digits of a number, true or false
	start, end int    // bytes of the document
	pointer    string
	items      []*node
	members    []member
}

// member is a name with its place, and its value.
type member struct {
	name       string
	start, end int // of the name, quotes included
	value      *node
}

// last finds a member by its exact name; of duplicates the last one counts, as
// in the registry.
func (n *node) last(name string) (member, bool) {
	if n == nil {
		return member{}, false
	}
	for i := len(n.members) - 1; i >= 0; i-- {
		if n.members[i].name == name {
			return n.members[i], true
		}
	}
	return member{}, false
}

// at follows names and answers nil where one is missing.
func (n *node) at(names ...string) *node {
	for _, name := range names {
		m, _ := n.last(name)
		n = m.value
	}
	return n
}

// str is the content of a string, "" for anything else.
func (n *node) str() string {
	if n == nil || n.kind != isString {
		return ""
	}
	return n.text
}

// walk visits the node and all below it, parents first.
func (n *node) walk(visit func(*node)) {
	visit(n)
	for _, i := range n.items {
		i.walk(visit)
	}
	for _, m := range n.members {
		m.value.walk(visit)
	}
}

// syntaxError is why bytes are no JSON, and where.
type syntaxError struct {
	offset int
	reason string
}

func (e *syntaxError) Error() string { return e.reason }

// parseJSON reads one JSON value of at most MaxSize bytes.
func parseJSON(raw []byte) (*node, *syntaxError) {
	switch {
	case len(raw) > MaxSize:
		return nil, &syntaxError{0, fmt.Sprintf("is longer than %d bytes", MaxSize)}
	case bytes.HasPrefix(raw, []byte("\uFEFF")):
		return nil, &syntaxError{0, "begins with a byte order mark, which JSON does not allow"}
	case !utf8.Valid(raw):
		return nil, &syntaxError{invalidUTF8(raw), "is not UTF-8 here"}
	}
	if err := valid(raw); err != nil {
		return nil, err
	}
	r := reader{raw: raw, dec: json.NewDecoder(bytes.NewReader(raw))}
	r.dec.UseNumber()
	n, err := r.value("", 0)
	var bad *syntaxError
	if errors.As(err, &bad) {
		return nil, bad
	}
	if err != nil {
		return nil, &syntaxError{int(r.dec.InputOffset()), err.Error()}
	}
	return n, nil
}

// valid asks encoding/json for the first place that is no JSON.
func valid(raw []byte) *syntaxError {
	if json.Valid(raw) {
		return nil
	}
	var sink json.RawMessage
	err := json.Unmarshal(raw, &sink)
	var at *json.SyntaxError
	if !errors.As(err, &at) {
		return &syntaxError{0, "is no JSON"}
	}
	if strings.Contains(at.Error(), "unexpected end") {
		return &syntaxError{len(raw), "ends before the JSON does"}
	}
	return &syntaxError{max(0, int(at.Offset)-1), at.Error()}
}

func invalidUTF8(raw []byte) int {
	for i := 0; i < len(raw); {
		r, size := utf8.DecodeRune(raw[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return len(raw)
}

// reader builds nodes from the tokens of encoding/json, which tells where each
// one ends.
type reader struct {
	raw []byte
	dec *json.Decoder
}

// token reads the next token and where it stands.
func (r *reader) token() (t json.Token, start, end int, err error) {
	start = int(r.dec.InputOffset())
	for start < len(r.raw) && strings.IndexByte(" \t\r\n,:", r.raw[start]) >= 0 {
		start++
	}
	t, err = r.dec.Token()
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return t, start, int(r.dec.InputOffset()), err
}

func (r *reader) value(pointer string, depth int) (*node, error) {
	t, start, end, err := r.token()
	if err != nil {
		return nil, err
	}
	if depth > maxDepth {
		return nil, &syntaxError{start, fmt.Sprintf("is nested deeper than %d levels", maxDepth)}
	}
	n := &node{start: start, end: end, pointer: pointer}
	switch t := t.(type) {
	case nil:
		n.kind = isNull
	case bool:
		n.kind, n.text = isBoolean, strconv.FormatBool(t)
	case json.Number:
		n.kind, n.text = isNumber, t.String()
	case string:
		n.kind, n.text = isString, t
	case json.Delim:
		if t == '[' {
			err = r.array(n, depth)
		} else {
			err = r.object(n, depth)
		}
	}
	return n, err
}

func (r *reader) array(n *node, depth int) error {
	n.kind = isArray
	for r.dec.More() {
		item, err := r.value(n.pointer+"/"+strconv.Itoa(len(n.items)), depth+1)
		if err != nil {
			return err
		}
		n.items = append(n.items, item)
	}
	_, _, end, err := r.token()
	n.end = end
	return err
}

func (r *reader) object(n *node, depth int) error {
	n.kind = isObject
	for r.dec.More() {
		t, start, end, err := r.token()
		if err != nil {
			return err
		}
		name, _ := t.(string) // names are strings in valid JSON
		value, err := r.value(n.pointer+"/"+mcp.EscapePointer(name), depth+1)
		if err != nil {
			return err
		}
		n.members = append(n.members, member{name, start, end, value})
	}
	_, _, end, err := r.token()
	n.end = end
	return err
}
