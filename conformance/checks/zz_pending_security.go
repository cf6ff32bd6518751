package checks

import "github.com/mcpctl/mcpctl/conformance"

func security() conformance.Suite { return conformance.Suite{ID: "security"} }
