package catalogue

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/internal/pattern"
)

// Citation is one source of a requirement over an unbroken run of revisions.
type Citation struct {
	First, Last string // revisions, both included
	Ref         string // page#anchor of the specification; empty when the source is elsewhere
	Label       string // the source in words; may hold <revision>
	Path        string // file in the specification's repository, when not a page; may hold <revision>
}

var (
	prefixed   = pattern.New(`^(\d{4}-\d\d-\d\d(?:, \d{4}-\d\d-\d\d)*): (.+)$`)
	pageFile   = pattern.New(`^([a-z][a-z/_-]*)\.mdx$`)
	schemaFile = pattern.New(`^(?:schema\.mdx \()?(schema/(?:<revision>|\d{4}-\d\d-\d\d)/schema\.ts)\)?$`)
)

const outside = "(outside docs/specification) "

// Cite resolves the source of an entry: citations joined by "; ", each
// "[<revision>[, <revision>…]: ]<page> § <heading>". It fails when a page or
// heading is missing from a revision that the citation claims, and when a
// revision in which the entry binds is left without a citation.
func (a Anchors) Cite(e Entry) ([]Citation, error) {
	binding := slices.DeleteFunc(a.Revisions(), func(rev string) bool {
		return rev < e.Since || (e.Until != "" && rev > e.Until)
	})
	var (
		found  []Citation
		faults []error
		cited  = map[string]bool{}
	)
	for part := range strings.SplitSeq(e.Source, "; ") {
		revisions := binding
		if m := prefixed.FindStringSubmatch(part); m != nil {
			revisions, part = strings.Split(m[1], ", "), m[2]
		}
		for _, rev := range revisions {
			if !slices.Contains(binding, rev) {
				faults = append(faults, fmt.Errorf("%q speaks of %s, where the entry does not bind", part, rev))
				continue
			}
			c, err := a.resolve(part, rev)
			if err != nil {
				faults = append(faults, err)
				continue
			}
			cited[rev] = true
			found = a.extend(found, c)
		}
	}
	for _, rev := range binding {
		if !cited[rev] {
			faults = append(faults, fmt.Errorf("no citation for %s", rev))
		}
	}
	return found, errors.Join(faults...)
}

// resolve finds the place that one citation without prefix means in one revision.
func (a Anchors) resolve(part, rev string) (Citation, error) {
	target, heading, ok := strings.Cut(part, " § ")
	if !ok {
		return Citation{}, fmt.Errorf("%q lacks « § heading»", part)
	}
	c := Citation{First: rev, Last: rev}
	switch page, schema := pageFile.FindStringSubmatch(target), schemaFile.FindStringSubmatch(target); {
	case page != nil:
		c.Ref, c.Label = page[1], page[1]+" § "+heading
		anchor := ""
		if heading != "(intro)" {
			anchor = Slug(heading)
			c.Ref += "#" + anchor
		}
		if !a.has(rev, page[1], anchor) {
			return c, fmt.Errorf("%q is not in %s: anchors.yaml knows no %s", part, rev, c.Ref)
		}
	case schema != nil:
		c.Label, c.Path = schema[1]+" § "+heading, schema[1]
		// The early revisions have no page for the schema, the later ones
		// leave some types off it.
		if anchor := strings.ToLower(heading); a.has(rev, "schema", anchor) {
			c.Ref = "schema#" + anchor
		}
	case strings.HasPrefix(target, "../"):
		c.Path = path.Join("docs/specification/<revision>", target)
		c.Label = c.Path + " § " + heading
	case strings.HasPrefix(target, outside):
		c.Path = strings.TrimPrefix(target, outside)
		c.Label = c.Path + " § " + heading
	case strings.HasPrefix(target, "npm "):
		c.Label = part
	default:
		return c, fmt.Errorf("%q has none of the known forms of a citation", part)
	}
	return c, nil
}

// extend appends c, or lengthens the last citation when c continues it.
func (a Anchors) extend(found []Citation, c Citation) []Citation {
	if len(found) > 0 {
		last := &found[len(found)-1]
		revisions := a.Revisions()
		follows := slices.Index(revisions, last.Last)+1 == slices.Index(revisions, c.First)
		if follows && last.Ref == c.Ref && last.Label == c.Label && last.Path == c.Path {
			last.Last = c.Last
			return found
		}
	}
	return append(found, c)
}
