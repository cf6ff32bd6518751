package checks

import "github.com/mcpctl/mcpctl/conformance"

func logging() conformance.Suite { return conformance.Suite{ID: "logging"} }
