package add

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// New makes an item from a bare name: a tool that echoes a text, a resource
// with a URI of its own, a prompt without arguments.
func New(k Kind, name string) (Item, error) {
	it := Item{Kind: k, Name: name, Title: title(name), Source: FromName}
	if err := checkName(k, name); err != nil {
		return it, err
	}
	switch k {
	case Tool:
		it.Description = "Answers with the text that it is given."
		it.Input = json.RawMessage(echoSchema)
		it.Output = json.RawMessage(echoSchema)
		it.Annotations = &Annotations{ReadOnly: new(true), Idempotent: new(true), OpenWorld: new(false)}
	case Resource:
		it.Description = it.Title + "."
		it.URI, it.MIMEType = "app://"+strings.Join(Words(name), "-"), "text/plain"
	case Prompt:
		it.Description = it.Title + "."
	default:
		return it, fmt.Errorf("%q cannot be added: only a tool, a resource or a prompt can", k)
	}
	it.note(nameHint(k, name))
	return it, nil
}

const echoSchema = `{"type": "object", "properties": {"text": {"type": "string", "description": "what to answer with"}}, "required": ["text"], "additionalProperties": false}`

// title is a name as people write it: get_forecast becomes Get forecast.
func title(name string) string {
	s := strings.Join(Words(name), " ")
	if s == "" {
		return name
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func (it *Item) note(text string) {
	if text != "" {
		it.Notes = append(it.Notes, text)
	}
}

// maxURI bounds a resource's URI, in bytes.
const maxURI = 1024

// SetURI gives a resource its URI, or a URI template with {variables}.
func (it *Item) SetURI(uri string) error {
	if len(uri) > maxURI {
		return fmt.Errorf("the URI has %d bytes, more than %d", len(uri), maxURI)
	}
	if err := balanced(uri); err != nil {
		return err
	}
	plain := strings.NewReplacer("{", "", "}", "").Replace(uri)
	u, err := url.Parse(plain)
	switch {
	case err != nil:
		return fmt.Errorf("%q is no URI: %w", uri, errors.Unwrap(err))
	case u.Scheme == "" || u.Opaque == "" && u.Host == "" && u.Path == "":
		return fmt.Errorf("%q is no absolute URI: give one such as docs://manual or users://{id}/profile", uri)
	}
	it.URI = uri
	return nil
}

// Templated reports whether a resource's URI has variables.
func (it *Item) Templated() bool { return strings.Contains(it.URI, "{") }

// balanced refuses what is no RFC 6570 template of plain variables, the level
// that every client has: {name}, with one operator at most.
func balanced(uri string) error {
	rest := uri
	for {
		before, after, found := strings.Cut(rest, "{")
		if strings.Contains(before, "}") {
			return fmt.Errorf("the URI template %q has a } without a {", uri)
		}
		if !found {
			return nil
		}
		variable, tail, closed := strings.Cut(after, "}")
		name := strings.TrimLeft(variable, "+#./;?&")
		bad := func(r rune) bool {
			return r > 'z' || !letter(byte(r)) && !digit(byte(r)) && r != '_' && r != ',' && r != '*'
		}
		if !closed || len(variable)-len(name) > 1 || name == "" || strings.ContainsFunc(name, bad) {
			return fmt.Errorf("the URI template %q has a variable that is none: write {name}, of letters, digits and _", uri)
		}
		rest = tail
	}
}

// AddArgument gives a prompt one argument, written as name, name? (optional)
// or either with =description.
func (it *Item) AddArgument(text string) error {
	name, description, _ := strings.Cut(text, "=")
	name, optional := strings.CutSuffix(name, "?")
	if err := checkName("argument", name); err != nil {
		return err
	}
	for _, a := range it.Arguments {
		if a.Name == name {
			return fmt.Errorf("the argument %s is given twice", name)
		}
	}
	if len(it.Arguments) == maxArguments {
		return fmt.Errorf("a prompt has at most %d arguments", maxArguments)
	}
	it.Arguments = append(it.Arguments, Argument{Name: name, Description: description, Required: !optional})
	return nil
}

const maxArguments = 32

// FromSchemaFile makes a tool of a JSON Schema for its arguments, or of a whole
// tool as tools/list shows it (with inputSchema); a prompt of a JSON Schema
// whose properties are its arguments. The bytes are a stranger's.
func FromSchemaFile(k Kind, name string, data []byte) (Item, error) {
	it, err := New(k, name)
	if err != nil {
		return it, err
	}
	v, err := readSchema(data)
	if err != nil {
		return it, err
	}
	it.Source, it.Description = FromSchema, ""
	switch k {
	case Tool:
		if v.Get("inputSchema").Is(mcp.Object) {
			err = it.adopt(v)
			return it, err
		}
		it.Output, it.Annotations = nil, nil
		it.Title, it.Description = textOr(v.Get("title"), it.Title), v.Get("description").Text()
		it.Input, err = checkInput(v)
	case Prompt:
		it.Title, it.Description = textOr(v.Get("title"), it.Title), v.Get("description").Text()
		err = it.argumentsOf(v)
	default:
		err = errors.New("a resource has no schema: give it a --uri instead")
	}
	return it, err
}

func textOr(v mcp.Value, fallback string) string {
	if s := v.Text(); s != "" {
		return s
	}
	return fallback
}

// argumentsOf takes a schema's properties for a prompt's arguments, which are
// always strings.
func (it *Item) argumentsOf(v mcp.Value) error {
	required := map[string]bool{}
	for _, r := range v.Get("required").Items() {
		required[r.Text()] = true
	}
	for _, m := range v.Get("properties").Members() {
		if t := m.Value.Get("type"); t.Exists() && t.Text() != "string" {
			return fmt.Errorf("property %q is of type %s, but the arguments of a prompt are strings", m.Name, t)
		}
		suffix := "?"
		if required[m.Name] {
			suffix = ""
		}
		if err := it.AddArgument(m.Name + suffix + "=" + m.Value.Get("description").Text()); err != nil {
			return err
		}
	}
	return nil
}

// adopt takes title, description, schemas and hints from a tool as tools/list
// shows it.
func (it *Item) adopt(tool mcp.Value) (err error) {
	it.Title = textOr(tool.Get("title"), it.Title)
	it.Description = tool.Get("description").Text()
	if it.Input, err = checkInput(tool.Get("inputSchema")); err != nil {
		return err
	}
	it.Output, it.Annotations = nil, nil
	if out := tool.Get("outputSchema"); out.Exists() && !out.Is(mcp.Null) {
		if it.Output, err = checkOutput(out); err != nil {
			return err
		}
	}
	if a := tool.Get("annotations"); a.Is(mcp.Object) {
		it.Annotations = &Annotations{
			Title:    a.Get("title").Text(),
			ReadOnly: flag(a.Get("readOnlyHint")), Destructive: flag(a.Get("destructiveHint")),
			Idempotent: flag(a.Get("idempotentHint")), OpenWorld: flag(a.Get("openWorldHint")),
		}
	}
	return checkText(it)
}

func flag(v mcp.Value) *bool {
	if !v.Is(mcp.Bool) {
		return nil
	}
	return new(v.True())
}

// maxText bounds titles and descriptions, in bytes.
const maxText = 16 << 10

func checkText(it *Item) error {
	texts := []string{it.Title, it.Description, it.MIMEType}
	for _, a := range it.Arguments {
		texts = append(texts, a.Description)
	}
	for _, text := range texts {
		if len(text) > maxText {
			return fmt.Errorf("a title or description of %s has %d bytes, more than %d", it.Name, len(text), maxText)
		}
	}
	return nil
}
