package checks

import "github.com/mcpctl/mcpctl/conformance"

func httpSSE() conformance.Suite { return conformance.Suite{ID: "http-sse"} }
