package checks

import "github.com/mcpctl/mcpctl/conformance"

func batching() conformance.Suite { return conformance.Suite{ID: "batching"} }
