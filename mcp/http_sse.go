package mcp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// sseTransport is HTTP+SSE: one GET stream on which everything comes, and
// POSTs to the endpoint that the stream names first. See
// 2024-11-05 basic/transports#http-with-sse.
type sseTransport struct {
	client  *httpClient
	limits  Limits
	log     *Log
	receive Receiver
	tasks   *tasks
	stream  *Exchange     // the GET: the first exchange of the log
	found   chan struct{} // closed once endpoint is known

	mu       sync.Mutex
	endpoint string
	pending  []*Exchange // whose responses are still to come, oldest first
	over     bool
}

// errNoEndpoint says that the endpoint event cannot be used.
var errNoEndpoint = errors.New("the endpoint event holds no address")

// errNoEventStream says that the answer to the GET is no event stream.
var errNoEventStream = errors.New("the answer is no event stream")

// dialSSE opens the stream and waits for the endpoint event until ctx ends.
// Every error is a *ConnectError.
func dialSSE(ctx context.Context, target Target, o Options, receive Receiver) (Transport, error) {
	limits := o.Limits
	client, err := newHTTPClient(target, limits)
	if err != nil {
		return nil, err
	}
	t := &sseTransport{
		client: client, limits: limits, log: newLog(o), receive: receive, tasks: newTasks(),
		stream: newExchange(Request{HTTPMethod: http.MethodGet, Notification: true}, nil, Value{}),
		found:  make(chan struct{}),
	}
	t.listen()
	select {
	case <-t.found:
		return t, nil
	case <-t.stream.Done():
		err = t.stream.Err()
	case <-ctx.Done():
		err = ctx.Err()
	}
	_ = t.Close(context.WithoutCancel(ctx)) // the tasks hang on nothing but the network, which is cancelled
	return nil, t.unopened(err)
}

// listen sends the GET and reads its stream in the background.
func (t *sseTransport) listen() {
	x := t.stream
	x.Method, x.URL = http.MethodGet, t.client.endpoint.String()
	x.SentHeader = http.Header{"Accept": {"text/event-stream"}}
	life, cancel := context.WithCancel(t.tasks.life)
	x.onClose(cancel)
	t.log.open(x)
	t.log.Add(NewFrame(Sent, ChannelBody, nil), x)
	t.tasks.start(func() {
		defer cancel()
		x.end(nil, because(life, t.read(life)))
		t.finish()
	})
}

// read reads the stream to its end.
func (t *sseTransport) read(ctx context.Context) error {
	response, err := t.client.do(ctx, t.stream)
	if response != nil {
		defer response.Body.Close()
		t.stream.answered(response)
	}
	switch {
	case err != nil:
		return err
	case response.StatusCode == http.StatusOK && isEventStream(response.Header):
		return readEvents(response.Body, t.limits, t.take)
	}
	if f, _ := readBody(response, t.limits.Frame); f.Size > 0 {
		t.log.Add(f, t.stream)
	}
	if response.StatusCode != http.StatusOK {
		return &StatusError{Code: response.StatusCode}
	}
	return errNoEventStream
}

// take records an event of the stream with the exchange that it answers and
// passes its messages on.
func (t *sseTransport) take(f Frame) {
	if f.Event.Name == "endpoint" {
		t.log.Add(f, t.stream)
		t.learn(string(f.Data))
		return
	}
	messages := f.Messages()
	owners := make([]*Exchange, len(messages))
	belongs := t.stream
	for i, m := range messages {
		if owners[i] = t.claim(m); owners[i] != nil && belongs == t.stream {
			belongs = owners[i]
		}
	}
	f = t.log.Add(f, belongs)
	for i, m := range messages {
		t.receive(m, owners[i])
		if owners[i] != nil {
			owners[i].end(&m, nil)
		}
	}
}

// learn keeps the address of the first endpoint event. One of another origin
// ends the stream: it could carry the session, and credentials, elsewhere.
func (t *sseTransport) learn(address string) {
	to, err := t.client.endpoint.Parse(strings.TrimSpace(address))
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.endpoint != "":
	case err != nil:
		t.stream.end(nil, fmt.Errorf("%w: %.200q", errNoEndpoint, address))
	case origin(to) != origin(t.client.endpoint):
		t.stream.end(nil, &RedirectError{From: t.client.endpoint.String(), To: to.Redacted(), Why: "it is another origin"})
	default:
		t.endpoint = (&url.URL{Scheme: to.Scheme, Host: to.Host, Path: to.Path, RawPath: to.RawPath, RawQuery: to.RawQuery}).String()
		close(t.found)
	}
}

// claim takes the exchange that m answers off the list: the oldest with its
// id, else the oldest that cannot tell which id it waits for.
func (t *sseTransport) claim(m Message) *Exchange {
	if m.MessageKind() != ResponseMessage {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	i := slices.IndexFunc(t.pending, func(x *Exchange) bool { return x.Asked.Exists() && Equal(x.Asked, m.ID()) })
	if i < 0 {
		i = slices.IndexFunc(t.pending, func(x *Exchange) bool { return !x.Asked.Exists() })
	}
	if i < 0 {
		return nil
	}
	x := t.pending[i]
	t.pending = slices.Delete(t.pending, i, i+1)
	return x
}

// Log is the connection's log.
func (t *sseTransport) Log() *Log { return t.log }

// Endpoint is the address that messages are posted to.
func (t *sseTransport) Endpoint() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.endpoint
}

// Send posts x in a goroutine. The response comes on the stream; an HTTP
// status that is a failure ends x as well.
func (t *sseTransport) Send(ctx context.Context, x *Exchange) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	life, cancel := context.WithCancel(t.tasks.life)
	x.onClose(func() {
		if x.Reply() != nil {
			// The reply came by the stream. Cancelling the POST that
			// asked for it would spoil its connection for the next one.
			return
		}
		cancel()
		t.abandon(x, ErrClosed)
	})
	t.log.Add(x.sentFrame(ChannelBody), x)
	if !t.await(x) || !t.tasks.start(func() {
		defer cancel()
		t.post(life, x)
	}) {
		cancel()
		return ErrClosed
	}
	return nil
}

// post sends x and reads the HTTP answer.
func (t *sseTransport) post(ctx context.Context, x *Exchange) {
	response, err := t.client.do(ctx, x)
	if response != nil {
		defer response.Body.Close()
		x.answered(response)
	}
	if err != nil {
		t.abandon(x, because(ctx, err))
		return
	}
	failed := response.StatusCode >= 300
	a := answer{x: x, log: t.log, limits: t.limits, receive: t.receive, settle: func(m Message) {
		if failed && x.isReply(m) {
			x.end(&m, nil)
		}
	}}
	err = a.read(response)
	if err != nil || failed || !x.owed() {
		t.abandon(x, because(ctx, a.missing(err)))
	}
}

// await puts x on the list of those that wait for a response.
func (t *sseTransport) await(x *Exchange) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if x.owed() && !t.over {
		t.pending = append(t.pending, x)
	}
	return !t.over
}

// abandon ends x without a response.
func (t *sseTransport) abandon(x *Exchange, why error) {
	t.mu.Lock()
	t.pending = slices.DeleteFunc(t.pending, func(other *Exchange) bool { return other == x })
	t.mu.Unlock()
	x.end(nil, why)
}

// finish ends all that waits for the stream, which is over.
func (t *sseTransport) finish() {
	t.mu.Lock()
	pending := t.pending
	t.pending, t.over = nil, true
	t.mu.Unlock()
	for _, x := range pending {
		x.end(nil, ErrClosed)
	}
	t.log.end(ErrClosed)
}

// Close ends the stream and all exchanges. It may be repeated.
func (t *sseTransport) Close(ctx context.Context) error {
	err := t.tasks.close(ctx)
	t.client.close()
	t.log.end(ErrClosed)
	return err
}

// unopened says why there is no endpoint.
func (t *sseTransport) unopened(why error) error {
	e := &ConnectError{Cause: CauseNoise, Exchange: t.stream, Err: why, Hint: "Is this the address of an MCP server's event stream?"}
	var status *StatusError
	var elsewhere *RedirectError
	var denied *AuthorizeError
	switch {
	case errors.As(why, &denied):
		e.Cause, e.What, e.Hint = CauseAuth, denied.Error(), ""
	case errors.As(why, &status) && (status.Code == http.StatusUnauthorized || status.Code == http.StatusForbidden):
		e.Cause = CauseAuth
		e.What = fmt.Sprintf("the server answered the GET for its event stream with HTTP status %d", status.Code)
		e.Hint = credentialsHint
	case errors.As(why, &status):
		e.What = fmt.Sprintf("the server answered the GET for its event stream with HTTP status %d", status.Code)
	case errors.As(why, &elsewhere), errors.Is(why, errNoEndpoint), errors.Is(why, errNoEventStream):
		e.What = fmt.Sprintf("the server opens no HTTP+SSE session: %v", why)
	case errors.Is(why, ErrTooLong):
		e.Cause = CauseFlood
		e.What = fmt.Sprintf("the server opens no HTTP+SSE session: %v", why)
	case errors.Is(why, context.DeadlineExceeded), errors.Is(why, context.Canceled):
		e.Cause = CauseSilent
		e.What = "the server's event stream did not name its endpoint in time"
	case t.stream.Status != 0:
		e.What = "the server's event stream ended without naming its endpoint"
	default:
		e.Cause = CauseUnreachable
		e.What = fmt.Sprintf("cannot reach the server: %v", why)
		e.Hint = "Is the server running, and is the address right?"
	}
	return e
}
