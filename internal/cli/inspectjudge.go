package cli

import (
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/checks"
	"github.com/mcpctl/mcpctl/inspect/tui"
)

// judging is what the screen needs to judge what crosses: the same checks as
// `mcpctl test`, so that the two never disagree.
func (a *app) judging() tui.Judging {
	return tui.Judging{
		Checks:  checks.All,
		Explain: explainText,
		Tool:    conformance.Tool{Name: "mcpctl", Version: version()},
	}
}

// explainText is what `mcpctl checks explain` prints.
func explainText(check string) string {
	e, ok := explainedCheck(check)
	if !ok {
		return check + " is explained nowhere: it is about the run, not about a message."
	}
	var text strings.Builder
	printer := app{Streams: Streams{Out: &text}}
	printer.printExplained(e)
	return text.String()
}
