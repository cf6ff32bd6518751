package mcptest

import (
	"net/http"
	"time"

	"github.com/mcpctl/mcpctl/mcp"
)

// Faults are a server's departures from the protocol. The zero Faults conform.
// Hooks may be called from several goroutines at once.
type Faults struct {
	// Banner is written to standard output before anything else, Farewell
	// when standard input has ended, Stderr to standard error at the start.
	Banner, Farewell, Stderr []byte
	// Line sees an incoming line or POST body before it is parsed. When it
	// has handled it, out is all that is sent back.
	Line func(c *Context, line []byte) (out [][]byte, handled bool)
	// Handle replaces the handling of one incoming message: out, values
	// that encoding/json can marshal, is sent back as it is, without Edit.
	// Over Streamable HTTP it is asked after session and headers have been
	// checked; no out means status 202.
	Handle func(c *Context, m mcp.Message) (out []any, handled bool)
	// Edit may change every outgoing message. out is a fresh copy in which
	// numbers are json.Number.
	Edit func(c *Context, out map[string]any)
	// Encode has the last word on the bytes of every outgoing message:
	// nothing drops it, several texts are sent one after another.
	Encode func(c *Context, raw []byte) [][]byte
	// HTTP wraps the HTTP handler.
	HTTP func(next http.Handler) http.Handler
	// Delay is how long to wait before the response to a request is sent.
	Delay func(c *Context) time.Duration
	// ExitOn ends the process (stdio) at a message, which is not answered.
	ExitOn func(c *Context, m mcp.Message) bool
	// IgnoreEOF keeps the process running when standard input ends. It is
	// gone when its Stdout is closed or its Target's test ends.
	IgnoreEOF bool
	// IgnoreTerm keeps the process running when it is asked to terminate.
	IgnoreTerm bool
	// Skip names guards to leave out: SkipOrigin and the other Skip
	// constants.
	Skip map[string]bool
}

// Context is what a hook is told of the message at hand.
type Context struct {
	// In is the incoming message, or that which the outgoing one answers or
	// belongs to. It is Absent for what the server sends on its own.
	In mcp.Message
	// Revision is the revision spoken, "" before one is agreed.
	Revision  mcp.Revision
	Transport mcp.TransportKind
	// HTTP is the request that brought In; nil on stdio.
	HTTP *http.Request
	// Session is the id of the session; "" on stdio and when stateless.
	Session string
}

// Combine joins faults. Of several Line or Handle hooks the first that handles
// a message has it; Edit and Encode hooks work one upon the other; delays add
// up; the HTTP wrapper given first is the outermost.
func Combine(all ...Faults) Faults {
	sum := Faults{Skip: map[string]bool{}}
	for _, f := range all {
		sum = pair(sum, f)
	}
	return sum
}

func pair(a, b Faults) Faults {
	sum := Faults{
		Banner:    append(a.Banner, b.Banner...),
		Farewell:  append(a.Farewell, b.Farewell...),
		Stderr:    append(a.Stderr, b.Stderr...),
		IgnoreEOF: a.IgnoreEOF || b.IgnoreEOF, IgnoreTerm: a.IgnoreTerm || b.IgnoreTerm,
		Skip: map[string]bool{},
	}
	for _, skip := range []map[string]bool{a.Skip, b.Skip} {
		for guard, on := range skip {
			sum.Skip[guard] = sum.Skip[guard] || on
		}
	}
	sum.Line = join(a.Line, b.Line, func(c *Context, line []byte) ([][]byte, bool) {
		if out, handled := a.Line(c, line); handled {
			return out, true
		}
		return b.Line(c, line)
	})
	sum.Handle = join(a.Handle, b.Handle, func(c *Context, m mcp.Message) ([]any, bool) {
		if out, handled := a.Handle(c, m); handled {
			return out, true
		}
		return b.Handle(c, m)
	})
	sum.Edit = join(a.Edit, b.Edit, func(c *Context, out map[string]any) { a.Edit(c, out); b.Edit(c, out) })
	sum.Encode = join(a.Encode, b.Encode, func(c *Context, raw []byte) [][]byte {
		var all [][]byte
		for _, text := range a.Encode(c, raw) {
			all = append(all, b.Encode(c, text)...)
		}
		return all
	})
	sum.HTTP = join(a.HTTP, b.HTTP, func(next http.Handler) http.Handler { return a.HTTP(b.HTTP(next)) })
	sum.Delay = join(a.Delay, b.Delay, func(c *Context) time.Duration { return a.Delay(c) + b.Delay(c) })
	sum.ExitOn = join(a.ExitOn, b.ExitOn, func(c *Context, m mcp.Message) bool { return a.ExitOn(c, m) || b.ExitOn(c, m) })
	return sum
}

// hook is any type of hook in Faults.
type hook interface {
	func(*Context, []byte) ([][]byte, bool) | func(*Context, mcp.Message) ([]any, bool) |
		func(*Context, map[string]any) | func(*Context, []byte) [][]byte |
		func(http.Handler) http.Handler | func(*Context) time.Duration | func(*Context, mcp.Message) bool
}

// join is both when both hooks are set, else the one that is.
func join[F hook](a, b, both F) F {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return both
}
