package checks

import "github.com/mcpctl/mcpctl/conformance"

func progress() conformance.Suite { return conformance.Suite{ID: "progress"} }
