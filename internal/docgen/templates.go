package docgen

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/scaffold"
	"github.com/mcpctl/mcpctl/scaffold/pack"
	"github.com/mcpctl/mcpctl/templates"
)

// TemplatePages tells which built-in template has which feature, from their
// manifests: one page, by its file name.
func TemplatePages(ctx context.Context) (map[string]string, error) {
	var all []*scaffold.Template
	for _, id := range templates.List() {
		t, err := pack.Open(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("reading the template %s: %w", id, err)
		}
		all = append(all, t)
	}
	var b strings.Builder
	b.WriteString("<!-- Written by go generate ./internal/docgen; edits are lost. -->\n\n# Templates\n\n" +
		"What `mcpctl new --template ID` can make, and which features each has. Every one speaks all five revisions on stdio\n" +
		"and Streamable HTTP, with or without features. `mcpctl template show ID` tells more of one.\n\n")
	b.WriteString("| feature | |")
	for _, t := range all {
		fmt.Fprintf(&b, " `%s` |", t.Manifest.ID)
	}
	b.WriteString("\n|---|---|" + strings.Repeat("---|", len(all)) + "\n")
	for _, f := range features(all) {
		fmt.Fprintf(&b, "| `%s` | %s |", f.Name, cell(f.Title))
		for _, t := range all {
			mark := ""
			if has(t, f.Name) {
				mark = "yes"
			}
			fmt.Fprintf(&b, " %s |", mark)
		}
		b.WriteByte('\n')
	}
	return map[string]string{Index: b.String()}, nil
}

// features are all of all templates, in the order of the first that has them.
func features(all []*scaffold.Template) []scaffold.Feature {
	var features []scaffold.Feature
	for _, t := range all {
		for _, f := range t.Manifest.Features {
			if !slices.ContainsFunc(features, func(known scaffold.Feature) bool { return known.Name == f.Name }) {
				features = append(features, f)
			}
		}
	}
	return features
}

func has(t *scaffold.Template, feature string) bool {
	return slices.ContainsFunc(t.Manifest.Features, func(f scaffold.Feature) bool { return f.Name == feature })
}
