// Package docgen writes docs/checks: an index of all checks and a page for each
// suite, from the catalogue of checks, the requirements that they claim and the
// exchanges that prove them; and docs/rules, the same for the rules that rest on no
// requirement. After a change to any of these:
//
//	go generate ./internal/docgen
//
// A test fails while the committed pages are not what it would write.
package docgen

//go:generate go run ./gen ../../docs/checks ../../docs/rules ../../docs/templates

import (
	"fmt"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/checks"
)

// Index is the name of the page that leads to all others.
const Index = "README.md"

// generated heads every page, for who would edit it.
const generated = "<!-- Written by go generate ./internal/docgen; edits are lost. -->\n\n"

// Pages are all pages by file name. They depend on nothing but the catalogue.
func Pages() map[string]string {
	var suites []conformance.Suite
	for _, s := range checks.All() {
		if len(s.Checks) > 0 {
			suites = append(suites, s)
		}
	}
	pages := map[string]string{Index: index(suites)}
	for _, s := range suites {
		pages[pageName(s)] = page(s)
	}
	return pages
}

func pageName(s conformance.Suite) string { return s.ID + ".md" }

// index lists every check with what it costs and where it applies.
func index(suites []conformance.Suite) string {
	var b strings.Builder
	total := 0
	for _, s := range suites {
		total += len(s.Checks)
	}
	fmt.Fprintf(&b, "%s# Checks\n\n%d checks in %d suites. `mcpctl checks explain ID` shows the same in a terminal.\n\n", generated, total, len(suites))
	fmt.Fprint(&b, "| suite | checks |\n|---|---|\n")
	for _, s := range suites {
		fmt.Fprintf(&b, "| [%s](%s) | %d |\n", inline(s.Title), pageName(s), len(s.Checks))
	}
	b.WriteString("\n" + legend())
	for _, s := range suites {
		fmt.Fprintf(&b, "\n## %s\n\n| check | level | revisions | reach | what holds |\n|---|---|---|---|---|\n", inline(s.Title))
		for _, c := range s.Checks {
			fmt.Fprintf(&b, "| [`%s`](%s#%s) | %s | %s | %s | %s |\n",
				c.ID, pageName(s), anchor(c.ID), levels(c), revisions(c), c.Reach, cell(c.Title))
		}
	}
	return b.String()
}

// legend explains the words of the tables.
func legend() string {
	return `**Level**: breaking a *must* fails a server; breaking a *should*, or a rule that was derived from the specification and
does not stand in it, warns. **Reach** is how far a check goes with the server: *observe* looks at sessions and lists,
*provoke* (the default) also sends what a careless client might, *invoke* also calls tools, but only those that
` + "`--allow-tool`" + ` names.
`
}

// page tells all about the checks of a suite.
func page(s conformance.Suite) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s# %s\n\n", generated, inline(s.Title))
	fmt.Fprintf(&b, "%s of the suite `%s`. [All suites](%s)\n", plural(len(s.Checks), "check"), s.ID, Index)
	for _, c := range s.Checks {
		b.WriteString("\n" + section(c))
	}
	return b.String()
}

func plural(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return fmt.Sprintf("%d %ss", n, of)
}
