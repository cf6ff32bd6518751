package checks

import "github.com/mcpctl/mcpctl/conformance"

func sampling() conformance.Suite { return conformance.Suite{ID: "sampling"} }
