package mcp

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// TransportKind names a transport in plans and reports.
type TransportKind string

// The transports. HTTP is Streamable HTTP; SSE is the HTTP+SSE transport of
// 2024-11-05, which later revisions keep for old clients.
const (
	Stdio TransportKind = "stdio"
	HTTP  TransportKind = "http"
	SSE   TransportKind = "sse"
)

// Transport moves messages and knows no era. Everything that crosses it goes
// to its Log, byte for byte and in order.
type Transport interface {
	// Send puts x on the wire and returns once it is sent; what comes back
	// fills x as it arrives. An error also ends x. ctx bounds the sending
	// alone; x.Close ends the waiting.
	Send(ctx context.Context, x *Exchange) error
	// Log is the connection's log.
	Log() *Log
	// Close ends the connection and all that belongs to it, processes
	// included, and waits until they are gone. It may be repeated.
	Close(ctx context.Context) error
}

// Receiver is told of every message that a server sends, in order; it must
// not block. in is the exchange on whose channel the message came, nil on
// stdio and for what came unasked.
type Receiver func(m Message, in *Exchange)

// ErrClosed says that the connection is over: the process has ended, or the
// stream was closed.
var ErrClosed = errors.New("the connection is closed")

// ErrTimeout says that no answer came in time.
var ErrTimeout = errors.New("no answer in time")

// ErrTooLong says that the server sent more than a limit allows.
var ErrTooLong = errors.New("longer than the limit")

// ErrNoReply says that an HTTP answer ended without the response it owed.
var ErrNoReply = errors.New("the answer ended without a response to the request")

// timeoutError is ErrTimeout with its measure.
func timeoutError(d time.Duration) error { return fmt.Errorf("%w (%s)", ErrTimeout, d) }
