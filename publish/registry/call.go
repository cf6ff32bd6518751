package registry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/mcpctl/mcpctl/publish/refusal"
)

const (
	// attempts are how often a question is asked at most.
	attempts = 4
	// maxRetryAfter is the longest that a registry can make the client wait.
	maxRetryAfter = 30 * time.Second
)

var (
	errRedirect = errors.New("the registry sends the request elsewhere")
	errTooBig   = errors.New("the answer is too big")
)

// call is one request, in all that the client decides.
type call struct {
	doing       string // for refusals
	method      string
	path        string // escaped
	query       url.Values
	body        []byte
	contentType string // JSON without one
	accept      string // JSON without one
	token       string
	needsToken  bool
	secrets     []string // that are in body and must not come back in an error
	limit       int64    // of the answer, in bytes
	// once is for what must not happen twice: it is sent a single time, and if
	// that ends in the dark, the refusal is publish-unknown.
	once bool
}

// answer is what came back, within its limit.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// read asks for JSON.
func (c *Client) read(ctx context.Context, doing string, query url.Values, into any, limit int64, parts ...string) error {
	call := call{doing: doing, method: http.MethodGet, path: c.path(parts...), query: query, limit: limit}
	a, err := c.do(ctx, call)
	switch {
	case err != nil:
		return err
	case a.status != http.StatusOK:
		return c.refused(ctx, call, a, nil)
	}
	if err := json.Unmarshal(a.body, into); err != nil {
		return broken(doing, err)
	}
	return nil
}

// do sends a call, in the registry's version of the API. Whatever is answered
// with a status is no error.
func (c *Client) do(ctx context.Context, call call) (*answer, error) {
	if call.needsToken && call.token == "" {
		return nil, tokenMissing(call.doing)
	}
	a, err := c.persist(ctx, call)
	// Registries from before v0.1 have the same under v0. An endpoint that does
	// not exist has done nothing, so even a publish may be sent again.
	old, isNew := strings.CutPrefix(call.path, "/v0.1/")
	if err != nil || !isNew || !noSuchEndpoint(a) || strings.HasPrefix(old, "x/") {
		return a, err
	}
	call.path = "/v0/" + old
	b, err := c.persist(ctx, call)
	if err == nil && noSuchEndpoint(b) {
		return a, nil
	}
	if err == nil {
		c.old.Store(true)
	}
	return b, err
}

// persist sends a call, and again if that can help and does no harm: everything
// but POST comes to the same when it happens twice.
func (c *Client) persist(ctx context.Context, call call) (*answer, error) {
	most := attempts
	if call.method == http.MethodPost {
		most = 1
	}
	pause := c.pause
	for attempt := 1; ; attempt++ {
		a, sent, err := c.try(ctx, call)
		if call.once {
			return a, c.inTheDark(call, a, sent, err)
		}
		wait, again := retry(a, err, pause, c.now())
		if !again || attempt == most || ctx.Err() != nil {
			return a, c.unreached(ctx, call, err)
		}
		if err := sleep(ctx, wait); err != nil {
			return nil, fmt.Errorf("%s: %w", call.doing, err)
		}
		pause *= 2
	}
}

// inTheDark is the error of a call that is sent once, if there is one.
func (c *Client) inTheDark(call call, a *answer, sent bool, err error) error {
	switch {
	case err != nil && (!sent || errors.Is(err, errRedirect)):
		return c.unreached(context.Background(), call, err)
	case err != nil:
		return unknown(call.doing, c.plain(call, err))
	case a.status >= 500 || a.status == http.StatusRequestTimeout:
		return unknown(call.doing, fmt.Errorf("it answered %d %s", a.status, http.StatusText(a.status)))
	}
	return nil
}

// unreached is the error of a call that was not answered.
func (c *Client) unreached(ctx context.Context, call call, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("%s: %w", call.doing, context.Cause(ctx))
	case errors.Is(err, errTooBig):
		return broken(call.doing, err)
	case errors.Is(err, errRedirect):
		return &refusal.Refusal{Kind: refusal.Environment, Code: "registry-redirected", Doing: call.doing, Err: c.plain(call, err),
			Mend: "Nothing was sent there. If the registry has moved, give its new address with --registry."}
	}
	return &refusal.Refusal{Kind: refusal.Environment, Code: "registry-unreachable", Doing: call.doing, Err: c.plain(call, err),
		Mend: "Is the address right, and does the registry run? Then run the same command again."}
}

// plain is a cause without the address around it and without secrets.
func (c *Client) plain(call call, err error) error {
	var outer *url.Error
	if errors.As(err, &outer) {
		err = outer.Err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("there was no whole answer within %s", c.timeout)
	}
	return errors.New(call.redactor().String(err.Error()))
}

// try sends a call a single time; sent tells whether any of it can have reached
// the registry.
func (c *Client) try(ctx context.Context, call call) (a *answer, sent bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	var connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }})
	r, err := c.request(ctx, call)
	if err != nil {
		return nil, false, err
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return nil, connected.Load(), err
	}
	defer resp.Body.Close()
	a = &answer{status: resp.StatusCode, header: resp.Header}
	limit := call.limit
	if resp.StatusCode >= 300 {
		limit = MaxProblem
	}
	a.body, err = io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if int64(len(a.body)) > limit {
		if resp.StatusCode < 300 {
			return nil, true, fmt.Errorf("%w: more than %d bytes", errTooBig, limit)
		}
		a.body = a.body[:limit]
	}
	if err != nil && resp.StatusCode < 300 {
		return nil, true, err
	}
	return a, true, nil
}

func (c *Client) request(ctx context.Context, call call) (*http.Request, error) {
	target := c.base.String() + call.path
	if len(call.query) > 0 {
		target += "?" + call.query.Encode()
	}
	r, err := http.NewRequestWithContext(ctx, call.method, target, bytes.NewReader(call.body))
	if err != nil {
		return nil, err
	}
	if call.once {
		r.GetBody = nil // or net/http could send it again after a lost connection
	}
	r.Header.Set("User-Agent", c.userAgent)
	r.Header.Set("Accept", or(call.accept, "application/json")+", application/problem+json")
	if call.body != nil {
		r.Header.Set("Content-Type", or(call.contentType, "application/json"))
	}
	if call.token != "" {
		r.Header.Set("Authorization", "Bearer "+call.token)
	}
	return r, nil
}

// retry tells whether asking again can help, and when.
func retry(a *answer, err error, pause time.Duration, now time.Time) (wait time.Duration, again bool) {
	if err != nil {
		return pause, !errors.Is(err, errTooBig) && !errors.Is(err, errRedirect)
	}
	switch a.status {
	case http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		after, said := retryAfter(a.header, now)
		if said {
			pause = max(pause, after)
		}
		return pause, after <= maxRetryAfter
	}
	return 0, false
}

// retryAfter is how long a registry asks to be left alone.
func retryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second, true
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, at.Sub(now)), true
	}
	return 0, false
}

func or(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}
