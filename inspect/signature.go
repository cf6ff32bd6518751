package inspect

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// Signature is a tool as a line of code would declare it, such as
// "get-sum(a: number, b?: number)". A question mark follows what may be left
// out. Names are the server's own words, so the text is not safe to print.
func Signature(tool mcp.Value) string {
	return tool.Get("name").Text() + "(" + Parameters(tool.Get("inputSchema")) + ")"
}

// Parameters are the members of an object's schema as Signature lists them.
func Parameters(schema mcp.Value) string {
	s := newShape(schema)
	required := s.required()
	var all []string
	for i, name := range s.names() {
		if i == maxParameters {
			all = append(all, "…")
			break
		}
		_, p := s.property(name)
		mark := "?"
		if slices.Contains(required, name) {
			mark = ""
		}
		all = append(all, name+mark+": "+p.word(2))
	}
	return strings.Join(all, ", ")
}

// PromptSignature is a prompt in the manner of Signature.
func PromptSignature(prompt mcp.Value) string {
	var all []string
	for _, argument := range prompt.Get("arguments").Items() {
		name := argument.Get("name").Text()
		if !argument.Get("required").True() {
			name += "?"
		}
		all = append(all, name)
	}
	return fmt.Sprintf("%s(%s)", prompt.Get("name").Text(), strings.Join(all, ", "))
}

// Bounds on what is spelled out: parameters of a signature, choices of an
// enumeration and their characters.
const (
	maxParameters = 24
	maxChoices    = 5
	maxWord       = 48
)

// word is the type in a word or two.
func (s shape) word(depth int) string {
	s = s.followed()
	if choices := s.choices(); len(choices) > 0 && len(choices) <= maxChoices {
		var all []string
		for _, v := range choices {
			all = append(all, v.String())
		}
		if text := strings.Join(all, "|"); len(text) <= maxWord {
			return text
		}
	}
	kinds := s.kinds()
	if len(kinds) == 0 {
		return "any"
	}
	var all []string
	for _, kind := range kinds {
		if kind == "array" {
			kind = s.arrayWord(depth)
		}
		all = append(all, kind)
	}
	return strings.Join(all, "|")
}

func (s shape) arrayWord(depth int) string {
	item := s.item(0)
	if depth == 0 || !item.at.Exists() {
		return "array"
	}
	word := item.word(depth - 1)
	if strings.Contains(word, "|") {
		word = "(" + word + ")"
	}
	return word + "[]"
}

// Property is a member of an object's schema.
type Property struct {
	Name, Type, About string
	Required          bool
	// Choices are the values of an enumeration or of a boolean, as arguments are
	// typed; empty for all others.
	Choices []string
}

// Properties are the members that an object's schema names.
func Properties(schema mcp.Value) []Property {
	s := newShape(schema)
	required := s.required()
	var all []Property
	for _, name := range s.names() {
		_, at := s.property(name)
		p := Property{Name: name, Type: at.word(2), About: at.followed().at.Get("description").Text(), Required: slices.Contains(required, name)}
		for _, v := range at.choices() {
			if text := v.Text(); text != "" || !v.Is(mcp.String) {
				p.Choices = append(p.Choices, cmp.Or(text, v.String()))
			}
		}
		if slices.Equal(at.kinds(), []string{"boolean"}) && p.Choices == nil {
			p.Choices = []string{"true", "false"}
		}
		all = append(all, p)
	}
	return all
}
