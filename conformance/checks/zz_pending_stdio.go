package checks

import "github.com/mcpctl/mcpctl/conformance"

func stdio() conformance.Suite { return conformance.Suite{ID: "stdio"} }
