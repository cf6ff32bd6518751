package mcp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// linger is how long an event stream is still read after the response, so
// that what a server sends too late is seen.
const linger = 250 * time.Millisecond

// httpTransport is Streamable HTTP: each exchange is an HTTP request of its
// own. See basic/transports#streamable-http.
type httpTransport struct {
	client  *httpClient
	limits  Limits
	log     *Log
	receive Receiver
	tasks   *tasks
}

// dialHTTP makes a transport for target. Nothing is sent yet; the only error
// is a *ConnectError about the address.
func dialHTTP(target Target, o Options, receive Receiver) (Transport, error) {
	limits := o.Limits
	client, err := newHTTPClient(target, limits)
	if err != nil {
		return nil, err
	}
	return &httpTransport{client: client, limits: limits, log: newLog(o), receive: receive, tasks: newTasks()}, nil
}

// Log is the connection's log.
func (t *httpTransport) Log() *Log { return t.log }

// Endpoint is the address that requests go to.
func (t *httpTransport) Endpoint() string { return t.client.endpoint.String() }

// Send hands x to a goroutine that lives until the answer ends, x is closed
// or the transport is.
func (t *httpTransport) Send(ctx context.Context, x *Exchange) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	life, cancel := context.WithCancel(t.tasks.life)
	x.onClose(func() {
		if x.Reply() != nil {
			time.AfterFunc(linger, cancel)
			return
		}
		cancel()
	})
	t.log.Add(x.sentFrame(ChannelBody), x)
	started := t.tasks.start(func() {
		defer x.onClose(nil)
		defer cancel()
		t.exchange(life, x)
	})
	if !started {
		cancel()
		return ErrClosed
	}
	return nil
}

// exchange sends x and reads all that comes back.
func (t *httpTransport) exchange(ctx context.Context, x *Exchange) {
	response, err := t.client.do(ctx, x)
	if response != nil {
		defer response.Body.Close()
		x.answered(response)
	}
	if err != nil {
		x.end(nil, because(ctx, err))
		return
	}
	a := answer{x: x, log: t.log, limits: t.limits, receive: t.receive, settle: func(m Message) {
		if x.isReply(m) {
			x.end(&m, nil)
		}
	}}
	err = a.read(response)
	x.end(nil, because(ctx, a.missing(err)))
}

// Close ends all exchanges and connections. It may be repeated.
func (t *httpTransport) Close(ctx context.Context) error {
	err := t.tasks.close(ctx)
	t.client.close()
	t.log.end(ErrClosed)
	return err
}

// because says why an answer did not come: the raw error of the network, or
// ErrClosed when it was the exchange or the transport that was closed.
func because(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ErrClosed
	case errors.Is(err, io.EOF):
		return fmt.Errorf("the server closed the connection without an answer: %w", err)
	}
	return err
}

// answered notes status and header, unless the exchange was given up before
// they came: then they may be read already and must not change.
func (x *Exchange) answered(response *http.Response) {
	x.open.Do(func() {
		x.Status, x.Header = response.StatusCode, response.Header
		close(x.opened)
		x.log.answered(x)
	})
}
