package checks

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// statelessOwnOrigin does not ask for every spelling of the own origin: one
// that is served shows that the guard lets anything through at all.
func statelessOwnOrigin(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Shared(ctx)
	if err != nil {
		return err
	}
	var refused *mcp.Exchange
	for _, origin := range statelessOwnOrigins(p, s) {
		x, err := statelessDiscoverFrom(ctx, p, origin)
		if err != nil {
			return err
		}
		j.Saw(x)
		if x.Result().Exists() {
			return j.Err("")
		}
		refused = x
	}
	if refused != nil {
		j.Failf(refused, "every Origin is refused, the server's own %s included: %s", refused.SentHeader.Get("Origin"), outcome(refused))
	}
	return j.Err("the address of the server gives no origin")
}

func statelessNullOrigin(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	if err := statelessForeignRefused(ctx, p); err != nil {
		return err
	}
	x, err := statelessDiscoverFrom(ctx, p, "null")
	if err != nil {
		return err
	}
	j.Saw(x)
	if x.Result().Exists() {
		j.Failf(x, "server/discover with Origin: null was served, though foreign origins are refused")
	}
	return j.Err("")
}

func statelessOriginNoID(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	if err := statelessForeignRefused(ctx, p); err != nil {
		return err
	}
	x, err := statelessDiscoverFrom(ctx, p, statelessForeignOrigin)
	if err != nil {
		return err
	}
	statelessErrorsWithoutID(j, x)
	return j.Err("the 403 carries no JSON-RPC error")
}

// statelessErrorsWithoutID faults every JSON-RPC error in an answer that has an id.
func statelessErrorsWithoutID(j *conformance.Judge, x *mcp.Exchange) {
	for _, m := range x.Received() {
		if m.MessageKind() != mcp.ResponseMessage || !m.Has("jsonrpc") {
			continue
		}
		j.Saw(x)
		if m.ID().Exists() {
			j.Failf(x, "the error that came with HTTP status %d has the id %.40s, expected none", x.Status, m.ID())
		}
	}
}

func statelessHost(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	if err := statelessForeignRefused(ctx, p); err != nil {
		return err
	}
	s, err := p.Shared(ctx)
	if err != nil {
		return err
	}
	at, err := url.Parse(s.Endpoint())
	if err != nil {
		return err
	}
	host := "evil.example"
	if at.Port() != "" {
		host += ":" + at.Port()
	}
	r := mcp.Request{Method: "server/discover", Header: map[string]string{"Host": host, "Origin": at.Scheme + "://" + host}}
	x, err := statelessOnce(ctx, p, r)
	if err != nil {
		return err
	}
	j.Saw(x)
	if x.Result().Exists() {
		j.Failf(x, "server/discover with Host: %s and the Origin that fits it was served", host)
	}
	return j.Err("")
}

func statelessCORS(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	if err := statelessForeignRefused(ctx, p); err != nil {
		return err
	}
	preflight, err := statelessOnce(ctx, p, mcp.Request{HTTPMethod: http.MethodOptions, Notification: true, Header: map[string]string{
		"Origin":                         statelessForeignOrigin,
		"Access-Control-Request-Method":  http.MethodPost,
		"Access-Control-Request-Headers": "content-type,mcp-method,mcp-protocol-version",
	}})
	if err != nil {
		return err
	}
	posted, err := statelessDiscoverFrom(ctx, p, statelessForeignOrigin)
	if err != nil {
		return err
	}
	for _, x := range []*mcp.Exchange{preflight, posted} {
		j.Saw(x)
		if granted := x.Header.Get("Access-Control-Allow-Origin"); strings.EqualFold(granted, statelessForeignOrigin) {
			j.Failf(x, "%s from %s got Access-Control-Allow-Origin for just that origin", x.Method, statelessForeignOrigin)
		}
	}
	return j.Err("")
}
