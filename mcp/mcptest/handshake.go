package mcptest

import (
	"slices"

	"github.com/mcpctl/mcpctl/mcp"
)

// serve answers a request of the handshake era.
func (n *conn) serve(c *Call) (map[string]any, *mcp.RPCError) {
	s, method := n.w.s, c.In.Method()
	switch method {
	case "ping":
		return map[string]any{}, nil
	case "initialize":
		return n.initialize(c)
	}
	if c.Revision == "" && !s.skips(SkipInitialize) {
		return nil, rpcError(mcp.CodeInvalidRequest, nil, "the first request must be initialize, not %.60q", method)
	}
	if c.Revision == "" {
		c.Revision = n.newest()
	}
	if !s.offers(method) {
		return nil, unknownMethod(method)
	}
	switch method {
	case "logging/setLevel":
		return n.setLevel(c)
	case "resources/subscribe", "resources/unsubscribe":
		return n.watch(c, method == "resources/subscribe")
	}
	return c.serve()
}

func unknownMethod(method string) *mcp.RPCError {
	return rpcError(mcp.CodeMethodNotFound, nil, "there is no method %.60q", method)
}

// newest is the newest revision of the handshake era that the server speaks.
func (n *conn) newest() mcp.Revision {
	all := n.w.s.speaks(mcp.Handshake)
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1]
}

// initialize opens the conversation: the revision asked for if the server
// speaks it, else its newest one.
func (n *conn) initialize(c *Call) (map[string]any, *mcp.RPCError) {
	s, params := n.w.s, c.In.Params()
	asked := mcp.Revision(params.Get("protocolVersion").Text())
	switch {
	case c.Revision != "" && !s.skips(SkipTwice):
		return nil, rpcError(mcp.CodeInvalidRequest, nil, "the session is initialized already")
	case s.skips(SkipParams):
	case !params.Get("protocolVersion").Is(mcp.String):
		return nil, rpcError(mcp.CodeInvalidParams, nil, "protocolVersion must be a string")
	case !params.Get("capabilities").Is(mcp.Object):
		return nil, rpcError(mcp.CodeInvalidParams, nil, "capabilities must be an object")
	case !params.Get("clientInfo").Is(mcp.Object):
		return nil, rpcError(mcp.CodeInvalidParams, nil, "clientInfo must be an object")
	}
	agreed := asked
	if !slices.Contains(s.speaks(mcp.Handshake), asked) {
		agreed = n.newest()
	}
	if agreed == "" {
		return nil, rpcError(mcp.CodeInvalidParams, map[string]any{"supported": s.speaks(mcp.Stateless)},
			"initialize is not served; the revisions spoken are %v", s.speaks(mcp.Stateless))
	}
	n.mu.Lock()
	n.revision, n.caps = agreed, params.Get("capabilities")
	n.mu.Unlock()
	c.Revision = agreed
	result := map[string]any{
		"protocolVersion": agreed,
		"capabilities":    s.capabilities(agreed),
		"serverInfo":      s.info(agreed),
	}
	if s.skips(SkipNegotiation) && asked != agreed {
		result["protocolVersion"] = asked
	}
	if s.Instructions != "" {
		result["instructions"] = s.Instructions
	}
	return result, nil
}

// setLevel is logging/setLevel.
func (n *conn) setLevel(c *Call) (map[string]any, *mcp.RPCError) {
	level := c.In.Params().Get("level").Text()
	if !slices.Contains(levels, level) && !n.w.s.skips(SkipParams) {
		return nil, rpcError(mcp.CodeInvalidParams, nil, "level must be one of %v", levels)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.level = level
	return map[string]any{}, nil
}

// watch is resources/subscribe and resources/unsubscribe.
func (n *conn) watch(c *Call, on bool) (map[string]any, *mcp.RPCError) {
	s, uri := n.w.s, c.In.Params().Get("uri")
	switch {
	case s.skips(SkipParams):
	case !uri.Is(mcp.String) || !validURI(uri.Text()):
		return nil, rpcError(mcp.CodeInvalidParams, nil, "uri must be a URI")
	}
	if on && !c.exists(uri.Text()) && !s.skips(SkipNotFound) {
		return nil, c.notFound(uri.Text())
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if on || !s.skips(SkipUnwatch) {
		n.watched[uri.Text()] = on
	}
	return map[string]any{}, nil
}
