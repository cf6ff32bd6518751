package checks

import "github.com/mcpctl/mcpctl/conformance"

func rpcErrors() conformance.Suite { return conformance.Suite{ID: "errors"} }
