package checks

import "github.com/mcpctl/mcpctl/conformance"

func lifecycle() conformance.Suite { return conformance.Suite{ID: "lifecycle"} }
