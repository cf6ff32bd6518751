package catalogue

import (
	"maps"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/internal/pattern"
)

// Anchors maps revision to page to the anchors of the page's headings, in
// document order.
type Anchors map[string]map[string][]string

// Revisions lists the revisions that have pages, oldest first.
func (a Anchors) Revisions() []string { return slices.Sorted(maps.Keys(a)) }

// has reports whether the page exists in the revision and carries the anchor;
// the empty anchor stands for the text above the first heading.
func (a Anchors) has(revision, page, anchor string) bool {
	anchors, ok := a[revision][page]
	return ok && (anchor == "" || slices.Contains(anchors, anchor))
}

var (
	markdownLink = pattern.New(`\[([^\]]*)\]\([^)]*\)`)
	notInSlug    = pattern.New(`[^a-z0-9_ /:-]`)
	escapes      = strings.NewReplacer("://", "%3A%2F%2F", "/", "%2F", " ", "-", ":", "")
)

// Slug is the anchor that the specification's site gives a heading.
func Slug(heading string) string {
	text := markdownLink.ReplaceAllString(heading, "$1")
	text = notInSlug.ReplaceAllString(strings.ToLower(text), "")
	return strings.Trim(escapes.Replace(strings.TrimSpace(text)), "_")
}
