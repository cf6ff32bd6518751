package checks

import "github.com/mcpctl/mcpctl/conformance"

func subscriptions() conformance.Suite { return conformance.Suite{ID: "subscriptions"} }
