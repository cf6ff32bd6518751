package openapi

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// maxParameters bounds the parameters of an operation.
const maxParameters = 100

// builder puts the arguments of an operation together.
type builder struct {
	schemas
	op         *Operation
	properties object
	required   []string
}

// parameters adds those of the operation, which stand before those of its path.
func (b *builder) parameters(ofPath, ofOperation mcp.Value) error {
	var all []mcp.Value
	at := map[string]int{}
	for _, p := range slices.Concat(ofPath.Items(), ofOperation.Items()) {
		p, err := b.doc.deref(p)
		if err != nil {
			return err
		}
		key := p.Get("in").Text() + " " + p.Get("name").Text()
		if i, ok := at[key]; ok {
			all[i] = p
			continue
		}
		at[key] = len(all)
		all = append(all, p)
	}
	if len(all) > maxParameters {
		return fmt.Errorf("it has more than %d parameters", maxParameters)
	}
	for _, p := range all {
		if err := b.parameter(p); err != nil {
			return fmt.Errorf("parameter %.80q: %w", p.Get("name").Text(), err)
		}
	}
	return b.placeholders()
}

// placeholders refuses a path with a variable that no parameter fills.
func (b *builder) placeholders() error {
	rest := b.op.Path
	for _, p := range b.op.Parameters {
		if p.In == "path" {
			rest = strings.ReplaceAll(rest, "{"+p.Name+"}", "")
		}
	}
	if i := strings.IndexAny(rest, "{}"); i >= 0 {
		return fmt.Errorf("no parameter fills the %.40q of its path", rest[i:])
	}
	return nil
}

func (b *builder) parameter(p mcp.Value) error {
	name, in := p.Get("name").Text(), p.Get("in").Text()
	required := p.Get("required").True() || in == "path"
	why := unusable(p)
	switch {
	case name == "":
		return fmt.Errorf("it has no name")
	case in == "header" && reserved(name):
		return nil // OpenAPI has these described elsewhere
	case why != "" && !required:
		b.op.note("the optional parameter %s is left out: %s", name, why)
		return nil
	case why != "":
		return fmt.Errorf("it is required, but %s", why)
	case in == "path" && !strings.Contains(b.op.Path, "{"+name+"}"):
		return fmt.Errorf("the path %s has no {%s}", b.op.Path, name)
	}
	raw, err := b.convert(p.Get("schema"), 0)
	if err != nil {
		return err
	}
	if d := p.Get("description"); d.Text() != "" {
		raw = described(raw, d)
	}
	argument := name
	if b.properties.has(argument) {
		argument = name + "_" + in
	}
	if b.properties.has(argument) {
		return fmt.Errorf("two parameters would both be the argument %s", argument)
	}
	b.properties.set(argument, raw)
	if required {
		b.required = append(b.required, argument)
	}
	joined := in != "query" || p.Get("explode").Is(mcp.Bool) && !p.Get("explode").True()
	b.op.Parameters = append(b.op.Parameters, Parameter{Argument: argument, Name: name, In: in, Joined: joined})
	return nil
}

// described adds a parameter's own description to its schema.
func described(raw []byte, description mcp.Value) []byte {
	v, err := mcp.Parse(raw)
	if err != nil || !v.Is(mcp.Object) || v.Has("description") {
		return raw
	}
	o := objectOf(v)
	o.set("description", quote(description.Text()))
	return o.bytes()
}

func reserved(header string) bool {
	return slices.Contains([]string{"Accept", "Content-Type", "Authorization"}, http.CanonicalHeaderKey(header))
}

// unusable says why a parameter cannot be an argument, "" when it can.
func unusable(p mcp.Value) string {
	style := p.Get("style").Text()
	usual := map[string]string{"path": "simple", "header": "simple", "query": "form"}[p.Get("in").Text()]
	switch {
	case usual == "":
		return fmt.Sprintf("parameters in %.20q are not sent", p.Get("in").Text())
	case !p.Get("schema").Exists():
		return "it has no schema"
	case style != "" && style != usual:
		return fmt.Sprintf("the style %.20s is not written", style)
	case p.Get("schema", "type").Text() == "object":
		return "it is an object"
	}
	return ""
}

// body adds the request body: an object's members among the arguments where
// that is unambiguous, else as the argument "body".
func (b *builder) body(request mcp.Value) error {
	if !request.Exists() {
		return nil
	}
	request, err := b.doc.deref(request)
	if err != nil {
		return err
	}
	media, ok := jsonMedia(request.Get("content"))
	if !ok {
		if !request.Get("required").True() {
			b.op.note("the optional request body is left out: it is no JSON")
			return nil
		}
		return fmt.Errorf("its request body is no JSON, which is all that is sent")
	}
	given := media.Get("schema")
	if !given.Exists() {
		given, _ = mcp.Parse([]byte("{}")) // it is valid
	}
	whole, err := b.doc.deref(given)
	if err != nil {
		return err
	}
	if request.Get("required").True() && b.spreads(whole) {
		return b.spread(whole)
	}
	raw, err := b.convert(given, 0)
	if err != nil {
		return err
	}
	if b.properties.has("body") {
		return fmt.Errorf("it has a parameter named body besides its request body")
	}
	b.properties.set("body", raw)
	if request.Get("required").True() {
		b.required = append(b.required, "body")
	}
	b.op.Body = WholeBody
	return nil
}

// spreads reports whether an object says all there is in its properties, and
// none of them is a parameter's name.
func (b *builder) spreads(v mcp.Value) bool {
	if v.Get("type").Text() != "object" || v.Get("properties").Len() == 0 || v.Get("nullable").True() {
		return false
	}
	plain := []string{"type", "properties", "required", "title", "description", "example", "examples", "xml", "externalDocs", "deprecated"}
	for _, m := range v.Members() {
		if !slices.Contains(plain, m.Name) && !strings.HasPrefix(m.Name, "x-") {
			return false
		}
	}
	return !slices.ContainsFunc(v.Get("properties").Members(), func(m mcp.Member) bool {
		return !b.hidden(m.Value) && b.properties.has(m.Name)
	})
}

func (b *builder) spread(v mcp.Value) error {
	for _, m := range v.Get("properties").Members() {
		if b.hidden(m.Value) {
			continue
		}
		raw, err := b.convert(m.Value, 0)
		if err != nil {
			return err
		}
		b.properties.set(m.Name, raw)
	}
	for _, r := range v.Get("required").Items() {
		if !b.hidden(v.Get("properties", r.Text())) {
			b.required = append(b.required, r.Text())
		}
	}
	b.op.Body = SpreadBody
	return nil
}

// schema is the input schema. What it does not name is refused, so that a
// model's slip is told instead of dropped.
func (b *builder) schema() []byte {
	out := object{}
	out.set("type", quote("object"))
	out.set("properties", b.properties.bytes())
	if len(b.required) > 0 {
		out.set("required", list(b.required))
	}
	out.set("additionalProperties", []byte("false"))
	if len(b.defs.names) > 0 {
		out.set("$defs", b.defs.bytes())
	}
	return out.bytes()
}

// jsonMedia finds the media type that is JSON.
func jsonMedia(content mcp.Value) (mcp.Value, bool) {
	for _, m := range content.Members() {
		kind, _, _ := strings.Cut(strings.ToLower(m.Name), ";")
		if kind = strings.TrimSpace(kind); kind == "application/json" || kind == "*/*" || strings.HasSuffix(kind, "+json") {
			return m.Value, true
		}
	}
	return mcp.Value{}, false
}

// output reads what a success answers.
func (d *Document) output(o *Operation, responses mcp.Value) error {
	for _, r := range responses.Members() {
		if len(r.Name) != 3 || r.Name[0] != '2' {
			continue
		}
		response, err := d.deref(r.Value)
		if err != nil {
			return err
		}
		media, ok := jsonMedia(response.Get("content"))
		if !ok || !media.Has("schema") {
			continue
		}
		return d.result(o, media.Get("schema"))
	}
	return nil
}

func (d *Document) result(o *Operation, given mcp.Value) error {
	s := schemas{doc: d, names: map[string]string{}}
	raw, err := s.convert(given, 0)
	if err != nil {
		return err
	}
	whole, err := d.deref(given)
	if err != nil {
		return err
	}
	out := &object{}
	if whole.Get("type").Text() == "object" && !whole.Get("nullable").True() {
		if raw, err = s.convert(whole, 0); err != nil {
			return err
		}
		v, err := mcp.Parse(raw)
		if err != nil {
			return err
		}
		out = objectOf(v)
	} else {
		o.Wrapped = true
		properties := object{}
		properties.set("result", raw)
		out.set("type", quote("object"))
		out.set("properties", properties.bytes())
		out.set("required", list([]string{"result"}))
	}
	if s.prune(out); len(s.defs.names) > 0 {
		out.set("$defs", s.defs.bytes())
	}
	o.Output = out.bytes()
	return nil
}

// prune leaves out definitions that nothing refers to, as the root that was
// put in place of its reference may be.
func (s *schemas) prune(root *object) {
	for _, name := range slices.Clone(s.defs.names) {
		ref := string(quote("#/$defs/" + name))
		used := strings.Contains(string(root.bytes()), ref)
		for _, other := range s.defs.names {
			used = used || other != name && strings.Contains(string(s.defs.values[other]), ref)
		}
		if !used {
			s.defs.remove(name)
		}
	}
}
