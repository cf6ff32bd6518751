package checks

import "github.com/mcpctl/mcpctl/conformance"

func base() conformance.Suite { return conformance.Suite{ID: "base"} }
