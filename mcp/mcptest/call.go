package mcptest

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/mcpctl/mcpctl/mcp"
)

// Call is one request under way, as the functions of tools, resources and
// prompts see it. Its methods are safe for concurrent use.
type Call struct {
	Context
	// Arguments are the arguments of a tool or prompt.
	Arguments mcp.Value
	// Variables are those of the template that matched; URI is the URI read.
	Variables map[string]string
	URI       string

	w      *world
	conn   *conn // nil in the stateless era
	ctx    context.Context
	cancel context.CancelFunc
	caps   mcp.Value // of the client
	level  string    // least log level to send, "" for none
	to     sink
	asked  questions // stateless: what was asked and answered before

	mu       sync.Mutex
	over     bool
	listener *listener // of a subscription
	asking   map[string]mcp.Value
}

// sink is where the messages that belong to a request go. The pieces are the
// texts of one message; last says that the response is among them, or that
// there will be none.
type sink interface {
	put(pieces [][]byte, last bool)
}

// Done is closed when the request was cancelled or the server ends.
func (c *Call) Done() <-chan struct{} { return c.ctx.Done() }

// Text is the argument of that name when it is a string, else "".
func (c *Call) Text(name string) string { return c.Arguments.Get(name).Text() }

// Notify sends a notification that belongs to this request.
func (c *Call) Notify(method string, params map[string]any) {
	c.send(notification(method, params), false)
}

// Progress reports progress, if the client asked for it with a token.
func (c *Call) Progress(progress, total float64, message string) {
	token := c.In.Params().Get("_meta", "progressToken")
	if !token.Is(mcp.String) && !token.Is(mcp.Number) {
		if !c.w.s.skips(SkipToken) {
			return
		}
		token = mcp.MustParse(`"unasked"`)
	}
	params := map[string]any{"progressToken": token, "progress": progress, "total": total}
	if c.Revision >= mcp.Rev20250326 {
		params["message"] = message
	}
	c.Notify("notifications/progress", params)
}

// levels are the log levels, least severe first.
var levels = []string{"debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"}

// Log sends a log message if the client wants messages of that level.
func (c *Call) Log(level string, data any) {
	least := c.level
	if c.conn != nil {
		least = c.conn.logLevel()
	}
	switch {
	case c.w.s.Off[OffLogging] && !c.w.s.skips(SkipUndeclared):
		return
	case least == "" && !c.w.s.skips(SkipLogOptIn):
		return
	case slices.Index(levels, level) < slices.Index(levels, least) && !c.w.s.skips(SkipLevel):
		return
	}
	c.Notify("notifications/message", map[string]any{"level": level, "logger": "mcptest", "data": data})
}

// send sends one message of the request, unless the request is over.
func (c *Call) send(m any, last bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		return
	}
	c.over = last
	c.to.put(c.w.s.pieces(&c.Context, m, true), last)
}

// stop cancels the request: nothing more is sent for it.
func (c *Call) stop() {
	if c.w.s.skips(SkipCancel) {
		return
	}
	defer c.cancel() // once nothing more can be sent
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		return
	}
	for _, id := range c.asking { // its own questions are pointless now
		m := notification("notifications/cancelled", map[string]any{"requestId": id, "reason": "the call was cancelled"})
		c.to.put(c.w.s.pieces(&c.Context, m, true), false)
	}
	c.over = true
	c.to.put(nil, true)
	if c.listener != nil {
		c.w.unlisten(c.listener)
	}
}

// ask sends a request of the server's own and returns what notes that it is
// over.
func (c *Call) ask(id mcp.Value, method string, params map[string]any) (answered func()) {
	c.mu.Lock()
	if c.asking == nil {
		c.asking = map[string]mcp.Value{}
	}
	c.asking[idKey(id)] = id
	c.mu.Unlock()
	m := map[string]any{"jsonrpc": "2.0", "id": id, "method": method}
	if params != nil {
		m["params"] = params
	}
	c.send(m, false)
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.asking, idKey(id))
	}
}

// finish sends the response: result when err is nil.
func (c *Call) finish(result map[string]any, err *mcp.RPCError) {
	if delay := c.w.s.Faults.Delay; delay != nil {
		timer := time.NewTimer(delay(&c.Context))
		select {
		case <-timer.C:
		case <-c.ctx.Done():
		}
		timer.Stop()
	}
	if err != nil {
		c.send(failure(c.In.ID(), err), true)
		return
	}
	c.send(response(c.In.ID(), result), true)
}

// Changes is how often the surface of a kind (tools, prompts, resources) was
// changed by the tool change.
func (c *Call) Changes(kind string) int {
	_, n := c.w.extras(kind)
	return n
}
