package registry

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mcpctl/mcpctl/internal/redact"
)

const (
	maxFields = 50
	maxWords  = 600 // bytes of one sentence
)

// Problem is what a registry says is wrong, in its own words, which are bounded
// and hold no secret of the request.
type Problem struct {
	Detail string
	Fields []Field
}

// Field is what is wrong in one place.
type Field struct {
	// Where is the place in the document, like "packages[0].identifier". It is
	// empty where the registry does not say.
	Where   string
	Message string
}

// String is the field in a few words.
func (f Field) String() string {
	if f.Where == "" {
		return f.Message
	}
	return f.Where + ": " + f.Message
}

// Error is all of it in one line.
func (p Problem) Error() string {
	var parts []string
	for _, f := range p.Fields {
		parts = append(parts, f.String())
	}
	fields := strings.Join(parts, "; ")
	switch {
	case fields == "":
		return p.Detail
	case p.Detail == "":
		return fields
	}
	return p.Detail + ": " + fields
}

func (p Problem) empty() bool { return p.Error() == "" }

// mentions tells whether the words are in any sentence.
func (p Problem) mentions(words string) bool {
	return strings.Contains(p.Detail, words) ||
		slices.ContainsFunc(p.Fields, func(f Field) bool { return strings.Contains(f.Message, words) })
}

// without is the problem without secrets.
func (p Problem) without(r *redact.Redactor) Problem {
	p.Detail = r.String(p.Detail)
	p.Fields = slices.Clone(p.Fields)
	for i, f := range p.Fields {
		p.Fields[i] = Field{r.String(f.Where), r.String(f.Message)}
	}
	return p
}

// parseProblem reads an error's body: problem details as the registry writes
// them, or {"error": "…"} as other registries do. Of anything else, like a page
// of a proxy, nothing is taken. The value that a registry quotes beside a field is
// left out: it can be the secret that was sent.
func parseProblem(body []byte) Problem {
	var w struct {
		Title, Detail string
		Error         any
		Errors        []struct{ Message, Location string }
	}
	if json.Unmarshal(body, &w) != nil {
		return Problem{}
	}
	p := Problem{Detail: clip(w.Detail)}
	for _, e := range w.Errors {
		if len(p.Fields) < maxFields && e.Message != "" {
			p.Fields = append(p.Fields, Field{clip(place(e.Location)), clip(e.Message)})
		}
	}
	if words, ok := w.Error.(string); ok && p.empty() {
		p.Detail = clip(words)
	}
	if p.empty() {
		p.Detail = clip(w.Title)
	}
	return p
}

// parseIssues reads what the registry's validation answers; only errors count.
func parseIssues(body []byte) []Field {
	var w struct {
		Issues []struct{ Path, Message, Severity string }
	}
	if json.Unmarshal(body, &w) != nil {
		return nil
	}
	var fields []Field
	for _, i := range w.Issues {
		if len(fields) < maxFields && i.Severity == "error" && i.Message != "" {
			fields = append(fields, Field{clip(i.Path), clip(i.Message)})
		}
	}
	return fields
}

// place mends a location. The registry's framework takes dots for the borders
// between members and so mistakes the reverse domain names in _meta: parts of
// them stay in front of whatever is examined next.
func place(location string) string {
	rest, ok := strings.CutPrefix(location, "body.")
	if !ok {
		return strings.TrimPrefix(location, "body")
	}
	if !strings.HasPrefix(rest, "_meta.") {
		return rest
	}
	parts := strings.Split(rest, ".")
	for i, part := range parts {
		member, _, _ := strings.Cut(part, "[")
		if slices.Contains(members(), member) {
			return strings.Join(parts[i:], ".")
		}
	}
	return rest
}

// members are those at the top of server.json, besides _meta.
func members() []string {
	return []string{"$schema", "name", "description", "title", "repository", "version", "websiteUrl", "icons", "packages", "remotes"}
}

// noSuchEndpoint tells a path that the registry does not serve from a name that
// it does not have.
func noSuchEndpoint(a *answer) bool {
	if a.status == http.StatusMethodNotAllowed {
		return true
	}
	if a.status != http.StatusNotFound {
		return false
	}
	p := parseProblem(a.body)
	return p.empty() || strings.HasPrefix(p.Detail, "Endpoint not found")
}

// clip bounds a sentence, at a whole character.
func clip(s string) string {
	if len(s) <= maxWords {
		return s
	}
	n := maxWords
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}
