package mcptest

import (
	"fmt"
	"time"

	"github.com/mcpctl/mcpctl/mcp"
)

// answered takes in the client's answer to a request of the server's. One
// that comes too late, or unasked, is ignored.
func (n *conn) answered(m mcp.Message) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if answer := n.asks[idKey(m.ID())]; answer != nil {
		delete(n.asks, idKey(m.ID()))
		answer <- m // has room for the one answer
	}
}

// ask sends a request to the client, among the messages of c, and waits for
// the answer.
func (n *conn) ask(c *Call, method string, params map[string]any) (mcp.Value, error) {
	n.mu.Lock()
	ready := n.ready
	n.lastID++
	id := mcp.ValueOf(fmt.Sprintf("mcptest-%d", n.lastID))
	answer := make(chan mcp.Message, 1)
	n.asks[idKey(id)] = answer
	n.mu.Unlock()
	defer func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		delete(n.asks, idKey(id))
	}()
	if !ready && !n.w.s.skips(SkipInitialized) {
		return mcp.Value{}, fmt.Errorf("cannot ask the client with %s: it has not sent notifications/initialized", method)
	}
	defer c.ask(id, method, params)()
	patience := time.NewTimer(n.w.s.Patience)
	defer patience.Stop()
	select {
	case m := <-answer:
		if refused := m.RPCError(); refused != nil {
			return mcp.Value{}, fmt.Errorf("the client refused %s: %w", method, &clientError{refused})
		}
		return m.Result(), nil
	case <-patience.C:
		if !n.w.s.skips(SkipPatience) {
			c.Notify("notifications/cancelled", map[string]any{"requestId": id, "reason": "no answer in time"})
		}
		return mcp.Value{}, fmt.Errorf("the client did not answer %s in time", method)
	case <-c.ctx.Done():
		return mcp.Value{}, fmt.Errorf("the request was cancelled while the client was asked with %s", method)
	}
}

// clientError is a client's error: it must not pass for one of the server's.
type clientError struct{ err *mcp.RPCError }

func (e *clientError) Error() string { return e.err.Error() }
