package mcp

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Options say how to open a Session.
type Options struct {
	Revision Revision
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
}

// Session is a conversation with a server in one revision. It knows the era's
// manners (handshake or _meta, headers, session ids) and nothing of tests.
// It is safe for concurrent use.
type Session struct {
	options   Options
	target    Target
	transport Transport
	kind      TransportKind
	lastID    atomic.Int64
	asked     atomic.Int64
	answers   sync.WaitGroup
	dialled   chan struct{} // closed once transport is set, or never will be

	mu      sync.Mutex
	opening *Exchange
	id      string // Mcp-Session-Id
	ready   bool   // initialize was answered
	closed  bool
}

// Connect opens a connection to target and, unless o.Bare, the session on it.
// Every failure is a *ConnectError.
func Connect(ctx context.Context, target Target, o Options) (*Session, error) {
	s := &Session{options: o, target: target, dialled: make(chan struct{})}
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
		s.transport, err = dialStdio(ctx, s.target, s.options.Limits, s.receive)
	case s.options.Transport == SSE:
		s.kind = SSE
		s.transport, err = dialSSE(ctx, s.target, s.options.Limits, s.receive)
	default:
		s.kind = HTTP
		s.transport, err = dialHTTP(s.target, s.options.Limits, s.receive)
	}
	if err != nil {
		s.transport = nil
	}
	return err
}

// Revision is the revision that the session speaks.
func (s *Session) Revision() Revision { return s.options.Revision }

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

// Terminate asks the server to end, as a host does that shuts down: by SIGTERM
// to its process group, with standard input still open. It does not wait.
// Over HTTP there is nothing to end and ok is false.
func (s *Session) Terminate() (ok bool) {
	t, ok := s.transport.(*stdio)
	if ok {
		t.force(t.peer.terminate)
	}
	return ok
}

// Ended is closed when the server's process has ended; nil, which blocks for
// ever, over HTTP.
func (s *Session) Ended() <-chan struct{} {
	if t, ok := s.transport.(*stdio); ok {
		return t.exited
	}
	return nil
}

// Exit tells how the server's process ended; ok is false while it runs and
// for servers that are no processes of ours.
func (s *Session) Exit() (Exit, bool) {
	if p, ok := s.transport.(interface{ Exit() (Exit, bool) }); ok {
		return p.Exit()
	}
	return Exit{}, false
}

// Exit is how a process ended.
type Exit struct {
	// Code is the exit code, -1 when a signal ended the process; Signal is
	// its name then.
	Code   int
	Signal string
	// Forced is what it took: "" when the process ended by itself or when
	// its standard input closed, else "terminate" or "kill".
	Forced string
	// After is the time from closing standard input to the end; zero when
	// the process ended before.
	After time.Duration
	// Stderr is the end of what it wrote to standard error.
	Stderr []byte
}

// prepare makes the exchange that r asks for.
func (s *Session) prepare(r Request) *Exchange {
	if r.HTTPMethod == "" {
		r.HTTPMethod = http.MethodPost
	}
	var asked Value
	if !r.Notification && r.HTTPMethod == http.MethodPost {
		if r.ID == nil && r.Raw == nil {
			r.ID = s.lastID.Add(1)
		}
		if r.ID != nil {
			asked = ValueOf(r.ID)
		}
	}
	params := s.params(r)
	body := r.Raw
	if body == nil && r.HTTPMethod == http.MethodPost {
		body = encode(r.Method, asked, params)
	}
	x := newExchange(r, body, asked)
	if s.kind != Stdio {
		x.Method, x.URL = r.HTTPMethod, s.Endpoint()
		x.SentHeader = r.with(s.header(r, params))
	}
	return x
}

// encode writes a request or, without id, a notification.
func encode(method string, id, params Value) []byte {
	out := []byte(`{"jsonrpc":"2.0"`)
	if id.Exists() {
		out = append(append(out, `,"id":`...), id.Raw()...)
	}
	name, _ := json.Marshal(method) // a string always marshals
	out = append(append(out, `,"method":`...), name...)
	if params.Exists() {
		out = append(append(out, `,"params":`...), params.Raw()...)
	}
	return append(out, '}')
}

// receive is told of every message; it answers the server's own requests.
func (s *Session) receive(m Message, _ *Exchange) {
	if m.MessageKind() != RequestMessage || s.options.Revision.Era() == Stateless {
		return
	}
	if s.asked.Add(1) > int64(s.options.Limits.Asked) {
		return
	}
	s.answers.Go(func() {
		<-s.dialled
		if s.transport == nil {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), s.options.Limits.Call)
		defer cancel()
		s.Do(ctx, Request{Raw: s.answer(m), Notification: true})
	})
}

// answer is the response to a request of the server's.
func (s *Session) answer(m Message) []byte {
	respond := s.options.Answer
	if respond == nil {
		respond = DefaultAnswer
	}
	result, failure := respond(m)
	response := map[string]any{"jsonrpc": "2.0", "id": m.ID()}
	if failure != nil {
		response["error"] = map[string]any{"code": failure.Code, "message": failure.Message}
	} else {
		response["result"] = result
	}
	body, err := json.Marshal(response)
	if err != nil {
		return fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%s,"error":{"code":%d,"message":"the answer cannot be encoded"}}`, m.ID().Raw(), CodeInternalError)
	}
	return body
}

// DefaultAnswer replies to a server's requests without giving anything away:
// pings are answered, roots are none, elicitations are declined, sampling is
// refused, everything else is unknown.
func DefaultAnswer(m Message) (any, *RPCError) {
	switch m.Method() {
	case "ping":
		return struct{}{}, nil
	case "roots/list":
		return map[string]any{"roots": []any{}}, nil
	case "elicitation/create":
		return map[string]any{"action": "decline"}, nil
	case "sampling/createMessage":
		return nil, &RPCError{Code: -1, Message: "the user refused the sampling request"}
	}
	return nil, &RPCError{Code: CodeMethodNotFound, Message: "method not found: " + m.Method()}
}
