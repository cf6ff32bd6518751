package catalogue

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/internal/pattern"
	"github.com/mcpctl/mcpctl/mcp"
)

var idForm = pattern.New(`^[a-z][a-z0-9]*(\.[a-z0-9]+(-[a-z0-9]+)*)+$`)

// validate lists every fault of the catalogues.
func (c *Catalogue) validate() error {
	var faults []error
	for _, rev := range mcp.Timeline() {
		if len(c.Anchors[string(rev)]) == 0 {
			faults = append(faults, fmt.Errorf("anchors.yaml has no pages for revision %s", rev))
		}
	}
	for _, rev := range c.Anchors.Revisions() {
		if !mcp.Revision(rev).Known() {
			faults = append(faults, fmt.Errorf("anchors.yaml: package mcp does not know revision %q", rev))
		}
	}
	for _, book := range c.Books {
		seen := map[string]bool{}
		for _, e := range book.Entries {
			entry := c.vet(book.Era, e)
			if seen[e.ID] {
				entry = append(entry, errors.New("the id is taken"))
			}
			seen[e.ID] = true
			for _, fault := range entry {
				faults = append(faults, fmt.Errorf("%s %s: %w", book.Era, e.ID, fault))
			}
		}
	}
	return errors.Join(faults...)
}

// vet lists what is wrong with one entry.
func (c *Catalogue) vet(era string, e Entry) (faults []error) {
	if !idForm.MatchString(e.ID) {
		faults = append(faults, errors.New("the id is not dotted lower-case words such as tools.name.unique"))
	}
	known := vocabulary(era)
	for _, field := range []struct {
		name   string
		values []string
	}{
		{"level", []string{e.Level}},
		{"area", []string{e.Area}},
		{"transports", e.Transports},
		{"requires", strings.Split(e.Requires, "; ")},
		{"requirement", []string{e.Requirement}},
		{"probe", []string{e.Probe}},
		{"testability", []string{e.Testability}},
		{"basis", []string{e.Basis}},
	} {
		if len(field.values) == 0 || slices.Contains(field.values, "") {
			faults = append(faults, fmt.Errorf("%s is empty", field.name))
			continue
		}
		words, limited := known[field.name]
		for _, value := range field.values {
			if limited && !slices.Contains(words, value) {
				faults = append(faults, fmt.Errorf("%s %q is not one of %s", field.name, value, strings.Join(words, ", ")))
			}
		}
	}
	if err := vetSpan(era, e); err != nil {
		return append(faults, err)
	}
	if _, err := c.Anchors.Cite(e); err != nil {
		faults = append(faults, err)
	}
	return faults
}

// vetSpan checks that an entry binds in known revisions of its own era.
func vetSpan(era string, e Entry) error {
	ends := []string{e.Since, e.Until}
	if e.Until == "" {
		if era == mcp.Handshake.String() {
			return errors.New("until is missing, and no further handshake revision will come")
		}
		ends = ends[:1]
	}
	for _, end := range ends {
		switch rev := mcp.Revision(end); {
		case !rev.Known():
			return fmt.Errorf("%q is no known revision", end)
		case rev.Era().String() != era:
			return fmt.Errorf("%s is not of the %s era", end, era)
		}
	}
	if e.Until != "" && e.Until < e.Since {
		return fmt.Errorf("until %s comes before since %s", e.Until, e.Since)
	}
	return nil
}
