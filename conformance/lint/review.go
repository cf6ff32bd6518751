package lint

import (
	"fmt"
	"strings"

	"github.com/mcpctl/mcpctl/internal/term"
	"github.com/mcpctl/mcpctl/mcp"
)

// Bounds on what is looked at and said: a hostile list may be as long as it
// likes.
const (
	maxFaults = 50      // listed of one rule
	maxText   = 1 << 16 // bytes of one text that expressions are tried on
	maxNodes  = 20_000  // subschemas of one tool
	maxDepth  = 64      // of schemas that are looked at
	maxTexts  = 100_000
	maxQuote  = 60 // characters of a quotation
)

// review is a surface being judged, with what several rules need of it.
type review struct {
	Surface
	tools     []tool
	prompts   []item
	resources []item
	templates []item
	texts     []text

	faults []fault // of the rule being judged
	more   int     // faults beyond those
	note   string  // what the rule has measured, for when it finds nothing
}

// fault is one thing that a rule found.
type fault struct{ subject, text string }

// item is an entry of a list.
type item struct {
	mcp.Value
	name    string // name, uri or uriTemplate
	subject string
}

// tool is a tool with its schemas taken apart.
type tool struct {
	item
	input, output []node
	words         []string // of its name, lower case
	// verb is the first word of the name that says what the tool does; "" for
	// none. What stands before it names the server or the subject.
	verb string
}

// text is something that a model reads.
type text struct {
	subject string
	place   string // "description", "inputSchema/properties/a/description"
	value   string
	isName  bool // an identifier, not prose
}

func newReview(s Surface) *review {
	r := &review{Surface: s}
	known := verbs()
	for i, v := range s.Tools {
		t := tool{item: entry(v, "tool", "name", i)}
		t.words = words(clip(t.name))
		t.verb = firstOf(t.words, known)
		t.input, t.output = nodes(v.Get("inputSchema")), nodes(v.Get("outputSchema"))
		r.tools = append(r.tools, t)
	}
	for i, v := range s.Prompts {
		r.prompts = append(r.prompts, entry(v, "prompt", "name", i))
	}
	for i, v := range s.Resources {
		r.resources = append(r.resources, entry(v, "resource", "uri", i))
	}
	for i, v := range s.Templates {
		r.templates = append(r.templates, entry(v, "template", "uriTemplate", i))
	}
	r.gather()
	return r
}

// entry is an item; one without a name is called by its place in the list.
func entry(v mcp.Value, kind, member string, i int) item {
	e := item{Value: v, name: v.Get(member).Text()}
	e.subject = kind + "s/" + e.name
	if e.name == "" {
		e.subject = fmt.Sprintf("%ss/[%d]", kind, i)
	}
	return e
}

// say records a fault of the rule being judged. What of a server is in the words
// has gone through quote.
func (r *review) say(subject, format string, args ...any) {
	if len(r.faults) == maxFaults {
		r.more++
		return
	}
	r.faults = append(r.faults, fault{subject, subject + ": " + fmt.Sprintf(format, args...)})
}

// has reports whether the surface has what a rule is about.
func (r *review) has(what about) bool {
	switch what {
	case tools:
		return len(r.tools) > 0
	case prompts:
		return len(r.prompts) > 0
	case resources:
		return len(r.resources) > 0
	case templates:
		return len(r.templates) > 0
	}
	return true
}

// quote is a server's text within a message: visible, short and marked off.
func quote(s string) string {
	return `"` + term.SafeLine(term.Clip(strings.TrimSpace(s), maxQuote)) + `"`
}

// shown is a server's value within a message, as JSON.
func shown(v mcp.Value) string {
	return term.SafeLine(term.Clip(v.String(), maxQuote))
}

// clip bounds what expressions are tried on.
func clip(s string) string {
	if len(s) > maxText {
		return s[:maxText]
	}
	return s
}
