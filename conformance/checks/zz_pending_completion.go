package checks

import "github.com/mcpctl/mcpctl/conformance"

func completion() conformance.Suite { return conformance.Suite{ID: "completion"} }
