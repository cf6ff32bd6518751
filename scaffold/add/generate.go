package add

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"unicode"

	"github.com/mcpctl/mcpctl/mcp"
)

// What generators of several languages share.

// Camel joins words to a name that begins with a capital letter.
func Camel(words []string) string {
	var out strings.Builder
	for _, w := range words {
		if w != "" {
			out.WriteString(strings.ToUpper(w[:1]) + w[1:])
		}
	}
	if name := out.String(); name != "" && upper(name[0]) {
		return name
	}
	return "X" + out.String()
}

// Visible writes what a reader of JSON could not see as JSON's own escapes.
func Visible(text string) string {
	var out strings.Builder
	for _, r := range text {
		switch {
		case r == '\n' || unicode.IsPrint(r):
			out.WriteRune(r)
		case r > 0xFFFF:
			fmt.Fprintf(&out, `\u%04x\u%04x`, (r-0x10000)>>10+0xD800, (r-0x10000)&0x3FF+0xDC00)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
	}
	return out.String()
}

// Definition is the schema that a local pointer such as #/$defs/Pet leads to,
// absent when there is none.
func Definition(root mcp.Value, pointer string) mcp.Value {
	parts := strings.Split(strings.TrimPrefix(pointer, "#/"), "/")
	if len(parts) != 2 || parts[0] != "$defs" && parts[0] != "definitions" {
		return mcp.Value{}
	}
	return root.Get(parts[0]).Get(strings.ReplaceAll(strings.ReplaceAll(parts[1], "~1", "/"), "~0", "~"))
}

// Declarations are what declare writes of a tool's schemas: Input, and Output if
// there is one.
func Declarations(it Item, declare func(part string, schema mcp.Value) string) ([]string, error) {
	var all []string
	for _, part := range []struct {
		name string
		raw  json.RawMessage
	}{{"Input", it.Input}, {"Output", it.Output}} {
		if part.raw == nil {
			continue
		}
		v, err := mcp.Parse(bytes.Clone(part.raw))
		if err != nil {
			return nil, fmt.Errorf("read the %s schema: %w", strings.ToLower(part.name), err)
		}
		all = append(all, declare(part.name, v))
	}
	return all, nil
}

// Hint is an annotation that says yes or no.
type Hint struct {
	Name  string // as the wire has it
	Value bool
}

// Hints are those that a tool has.
func (a *Annotations) Hints() []Hint {
	var all []Hint
	for _, h := range []struct {
		name  string
		value *bool
	}{{"readOnlyHint", a.ReadOnly}, {"destructiveHint", a.Destructive}, {"idempotentHint", a.Idempotent}, {"openWorldHint", a.OpenWorld}} {
		if h.value != nil {
			all = append(all, Hint{h.name, *h.value})
		}
	}
	return all
}

// errTaken says that a name is in use.
var errTaken = errors.New("choose another name, or remove the other first")

// Bounds of what is looked through for names in use.
const (
	maxScanned = 2000    // files
	maxSource  = 1 << 20 // bytes of each
)

// Search is how a language's files are looked through.
type Search struct {
	Root    string                 // the folder
	Counts  func(file string) bool // whether a file can offer something, and is not the item's own
	Offered string                 // the expression that finds where the item is offered
}

// CheckFree refuses an item that another file offers already, and one whose files
// would be another's, since names that differ in signs alone share them: base
// names an item's files.
func CheckFree(p *Project, it Item, base func(Item) string, s Search) error {
	for _, e := range p.Entries {
		if e.Name != it.Name && base(Item{Kind: e.Kind, Name: e.Name}) == base(it) {
			return fmt.Errorf("the %s %s would have the files of %s: %w", it.Kind, it.Name, e.Name, errTaken)
		}
	}
	offered, err := regexp.Compile(s.Offered)
	if err != nil {
		return fmt.Errorf("look for the name %s: %w", it.Name, err)
	}
	scanned := 0
	return fs.WalkDir(p.FS, s.Root, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return fmt.Errorf("look through the project: %w", err)
		case !entry.Type().IsRegular() || !s.Counts(name):
			return nil
		}
		if scanned++; scanned > maxScanned {
			return fs.SkipAll
		}
		text, err := ReadBounded(p.FS, name, maxSource)
		if err != nil {
			return fmt.Errorf("look through the project: %w", err)
		}
		if offered.Match(text) {
			return fmt.Errorf("the %s %s is in %s already: %w", it.Kind, it.Name, name, errTaken)
		}
		return nil
	})
}
