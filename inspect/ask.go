package inspect

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"time"

	"github.com/mcpctl/mcpctl/mcp"
)

// maxRounds bounds how often a server of the stateless era may answer a request
// with a question.
const maxRounds = 16

// Ask sends a request and gives its result. What the server asks meanwhile is
// answered from Options.Answers. The error is
//
//   - a *mcp.RPCError when the server answered with one,
//   - a *Refused when the server asked something that has no answer; in the
//     handshake era the result is there nevertheless,
//   - a *mcp.ConnectError when no answer came: silence past Options.Idle or
//     Options.Total, the end of the process, a status of HTTP,
//   - ctx's own when ctx has ended; the server was told then.
func (c *Client) Ask(ctx context.Context, method string, params map[string]any, header map[string]string) (mcp.Value, error) {
	within, cancel := context.WithTimeout(ctx, c.options.Total)
	defer cancel()
	before := c.refusals()
	if params == nil {
		params = map[string]any{} // a nil map would be sent as null
	}
	for range maxRounds {
		x, err := c.exchange(within, mcp.Request{Method: method, Params: params, Header: header})
		switch {
		case ctx.Err() != nil:
			return mcp.Value{}, ctx.Err()
		case err != nil:
			return mcp.Value{}, err
		}
		result, err := c.outcome(x)
		if err != nil || !c.Stateless() || result.Get("resultType").Text() != "input_required" {
			return result, c.orRefused(before, err)
		}
		if params, err = c.nextRound(within, params, result); err != nil {
			return mcp.Value{}, err
		}
	}
	return mcp.Value{}, &mcp.ConnectError{Cause: mcp.CauseNoise, What: fmt.Sprintf("the server asked for more input %d times and never answered %s", maxRounds, method)}
}

// tokenNote is where a context has who wants to know of progress tokens.
type tokenNote struct{}

// WithToken has note told of the progress token of every request that is sent on
// behalf of ctx, before it is sent: what tells apart whose progress it is.
func WithToken(ctx context.Context, note func(token int64)) context.Context {
	return context.WithValue(ctx, tokenNote{}, note)
}

// meta is what goes with every request.
func (c *Client) meta(token int64) map[string]any {
	meta := map[string]any{"progressToken": token}
	if c.Stateless() && c.options.LogLevel != "" {
		meta[mcp.MetaLogLevel] = c.options.LogLevel
	}
	return meta
}

// exchange sends a request and waits for its end, as long as there are signs of
// life. A request that is given up is cancelled.
func (c *Client) exchange(ctx context.Context, r mcp.Request) (*mcp.Exchange, error) {
	token, stirred, done := c.expect()
	defer done()
	if note, ok := ctx.Value(tokenNote{}).(func(int64)); ok {
		note(token)
	}
	r.Meta = c.meta(token)
	x := c.Session().Start(ctx, r)
	defer x.Close()
	idle := time.NewTimer(c.options.Idle)
	defer idle.Stop()
	for {
		select {
		case <-x.Done():
			if x.Reply() == nil && ctx.Err() != nil { // given up while it was on its way
				c.cancel(ctx, x, "the user gave up")
			}
			return x, nil
		case <-stirred:
			idle.Reset(c.options.Idle)
		case <-idle.C:
			if c.asking.Load() > 0 || len(stirred) > 0 {
				idle.Reset(c.options.Idle)
				continue
			}
			c.cancel(ctx, x, "no answer in time")
			return x, silent(r.Method, "without a sign of progress", c.options.Idle, "--timeout")
		case <-ctx.Done():
			c.cancel(ctx, x, "the user gave up")
			return x, silent(r.Method, "in all", c.options.Total, "--max-time")
		}
	}
}

func silent(method, how string, d time.Duration, flag string) error {
	return &mcp.ConnectError{Cause: mcp.CauseSilent, Err: mcp.ErrTimeout,
		What: fmt.Sprintf("the server did not answer %s within %s %s", method, d, how),
		Hint: "A slow server can be given more time with " + flag + "."}
}

// cancel tells the server that nobody waits for x any more: by a notification,
// except over HTTP in the stateless era, where closing the connection says so.
// See basic/utilities/cancellation.
func (c *Client) cancel(ctx context.Context, x *mcp.Exchange, reason string) {
	if c.Stateless() && c.Session().Kind() == mcp.HTTP {
		return // the caller closes it
	}
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer stop()
	c.Session().Do(ctx, mcp.Request{Method: "notifications/cancelled", Notification: true, Timeout: grace,
		Params: map[string]any{"requestId": x.Asked, "reason": reason}})
}

// outcome is the result that an exchange brought.
func (c *Client) outcome(x *mcp.Exchange) (mcp.Value, error) {
	method := x.Request.Method
	var denied *mcp.AuthorizeError
	switch {
	case errors.As(x.Err(), &denied):
		return mcp.Value{}, &mcp.ConnectError{Cause: mcp.CauseAuth, Exchange: x, Err: x.Err(), What: denied.Error()}
	case x.Status == http.StatusUnauthorized, x.Status == http.StatusForbidden:
		return mcp.Value{}, &mcp.ConnectError{Cause: mcp.CauseAuth, Exchange: x,
			What: fmt.Sprintf("the server answered %s with HTTP status %d", method, x.Status),
			Hint: "Sign in with `mcpctl login URL`, or give credentials with --bearer-env VAR or --header 'K: V'."}
	}
	if failure := x.RPCError(); failure != nil {
		if asked := mustVisit(failure); asked != nil {
			return mcp.Value{}, asked
		}
		return mcp.Value{}, failure
	}
	if result := x.Result(); result.Is(mcp.Object) {
		return result, nil
	}
	e := &mcp.ConnectError{Cause: mcp.CauseNoise, Exchange: x, Err: x.Err(),
		What: fmt.Sprintf("the server answered %s with something that is no result", method)}
	if x.Err() != nil {
		e.Cause = mcp.CauseUnreachable
		e.What = fmt.Sprintf("no answer to %s: %v", method, x.Err())
	}
	if exit, ended := c.Session().Exit(); ended && errors.Is(x.Err(), mcp.ErrClosed) {
		e.Cause = mcp.CauseExited
		e.What = fmt.Sprintf("the server ended before it answered %s (%s)", method, ending(exit))
	}
	return mcp.Value{}, e
}

func ending(e mcp.Exit) string {
	if e.Signal != "" {
		return "signal " + e.Signal
	}
	return fmt.Sprintf("exit code %d", e.Code)
}

// nextRound is the request again, with the answers to what the server asked:
// basic/patterns/mrtr of 2026-07-28.
func (c *Client) nextRound(ctx context.Context, params map[string]any, result mcp.Value) (map[string]any, error) {
	next := maps.Clone(params)
	delete(next, "inputResponses")
	delete(next, "requestState")
	responses := map[string]any{}
	for _, request := range result.Get("inputRequests").Members() {
		answer, refused := c.respond(ctx, request.Value.Get("method").Text(), request.Value.Get("params"))
		if refused != nil {
			return nil, refused
		}
		responses[request.Name] = answer
	}
	if len(responses) > 0 {
		next["inputResponses"] = responses
	}
	if state := result.Get("requestState"); state.Exists() {
		next["requestState"] = state
	}
	return next, nil
}
