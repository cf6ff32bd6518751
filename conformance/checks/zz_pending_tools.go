package checks

import "github.com/mcpctl/mcpctl/conformance"

func tools() conformance.Suite { return conformance.Suite{ID: "tools"} }
