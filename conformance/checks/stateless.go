package checks

import (
	"context"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// statelessHTTP is the suite about Streamable HTTP of 2026-07-28:
// basic/transports/streamable-http.
func statelessHTTP() conformance.Suite {
	return conformance.Suite{ID: "stateless", Title: "Streamable HTTP of 2026-07-28", Checks: slices.Concat(
		statelessEndpoint(), statelessOrigin(), statelessAnswers(), statelessNotifications(), statelessStatuses(),
		statelessVersionHeader(), statelessMethodHeader(), statelessHeaderText(),
		statelessNameHeader(), statelessNameEncoding(), statelessParamHeader(), statelessParamValues(), statelessSession(),
	)}
}

// statelessOnce sends a request on the shared session, once for all checks
// that send the same.
func statelessOnce(ctx context.Context, p *conformance.Probe, r mcp.Request) (*mcp.Exchange, error) {
	key, err := json.Marshal([]any{r.HTTPMethod, r.Method, r.Params, r.Meta, r.Header, r.NoMeta, r.Raw, r.Notification})
	if err != nil {
		return nil, err
	}
	return conformance.Once(ctx, p, "stateless "+string(key), func(ctx context.Context) (*mcp.Exchange, error) {
		s, err := p.Shared(ctx)
		if err != nil {
			return nil, err
		}
		return s.Do(ctx, r), nil
	})
}

// statelessWith is an ordinary request but for one header; an empty value takes
// the header away.
func statelessWith(method, name, value string) mcp.Request {
	return mcp.Request{Method: method, Header: map[string]string{name: value}}
}

// statelessPatience bounds the wait for the first event of a stream that may
// never send one.
const statelessPatience = 300 * time.Millisecond

// statelessBegin sends a request whose answer may be a stream without end, of
// which it only waits for the first event. Any other answer is waited for.
func statelessBegin(ctx context.Context, p *conformance.Probe, r mcp.Request) (*mcp.Exchange, error) {
	s, err := p.Shared(ctx)
	if err != nil {
		return nil, err
	}
	x := s.Start(ctx, r)
	defer x.Close()
	select {
	case <-x.Opened():
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if statelessMedia(x) != "text/event-stream" {
		_ = x.Wait(ctx) // the outcome is in the exchange
		return x, nil
	}
	brief, cancel := context.WithTimeout(ctx, statelessPatience)
	defer cancel()
	_, _ = x.Await(brief, func(mcp.Frame) bool { return true }) // none is no trouble
	return x, nil
}

// statelessMedia is the media type of an answer, without its parameters.
func statelessMedia(x *mcp.Exchange) string {
	kind, _, _ := strings.Cut(x.Header.Get("Content-Type"), ";")
	if parsed, _, err := mime.ParseMediaType(kind); err == nil {
		return parsed
	}
	return strings.ToLower(strings.TrimSpace(kind))
}

// statelessRefused reports whether a request was refused for its headers: by the
// error that is there for this, or else in any way in which control, the same
// request with the headers that it should have, was not.
func statelessRefused(x, control *mcp.Exchange) bool {
	e := x.RPCError()
	switch {
	case e != nil && e.Code == mcp.CodeHeaderMismatch:
		return true
	case x.Result().Exists(), x.Status >= 500, x.Status < 400 && e == nil:
		return false
	}
	return x.Status != control.Status || statelessCode(x) != statelessCode(control)
}

// statelessHeaderError reports whether a request was refused in the way in which wrong
// headers are.
func statelessHeaderError(x *mcp.Exchange) bool {
	e := x.RPCError()
	return e != nil && e.Code == mcp.CodeHeaderMismatch || e == nil && x.Status == http.StatusBadRequest
}

// statelessCode is the code of an error response, 0 when there is none.
func statelessCode(x *mcp.Exchange) int64 {
	if e := x.RPCError(); e != nil {
		return e.Code
	}
	return 0
}

// statelessRaw sends a request whose mirrored headers are written by hand, as
// lines without their ends.
func statelessRaw(ctx context.Context, p *conformance.Probe, method string, params map[string]any, lines ...string) (*mcp.Exchange, error) {
	s, err := p.Shared(ctx)
	if err != nil {
		return nil, err
	}
	whole := map[string]any{"_meta": map[string]any{
		mcp.MetaVersion:      p.Revision,
		mcp.MetaClientInfo:   map[string]any{"name": "mcpctl", "version": "1"},
		mcp.MetaCapabilities: mcp.FullCapabilities(p.Revision),
	}}
	for name, value := range params {
		whole[name] = value
	}
	body, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": "mcpctl-raw", "method": method, "params": whole})
	if err != nil {
		return nil, fmt.Errorf("writing the request %s: %w", method, err)
	}
	head := append([]string{
		"POST {path} HTTP/1.1", "Host: {host}", "Connection: close", "Content-Type: application/json",
		"Accept: application/json, text/event-stream", fmt.Sprintf("Content-Length: %d", len(body)),
	}, lines...)
	return s.RawHTTP(ctx, strings.Join(head, "\r\n")+"\r\n{headers}", body), nil
}

// statelessRawWorks is an error unless a request that is written by hand, with
// nothing odd about it, gets a result.
func statelessRawWorks(ctx context.Context, p *conformance.Probe) error {
	x, err := conformance.Once(ctx, p, "stateless raw control", func(ctx context.Context) (*mcp.Exchange, error) {
		return statelessRaw(ctx, p, "server/discover", nil, "MCP-Protocol-Version: "+string(p.Revision), "Mcp-Method: server/discover")
	})
	if err != nil {
		return err
	}
	if !x.Result().Is(mcp.Object) {
		return conformance.Unprovenf("server/discover over a plain HTTP/1.1 connection got no result: %s", outcome(x))
	}
	return nil
}
