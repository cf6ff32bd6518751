package checks

import "github.com/mcpctl/mcpctl/conformance"

func mrtr() conformance.Suite { return conformance.Suite{ID: "mrtr"} }
