package traffic

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/mcpctl/mcpctl/mcp"
)

// testCase is the request with its answer as a case: what was asked, what the
// client answered meanwhile, and what has to come back.
func (x export) testCase() (string, error) {
	if _, err := x.message(); err != nil {
		return "", err
	}
	talk, err := x.log.Conversation(x.entry.N)
	if err != nil {
		return "", err
	}
	step := CaseStep(talk)
	add(step, "expect", expected(talk.Reply))
	c := mapping("name", text(strings.TrimSpace(x.entry.Method+" "+x.entry.Name)))
	if r := x.entry.Revision; r != "" {
		add(c, "revision", text(string(r)))
	}
	add(c, "steps", &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{step}})
	var out bytes.Buffer
	e := yaml.NewEncoder(&out)
	e.SetIndent(2)
	if err := e.Encode(mapping("cases", &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{c}})); err != nil {
		return "", fmt.Errorf("writing the case: %w", err)
	}
	return x.Redact.String(out.String()), nil
}

// CaseStep is a request as a step of a case, without what has to come back: a
// mapping of YAML, to which the caller adds that.
func CaseStep(c Conversation) *yaml.Node {
	step := mapping(stepMembers(c)...)
	list := &yaml.Node{Kind: yaml.SequenceNode}
	for _, a := range c.Answers {
		switch {
		case a.Fault != nil:
			refusal := mapping("code", node(mcp.ValueOf(a.Fault.Code)), "message", node(Verbatim(mcp.ValueOf(a.Fault.Message))))
			list.Content = append(list.Content, mapping(a.Method, mapping("$error", refusal)))
		case a.Result.Is(mcp.Object):
			list.Content = append(list.Content, mapping(a.Method, node(Verbatim(a.Result))))
		}
	}
	if len(list.Content) > 0 {
		add(step, "answers", list)
	}
	return step
}

// stepMembers say what is asked for.
func stepMembers(c Conversation) []any {
	params := Verbatim(omitting(c.Params, "_meta"))
	switch c.Method {
	case "tools/call":
		return present("call", params.Get("name"), "arguments", params.Get("arguments"))
	case "prompts/get":
		return present("get", params.Get("name"), "arguments", params.Get("arguments"))
	case "resources/read":
		return present("read", params.Get("uri"))
	}
	return present("request", mcp.ValueOf(c.Method), "params", params)
}

// expected is what an answer has to hold. What tells of this one answer, and not
// of answers like it, is left out.
func expected(reply mcp.Message) *yaml.Node {
	if e := reply.Get("error"); e.Exists() {
		return mapping("error", mapping("code", node(e.Get("code"))))
	}
	return mapping("result", node(Expectation(Lasting(reply.Result()))))
}

// Lasting is a result without what tells of this one answer, and not of answers
// like it.
func Lasting(result mcp.Value) mcp.Value {
	if kept := omitting(result, "_meta", "requestState", "resultType", "ttlMs", "cacheScope"); kept.Exists() {
		return kept
	}
	return mcp.ValueOf(map[string]any{})
}

// variable is what cases take for a variable.
var variable = regexp.MustCompile(`\{\{[^{}]*\}\}`)

// Verbatim is a value as cases write it, so that nothing in it is taken for a
// variable.
func Verbatim(v mcp.Value) mcp.Value { return rewritten(v, "") }

// Expectation is Verbatim for a value that has to come back: nothing in it is
// taken for a matcher either.
func Expectation(v mcp.Value) mcp.Value { return rewritten(v, "$") }

// rewritten doubles the sign that names begin with, if there is one.
func rewritten(v mcp.Value, sign string) mcp.Value {
	if !bytes.Contains(v.Raw(), []byte("{{")) && !(sign != "" && bytes.Contains(v.Raw(), []byte(`"`+sign))) && !bytes.Contains(v.Raw(), []byte(`\u`)) {
		return v
	}
	switch v.Kind() {
	case mcp.Object:
		out := []byte{'{'}
		for i, m := range v.Members() {
			if i > 0 {
				out = append(out, ',')
			}
			name := m.Name
			if sign != "" && strings.HasPrefix(name, sign) {
				name = sign + name
			}
			written, value := mcp.ValueOf(name), rewritten(m.Value, sign)
			out = append(append(append(out, written.Raw()...), ':'), value.Raw()...)
		}
		whole, _ := mcp.Parse(append(out, '}')) // it is made of valid parts
		return whole
	case mcp.Array:
		all := []mcp.Value{}
		for _, item := range v.Items() {
			all = append(all, rewritten(item, sign))
		}
		return mcp.ValueOf(all)
	case mcp.String:
		return mcp.ValueOf(variable.ReplaceAllStringFunc(v.Text(), func(s string) string { return `\` + s }))
	}
	return v
}

// YAML is a JSON value as a node of YAML, members in their order.
func YAML(v mcp.Value) *yaml.Node { return node(v) }

// omitting is an object without some of its members.
func omitting(v mcp.Value, names ...string) mcp.Value {
	if !v.Is(mcp.Object) || !slices.ContainsFunc(names, v.Has) {
		return v
	}
	var out []byte
	for _, m := range v.Members() {
		if !slices.Contains(names, m.Name) {
			name := mcp.ValueOf(m.Name)
			out = append(append(append(append(out, ','), name.Raw()...), ':'), m.Value.Raw()...)
		}
	}
	if len(out) == 0 {
		return mcp.Value{}
	}
	out[0] = '{'
	kept, _ := mcp.Parse(append(out, '}')) // it is made of valid parts
	return kept
}

// present are names and values, those that are there.
func present(all ...any) []any {
	var out []any
	for i := 0; i < len(all); i += 2 {
		if v, _ := all[i+1].(mcp.Value); v.Exists() {
			out = append(out, all[i], node(v))
		}
	}
	return out
}

func mapping(all ...any) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for i := 0; i < len(all); i += 2 {
		name, _ := all[i].(string)
		value, _ := all[i+1].(*yaml.Node)
		add(n, name, value)
	}
	return n
}

func add(n *yaml.Node, name string, value *yaml.Node) {
	n.Content = append(n.Content, text(name), value)
}

// text is a string as YAML writes it, in quotes where it would be read as
// something else.
func text(s string) *yaml.Node {
	n := new(yaml.Node)
	n.SetString(s)
	switch strings.ToLower(s) {
	case "y", "yes", "n", "no", "on", "off": // booleans to readers of YAML 1.1
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

// node is a JSON value as YAML, members in their order. Numbers stay as they are
// written.
func node(v mcp.Value) *yaml.Node {
	switch v.Kind() {
	case mcp.Object:
		n := &yaml.Node{Kind: yaml.MappingNode}
		for _, m := range v.Members() {
			add(n, m.Name, node(m.Value))
		}
		return n
	case mcp.Array:
		n := &yaml.Node{Kind: yaml.SequenceNode}
		for _, item := range v.Items() {
			n.Content = append(n.Content, node(item))
		}
		return n
	case mcp.String:
		return text(v.Text())
	case mcp.Number:
		tag := "!!float"
		if _, whole := v.Int(); whole {
			tag = "!!int"
		}
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: string(v.Raw())}
	case mcp.Bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: string(v.Raw())}
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}
}
