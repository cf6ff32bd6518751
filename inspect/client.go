package inspect

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/mcpctl/mcpctl/mcp"
)

// Client is a session with a server, and the answers to what the server asks.
// It is safe for concurrent use.
type Client struct {
	options  Options
	proposed mcp.Revision // what the opening proposes

	life context.Context // ends with the session
	end  context.CancelFunc

	asking atomic.Int64 // questions that Options.Respond has to answer

	mu      sync.Mutex
	open    map[string]context.CancelFunc // questions being answered, by request id
	session *mcp.Session                  // nil while it opens; the server may ask before it has
	token   int64
	waits   map[int64]chan struct{} // by progress token; room for one sign of life
	used    map[string]int          // how often each answer was given
	refused []*Refused              // the last of them
	denied  int                     // how many were refused in all

	telling sync.Mutex
}

// Session is the session underneath.
func (c *Client) Session() *mcp.Session {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.session
}

// Revision is the revision spoken.
func (c *Client) Revision() mcp.Revision {
	if s := c.Session(); s != nil {
		return s.Revision()
	}
	return c.proposed
}

// Stateless reports whether the session has no handshake.
func (c *Client) Stateless() bool { return c.Revision().Era() == mcp.Stateless }

// Close ends the session and, within a fifth of a second, the process that Open
// started: its standard input is closed, then its group is asked to terminate,
// then killed.
func (c *Client) Close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	if c.end != nil {
		c.end() // closing waits for the answers under way
	}
	return c.Session().Close(ctx)
}

// observe is told of every message of the server's.
func (c *Client) observe(m mcp.Message) {
	params := m.Params()
	switch m.Method() {
	case "notifications/cancelled":
		c.withdraw(params.Get("requestId"))
	case "notifications/progress":
		c.stir(params.Get("progressToken"))
		c.tell(Event{Progress, progressLine(params), params})
	case "notifications/message":
		c.tell(Event{Log, logLine(params), params})
	case "notifications/resources/updated":
		c.tell(Event{Updated, params.Get("uri").Text(), params})
	case "notifications/tools/list_changed", "notifications/prompts/list_changed", "notifications/resources/list_changed":
		c.tell(Event{Changed, m.Method(), params})
	}
}

// stir notes a sign of life of the request with that token.
func (c *Client) stir(token mcp.Value) {
	n, ok := token.Int()
	if !ok {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	note(c.waits[n])
}

// stirAll notes a sign of life that may be for any request: a question of the
// server's does not say what it is for.
func (c *Client) stirAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, wait := range c.waits {
		note(wait)
	}
}

func note(wait chan struct{}) {
	select {
	case wait <- struct{}{}:
	default: // it is noted already, or nobody waits
	}
}

func (c *Client) tell(e Event) {
	c.telling.Lock()
	defer c.telling.Unlock()
	c.options.Tell(e)
}

func progressLine(params mcp.Value) string {
	line := params.Get("progress").String()
	if total := params.Get("total"); total.Exists() {
		line += "/" + total.String()
	}
	if message := params.Get("message").Text(); message != "" {
		line += " " + message
	}
	return line
}

func logLine(params mcp.Value) string {
	from := ""
	if logger := params.Get("logger").Text(); logger != "" {
		from = " " + logger
	}
	data := params.Get("data").Text()
	if data == "" {
		data = params.Get("data").String()
	}
	return fmt.Sprintf("%s%s: %s", params.Get("level").Text(), from, data)
}

// expect is a progress token that no request of this client had, and where signs
// of life with it are noted until done is called.
func (c *Client) expect() (token int64, stirred <-chan struct{}, done func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.token++
	token, wait := c.token, make(chan struct{}, 1)
	c.waits[token] = wait
	return token, wait, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.waits, token)
	}
}
