package inspect

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mcpctl/mcpctl/internal/nearest"
	"github.com/mcpctl/mcpctl/mcp"
)

// GetPrompt gets a prompt with arguments, which are text in every revision.
func (c *Client) GetPrompt(ctx context.Context, name string, arguments map[string]string) (mcp.Value, error) {
	params := map[string]any{"name": name}
	if len(arguments) > 0 {
		params["arguments"] = arguments
	}
	return c.Ask(ctx, "prompts/get", params, nil)
}

// ReadResource reads a resource.
func (c *Client) ReadResource(ctx context.Context, uri string) (mcp.Value, error) {
	return c.Ask(ctx, "resources/read", map[string]any{"uri": uri}, nil)
}

// ForPrompt judges the arguments by what a prompt declares. With unchecked they
// are taken as they are. The error is an *ArgumentError.
func (a Arguments) ForPrompt(prompt mcp.Value, unchecked bool) (map[string]string, error) {
	whole, err := a.whole()
	if err != nil {
		return nil, err
	}
	given := map[string]string{}
	for name, v := range whole {
		text, ok := v.(string)
		if !ok {
			return nil, &ArgumentError{What: fmt.Sprintf("argument %s must be text: arguments of prompts are", name)}
		}
		given[name] = text
	}
	for _, w := range a.Words {
		if w.JSON {
			return nil, &ArgumentError{What: fmt.Sprintf("argument %s must be text: arguments of prompts are", w.Name), Hint: fmt.Sprintf("Write %s=text.", w.Name)}
		}
		if !utf8.Valid(w.Value) {
			return nil, &ArgumentError{What: fmt.Sprintf("argument %s is not UTF-8", w.Name)}
		}
		given[w.Name] = string(w.Value)
	}
	if unchecked {
		return given, nil
	}
	return given, fitsPrompt(prompt, given)
}

func fitsPrompt(prompt mcp.Value, given map[string]string) error {
	var known, lacking []string
	for _, argument := range prompt.Get("arguments").Items() {
		name := argument.Get("name").Text()
		known = append(known, name)
		if _, there := given[name]; !there && argument.Get("required").True() {
			lacking = append(lacking, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !slices.Contains(known, name) {
			e := &ArgumentError{What: fmt.Sprintf("there is no argument %q", name), Hint: PromptSignature(prompt)}
			if word := nearest.Word(name, known); word != "" {
				e.Hint = fmt.Sprintf("Did you mean %s?", word)
			}
			return e
		}
	}
	if len(lacking) > 0 {
		return &ArgumentError{What: fmt.Sprintf("%s needs %s", prompt.Get("name").Text(), strings.Join(lacking, ", ")), Hint: PromptSignature(prompt)}
	}
	return nil
}
