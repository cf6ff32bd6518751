package checks

import "github.com/mcpctl/mcpctl/conformance"

func cancellation() conformance.Suite { return conformance.Suite{ID: "cancellation"} }
