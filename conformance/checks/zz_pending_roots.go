package checks

import "github.com/mcpctl/mcpctl/conformance"

func roots() conformance.Suite { return conformance.Suite{ID: "roots"} }
