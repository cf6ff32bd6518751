package mcp

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Options say how to open a Session.
type Options struct {
	Revision Revision
	// Negotiate goes on in the handshake revision that the server answers
	// initialize with, when it is another than Revision and one that mcpctl
	// speaks (basic/lifecycle#version-negotiation). Without it that is an
	// error.
	Negotiate bool
	// Transport is needed for URLs: HTTP or SSE. Commands and pipes speak
	// stdio whatever it says.
	Transport TransportKind
	Limits    Limits
	// Bare leaves the opening exchange to the caller (Session.Open).
	Bare bool
	// Listen opens the standalone GET stream of a handshake revision over
	// Streamable HTTP once the session is open.
	Listen bool
	// Capabilities are the client's; nil declares all that the revision
	// has, see FullCapabilities.
	Capabilities map[string]any
	// Answer replies to the server's own requests; nil means
	// DefaultAnswer.
	Answer func(Message) (result any, err *RPCError)
	// Observe, if set, is told of every message that the server sends,
	// responses included, as it comes and however much the log still keeps.
	// It must not block, and may be called from several goroutines at once.
	Observe func(Message)
	// Frame, if set, is told of every frame as it crosses, in order and
	// however much the log still keeps, with the exchange that it belongs to
	// or nil. It is called while the log is held: it must not block, nor ask
	// anything of the session but what a frame and the exported fields of an
	// exchange say.
	Frame func(Frame, *Exchange)
	// Stderr, if set, is told of what a process writes to standard error, as
	// it comes. It must neither block nor keep the bytes.
	Stderr func([]byte)
}

// Session is a conversation with a server in one revision. It knows the era's
// manners (handshake or _meta, headers, session ids) and nothing of tests.
// It is safe for concurrent use.
type Session struct {
	options   Options
	target    Target
	transport Transport
	kind      TransportKind
	revision  atomic.Pointer[Revision] // as asked for, until another is agreed upon
	lastID    atomic.Int64
	asked     atomic.Int64
	answers   sync.WaitGroup
	dialled   chan struct{} // closed once transport is set, or never will be

	describe           sync.Once
	info, capabilities Value // see said

	mu      sync.Mutex
	headers map[mirrored]http.Header // what was sent before; see header
	opening *Exchange
	id      string // Mcp-Session-Id
	ready   bool   // initialize was answered
	closed  bool
}

// Connect opens a connection to target and, unless o.Bare, the session on it.
// Every failure is a *ConnectError.
func Connect(ctx context.Context, target Target, o Options) (*Session, error) {
	s := &Session{options: o, target: target, dialled: make(chan struct{}), headers: map[mirrored]http.Header{}}
	s.revision.Store(&o.Revision)
	ctx, cancel := context.WithTimeout(ctx, o.Limits.Start)
	defer cancel()
	if err := s.dial(ctx); err != nil {
		return nil, err
	}
	if o.Bare {
		return s, nil
	}
	if err := s.Open(ctx); err != nil {
		_ = s.Close(context.WithoutCancel(ctx)) // the reason to report is err
		return nil, err
	}
	return s, nil
}

// dial opens the connection. A server may ask something before dial returns;
// its request waits for dialled.
func (s *Session) dial(ctx context.Context) (err error) {
	defer close(s.dialled)
	switch {
	case s.target.URL == "":
		s.kind = Stdio
		s.transport, err = dialStdio(ctx, s.target, s.options, s.receive)
	case s.options.Transport == SSE:
		s.kind = SSE
		s.transport, err = dialSSE(ctx, s.target, s.options, s.receive)
	default:
		s.kind = HTTP
		s.transport, err = dialHTTP(s.target, s.options, s.receive)
	}
	if err != nil {
		s.transport = nil
	}
	return err
}

// Revision is the revision that the session speaks: the one asked for, or the
// one that Options.Negotiate led to.
func (s *Session) Revision() Revision { return *s.revision.Load() }

// Kind is the transport that the session speaks over.
func (s *Session) Kind() TransportKind { return s.kind }

// Log is everything that crossed the session's connection.
func (s *Session) Log() *Log { return s.transport.Log() }

// Opening is the exchange that opened the session (initialize or
// server/discover), nil before.
func (s *Session) Opening() *Exchange {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.opening
}

// ID is the Mcp-Session-Id that the server gave, "" when it gave none.
func (s *Session) ID() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.id
}

// Server is the result of the opening exchange: what the server says of
// itself. Absent before the session is open.
func (s *Session) Server() Value {
	if x := s.Opening(); x != nil {
		return x.Result()
	}
	return Value{}
}

// Capabilities are the server's capabilities.
func (s *Session) Capabilities() Value { return s.Server().Get("capabilities") }

// Start sends a request and returns as soon as it is on the wire; what comes
// back fills the exchange. It never returns nil: an exchange that could not
// be sent is over and says why. The caller ends it with Close.
func (s *Session) Start(ctx context.Context, r Request) *Exchange {
	x := s.prepare(r)
	s.Log().open(x)
	if err := s.transport.Send(ctx, x); err != nil {
		x.end(nil, err)
	}
	return x
}

// Do sends a request and waits for its response, for the end of the answer,
// or for the deadline. It never returns nil.
func (s *Session) Do(ctx context.Context, r Request) *Exchange {
	x := s.Start(ctx, r)
	limit := r.Timeout
	if limit == 0 {
		limit = s.options.Limits.Call
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-x.Done():
	case <-timer.C:
		x.end(nil, timeoutError(limit))
	case <-ctx.Done():
		x.end(nil, ctx.Err())
	}
	x.Close()
	return x
}

// Call is Do for the common case.
func (s *Session) Call(ctx context.Context, method string, params any) *Exchange {
	return s.Do(ctx, Request{Method: method, Params: params})
}

// Await returns the first frame of the connection that match accepts, waiting
// for it until ctx or the connection ends.
func (s *Session) Await(ctx context.Context, match func(Frame) bool) (Frame, error) {
	return s.Log().Await(ctx, match)
}

// Close ends the session as its era asks for (DELETE where there is a session
// id), then the connection with all that belongs to it. It may be repeated.
func (s *Session) Close(ctx context.Context) error {
	s.mu.Lock()
	again := s.closed
	s.closed = true
	id := s.id
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, 4*s.options.Limits.Exit)
	defer cancel()
	if !again && id != "" && s.kind == HTTP {
		s.Do(ctx, Request{HTTPMethod: http.MethodDelete, Notification: true, Timeout: s.options.Limits.Exit})
	}
	err := s.transport.Close(ctx)
	s.answers.Wait()
	return err
}
