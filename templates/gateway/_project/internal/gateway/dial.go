package gateway

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// dial opens the way to an upstream; stop ends what it has started.
type dial func() (t mcp.Transport, stop func(), err error)

// dialer returns how s is reached; hear takes what it writes on its standard
// error.
func dialer(s Server, base http.RoundTripper, hear func(line string)) dial {
	if s.URL == "" {
		return func() (mcp.Transport, func(), error) {
			p, t, err := startProcess(s, hear)
			if err != nil {
				return nil, nil, err
			}
			return t, p.stop, nil
		}
	}
	client := &http.Client{
		Transport: withHeaders{base, s.Headers},
		// The headers are meant for this server and for no other.
		CheckRedirect: func(*http.Request, []*http.Request) error { return errors.New("the upstream redirects elsewhere") },
	}
	return func() (mcp.Transport, func(), error) {
		return &mcp.StreamableClientTransport{Endpoint: s.URL, HTTPClient: client}, func() {}, nil
	}
}

// withHeaders sends headers along with each request.
type withHeaders struct {
	next    http.RoundTripper
	headers map[string]string
}

func (w withHeaders) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	for name, value := range w.headers {
		r.Header.Set(name, value)
	}
	return w.next.RoundTrip(r)
}

// connect dials and shakes hands, in the newest revision that both speak, or at
// most in the one given. hangUp ends the connection for good.
func (u *upstream) connect(ctx context.Context, revision string) (session *mcp.ClientSession, hangUp func(), err error) {
	transport, stop, err := u.dial()
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, u.cfg.ConnectTimeout)
	defer cancel()
	kept := &keeper{Transport: transport}
	end := func() {
		kept.close()
		stop()
	}
	inTime := context.AfterFunc(ctx, end) // a write to who does not read heeds no context
	session, err = u.client().Connect(ctx, kept, &mcp.ClientSessionOptions{ProtocolVersion: revision})
	if !inTime() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		end()
		return nil, nil, fmt.Errorf("connecting: %w", err)
	}
	return session, func() {
		// Closing the session waits for what is under way, which may never end.
		within(time.Second, func() { _ = session.Close() })
		end()
	}, nil
}

// keeper keeps the connection that the SDK makes, to end it when the SDK cannot.
type keeper struct {
	mcp.Transport

	mu   sync.Mutex
	conn mcp.Connection
}

func (k *keeper) Connect(ctx context.Context) (mcp.Connection, error) {
	conn, err := k.Transport.Connect(ctx)
	if err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.conn = conn
	return conn, nil
}

func (k *keeper) close() {
	k.mu.Lock()
	conn := k.conn
	k.mu.Unlock()
	if conn != nil {
		within(time.Second, func() { _ = conn.Close() })
	}
}

// within runs f but does not wait for it longer than d.
func within(d time.Duration, f func()) {
	done := make(chan struct{})
	go func() {
		f()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(d):
	}
}
