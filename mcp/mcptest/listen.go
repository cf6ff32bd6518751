package mcptest

import (
	"slices"

	"github.com/mcpctl/mcpctl/mcp"
)

// listener is a subscriptions/listen request under way.
type listener struct {
	c     *Call
	kinds map[string]bool // tools, prompts, resources
	uris  []string
}

// filters names the members of a filter that ask for changes of a list.
var filters = map[string]string{
	"toolsListChanged": "tools", "promptsListChanged": "prompts", "resourcesListChanged": "resources",
}

// subscribe opens a subscription: it is acknowledged first, with what of the
// filter the server honours, and has no response until it ends.
func (c *Call) subscribe() *mcp.RPCError {
	s, filter := c.w.s, c.In.Params().Get("notifications")
	if s.Off[OffListChanged] && s.Off[OffSubscribe] {
		return unknownMethod("subscriptions/listen")
	}
	if err := checkFilter(filter); err != nil && !s.skips(SkipFilter) {
		return err
	}
	l := &listener{c: c, kinds: map[string]bool{}}
	honoured, capabilities := map[string]any{}, mcp.ValueOf(s.capabilities(c.Revision))
	for member, kind := range filters {
		if filter.Get(member).True() && capabilities.Get(kind, "listChanged").True() {
			l.kinds[kind], honoured[member] = true, true
		}
	}
	if capabilities.Get("resources", "subscribe").True() {
		for _, uri := range filter.Get("resourceSubscriptions").Items() {
			l.uris = append(l.uris, uri.Text())
		}
	}
	if len(l.uris) > 0 {
		honoured["resourceSubscriptions"] = l.uris
	}
	if !s.skips(SkipAcknowledge) {
		l.notify("notifications/subscriptions/acknowledged", map[string]any{"notifications": honoured})
	}
	c.w.listen(l)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.listener = l; c.over { // cancelled already
		c.w.unlisten(l)
	}
	return nil
}

func checkFilter(filter mcp.Value) *mcp.RPCError {
	if !filter.Is(mcp.Object) {
		return rpcError(mcp.CodeInvalidParams, nil, "notifications must be an object")
	}
	for member := range filters {
		if v := filter.Get(member); v.Exists() && !v.Is(mcp.Bool) {
			return rpcError(mcp.CodeInvalidParams, nil, "%s must be a boolean", member)
		}
	}
	uris := filter.Get("resourceSubscriptions")
	if uris.Exists() && !uris.Is(mcp.Array) {
		return rpcError(mcp.CodeInvalidParams, nil, "resourceSubscriptions must be an array")
	}
	for _, uri := range uris.Items() {
		if !uri.Is(mcp.String) {
			return rpcError(mcp.CodeInvalidParams, nil, "resourceSubscriptions must hold strings")
		}
	}
	return nil
}

// notify sends a notification tagged with the subscription.
func (l *listener) notify(method string, params map[string]any) {
	if !l.c.w.s.skips(SkipTag) {
		params["_meta"] = l.tag()
	}
	l.c.Notify(method, params)
}

func (l *listener) tag() map[string]any { return map[string]any{mcp.MetaSubscriptionID: l.c.In.ID()} }

// changed sends a change if it was asked for.
func (l *listener) changed(c change) {
	s, params := l.c.w.s, map[string]any{}
	wanted := l.kinds[c.kind]
	if c.uri != "" {
		wanted = slices.Contains(l.uris, c.uri) || s.skips(SkipUpdated) && len(l.uris) > 0
		params["uri"] = c.uri
	}
	if wanted || s.skips(SkipEntitled) {
		l.notify(c.method(), params)
	}
}

// end closes the subscription from the server's side. On stdio the
// cancellation page wants notifications/cancelled, and the subscriptions page
// a response; both are sent, the response last.
func (l *listener) end() {
	l.c.w.unlisten(l)
	if l.c.w.s.skips(SkipGraceful) {
		return
	}
	if l.c.Transport == mcp.Stdio {
		l.notify("notifications/cancelled", map[string]any{"requestId": l.c.In.ID(), "reason": "the server ends"})
	}
	result := map[string]any{"resultType": "complete", "_meta": l.tag()}
	result["_meta"].(map[string]any)[mcp.MetaServerInfo] = l.c.w.s.info(l.c.Revision)
	l.c.send(response(l.c.In.ID(), result), true)
}
