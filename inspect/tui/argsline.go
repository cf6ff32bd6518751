package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/mcp"
)

// askLine asks for the arguments in one line, as on a command line.
func (d *toolDetail) askLine() tea.Cmd {
	name := d.tool.Get("name").Text()
	q := newAsk("arguments", "")
	var names []string
	for _, p := range inspect.Properties(d.tool.Get("inputSchema")) {
		names = append(names, p.Name+"=")
	}
	q.past = d.lines[name]
	q.suggest = func(text string) []string { return lastWord(text, names) }
	q.check = func(text string) (Role, string) {
		v, err := d.parse(text)
		if err != nil {
			return Bad, err.Error()
		}
		return OK, v.String()
	}
	q.done = func(text string) tea.Cmd {
		if v, err := d.parse(text); err == nil {
			d.of.form().Set(v)
			d.lines[name] = append([]string{text}, d.lines[name]...)
		}
		return nil
	}
	return d.of.room.put(q)
}

func (d *toolDetail) parse(text string) (mcp.Value, error) {
	split, err := splitWords(text)
	if err != nil {
		return mcp.Value{}, err
	}
	given, err := inspect.ParseArguments(split, "", inspect.Sources{Read: readInput})
	if err != nil {
		return mcp.Value{}, err
	}
	v, _, err := given.For(d.tool, false)
	return v, err
}

// lastWord are the names that the last word of a text may become, each as the
// whole text.
func lastWord(text string, names []string) []string {
	at := strings.LastIndexByte(text, ' ') + 1
	var all []string
	for _, name := range names {
		if !strings.Contains(text, name) {
			all = append(all, text[:at]+name)
		}
	}
	return all
}

// splitWords splits a line as a command line is: at blanks, except in quotes.
func splitWords(text string) ([]string, error) {
	var all []string
	var word strings.Builder
	quote, begun := rune(0), false
	for _, r := range text {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '\'' || r == '"') && !strings.Contains(word.String(), ":="):
			quote, begun = r, true
		case quote == 0 && r == ' ' && !openJSON(word.String()):
			if begun {
				all = append(all, word.String())
			}
			word.Reset()
			begun = false
		default:
			word.WriteRune(r)
			begun = true
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("the quote %c is not closed", quote)
	}
	if begun {
		all = append(all, word.String())
	}
	return all, nil
}

// openJSON reports whether a word name:=… has brackets that are still open, so
// that a blank belongs to it.
func openJSON(word string) bool {
	_, value, ok := strings.Cut(word, ":=")
	if !ok {
		return false
	}
	depth, inText, escaped := 0, false, false
	for _, r := range value {
		switch {
		case escaped:
			escaped = false
		case r == '\\':
			escaped = true
		case r == '"':
			inText = !inText
		case inText:
		case r == '{' || r == '[':
			depth++
		case r == '}' || r == ']':
			depth--
		}
	}
	return depth > 0 || inText
}
