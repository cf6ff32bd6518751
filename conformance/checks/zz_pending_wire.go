package checks

import "github.com/mcpctl/mcpctl/conformance"

func wire() conformance.Suite { return conformance.Suite{ID: "wire"} }
