package lint

import (
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/internal/nearest"
	"github.com/mcpctl/mcpctl/mcp"
)

func annotationRules() []rule {
	return []rule{
		{conformance.Rule{
			ID: "lint/annotations/missing", Title: "tools say by annotations whether they change anything", Group: "annotations", Verdict: conformance.Warn,
			Why: "A tool without readOnlyHint and destructiveHint counts as one that may destroy things and talks to the whole world. Clients ask the user before every call.",
			Fix: "Set readOnlyHint: true for tools that only look; for the others destructiveHint, idempotentHint and openWorldHint.",
		}, tools, annotationsMissing},
		{conformance.Rule{
			ID: "lint/annotations/known", Title: "annotations have the names and types of the protocol", Group: "annotations", Verdict: conformance.Fail,
			Why: "A hint with a typing error, or \"true\" as a string, is ignored: a tool that was meant to be read-only is taken for a destructive one, or the other way round.",
			Fix: "The hints are readOnlyHint, destructiveHint, idempotentHint and openWorldHint, each true or false.",
		}, tools, annotationsKnown},
		{conformance.Rule{
			ID: "lint/annotations/contradiction", Title: "no tool is both read-only and destructive", Group: "annotations", Verdict: conformance.Fail,
			Why: "Clients that look at one hint only will do without asking what others warn of.",
			Fix: "Set destructiveHint to false, or readOnlyHint.",
		}, tools, annotationsContradiction},
		{conformance.Rule{
			ID: "lint/annotations/read-only-name", Title: "tools that are called read-only do not say by their name that they change something", Group: "annotations", Verdict: conformance.Fail,
			Why: "Clients call read-only tools without asking. A tool that deletes, writes or sends must not be among them.",
			Fix: "Set readOnlyHint to false, or give the tool a name that says what it really does.",
		}, tools, readOnlyName},
		{conformance.Rule{
			ID: "lint/annotations/destructive-name", Title: "tools that delete are not annotated as harmless", Group: "annotations", Verdict: conformance.Warn,
			Why: "With destructiveHint: false clients do not warn that something may be lost.",
			Fix: "Set destructiveHint to true, or give the tool a name that says what it really does.",
		}, tools, destructiveName},
		{conformance.Rule{
			ID: "lint/annotations/open-world-name", Title: "tools that reach into the web say so", Group: "annotations", Verdict: conformance.Warn,
			Why: "What comes from the web may be written to deceive the model. Clients treat results with more care when openWorldHint is not false.",
			Fix: "Set openWorldHint to true.",
		}, tools, openWorldName},
		{conformance.Rule{
			ID: "lint/annotations/title", Title: "title and annotations.title are the same", Group: "annotations", Verdict: conformance.Warn,
			Why: "Which of the two people are shown depends on the client.",
			Fix: "Keep title; annotations.title is for clients from before 2025-06-18.",
		}, tools, annotationsTitle},
	}
}

// hint is what a tool says by an annotation: whether it says anything, and what.
func (t tool) hint(name string) (value, said bool) {
	v := t.Get("annotations", name)
	return v.True(), v.Is(mcp.Bool)
}

func annotationsMissing(r *review) {
	for _, t := range r.tools {
		readOnly, saysRead := t.hint("readOnlyHint")
		_, saysDestructive := t.hint("destructiveHint")
		switch {
		case !saysRead && !saysDestructive:
			r.say(t.subject, "it has neither readOnlyHint nor destructiveHint")
		case !readOnly && !saysDestructive:
			r.say(t.subject, "it is not read-only and has no destructiveHint")
		}
	}
}

func annotationsKnown(r *review) {
	hints := []string{"readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"}
	for _, t := range r.tools {
		for _, m := range t.Get("annotations").Members() {
			isHint := slices.Contains(hints, m.Name)
			meant := nearest.Word(m.Name, hints)
			for _, name := range hints { // readOnly, read_only_hint
				if strings.HasPrefix(strings.ToLower(name), strings.Join(words(strings.TrimSuffix(m.Name, "Hint")), "")) && len(m.Name) > 6 {
					meant = name
				}
			}
			switch {
			case isHint && !m.Value.Is(mcp.Bool) && !m.Value.Is(mcp.Null):
				r.say(t.subject, "%s is %s", m.Name, shown(m.Value))
			case !isHint && meant != "" && m.Name != "title":
				r.say(t.subject, "%s is no annotation; %s is", quote(m.Name), meant)
			}
		}
	}
}

func annotationsContradiction(r *review) {
	for _, t := range r.tools {
		readOnly, _ := t.hint("readOnlyHint")
		destructive, _ := t.hint("destructiveHint")
		if readOnly && destructive {
			r.say(t.subject, "readOnlyHint and destructiveHint are both true")
		}
	}
}

func readOnlyName(r *review) {
	known := changing()
	for _, t := range r.tools {
		readOnly, _ := t.hint("readOnlyHint")
		if verb := t.verb; readOnly && known[verb] && !slices.Contains(t.words, "dry") && !slices.Contains(t.words, "preview") {
			r.say(t.subject, "the name says %q, readOnlyHint is true", verb)
		}
	}
}

func destructiveName(r *review) {
	known := destroying()
	for _, t := range r.tools {
		readOnly, _ := t.hint("readOnlyHint")
		destructive, said := t.hint("destructiveHint")
		if verb := t.verb; known[verb] && said && !destructive && !readOnly { // read-only is another rule's
			r.say(t.subject, "the name says %q, destructiveHint is false", verb)
		}
	}
}

func openWorldName(r *review) {
	far := set("web internet website websites http https webpage webpages tweet tweets google bing crawl scrape")
	for _, t := range r.tools {
		open, said := t.hint("openWorldHint")
		for _, word := range t.words {
			fetches := (word == "url" || word == "urls") && slices.ContainsFunc([]string{"fetch", "download", "get", "read", "open", "browse"}, func(v string) bool { return slices.Contains(t.words, v) })
			if said && !open && (far[word] || fetches) {
				r.say(t.subject, "the name says %q, openWorldHint is false", word)
				break
			}
		}
	}
}

func annotationsTitle(r *review) {
	for _, t := range r.tools {
		own, annotated := t.Get("title").Text(), t.Get("annotations", "title").Text()
		if own != "" && annotated != "" && own != annotated {
			r.say(t.subject, "title is %s, annotations.title %s", quote(own), quote(annotated))
		}
	}
}
