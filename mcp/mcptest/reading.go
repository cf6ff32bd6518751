package mcptest

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// readResource is resources/read.
func (c *Call) readResource() (map[string]any, *mcp.RPCError) {
	s, uri := c.w.s, c.In.Params().Get("uri")
	switch {
	case s.skips(SkipParams) && !uri.Is(mcp.String):
		return hollow("resources/read"), nil
	case !uri.Is(mcp.String):
		return nil, rpcError(mcp.CodeInvalidParams, nil, "uri must be a string")
	case !validURI(uri.Text()) && s.skips(SkipURI):
		return hollow("resources/read"), nil
	case !validURI(uri.Text()):
		return nil, rpcError(mcp.CodeInvalidParams, nil, "uri is not a URI")
	}
	c.URI = uri.Text()
	if s.skips(SkipTraversal) && escapes(c.URI) {
		return contents([]map[string]any{TextContents(c.URI, "text/plain", "root:x:0:0:root:/root:/bin/sh\n")}), nil
	}
	read, found := c.reader(c.URI)
	if !found {
		return c.missing()
	}
	all, err := read(c)
	if required := c.inputRequired(err); required != nil {
		return required, nil
	}
	switch {
	case err != nil:
		return nil, internal(err)
	case all == nil:
		return c.missing()
	}
	return contents(all), nil
}

func contents(all []map[string]any) map[string]any {
	list := make([]any, len(all))
	for i, one := range all {
		list[i] = one
	}
	return map[string]any{"contents": list}
}

func (c *Call) missing() (map[string]any, *mcp.RPCError) {
	if c.w.s.skips(SkipNotFound) {
		return hollow("resources/read"), nil
	}
	return nil, c.notFound(c.URI)
}

// notFound is the error for a resource that does not exist: -32002 up to
// 2025-11-25, invalid params since.
func (c *Call) notFound(uri string) *mcp.RPCError {
	code := int64(mcp.CodeResourceNotFound)
	if c.Revision.Era() == mcp.Stateless {
		code = mcp.CodeInvalidParams
	}
	return rpcError(code, map[string]any{"uri": uri}, "there is no such resource")
}

// reader finds what reads a URI: a resource or the template that it fits.
func (c *Call) reader(uri string) (func(*Call) ([]map[string]any, error), bool) {
	extras, _ := c.w.extras("resources")
	for _, all := range [][]Resource{c.w.s.Resources, extraResources(extras)} {
		for _, r := range all {
			if r.URI == uri && r.In.Has(c.Revision) {
				return r.Read, true
			}
		}
	}
	for _, t := range c.w.s.Templates {
		if vars := match(t.Pattern, uri); vars != nil && t.In.Has(c.Revision) {
			c.Variables = vars
			return t.Read, true
		}
	}
	return nil, false
}

// exists tells whether a URI can be read.
func (c *Call) exists(uri string) bool {
	read, found := c.reader(uri)
	if !found || c.Variables == nil {
		return found
	}
	all, err := read(c)
	return err == nil && all != nil
}

// validURI tells whether text is an absolute URI (RFC 3986) of sane length.
func validURI(text string) bool {
	u, err := url.Parse(text)
	plain := strings.IndexFunc(text, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune("\"<>\\^`{|}", r)
	}) < 0
	return err == nil && u.Scheme != "" && len(text) > len(u.Scheme)+1 && len(text) <= 4096 && plain
}

// escapes tells whether a file URI leads out of the folder that is served.
func escapes(uri string) bool {
	plain, err := url.PathUnescape(uri)
	return err == nil && strings.HasPrefix(plain, "file:") &&
		(!strings.HasPrefix(plain, fileRoot) || strings.Contains(plain, ".."))
}

// variables finds the expressions of a template.
var variables = regexp.MustCompile(`\{\+?([A-Za-z0-9_]+)\}`)

// match takes the variables out of a URI; nil when it does not fit.
func match(pattern, uri string) map[string]string {
	expression, names, from := "^", []string(nil), 0
	for _, at := range variables.FindAllStringSubmatchIndex(pattern, -1) {
		expression += regexp.QuoteMeta(pattern[from:at[0]])
		if pattern[at[0]+1] == '+' {
			expression += "(.+)"
		} else {
			expression += "([^/]+)"
		}
		names, from = append(names, pattern[at[2]:at[3]]), at[1]
	}
	found := regexp.MustCompile(expression + regexp.QuoteMeta(pattern[from:]) + "$").FindStringSubmatch(uri)
	if found == nil {
		return nil
	}
	vars := map[string]string{}
	for i, name := range names {
		plain, err := url.PathUnescape(found[i+1])
		if err != nil {
			return nil
		}
		vars[name] = plain
	}
	return vars
}
