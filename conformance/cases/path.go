package cases

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// maxFound bounds how many values a path finds.
const maxFound = 10_000

// path is a JSONPath (RFC 9535) without filters: names, indices, slices,
// wildcards and descendants. Values are found as they crossed the wire, numbers
// as they were written.
type path struct {
	written string
	steps   []pathStep
}

// pathStep selects from what was found so far.
type pathStep struct {
	deep   bool // from all beneath as well
	all    bool
	name   *string
	index  *int
	bounds *[2]*int // of a slice
}

// parsePath reads a path, which begins with $.
func parsePath(s string) (path, error) {
	p := path{written: s}
	rest, ok := strings.CutPrefix(s, "$")
	if !ok {
		return p, errors.New("a path begins with $, as in $.content[0].text")
	}
	for rest != "" {
		var step pathStep
		var err error
		if after, deep := strings.CutPrefix(rest, ".."); deep {
			step.deep = true
			rest = "." + after
			if strings.HasPrefix(after, "[") {
				rest = after
			}
		}
		if rest, err = step.read(rest); err != nil {
			return p, fmt.Errorf("in the path %.100q: %w", s, err)
		}
		p.steps = append(p.steps, step)
	}
	return p, nil
}

// read takes one step off the beginning.
func (p *pathStep) read(rest string) (string, error) {
	if after, ok := strings.CutPrefix(rest, "."); ok {
		end := strings.IndexAny(after, ".[")
		if end < 0 {
			end = len(after)
		}
		name := after[:end]
		switch {
		case name == "*":
			p.all = true
		case name == "" || strings.ContainsAny(name, " ]'\"?@()"):
			return "", fmt.Errorf("%.40q is no name; write ['…'] around odd ones", name)
		default:
			p.name = &name
		}
		return after[end:], nil
	}
	after, ok := strings.CutPrefix(rest, "[")
	if !ok {
		return "", fmt.Errorf("%.40q is neither .name nor [index]", rest)
	}
	if after != "" && (after[0] == '\'' || after[0] == '"') {
		return p.quoted(after)
	}
	inside, after, ok := strings.Cut(after, "]")
	if !ok {
		return "", errors.New("the closing bracket is missing")
	}
	return after, p.bracket(strings.TrimSpace(inside))
}

// quoted takes ['a name'] off the beginning, without the bracket that opens it.
func (p *pathStep) quoted(rest string) (string, error) {
	quote, name := rest[0], strings.Builder{}
	for i := 1; i < len(rest); i++ {
		switch {
		case rest[i] == '\\' && i+1 < len(rest):
			i++
			name.WriteByte(rest[i])
		case rest[i] == quote:
			after, ok := strings.CutPrefix(rest[i+1:], "]")
			if !ok {
				return "", errors.New("the closing bracket is missing")
			}
			whole := name.String()
			p.name = &whole
			return after, nil
		default:
			name.WriteByte(rest[i])
		}
	}
	return "", errors.New("the closing quote is missing")
}

// bracket reads *, an index or a slice.
func (p *pathStep) bracket(inside string) error {
	if inside == "*" {
		p.all = true
		return nil
	}
	if from, to, ok := strings.Cut(inside, ":"); ok {
		p.bounds = new([2]*int)
		for i, word := range []string{from, to} {
			if word = strings.TrimSpace(word); word == "" {
				continue
			}
			n, err := strconv.Atoi(word)
			if err != nil {
				return fmt.Errorf("[%.40s] is no slice like [1:3]", inside)
			}
			p.bounds[i] = &n
		}
		return nil
	}
	n, err := strconv.Atoi(inside)
	if err != nil {
		return fmt.Errorf("[%.40s] is no index; filters are not known here", inside)
	}
	p.index = &n
	return nil
}

// single reports whether the path can find one value at most.
func (p path) single() bool {
	for _, step := range p.steps {
		if step.deep || step.all || step.bounds != nil {
			return false
		}
	}
	return true
}

// find gives the values that the path leads to, in order.
func (p path) find(v mcp.Value) []mcp.Value {
	found := []mcp.Value{v}
	for _, step := range p.steps {
		var next []mcp.Value
		for _, one := range found {
			next = step.from(one, next)
		}
		found = next
	}
	return found
}

// get is what a single path leads to, or the list of what others find.
func (p path) get(v mcp.Value) mcp.Value {
	found := p.find(v)
	switch {
	case !p.single():
		return mcp.ValueOf(append([]mcp.Value{}, found...))
	case len(found) == 0:
		return mcp.Value{}
	}
	return found[0]
}

func (p pathStep) from(v mcp.Value, found []mcp.Value) []mcp.Value {
	found = p.direct(v, found)
	if !p.deep {
		return found
	}
	for _, child := range children(v) {
		if len(found) >= maxFound {
			break
		}
		found = p.from(child, found)
	}
	return found
}

func (p pathStep) direct(v mcp.Value, found []mcp.Value) []mcp.Value {
	if len(found) >= maxFound {
		return found
	}
	items := v.Items()
	switch {
	case p.all:
		return append(found, children(v)...)
	case p.name != nil:
		if one := v.Get(*p.name); one.Exists() {
			found = append(found, one)
		}
	case p.index != nil:
		if i := fromEnd(*p.index, len(items)); i >= 0 && i < len(items) {
			found = append(found, items[i])
		}
	case p.bounds != nil:
		from, to := 0, len(items)
		if p.bounds[0] != nil {
			from = min(max(fromEnd(*p.bounds[0], len(items)), 0), len(items))
		}
		if p.bounds[1] != nil {
			to = min(max(fromEnd(*p.bounds[1], len(items)), from), len(items))
		}
		found = append(found, items[from:max(from, to)]...)
	}
	return found
}

func fromEnd(i, n int) int {
	if i < 0 {
		return i + n
	}
	return i
}

func children(v mcp.Value) []mcp.Value {
	all := append([]mcp.Value{}, v.Items()...)
	for _, m := range v.Members() {
		all = append(all, m.Value)
	}
	return all
}

// below is the path of a member, for messages.
func below(at, name string) string {
	if identifier.MatchString(name) {
		return at + "." + name
	}
	return at + "['" + strings.ReplaceAll(name, "'", `\'`) + "']"
}

// element is the path of an element.
func element(at string, i int) string { return fmt.Sprintf("%s[%d]", at, i) }
