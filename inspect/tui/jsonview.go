package tui

import (
	"strconv"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// maxJSONText is how many bytes of one string are shown; deeper values than
// maxJSONDepth are shown on one line.
const (
	maxJSONText  = 4 << 10
	maxJSONDepth = 40
)

// jsonDoc is a source that shows a value with indentation.
func jsonDoc(v mcp.Value) func(int) ([]Line, bool) {
	return func(budget int) ([]Line, bool) {
		w := jsonWriter{left: budget}
		w.value(nil, v, 0, "")
		return w.lines, w.left <= 0
	}
}

// jsonWriter draws a value until its budget is spent.
type jsonWriter struct {
	lines []Line
	left  int // bytes
}

func (w *jsonWriter) put(l Line) {
	for _, s := range l {
		w.left -= len(s.text)
	}
	w.left -= 2 // an endless list of nothing ends as well
	w.lines = append(w.lines, l)
}

// value draws v after head, a member's name, and before tail, a comma.
func (w *jsonWriter) value(head Line, v mcp.Value, depth int, tail string) {
	if w.left <= 0 {
		return
	}
	indent := S(Plain, blanks(2*depth))
	if depth == 0 {
		indent = S(Plain, "")
	}
	start := append(Line{indent}, head...)
	open, end := "{", "}"
	if v.Is(mcp.Array) {
		open, end = "[", "]"
	}
	switch {
	case !v.Is(mcp.Array) && !v.Is(mcp.Object):
		w.put(append(start, scalar(v), S(Dim, tail)))
		return
	case v.Len() == 0:
		w.put(append(start, S(Dim, open+end+tail)))
		return
	case depth >= maxJSONDepth:
		w.put(append(start, S(Plain, shortened(string(v.Raw()), maxJSONText)), S(Dim, tail)))
		return
	}
	w.put(append(start, S(Dim, open)))
	items, members := v.Items(), v.Members()
	for i, item := range items {
		w.value(nil, item, depth+1, comma(i, len(items)))
	}
	for i, m := range members {
		w.value(Line{S(Accent, quoted(m.Name)), S(Dim, ": ")}, m.Value, depth+1, comma(i, len(members)))
	}
	if w.left > 0 {
		w.put(Line{indent, S(Dim, end+tail)})
	}
}

func comma(i, n int) string {
	if i < n-1 {
		return ","
	}
	return ""
}

func scalar(v mcp.Value) Span {
	switch v.Kind() {
	case mcp.String:
		return S(Plain, quoted(v.Text()))
	case mcp.Absent:
		return S(Dim, "nothing")
	}
	return S(Code, shortened(string(v.Raw()), maxJSONText))
}

// quoted is a text as JSON would have it, but with what is legible left as it is;
// S makes the rest visible.
func quoted(text string) string {
	return `"` + strings.ReplaceAll(shortened(text, maxJSONText), `"`, `\"`) + `"`
}

// shortened cuts a text after some bytes and says how many more there are.
func shortened(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "… (+" + strconv.Itoa(len(text)-most) + " bytes)"
}

// textDoc is a source that shows a text of any number of lines.
func textDoc(r Role, text string) func(int) ([]Line, bool) {
	return func(budget int) ([]Line, bool) { return textLines(r, text, budget) }
}

// textLines are the lines of at most so many bytes of a text.
func textLines(r Role, text string, budget int) (lines []Line, more bool) {
	if len(text) > budget {
		text, more = strings.ToValidUTF8(text[:max(0, budget)], ""), true
	}
	for line := range strings.SplitSeq(text, "\n") {
		lines = append(lines, L(r, strings.TrimSuffix(line, "\r")))
	}
	return lines, more
}
