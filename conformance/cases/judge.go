package cases

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// judge compares the outcome of a step with what is expected of it.
func (l *live) judge(s step, o outcome) []string {
	j, e := l.judging(), s.expect
	var wrong []string
	if e.within > 0 && o.took > e.within {
		wrong = append(wrong, fmt.Sprintf("the answer took %s, and may take %s", o.took.Round(100_000), e.within))
	}
	if e.status != nil {
		status := mcp.Value{}
		if o.status != 0 {
			status = mcp.ValueOf(o.status)
		}
		j.check(e.status, "status of HTTP", status)
	}
	switch {
	case o.silent:
	case e.fault != nil && o.fault == nil:
		wrong = append(wrong, fmt.Sprintf("expected an error, %s, and got the result %s", e.fault.words(l.vars), shorten(o.result.String())))
	case e.fault != nil:
		j.check(e.fault, "error", faultValue(o.fault))
	case o.fault != nil:
		wrong = append(wrong, fmt.Sprintf("the server answered with %s", shortenTo(o.fault.Error(), 2*maxShown)))
	default:
		l.judgeResult(j, s, o.result)
	}
	for _, m := range j.wrong {
		wrong = append(wrong, m.String())
	}
	if j.more > 0 {
		wrong = append(wrong, fmt.Sprintf("and %d differences more", j.more))
	}
	return wrong
}

// judgeResult judges a result. A call that failed without being expected to is
// wrong, whatever else is expected.
func (l *live) judgeResult(j *judging, s step, result mcp.Value) {
	e := s.expect
	if e.result != nil {
		j.check(e.result, "$", result)
	}
	switch failed := result.Get("isError"); {
	case e.isError != nil:
		if !failed.Exists() {
			failed = mcp.ValueOf(false)
		}
		j.check(e.isError, "$.isError", failed)
	case s.verb == "call" && failed.True() && !tellsOf(e.result, "isError"):
		j.add("$.isError", "false", "true: "+shorten(result.Get("content").String()))
	}
}

// tellsOf reports whether something is expected of a member of the result.
func tellsOf(m matcher, name string) bool {
	if all, several := m.(every); several {
		return slices.ContainsFunc(all, func(one matcher) bool { return tellsOf(one, name) })
	}
	o, ok := m.(subset)
	return ok && slices.ContainsFunc(o.members, func(one namedMatcher) bool { return one.name == name })
}

func faultValue(e *mcp.RPCError) mcp.Value {
	all := map[string]any{"code": e.Code, "message": e.Message}
	if e.Data.Exists() {
		all["data"] = e.Data
	}
	return mcp.ValueOf(all)
}

// capture gives names to what the paths lead to.
func (l *live) capture(s step, o outcome) []string {
	var wrong []string
	for _, c := range s.captures {
		v := c.path.get(o.result)
		if !v.Exists() {
			wrong = append(wrong, fmt.Sprintf("%s leads to nothing, so that %s has no value; the result is %s", c.path.written, c.name, shorten(o.result.String())))
			continue
		}
		l.vars[c.name] = v
	}
	return wrong
}

var named = regexp.MustCompile(`^\w`)

// names are the variables that what a step sends depends on.
func (s step) names() []string {
	var all []string
	add := func(t text) {
		for _, p := range t {
			if named.MatchString(p.name) {
				all = append(all, p.name)
			}
		}
	}
	var walk func(v value)
	walk = func(v value) {
		add(v.text)
		for _, item := range v.items {
			walk(item)
		}
		for _, m := range v.members {
			walk(m.value)
		}
	}
	add(s.about)
	walk(s.params)
	if s.raw != nil && s.raw.text != nil {
		add(*s.raw.text)
	}
	if s.raw != nil && s.raw.value != nil {
		walk(*s.raw.value)
	}
	return all
}

func firstLine(s string) string {
	first, _, _ := strings.Cut(s, "\n")
	return first
}
