package checks

import "github.com/mcpctl/mcpctl/conformance"

func streamable() conformance.Suite { return conformance.Suite{ID: "streamable"} }
