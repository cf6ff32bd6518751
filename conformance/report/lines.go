package report

import (
	"fmt"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/internal/term"
	"github.com/mcpctl/mcpctl/mcp"
)

// maxLines bounds a text of several lines within a report.
const maxLines = 60

// several are the lines of a text that is meant to have some, each safe: a
// difference between what was expected and what came. Those of the protocol's
// checks quote servers and stay on one line; there it answers nil.
func several(f conformance.Finding, text string, most int) []string {
	if cited(f) || !strings.Contains(text, "\n") {
		return nil
	}
	var all []string
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		if len(all) == most {
			return append(all, fmt.Sprintf("… (%d more lines)", strings.Count(text, "\n")+1-most))
		}
		all = append(all, term.CILine(term.Clip(line, messageLimit)))
	}
	return all
}

// column is the name of a revision's column; what belongs to no revision has one
// too.
func column(r mcp.Revision) string {
	if r == "" {
		return "–"
	}
	return string(r)
}
