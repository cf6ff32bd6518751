package auth

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// opening is a request that every server refuses without token, and that does
// nothing where it is not refused.
const opening = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"` + string(mcp.Rev20251125) +
	`","capabilities":{},"clientInfo":{"name":"mcpctl","version":"1"}}}`

// knock sends the server a request without token.
func (f *flow) knock(ctx context.Context) (asks bool, err error) {
	step, a, err := f.probe(ctx, Unauthorized, "request without token", "")
	defer func() { f.web.note(step) }()
	if err != nil {
		return false, broken("auth-unreachable", "asking "+f.server.String(), "Is the server running, and is the address right?", "%v", err)
	}
	if a.status != http.StatusUnauthorized {
		step.warned("the server answered HTTP status %d, not 401", a.status)
		return false, nil
	}
	step.passed("the server asks for a token")
	all, wrong := ParseChallenges(a.header.Values("WWW-Authenticate"))
	i := slices.IndexFunc(all, func(c Challenge) bool { return strings.EqualFold(c.Scheme, "Bearer") })
	switch {
	case i < 0:
		step.warned("its answer has no Bearer challenge (WWW-Authenticate)")
	default:
		f.found.Challenge = all[i]
		step.passed("its answer has a Bearer challenge")
	}
	if wrong != nil {
		step.warned("WWW-Authenticate cannot be read: %v", wrong)
	}
	return true, nil
}

// probe sends the opening, with a token or without, and ends a session that it
// may have begun.
func (f *flow) probe(ctx context.Context, stage Stage, title, token string) (Step, answer, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, f.server.String(), strings.NewReader(opening))
	if err != nil {
		return Step{Stage: stage, Title: title, Problem: err.Error()}, answer{}, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	step, a, err := f.web.send(ctx, stage, title, r, false)
	id := a.header.Get("Mcp-Session-Id")
	if err != nil || id == "" || a.status != http.StatusOK {
		return step, a, err
	}
	if r, err := http.NewRequestWithContext(ctx, http.MethodDelete, f.server.String(), http.NoBody); err == nil {
		r.Header.Set("Mcp-Session-Id", id)
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		end, _, _ := f.web.send(ctx, stage, "ending the session", r, false) // the server may keep it
		f.web.note(end)
	}
	return step, a, nil
}
