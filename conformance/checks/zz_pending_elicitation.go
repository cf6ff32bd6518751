package checks

import "github.com/mcpctl/mcpctl/conformance"

func elicitation() conformance.Suite { return conformance.Suite{ID: "elicitation"} }
