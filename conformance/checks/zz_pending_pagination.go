package checks

import "github.com/mcpctl/mcpctl/conformance"

func pagination() conformance.Suite { return conformance.Suite{ID: "pagination"} }
