package spec

import (
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// Citation is a place that a requirement rests on, over a run of revisions.
type Citation struct {
	In    mcp.Span
	Ref   string // page#anchor of the specification, or "" when the place is not on one of its pages
	Label string // the place in words, such as "server/tools § Tool Names"

	path string // the file in the specification's repository, when not a page
}

const (
	site = "https://modelcontextprotocol.io/specification/"
	// repository holds what the site does not: schema files and proposals. It
	// is pinned to the commit that the catalogues were written against.
	repository = "https://github.com/modelcontextprotocol/modelcontextprotocol/blob/b0f60ba5409db7a6582440a7b473cc0398890f15/"
)

// Link is the address of the cited place as rev has it, "" when there is none
// to give.
func (c Citation) Link(rev mcp.Revision) string {
	switch {
	case c.Ref != "":
		return Link(rev, c.Ref)
	case c.path != "":
		return repository + strings.ReplaceAll(c.path, "<revision>", string(rev))
	}
	return ""
}

// Link is the address of a page#anchor of the specification in a revision.
func Link(rev mcp.Revision, ref string) string {
	page, anchor, marked := strings.Cut(ref, "#")
	// The site serves …/index under the folder's own name.
	if page = strings.TrimSuffix("/"+page, "/index"); marked {
		page += "#" + anchor
	}
	return site + string(rev) + page
}

// Citations lists the places that the requirement rests on in rev, the most
// telling first. In a revision where the requirement does not bind there are
// none; elsewhere there is at least one.
func (r Requirement) Citations(rev mcp.Revision) []Citation {
	var found []Citation
	for _, c := range r.citations {
		if c.In.Has(rev) {
			c.Label = strings.ReplaceAll(c.Label, "<revision>", string(rev))
			found = append(found, c)
		}
	}
	return found
}

// Ref is the first page#anchor that the requirement rests on in rev, such as
// "server/tools#tool-names". It is "" where only schema files, proposals or
// pages outside the specification are cited; Label names those.
func (r Requirement) Ref(rev mcp.Revision) string { return r.cited(rev).Ref }

// Label names the place of Ref in words, or the first cited place when there
// is no Ref. It is "" only where the requirement does not bind.
func (r Requirement) Label(rev mcp.Revision) string { return r.cited(rev).Label }

// Link is the address of the place that Label names: a heading of the
// specification, else a file of its repository, else "".
func (r Requirement) Link(rev mcp.Revision) string { return r.cited(rev).Link(rev) }

// cited picks the citation to show: the first with a heading, else with a
// file, else any.
func (r Requirement) cited(rev mcp.Revision) Citation {
	citations := r.Citations(rev)
	for _, good := range []func(Citation) bool{
		func(c Citation) bool { return c.Ref != "" },
		func(c Citation) bool { return c.path != "" },
		func(Citation) bool { return true },
	} {
		for _, c := range citations {
			if good(c) {
				return c
			}
		}
	}
	return Citation{}
}
