package cases

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/mcpctl/mcpctl/inspect/traffic"
	"github.com/mcpctl/mcpctl/mcp"
)

const (
	// minReused is how long a text must be to be looked for within others.
	minReused = 4
	// maxMarks bounds the values that may be sent again.
	maxMarks = 1_000
)

// expectation is what a step expects; false when the runs contradict each other.
func (l *learning) expectation(step int, one talk, again *talk) (mcp.Value, bool) {
	fault := one.Reply.RPCError()
	if again != nil && (fault == nil) != (again.Reply.RPCError() == nil) {
		return mcp.Value{}, false
	}
	if fault != nil {
		return mcp.ValueOf(map[string]any{"error": map[string]any{"code": fault.Code}}), true
	}
	result := traffic.Lasting(one.Reply.Result())
	expected := traffic.Expectation(result)
	if again != nil {
		expected = l.compare(step, "$", result, traffic.Lasting(again.Reply.Result()))
	}
	return mcp.ValueOf(map[string]any{"result": expected}), true
}

// compare is what both values have in common, as an expectation.
func (l *learning) compare(step int, at string, was, now mcp.Value) mcp.Value {
	switch {
	case equal(was, now):
		return traffic.Expectation(was)
	case was.Kind() != now.Kind():
		l.Matchers++
		return matching("$any", true)
	case was.Is(mcp.Object):
		return l.compareObjects(step, at, was, now)
	case was.Is(mcp.Array) && was.Len() == now.Len():
		all := []mcp.Value{}
		for i, item := range was.Items() {
			all = append(all, l.compare(step, element(at, i), item, now.Items()[i]))
		}
		return mcp.ValueOf(all)
	}
	if again, ok := l.again(was, now); ok {
		return traffic.Verbatim(again)
	}
	l.Matchers++
	switch was.Kind() {
	case mcp.String:
		l.mark(step, at, was, now)
		return likeBoth(was.Text(), now.Text())
	case mcp.Number:
		l.mark(step, at, was, now)
		if was.Whole() && now.Whole() {
			return matching("$type", "integer")
		}
		return matching("$type", "number")
	}
	return matching("$type", was.Kind().String())
}

// compareObjects leaves out members that only one of the runs has.
func (l *learning) compareObjects(step int, at string, was, now mcp.Value) mcp.Value {
	out := []byte{'{'}
	for _, m := range was.Members() {
		if !now.Has(m.Name) {
			continue
		}
		name := m.Name
		if strings.HasPrefix(name, "$") {
			name = "$" + name
		}
		written, value := mcp.ValueOf(name), l.compare(step, below(at, m.Name), m.Value, now.Get(m.Name))
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(append(append(out, written.Raw()...), ':'), value.Raw()...)
	}
	whole, _ := mcp.Parse(append(out, '}')) // it is made of valid parts
	return whole
}

func matching(name string, what any) mcp.Value { return mcp.ValueOf(map[string]any{name: what}) }

// changing are kinds of text that are made anew each time, the most particular
// first, and the patterns that know them.
var changing = regexp.MustCompile(`[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}` +
	`|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?|[0-9a-fA-F]{16,}|\d+`)

// likeBoth is a pattern for two texts that differ only in ids, times and
// numbers, or else any text.
func likeBoth(was, now string) mcp.Value {
	pattern, again := skeleton(was), skeleton(now)
	if pattern != again || len(pattern) > maxPattern || strings.Contains(was, "{{") {
		return matching("$type", "string")
	}
	return matching("$regex", pattern)
}

// skeleton is a text as a pattern in which what changes is left open.
func skeleton(s string) string {
	var out strings.Builder
	out.WriteByte('^')
	last := 0
	for _, at := range changing.FindAllStringIndex(s, -1) {
		out.WriteString(regexp.QuoteMeta(s[last:at[0]]))
		last = at[1]
		switch word := s[at[0]:at[1]]; {
		case strings.Contains(word, ":"):
			out.WriteString(`[\d:T +.Z-]+`)
		case strings.Count(word, "-") == 4:
			out.WriteString(`[0-9a-fA-F-]{36}`)
		case strings.Trim(word, "0123456789") == "":
			out.WriteString(`\d+`)
		default:
			out.WriteString(`[0-9a-fA-F]+`)
		}
	}
	out.WriteString(regexp.QuoteMeta(s[last:]))
	return out.String() + "$"
}

func (l *learning) mark(step int, at string, was, now mcp.Value) {
	if len(l.marks) < maxMarks {
		l.marks = append(l.marks, volatile{step: step, path: at, was: was, now: now})
	}
}

// known is the name of an earlier value that was this in the one run and that in
// the other, "" when there is none.
func (l *learning) known(was, now mcp.Value) string {
	for i := range l.marks {
		if m := &l.marks[i]; equal(m.was, was) && equal(m.now, now) {
			l.use(m)
			return m.name
		}
	}
	return ""
}

// use gives a value a name.
func (l *learning) use(m *volatile) {
	if m.name != "" {
		return
	}
	words := strings.FieldsFunc(m.path, func(r rune) bool { return strings.ContainsRune(".$[]'", r) })
	name := "value"
	for _, word := range words {
		if identifier.MatchString(word) && word != "content" && word != "structuredContent" {
			name = word
		}
	}
	if name == "revision" || name == "transport" {
		name += "_"
	}
	base := name
	for n := 2; l.taken(name); n++ {
		name = fmt.Sprintf("%s%d", base, n)
	}
	m.name = name
}

func (l *learning) taken(name string) bool {
	for _, m := range l.marks {
		if m.name == name {
			return true
		}
	}
	return false
}

// hole stands for a variable until what is around it was made literal.
const hole = "\x00"

// reuse is what was sent, with variables where it holds an earlier value.
func (l *learning) reuse(was, now mcp.Value) mcp.Value {
	switch {
	case equal(was, now) || was.Kind() != now.Kind():
		return was
	case was.Is(mcp.Object):
		out := map[string]any{}
		for _, m := range was.Members() {
			out[m.Name] = l.reuse(m.Value, now.Get(m.Name))
		}
		return mcp.ValueOf(out)
	case was.Is(mcp.Array) && was.Len() == now.Len():
		all := []mcp.Value{}
		for i, item := range was.Items() {
			all = append(all, l.reuse(item, now.Items()[i]))
		}
		return mcp.ValueOf(all)
	}
	if again, ok := l.again(was, now); ok {
		return again
	}
	return was
}

// again is a value with a variable where it is, or has within it, an earlier
// one, in both runs.
func (l *learning) again(was, now mcp.Value) (mcp.Value, bool) {
	if name := l.known(was, now); name != "" {
		return mcp.ValueOf(hole + name + hole), true
	}
	for i := range l.marks {
		m := &l.marks[i]
		if len(m.was.Text()) < minReused || !strings.Contains(was.Text(), m.was.Text()) {
			continue
		}
		if strings.Replace(was.Text(), m.was.Text(), m.now.Text(), 1) == now.Text() {
			l.use(m)
			return mcp.ValueOf(strings.Replace(was.Text(), m.was.Text(), hole+m.name+hole, 1)), true
		}
	}
	return mcp.Value{}, false
}
