package checks

import "github.com/mcpctl/mcpctl/conformance"

func resources() conformance.Suite { return conformance.Suite{ID: "resources"} }
