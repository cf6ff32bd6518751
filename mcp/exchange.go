package mcp

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Exchange is one thing sent and all that came back for it. Its exported
// fields are set before it is handed out, except Status and Header, which are
// set once Opened is closed. The methods are safe for concurrent use.
type Exchange struct {
	// Seq numbers the exchanges of a connection.
	Seq int
	// Request is what was asked for.
	Request Request
	// Sent is the exact body or line; Asked is the id it carries, Absent
	// when it carries none or none that can be read.
	Sent  []byte
	Asked Value
	// Method and URL are HTTP's; SentHeader is what was sent beside what
	// net/http adds. All are empty on stdio.
	Method, URL string
	SentHeader  http.Header
	// Status and Header are the HTTP answer's; zero on stdio or when none
	// came.
	Status int
	Header http.Header
	// Started is the time since the connection's log began.
	Started time.Duration

	log    *Log
	sent   parsed // the message in Sent, shared with the frame of it
	frames []int  // by Seq; guarded by log.mu
	opened chan struct{}
	done   chan struct{}
	open   sync.Once
	finish sync.Once
	stop   atomic.Pointer[func()] // abandons the exchange; nil when nothing is left to abandon
	err    error
	reply  *Message
	took   time.Duration
}

// newExchange makes an exchange that a transport can fill.
func newExchange(r Request, body []byte, asked Value) *Exchange {
	return &Exchange{Request: r, Sent: body, Asked: asked, opened: make(chan struct{}), done: make(chan struct{})}
}

// sentFrame is Sent as a frame on a channel.
func (x *Exchange) sentFrame(c Channel) Frame {
	return Frame{Direction: Sent, Channel: c, Data: x.Sent, Size: len(x.Sent), Exchange: -1, parsed: &x.sent}
}

// SentMessage reads Sent as one JSON-RPC message. It is read once, however
// often and from however many goroutines it is asked for.
func (x *Exchange) SentMessage() (Message, error) { return x.sent.read(x.Sent) }

// begin notes that the answer has begun: on HTTP, that status and header are
// known.
func (x *Exchange) begin() { x.open.Do(func() { close(x.opened) }) }

// end notes that nothing more will come: reply is the response, if one came,
// and err why there is none. Only the first call counts.
func (x *Exchange) end(reply *Message, err error) {
	x.finish.Do(func() {
		x.reply, x.err, x.took = reply, err, time.Since(x.log.began)-x.Started
		x.begin()
		close(x.done)
	})
}

// Opened is closed when the answer has begun, or never will.
func (x *Exchange) Opened() <-chan struct{} { return x.opened }

// Done is closed when the exchange is over.
func (x *Exchange) Done() <-chan struct{} { return x.done }

// Wait waits until the exchange is over, or ctx is.
func (x *Exchange) Wait(ctx context.Context) error {
	select {
	case <-x.done:
		return x.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close abandons the exchange: on HTTP its connection is closed, on stdio
// its answer is no longer waited for. It does not wait and may be repeated.
func (x *Exchange) Close() {
	if stop := x.stop.Load(); stop != nil {
		(*stop)()
	}
}

// onClose sets what Close does. nil lets go of what an exchange that is over
// needs no more: it may be kept for long.
func (x *Exchange) onClose(stop func()) {
	if stop == nil {
		x.stop.Store(nil)
		return
	}
	x.stop.Store(&stop)
}

// Err is why no response came: a deadline, a closed connection, bytes past a
// limit. It is nil while the exchange is under way.
func (x *Exchange) Err() error {
	select {
	case <-x.done:
		return x.err
	default:
		return nil
	}
}

// Reply is the response whose id is the request's, nil when none came.
func (x *Exchange) Reply() *Message {
	select {
	case <-x.done:
		return x.reply
	default:
		return nil
	}
}

// Result is the result of the response; Absent for errors and silence.
func (x *Exchange) Result() Value {
	if m := x.Reply(); m != nil {
		return m.Result()
	}
	return Value{}
}

// RPCError is the error of the response, nil for results and silence.
func (x *Exchange) RPCError() *RPCError {
	if m := x.Reply(); m != nil {
		return m.RPCError()
	}
	return nil
}

// Took is the time from sending to the end of the exchange.
func (x *Exchange) Took() time.Duration {
	select {
	case <-x.done:
		return x.took
	default:
		return 0
	}
}

// Frames are what came back so far (and, first, what was sent).
func (x *Exchange) Frames() []Frame {
	l := x.log
	l.mu.Lock()
	defer l.mu.Unlock()
	n := len(x.frames)
	if n == 0 {
		return nil
	}
	first, end := x.frames[0]-l.first, x.frames[n-1]+1-l.first
	if end-first == n { // nothing came between them, as is usual over HTTP
		return l.frames[first:end:end]
	}
	all := make([]Frame, n)
	for i, seq := range x.frames {
		all[i] = l.frames[seq-l.first]
	}
	return all
}

// Received are the messages that came back so far, batches opened.
func (x *Exchange) Received() []Message {
	var all []Message
	for _, f := range x.Frames() {
		if f.Direction == Received {
			all = append(all, f.Messages()...)
		}
	}
	return all
}

// Await returns the first frame received in this exchange that match accepts,
// waiting for it until ctx, the exchange or the connection ends.
func (x *Exchange) Await(ctx context.Context, match func(Frame) bool) (Frame, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-x.done:
			cancel()
		case <-ctx.Done():
		}
	}()
	return x.log.Await(ctx, func(f Frame) bool {
		return f.Exchange == x.Seq && f.Direction == Received && match(f)
	})
}

// Log is the log of the exchange's connection.
func (x *Exchange) Log() *Log { return x.log }
