package inspect

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/mcpctl/mcpctl/mcp"
)

// A stream of updates that ends is opened again after a while, this often.
const (
	maxStreams  = 100
	reopenAfter = time.Second
)

// Watch subscribes to resources and waits until ctx ends, the server ends the
// subscription or the connection does. Events of kind Updated tell of changes.
// ready is called once all subscriptions stand.
func (c *Client) Watch(ctx context.Context, uris []string, ready func()) error {
	if !c.Session().Capabilities().Get("resources", "subscribe").True() {
		return errors.New("the server offers no subscriptions: it does not declare the capability resources.subscribe")
	}
	if c.Stateless() {
		return c.listen(ctx, uris, ready)
	}
	stream, err := c.openStream(ctx)
	if err != nil {
		return err
	}
	for _, uri := range uris {
		if _, err := c.Ask(ctx, "resources/subscribe", map[string]any{"uri": uri}, nil); err != nil {
			return fmt.Errorf("subscribing to %s: %w", uri, err)
		}
	}
	ready()
	if err := c.follow(ctx, stream); err != nil {
		return err
	}
	for _, uri := range uris {
		c.leave(ctx, mcp.Request{Method: "resources/unsubscribe", Params: map[string]any{"uri": uri}})
	}
	return nil
}

// openStream opens the stream on which a server of the handshake era sends what
// nobody asked for; nil where the connection is that stream.
func (c *Client) openStream(ctx context.Context) (*mcp.Exchange, error) {
	if c.Session().Kind() != mcp.HTTP {
		return nil, nil
	}
	x := c.Session().Listen(ctx, "")
	select {
	case <-x.Opened():
	case <-time.After(c.options.Idle): // an empty stream may not begin before there is something in it
	case <-ctx.Done():
		x.Close()
		return nil, ctx.Err()
	}
	select {
	case <-x.Opened():
		if x.Status != http.StatusOK {
			x.Close()
			return nil, fmt.Errorf("the server keeps no stream for updates: it answered GET with HTTP status %d", x.Status)
		}
	default:
	}
	return x, nil
}

// follow waits until ctx or the connection ends. A stream that ends is opened
// anew a few times: servers may close it at any time.
func (c *Client) follow(ctx context.Context, stream *mcp.Exchange) error {
	if stream == nil {
		_, err := c.Session().Await(ctx, func(mcp.Frame) bool { return false })
		if ctx.Err() == nil {
			return &mcp.ConnectError{Cause: mcp.CauseExited, Err: err, What: fmt.Sprintf("the connection ended: %v", err)}
		}
		return nil
	}
	for range maxStreams {
		_ = stream.Wait(ctx) // however it ended, it is opened again
		stream.Close()
		if ctx.Err() != nil {
			return nil
		}
		select {
		case <-time.After(reopenAfter):
		case <-ctx.Done():
			return nil
		}
		var err error
		if stream, err = c.openStream(ctx); err != nil {
			return &mcp.ConnectError{Cause: mcp.CauseUnreachable, Err: err, What: fmt.Sprintf("the stream of updates ended and could not be opened again: %v", err)}
		}
	}
	stream.Close()
	return &mcp.ConnectError{Cause: mcp.CauseUnreachable, What: fmt.Sprintf("the server ended the stream of updates %d times", maxStreams)}
}

// leave sends a last request and waits for its answer no longer than closing may
// take.
func (c *Client) leave(ctx context.Context, r mcp.Request) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	r.Timeout = grace
	c.Session().Do(ctx, r)
}

// listen is the subscription of the stateless era: one request that stays open.
// See basic/patterns/subscriptions of 2026-07-28.
func (c *Client) listen(ctx context.Context, uris []string, ready func()) error {
	x := c.Session().Start(ctx, mcp.Request{Method: "subscriptions/listen",
		Params: map[string]any{"notifications": map[string]any{"resourceSubscriptions": uris}}})
	defer x.Close()
	acknowledged, err := c.acknowledged(ctx, x)
	switch {
	case ctx.Err() != nil:
		return nil
	case err != nil:
		return err
	}
	for _, uri := range uris {
		if !contains(acknowledged, uri) {
			return fmt.Errorf("the server does not honour a subscription to %s", uri)
		}
	}
	ready()
	select {
	case <-ctx.Done():
		c.cancel(ctx, x, "the user gave up")
		return nil
	case <-x.Done():
		if _, err := c.outcome(x); err != nil {
			return err
		}
		return errors.New("the server ended the subscription")
	}
}

// acknowledged waits until a subscription stands and gives the URIs that the
// server honours.
func (c *Client) acknowledged(ctx context.Context, x *mcp.Exchange) (mcp.Value, error) {
	within, cancel := context.WithTimeout(ctx, c.options.Idle)
	defer cancel()
	go func() {
		select {
		case <-x.Done():
			cancel()
		case <-within.Done():
		}
	}()
	var honoured mcp.Value
	_, err := c.Session().Await(within, func(f mcp.Frame) bool {
		for _, m := range f.Messages() {
			if f.Direction == mcp.Received && m.Method() == "notifications/subscriptions/acknowledged" {
				honoured = m.Params().Get("notifications", "resourceSubscriptions")
				return true
			}
		}
		return false
	})
	if err == nil {
		return honoured, nil
	}
	select {
	case <-x.Done():
		_, failure := c.outcome(x)
		if failure == nil {
			failure = errors.New("the server ended the subscription at once")
		}
		return honoured, failure
	default:
		return honoured, silent("subscriptions/listen", "with an acknowledgement", c.options.Idle, "--timeout")
	}
}

func contains(list mcp.Value, text string) bool {
	for _, item := range list.Items() {
		if item.Text() == text {
			return true
		}
	}
	return false
}
