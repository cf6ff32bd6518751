package mcptest

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"sync"

	"github.com/mcpctl/mcpctl/mcp"
)

// newest of the stateless era; what is not told otherwise is read as this.
const stateless = mcp.Rev20260728

// memory is what a server keeps of earlier requests that should not
// (SkipStateless).
type memory struct {
	mu   sync.Mutex
	meta mcp.Value
}

// statelessCall makes a call of a request and checks its _meta and, over HTTP,
// its headers. The call is there in any case, to be finished.
func (w *world) statelessCall(m mcp.Message, kind mcp.TransportKind, r *http.Request, to sink) (*Call, *mcp.RPCError) {
	s := w.s
	c := &Call{Context: Context{In: m, Revision: stateless, Transport: kind, HTTP: r}, w: w, to: to}
	c.ctx, c.cancel = context.WithCancel(w.ctx)
	meta := m.Params().Get("_meta")
	if s.skips(SkipStateless) {
		w.remember.mu.Lock()
		defer w.remember.mu.Unlock()
		if meta.Has(mcp.MetaVersion) && meta.Has(mcp.MetaCapabilities) {
			w.remember.meta = meta
		} else if w.remember.meta.Exists() {
			meta = w.remember.meta
		}
	}
	version := meta.Get(mcp.MetaVersion)
	if err := s.headerPresent(r); err != nil {
		return c, err
	}
	if !version.Is(mcp.String) && !s.skips(SkipMeta) {
		return c, rpcError(mcp.CodeInvalidParams, map[string]any{"supported": s.speaks(mcp.Stateless)},
			"_meta must say the protocol version; the revisions spoken are %v", s.speaks(mcp.Stateless))
	}
	if err := s.headerVersion(r, version); err != nil {
		return c, err
	}
	if version.Exists() && !slices.Contains(s.speaks(mcp.Stateless), mcp.Revision(version.Text())) && !s.skips(SkipVersion) {
		return c, rpcError(mcp.CodeUnsupportedVersion,
			map[string]any{"supported": s.speaks(mcp.Stateless), "requested": version.Text()}, "the protocol version is not supported")
	}
	c.caps = meta.Get(mcp.MetaCapabilities)
	if !c.caps.Is(mcp.Object) && !s.skips(SkipMeta) {
		return c, rpcError(mcp.CodeInvalidParams, nil, "_meta must hold the client's capabilities")
	}
	level := meta.Get(mcp.MetaLogLevel)
	if level.Exists() && !slices.Contains(levels, level.Text()) && !s.skips(SkipLogLevel) {
		return c, rpcError(mcp.CodeInvalidParams, nil, "the log level must be one of %v", levels)
	}
	c.level = level.Text()
	return c, s.headerRouting(c)
}

// run answers a request of the stateless era. A subscription is left open.
func (c *Call) run() {
	result, open, err := c.serveStateless()
	if open {
		return
	}
	if st, ok := c.to.(*stream); ok && err != nil {
		st.refuse(c.w.s, err, false)
	}
	c.finish(result, err)
	c.cancel()
}

// serveStateless gives the answer to a request of the stateless era; open
// means that it is a subscription now.
func (c *Call) serveStateless() (result map[string]any, open bool, err *mcp.RPCError) {
	s, method := c.w.s, c.In.Method()
	switch {
	case method == "server/discover":
		result = c.discover()
	case method == "subscriptions/listen":
		err = c.subscribe()
		return nil, err == nil, err
	case s.skips(SkipRemoved) && slices.Contains([]string{"ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe"}, method):
		result = map[string]any{}
	case !s.offers(method):
		return nil, false, unknownMethod(method)
	default:
		if err = c.resume(); err == nil {
			result, err = c.serve()
		}
	}
	if err != nil {
		return nil, false, err
	}
	return c.complement(result), false, nil
}

// complement adds what every result of the era has, and what those have that
// may be cached.
func (c *Call) complement(result map[string]any) map[string]any {
	result = maps.Clone(result)
	if _, there := result["resultType"]; !there {
		result["resultType"] = "complete"
	}
	meta := map[string]any{}
	if own, ok := result["_meta"].(map[string]any); ok {
		meta = maps.Clone(own)
	}
	meta[mcp.MetaServerInfo] = c.w.s.info(c.Revision)
	result["_meta"] = meta
	switch c.In.Method() {
	case "server/discover", "tools/list", "prompts/list", "resources/list", "resources/templates/list", "resources/read":
		if result["resultType"] == "complete" {
			result["ttlMs"], result["cacheScope"] = 1000, c.scope()
		}
	}
	return result
}

func (c *Call) scope() string {
	if c.w.s.Token != "" {
		return "private"
	}
	return "public"
}

// discover is server/discover. Only versions of this era are named: those of
// the other one are no use in a request that carries _meta.
func (c *Call) discover() map[string]any {
	s := c.w.s
	result := map[string]any{
		"supportedVersions": s.speaks(mcp.Stateless),
		"capabilities":      s.capabilities(c.Revision),
	}
	if s.Instructions != "" {
		result["instructions"] = s.Instructions
	}
	return result
}

// marked tells whether a message carries the _meta of the stateless era.
func marked(m mcp.Message) bool { return m.Params().Get("_meta").Has(mcp.MetaVersion) }
