package conformance

import (
	"iter"
	"slices"
	"strconv"

	"github.com/mcpctl/mcpctl/mcp"
)

// Traffic is what crossed all connections of one revision: the material of
// Watch checks. It is immutable.
type Traffic struct {
	Revision    mcp.Revision
	Transport   mcp.TransportKind
	Facts       Facts
	Connections []Connection
	judge       *Judge
}

// Connection is one connection's log.
type Connection struct {
	*mcp.Log
	// Bare connections were opened by a check by hand and may have been
	// led astray on purpose; only what holds always can be judged on them.
	Bare bool
	// Exit is how the server's process ended, when it was one.
	Exit   mcp.Exit
	Exited bool
}

// Seen is a message as it was received.
type Seen struct {
	mcp.Message
	Frame      mcp.Frame
	Connection Connection
	// Exchange is what it answers or came in the course of; nil for what
	// came unasked.
	Exchange *mcp.Exchange
	// Pointer is where the message stands in its frame: "" but in batches.
	Pointer string
}

// Judge is the judge of the check that watches.
func (t *Traffic) Judge() *Judge { return t.judge }

// Frames are all frames received on all connections, bare ones included.
func (t *Traffic) Frames() iter.Seq2[Connection, mcp.Frame] {
	return func(yield func(Connection, mcp.Frame) bool) {
		for _, c := range t.Connections {
			for _, f := range c.Frames() {
				if f.Direction == mcp.Received && !yield(c, f) {
					return
				}
			}
		}
	}
}

// Everything is every message received, bare connections included.
func (t *Traffic) Everything() iter.Seq[Seen] { return t.messages(true) }

// Received is every message received on connections that were opened as a
// client should.
func (t *Traffic) Received() iter.Seq[Seen] { return t.messages(false) }

// Results are the results that answer requests of the methods given, or of
// any method when none is given.
func (t *Traffic) Results(methods ...string) iter.Seq[Seen] {
	return filter(t.Received(), func(m Seen) bool {
		return m.Result().Exists() && m.Exchange != nil && m.Exchange.Request.Raw == nil &&
			named(methods, m.Exchange.Request.Method)
	})
}

// Errors are the error responses received.
func (t *Traffic) Errors() iter.Seq[Seen] {
	return filter(t.Received(), func(m Seen) bool { return m.MessageKind() == mcp.ResponseMessage && m.Get("error").Exists() })
}

// Notifications are the notifications of the methods given, or all.
func (t *Traffic) Notifications(methods ...string) iter.Seq[Seen] {
	return filter(t.Received(), func(m Seen) bool {
		return m.MessageKind() == mcp.NotificationMessage && named(methods, m.Method())
	})
}

// Requests are the server's own requests of the methods given, or all.
func (t *Traffic) Requests(methods ...string) iter.Seq[Seen] {
	return filter(t.Received(), func(m Seen) bool {
		return m.MessageKind() == mcp.RequestMessage && named(methods, m.Method())
	})
}

func named(methods []string, method string) bool {
	return len(methods) == 0 || slices.Contains(methods, method)
}

func filter(all iter.Seq[Seen], keep func(Seen) bool) iter.Seq[Seen] {
	return func(yield func(Seen) bool) {
		for m := range all {
			if keep(m) && !yield(m) {
				return
			}
		}
	}
}

func (t *Traffic) messages(bare bool) iter.Seq[Seen] {
	return func(yield func(Seen) bool) {
		for _, c := range t.Connections {
			if c.Bare && !bare {
				continue
			}
			if !c.messages(yield) {
				return
			}
		}
	}
}

// messages yields the messages of one connection in order.
func (c Connection) messages(yield func(Seen) bool) bool {
	exchanges := c.Exchanges()
	for _, f := range c.Frames() {
		if f.Direction != mcp.Received {
			continue
		}
		whole, err := f.Message()
		if err != nil {
			continue
		}
		var x *mcp.Exchange
		if f.Exchange >= 0 && f.Exchange < len(exchanges) {
			x = exchanges[f.Exchange]
		}
		if whole.MessageKind() != mcp.BatchMessage {
			if !yield(Seen{whole, f, c, x, ""}) {
				return false
			}
			continue
		}
		for i, m := range whole.Batch() {
			if !yield(Seen{m, f, c, answered(exchanges, m, x), batchPointer(i)}) {
				return false
			}
		}
	}
	return true
}

// answered finds the exchange that a message of a batch answers.
func answered(exchanges []*mcp.Exchange, m mcp.Message, otherwise *mcp.Exchange) *mcp.Exchange {
	for _, x := range exchanges {
		if x.Asked.Exists() && mcp.Equal(x.Asked, m.ID()) {
			return x
		}
	}
	return otherwise
}

func batchPointer(i int) string { return "/" + strconv.Itoa(i) }
