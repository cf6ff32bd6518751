package traffic

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/mcpctl/mcpctl/mcp"
)

// testCase is the request with its answer as a case: what was asked, what the
// client answered meanwhile, and what has to come back.
func (x export) testCase() (string, error) {
	m, err := x.message()
	if err != nil {
		return "", err
	}
	reply, err := x.log.Message(x.entry.Reply)
	if err != nil {
		return "", fmt.Errorf("there is no answer to expect: %w", err)
	}
	step := mapping(stepMembers(m)...)
	if answers := x.answers(); len(answers.Content) > 0 {
		add(step, "answers", answers)
	}
	add(step, "expect", expected(reply))
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

// stepMembers say what is asked for.
func stepMembers(m mcp.Message) []any {
	params := m.Params()
	switch m.Method() {
	case "tools/call":
		return present("call", params.Get("name"), "arguments", params.Get("arguments"))
	case "prompts/get":
		return present("get", params.Get("name"), "arguments", params.Get("arguments"))
	case "resources/read":
		return present("read", params.Get("uri"))
	}
	return present("request", mcp.ValueOf(m.Method()), "params", omitting(params, "_meta"))
}

// answers are what the client answered to the server's own requests.
func (x export) answers() *yaml.Node {
	list := &yaml.Node{Kind: yaml.SequenceNode}
	for _, n := range x.log.Caused(x.entry.N) {
		asked, _ := x.log.Entry(n)
		if asked.Kind != Request || asked.Direction != mcp.Received || asked.Reply == 0 {
			continue
		}
		if m, err := x.log.Message(asked.Reply); err == nil && m.Result().Exists() {
			list.Content = append(list.Content, mapping(asked.Method, node(m.Result())))
		}
	}
	return list
}

// expected is what an answer has to hold. What tells of this one answer, and not
// of answers like it, is left out.
func expected(reply mcp.Message) *yaml.Node {
	if e := reply.Get("error"); e.Exists() {
		return mapping("error", mapping("code", node(e.Get("code"))))
	}
	return mapping("result", node(omitting(reply.Result(), "_meta", "requestState", "ttlMs", "cacheScope")))
}

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
