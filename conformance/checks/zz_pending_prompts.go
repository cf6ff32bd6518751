package checks

import "github.com/mcpctl/mcpctl/conformance"

func prompts() conformance.Suite { return conformance.Suite{ID: "prompts"} }
