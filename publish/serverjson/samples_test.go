package serverjson

import (
	"maps"
	"slices"
	"strings"
)

type dict = map[string]any
type list = []any

// documents are small documents that together have every member that some date
// knows, in current names. Dates that do not know one call it unknown.
func documents() []dict {
	header := list{dict{"name": "X-Key", "value": "{x}", "variables": dict{"x": dict{"default": "a"}}}}
	server := func(part dict) dict {
		d := dict{"name": "io.github.acme/echo", "description": "Says it again", "version": "1.0.0"}
		maps.Copy(d, part)
		return d
	}
	pkg := func(part dict) dict {
		d := dict{"registryType": "npm", "identifier": "@acme/echo", "version": "1.0.0", "transport": dict{"type": "stdio"}}
		maps.Copy(d, part)
		return server(dict{"packages": list{d}})
	}
	input := dict{"name": "K", "description": "d", "isRequired": true, "isSecret": false, "format": "string", "value": "{x}", "default": "a",
		"placeholder": "p", "choices": list{"a"}, "variables": dict{"x": dict{
			"description": "d", "isRequired": true, "isSecret": false, "format": "string", "value": "v", "default": "a", "placeholder": "p", "choices": list{"a"}}}}
	argument := func(part dict) dict {
		maps.Copy(part, input)
		part["name"] = "--port"
		return part
	}
	positional := list{argument(dict{"type": "positional", "valueHint": "file", "isRepeated": true}), dict{"type": "positional", "valueHint": "v"}}
	named := list{argument(dict{"type": "named", "isRepeated": false})}
	return []dict{
		server(dict{"$schema": SchemaURL(Current), "title": "Echo", "status": "active", "websiteUrl": "https://example.com", "remotes": list{}, "packages": list{}}),
		server(dict{"_meta": dict{publisherKey: dict{"tool": "x"}, "io.modelcontextprotocol.registry/official": dict{"id": "1"}}}),
		server(dict{"repository": dict{"url": "https://github.com/acme/echo", "source": "github", "id": "1", "subfolder": "src"}}),
		server(dict{"icons": list{dict{"src": "https://example.com/i.png", "mimeType": "image/png", "sizes": list{"48x48", "any"}, "theme": "light"}}}),
		pkg(dict{"registryBaseUrl": "https://packages.example.com", "fileSha256": strings.Repeat("0a", 32), "runtimeHint": "npx"}),
		pkg(dict{"transport": dict{"type": "streamable-http", "url": "https://example.com/mcp", "headers": header}}),
		pkg(dict{"transport": dict{"type": "sse", "url": "http://example.com/sse", "headers": header}}),
		pkg(dict{"runtimeArguments": positional}), pkg(dict{"packageArguments": named}),
		pkg(dict{"runtimeArguments": list{dict{"type": "named", "name": "-v"}}, "packageArguments": list{dict{"type": "positional", "value": "v"}}}),
		pkg(dict{"environmentVariables": list{input}}),
		server(dict{"remotes": list{dict{"type": "streamable-http", "url": "https://example.com/mcp", "headers": header, "variables": dict{"v": dict{"default": "a"}}}}}),
		server(dict{"remotes": list{dict{"type": "sse", "url": "https://example.com/sse", "headers": header, "variables": dict{"v": dict{"default": "a"}}}}}),
	}
}

// samples calls visit for the documents of a date and for all that one change
// makes of them, until visit answers false.
func samples(date string, names []string, visit func(any) bool) {
	for _, d := range documents() {
		document := spelled(date, d)
		if !visit(document) || !changes(document, append(names, "unheard"), visit) {
			return
		}
	}
}

// spelled is a copy with names as a date writes them.
func spelled(date string, v any) any {
	switch v := v.(type) {
	case list:
		out := list{}
		for _, x := range v {
			out = append(out, spelled(date, x))
		}
		return out
	case dict:
		out := dict{}
		for name, x := range v {
			out[spell(date, name)] = spelled(date, x)
		}
		return out
	}
	return v
}

// instead are what a value is replaced by: one of each type, and for a string
// those at the edges of what the schemas bound.
func instead(of any) list {
	types := list{nil, true, 1.0, list{}, list{1.0}, dict{}, "", "x"}
	if _, ok := of.(string); !ok {
		return types
	}
	return append(types, "latest", "positional", "named", "stdio", "sse", "streamable-http",
		"a/b", "a/b/c", "io.github.acme/e o", "48x48", "deleted", "dark", "image/webp", "boolean",
		"http://x", "ftp://x/y", "https://a b", "://", "http://[::1]/", "http://::1/", "relative/path", "mailto:a@b",
		strings.Repeat("a", 64), strings.Repeat("A", 64), strings.Repeat("a", 65),
		strings.Repeat("é", 100), strings.Repeat("é", 101), strings.Repeat("v", 255), strings.Repeat("v", 256),
		"https://example.com/"+strings.Repeat("p", 235), "https://example.com/"+strings.Repeat("p", 236),
		"n/"+strings.Repeat("e", 198), "n/"+strings.Repeat("e", 199))
}

// changes walks a document and visits it with, at every place, the value
// replaced, taken away, or a member added. The document is changed in place, and
// back, for copies would take most of the time.
func changes(root any, names []string, visit func(any) bool) bool {
	var walk func(v any) bool
	walk = func(v any) bool {
		switch v := v.(type) {
		case list:
			for i, kept := range v {
				for _, other := range instead(kept) {
					v[i] = other
					if !visit(root) {
						return false
					}
				}
				v[i] = kept
				if !walk(kept) {
					return false
				}
			}
		case dict:
			for _, name := range slices.Sorted(maps.Keys(v)) {
				kept := v[name]
				delete(v, name)
				if !visit(root) {
					return false
				}
				for _, other := range instead(kept) {
					v[name] = other
					if !visit(root) {
						return false
					}
				}
				v[name] = kept
				if !walk(kept) {
					return false
				}
			}
			for _, name := range names {
				if _, there := v[name]; there {
					continue
				}
				v[name] = nil // no member may be null
				if !visit(root) {
					return false
				}
				delete(v, name)
			}
		}
		return true
	}
	return walk(root)
}
