package checks

import "github.com/mcpctl/mcpctl/conformance"

func caching() conformance.Suite { return conformance.Suite{ID: "caching"} }
