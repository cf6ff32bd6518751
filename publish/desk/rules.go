package desk

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/mcpctl/mcpctl/internal/pattern"
	"github.com/mcpctl/mcpctl/publish/serverjson"
)

// force says when the official registry enforces a rule of server.json.
type force int

const (
	never    force = iota // it does not, or only by asking a package host
	shape                 // while it reads a request, before it looks at the token
	semantic              // after it has looked at the permissions
	late                  // when it publishes
	warning               // not at all, but its validation says it
)

// forceOf answers how a rule is enforced.
func forceOf(f serverjson.Finding) force {
	switch f.Rule {
	case "schema/pattern":
		if iconSize.MatchString(f.Pointer) {
			return never
		}
		return semantic
	case "schema/length", "schema/value", "schema/type", "schema/required", "schema/uri",
		"schema/unknown", "name/format", "version/latest", "version/range", "title/blank", "website/url", "icon/url",
		"repository/source", "repository/url", "repository/subfolder", "package/identifier",
		"transport/stdio", "transport/url", "transport/variable", "remote/https", "remote/local", "remote/variable",
		"argument/name", "argument/value":
		return semantic
	case "meta/size":
		return late
	case "schema/old":
		return warning
	}
	return never
}

// iconSize is where the published schema has a pattern and the registry none.
var iconSize = pattern.New(`^/icons/\d+/sizes/\d+$`)

// finding is a rule that a document breaks, as the registry's API says it.
type finding struct {
	force   force
	rule    string
	path    string // like packages[0].identifier
	message string
}

// judge answers what the registry has against a document, which is JSON. It
// reads as the registry does: of two members with one name the last counts, one
// that is null is not there, and old dates are judged as the current one. What is
// wrong with the shape hides all else.
func judge(server []byte) ([]finding, *problem) {
	dec := json.NewDecoder(bytes.NewReader(server))
	dec.UseNumber()
	var value any
	if err := dec.Decode(&value); err != nil {
		return nil, unreadable(err.Error())
	}
	if dec.More() || strings.TrimSpace(string(server[dec.InputOffset():])) != "" {
		return nil, unreadable("there is more after the document")
	}
	if wrong := shapeOf(value); len(wrong) > 0 {
		return wrong, nil
	}
	root := withoutNull(value).(map[string]any) // as its shape is right
	all := findings(root, ofDate)
	if _, ok := root["$schema"].(string); ok {
		root["$schema"] = serverjson.SchemaURL(serverjson.Current)
	}
	return append(all, findings(root, func(f serverjson.Finding) bool { return !ofDate(f) })...), nil
}

// ofDate reports what is wrong with $schema itself.
func ofDate(f serverjson.Finding) bool {
	return f.Pointer == "/$schema"
}

func unreadable(why string) *problem {
	p := problemf(http.StatusBadRequest, "validation failed")
	p.Errors = []issue{{Message: why, Location: "body"}}
	return p
}

// findings are those that the registry enforces, at the places wanted.
func findings(root map[string]any, wanted func(serverjson.Finding) bool) []finding {
	text, err := json.Marshal(root)
	if err != nil {
		return []finding{{force: semantic, message: err.Error()}}
	}
	var all []finding
	for _, f := range serverjson.Check("server.json", text) {
		if how := forceOf(f); how != never && wanted(f) {
			all = append(all, finding{how, f.Rule, bracketed(f.Pointer), f.Reason})
		}
	}
	return all
}

// withoutNull leaves out members that are null.
func withoutNull(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			if value == nil {
				delete(v, name)
			} else if name != "io.modelcontextprotocol.registry/publisher-provided" {
				withoutNull(value)
			}
		}
	case []any:
		for _, item := range v {
			withoutNull(item)
		}
	}
	return v
}

// bracketed writes a JSON Pointer as the registry's API writes places.
func bracketed(pointer string) string {
	var out strings.Builder
	for part := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		part = strings.NewReplacer("~1", "/", "~0", "~").Replace(part)
		if _, err := strconv.Atoi(part); err == nil {
			out.WriteString("[" + part + "]")
			continue
		}
		if out.Len() > 0 {
			out.WriteByte('.')
		}
		out.WriteString(part)
	}
	return out.String()
}

// issuesOf are the findings of some force, as an answer lists them.
func issuesOf(all []finding, how force) []issue {
	var list []issue
	for _, f := range all {
		if f.force == how {
			list = append(list, issue{f.message, strings.TrimSuffix("body."+f.path, ".")})
		}
	}
	return list
}
