package checks

import "github.com/mcpctl/mcpctl/conformance"

func versioning() conformance.Suite { return conformance.Suite{ID: "versioning"} }
