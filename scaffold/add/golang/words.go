package golang

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mcpctl/mcpctl/internal/term"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/scaffold/add"
)

// mixed reports whether a schema says more than its type and properties do, so
// that no one Go type fits all of its values.
func mixed(s mcp.Value) bool {
	for _, k := range []string{"oneOf", "anyOf", "allOf", "not", "if", "dependentSchemas", "$dynamicRef"} {
		if s.Has(k) {
			return true
		}
	}
	return false
}

// orNull recognises a union of one schema and null.
func orNull(s mcp.Value) (mcp.Value, bool) {
	for _, k := range []string{"anyOf", "oneOf"} {
		items := s.Get(k).Items()
		if len(items) != 2 || s.Has("type") || s.Has("properties") {
			continue
		}
		for i, item := range items {
			if item.Get("type").Text() == "null" {
				return items[1-i], true
			}
		}
	}
	return mcp.Value{}, false
}

// typeName is a schema's one type besides null, "" when it has none or several.
func typeName(s mcp.Value) (name string, nullable bool) {
	t := s.Get("type")
	if !t.Is(mcp.Array) {
		if name = t.Text(); name == "" {
			name = implied(s)
		}
		return name, false
	}
	for _, item := range t.Items() {
		switch {
		case item.Text() == "null":
			nullable = true
		case name != "":
			return "", nullable
		default:
			name = item.Text()
		}
	}
	return name, nullable
}

// implied is the type of a schema that lists its values without naming a type.
func implied(s mcp.Value) string {
	values := s.Get("enum").Items()
	if c := s.Get("const"); c.Exists() {
		values = []mcp.Value{c}
	}
	if len(values) == 0 || slices.ContainsFunc(values, func(v mcp.Value) bool { return !v.Is(mcp.String) }) {
		return ""
	}
	return "string"
}

// taggable reports whether a member's name can stand in a json tag.
func taggable(name string) bool {
	if name == "" || !utf8.ValidString(name) {
		return false
	}
	return !strings.ContainsFunc(name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", r)
	})
}

// fieldName is the identifier of a member.
func fieldName(name string) string {
	return exported(add.Words(strings.Map(ascii, name)))
}

// unique is name, with a number at its end if it is taken; it is taken then.
func unique(name string, taken map[string]bool) string {
	free := name
	for n := 2; taken[free]; n++ {
		free = name + strconv.Itoa(n)
	}
	taken[free] = true
	return free
}

// singular names one element of a list.
func singular(name string) string {
	if cut := strings.TrimSuffix(name, "s"); cut != name && !strings.HasSuffix(cut, "s") {
		return cut
	}
	return name + "Item"
}

// tagText is a description as it can stand in a struct tag: one line without
// backquotes. Tags that begin with WORD= mean something else to the SDK.
func tagText(text string) string {
	text = term.SafeLine(strings.Join(strings.Fields(strings.ToValidUTF8(text, "?")), " "))
	text = strings.ReplaceAll(text, "`", "'")
	if first, _, _ := strings.Cut(text, " "); strings.Contains(first, "=") {
		return ""
	}
	if r := []rune(text); len(r) > 160 {
		text = strings.TrimSpace(string(r[:159])) + "…"
	}
	return text
}

// indent writes JSON over several lines.
func indent(raw []byte) string {
	var out bytes.Buffer
	if json.Indent(&out, raw, "", "  ") != nil {
		return string(raw)
	}
	return out.String()
}

// rawLiteral writes JSON text as a raw Go string. What a reader could not see,
// and the backquote, become JSON's own escapes, which mean the same.
func rawLiteral(text string) string {
	return "`" + strings.ReplaceAll(add.Visible(text), "`", `\u0060`) + "`"
}
