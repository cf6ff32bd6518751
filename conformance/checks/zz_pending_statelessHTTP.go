package checks

import "github.com/mcpctl/mcpctl/conformance"

func statelessHTTP() conformance.Suite { return conformance.Suite{ID: "stateless"} }
