package openapi

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// Operation is one HTTP operation as a tool. Immutable.
type Operation struct {
	ID, Method, Path   string
	Title, Description string
	// Service is a short name of the API, lower case; Server is its first
	// base address, "" when the description has none that is absolute.
	Service, Server string
	Parameters      []Parameter
	Body            Body
	// Input and Output are JSON Schemas. Output is nil when a success has
	// no JSON. Wrapped says that the body is member "result" of Output,
	// since a tool's result is an object and the body is not.
	Input, Output []byte
	Wrapped       bool
	// Notes tell what was left out, or has to be seen to.
	Notes []string
}

// Parameter is where an argument goes.
type Parameter struct {
	Argument string // its property of Input
	Name     string // its name in the request
	In       string // path, query or header
	Joined   bool   // a list is one value with commas, not one value for each
}

// Body is how the request body is made of the arguments.
type Body string

// The kinds of Body.
const (
	NoBody     Body = ""
	WholeBody  Body = "whole"  // the argument "body"
	SpreadBody Body = "spread" // all arguments that are no parameters
)

// Methods, in the order in which operations are listed.
func methods() []string {
	return []string{"get", "put", "post", "delete", "patch", "head", "options", "trace"}
}

// Operations lists the ids of all operations, or METHOD /path for those that
// have none.
func (d *Document) Operations() []string {
	var ids []string
	for _, path := range d.root.Get("paths").Members() {
		for _, method := range methods() {
			if op := path.Value.Get(method); op.Is(mcp.Object) {
				ids = append(ids, idOf(op, method, path.Name))
			}
		}
	}
	return ids
}

func idOf(op mcp.Value, method, path string) string {
	if id := op.Get("operationId").Text(); id != "" {
		return id
	}
	return strings.ToUpper(method) + " " + path
}

// Operation reads the operation with that id, or METHOD /path.
func (d *Document) Operation(id string) (*Operation, error) {
	for _, path := range d.root.Get("paths").Members() {
		for _, method := range methods() {
			op := path.Value.Get(method)
			if !op.Is(mcp.Object) || id != idOf(op, method, path.Name) && id != strings.ToUpper(method)+" "+path.Name {
				continue
			}
			o, err := d.operation(path, method, op)
			if err != nil {
				return nil, fmt.Errorf("read the operation %s: %w", id, err)
			}
			return o, nil
		}
	}
	return nil, fmt.Errorf("%w %.80q", ErrNoOperation, id)
}

// ErrNoOperation says that no operation has the id that was asked for.
var ErrNoOperation = errors.New("the description has no operation")

func (d *Document) operation(path mcp.Member, method string, op mcp.Value) (*Operation, error) {
	o := &Operation{
		ID: idOf(op, method, path.Name), Method: strings.ToUpper(method), Path: path.Name,
		Title: op.Get("summary").Text(), Description: op.Get("description").Text(),
		Service: service(d.root.Get("info", "title").Text()),
	}
	if !strings.HasPrefix(o.Path, "/") || strings.ContainsAny(o.Path, "?#") {
		return nil, fmt.Errorf("the path %.80q is no path of an address", o.Path)
	}
	if o.Description == "" {
		o.Description = o.Title
	}
	o.Server = d.server(op, path.Value, d.root)
	if o.Server == "" {
		o.note("the description has no absolute server address: set one in MCP_UPSTREAMS, as in %s=https://api.example.com", o.Service)
	}
	input := builder{schemas: schemas{doc: d, request: true, names: map[string]string{}}, op: o}
	if err := input.parameters(path.Value.Get("parameters"), op.Get("parameters")); err != nil {
		return nil, err
	}
	if err := input.body(op.Get("requestBody")); err != nil {
		return nil, err
	}
	o.Input = input.schema()
	if err := d.output(o, op.Get("responses")); err != nil {
		return nil, err
	}
	security := op.Get("security")
	if !security.Exists() {
		security = d.root.Get("security")
	}
	if security.Len() > 0 {
		o.note("the operation asks for credentials (%s): let the HTTP client's transport add them", schemes(security))
	}
	return o, nil
}

func (o *Operation) note(format string, args ...any) {
	o.Notes = append(o.Notes, fmt.Sprintf(format, args...))
}

func schemes(security mcp.Value) string {
	var names []string
	for _, choice := range security.Items() {
		for _, m := range choice.Members() {
			if !slices.Contains(names, m.Name) {
				names = append(names, m.Name)
			}
		}
	}
	return strings.Join(names, ", ")
}

// service is an API's title as a short lower-case name.
func service(title string) string {
	var out strings.Builder
	for _, r := range strings.ToLower(title) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9' && out.Len() > 0:
			out.WriteRune(r)
		case out.Len() > 0 && !strings.HasSuffix(out.String(), "-"):
			out.WriteByte('-')
		}
		if out.Len() == 40 {
			break
		}
	}
	name := strings.Trim(out.String(), "-")
	for _, word := range []string{"the-", "swagger-", "openapi-", "-api", "-service"} {
		name = strings.TrimSuffix(strings.TrimPrefix(name, word), word)
	}
	if name == "" {
		return "upstream"
	}
	return name
}

// server is the first absolute http address of the innermost place that has
// servers, with its variables at their defaults.
func (d *Document) server(places ...mcp.Value) string {
	for _, place := range places {
		for _, s := range place.Get("servers").Items() {
			address := s.Get("url").Text()
			for _, v := range s.Get("variables").Members() {
				address = strings.ReplaceAll(address, "{"+v.Name+"}", v.Value.Get("default").Text())
			}
			u, err := url.Parse(address)
			if err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil && u.RawQuery == "" {
				return strings.TrimSuffix(address, "/")
			}
		}
	}
	return ""
}
