package checks

import (
	"slices"

	"github.com/mcpctl/mcpctl/conformance"
)

// tools is the suite about server/tools.
func tools() conformance.Suite {
	return conformance.Suite{ID: "tools", Title: "Tools", Checks: slices.Concat(
		toolsListChecks(),
		toolsDescriptorChecks(),
		toolsSchemaChecks(),
		toolsHeaderChecks(),
		toolsCallChecks(),
		toolsArgumentChecks(),
		toolsResultChecks(),
		toolsStructuredChecks(),
		toolsChangeChecks(),
	)}
}
