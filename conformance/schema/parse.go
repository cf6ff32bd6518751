package schema

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// parse reads one file of the notation described in doc.go.
func (s *source) parse(file, text string) error {
	var open *definition // the one that indented lines belong to
	var name string
	close := func() {
		if open != nil {
			s.definitions[name] = append(s.definitions[name], *open)
		}
		open = nil
	}
	for n, line := range strings.Split(text, "\n") {
		fail := func(err error) error { return fmt.Errorf("%s:%d: %w: %s", file, n+1, err, line) }
		indented := strings.HasPrefix(line, "  ")
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		body, span, err := cutSpan(line)
		if err != nil {
			return fail(err)
		}
		switch head, is, isType := strings.Cut(body, " = "); {
		case indented && open == nil:
			return fail(fmt.Errorf("a member outside a definition"))
		case indented:
			m, err := parseMember(body)
			if err != nil {
				return fail(err)
			}
			m.span = span
			open.members = append(open.members, m)
		case isType:
			close()
			t, err := parseType(is)
			if err != nil {
				return fail(err)
			}
			head = strings.TrimSpace(head)
			s.definitions[head] = append(s.definitions[head], definition{span: span, is: t})
		case strings.Contains(body, " "):
			close()
			m, err := parseMethod(strings.Fields(body))
			if err != nil {
				return fail(err)
			}
			m.span = span
			s.methods = append(s.methods, m)
		default:
			close()
			name, open = body, &definition{span: span}
		}
	}
	close()
	return nil
}

// cutSpan takes the span off the end of a line.
func cutSpan(line string) (string, mcp.Span, error) {
	var span mcp.Span
	for {
		fields := strings.Fields(line)
		if len(fields) < 3 {
			return line, span, nil
		}
		word, date := fields[len(fields)-2], mcp.Revision(fields[len(fields)-1])
		switch word {
		case "since":
			span.First = date
		case "until":
			span.Last = date
		case "only":
			span = mcp.Only(date)
		default:
			return line, span, nil
		}
		if !date.Known() {
			return "", span, fmt.Errorf("no such revision")
		}
		line = strings.TrimSpace(strings.TrimSuffix(line, string(date)))
		line = strings.TrimSpace(strings.TrimSuffix(line, word))
	}
}

func parseMethod(f []string) (method, error) {
	m := method{}
	switch {
	case len(f) == 5 && f[1] == "request":
		m.isRequest, m.answer = true, f[4]
	case len(f) == 4 && f[1] == "notification":
	default:
		return m, fmt.Errorf("neither a definition nor a method")
	}
	m.by, m.name, m.definition = f[0], f[2], f[3]
	return m, nil
}

func parseMember(text string) (member, error) {
	if mixin, ok := strings.CutPrefix(text, "+"); ok {
		return member{is: &typ{kind: named, name: mixin}}, nil
	}
	name, is, ok := strings.Cut(text, ":")
	if !ok {
		return member{}, fmt.Errorf("a member needs a type")
	}
	name, optional := strings.CutSuffix(name, "?")
	t, err := parseType(is)
	return member{name: name, optional: optional, is: t}, err
}

func parseType(text string) (*typ, error) {
	p := &parser{rest: text}
	t, err := p.union()
	if err == nil && p.peek() != "" {
		err = fmt.Errorf("unexpected %q", p.peek())
	}
	return t, err
}

// parser descends through a type expression.
type parser struct{ rest string }

// peek is the next token, "" at the end.
func (p *parser) peek() string {
	p.rest = strings.TrimLeft(p.rest, " ")
	switch {
	case p.rest == "":
		return ""
	case p.rest[0] == '"':
		if end := strings.IndexByte(p.rest[1:], '"'); end >= 0 {
			return p.rest[:end+2]
		}
		return p.rest
	case strings.HasPrefix(p.rest, ".."):
		return ".."
	}
	if end := strings.IndexAny(p.rest, " {}[]|&,:?*\""); end > 0 {
		return upToDots(p.rest[:end])
	} else if end < 0 {
		return upToDots(p.rest)
	}
	return p.rest[:1]
}

// upToDots splits "0..1" after its first number.
func upToDots(s string) string {
	s, _, _ = strings.Cut(s, "..")
	return s
}

func (p *parser) next() string {
	t := p.peek()
	p.rest = p.rest[len(t):]
	return t
}

// accept takes the next token if it is t.
func (p *parser) accept(t string) bool {
	if p.peek() != t {
		return false
	}
	p.next()
	return true
}

func (p *parser) union() (*typ, error) { return p.chain("|", either, p.intersection) }

func (p *parser) intersection() (*typ, error) { return p.chain("&", both, p.bounded) }

// chain reads operands joined by sep; a single one stands for itself.
func (p *parser) chain(sep string, k kind, operand func() (*typ, error)) (*typ, error) {
	all := &typ{kind: k}
	for {
		t, err := operand()
		if err != nil {
			return nil, err
		}
		if all.of = append(all.of, t); !p.accept(sep) {
			break
		}
	}
	if len(all.of) == 1 {
		return all.of[0], nil
	}
	return all, nil
}

func isNumber(token string) bool {
	_, err := strconv.Atoi(token)
	return err == nil
}

// bounded reads a term and the bounds after it, such as 0..1 or ..100.
func (p *parser) bounded() (*typ, error) {
	t, err := p.term()
	if err != nil {
		return nil, err
	}
	if isNumber(p.peek()) {
		t.min = p.next()
	}
	if p.accept("..") && isNumber(p.peek()) {
		t.max = p.next()
	}
	return t, nil
}

func (p *parser) term() (*typ, error) {
	switch token := p.next(); {
	case token == "[":
		items, err := p.union()
		if err == nil && !p.accept("]") {
			err = fmt.Errorf("a list is not closed")
		}
		return &typ{kind: list, of: []*typ{items}}, err
	case token == "{":
		return p.fields()
	case len(token) > 1 && token[0] == '"':
		return &typ{kind: literal, value: strings.Trim(token, `"`)}, nil
	case isNumber(token):
		n, _ := strconv.Atoi(token)
		return &typ{kind: literal, value: n}, nil
	case token == "" || strings.ContainsAny(token, `{}[]|&,:?*"`):
		return nil, fmt.Errorf("a type is missing before %q", token+p.rest)
	default:
		return &typ{kind: named, name: token}, nil
	}
}

// fields reads an object written in place, after its opening brace.
func (p *parser) fields() (*typ, error) {
	if p.accept("*") {
		if !p.accept(":") {
			return nil, fmt.Errorf("* needs a type")
		}
		t, err := p.union()
		if err == nil && !p.accept("}") {
			err = fmt.Errorf("an object is not closed")
		}
		return &typ{kind: values, of: []*typ{t}}, err
	}
	t := &typ{kind: object}
	for {
		m := member{name: p.next(), optional: p.accept("?")}
		if !p.accept(":") {
			return nil, fmt.Errorf("member %q needs a type", m.name)
		}
		var err error
		if m.is, err = p.union(); err != nil {
			return nil, err
		}
		if t.members = append(t.members, m); p.accept("}") {
			return t, nil
		}
		if !p.accept(",") {
			return nil, fmt.Errorf("an object is not closed")
		}
	}
}
