package checks

import (
	"context"
	"net/http"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// securitySecretChecks judge what must not be guessed.
func securitySecretChecks() []conformance.Check {
	return []conformance.Check{{
		ID:     "security/session/random",
		Title:  "session ids are not counted up",
		Claims: claims{Handshake: ids{"security.session.non-deterministic"}},
		Needs:  "http sessions",
		Reach:  conformance.Provoke,
		Run:    securitySessionRandom,
		Fix:    "Draw session ids from a cryptographic random source, such as a UUID of version 4.",
	}, {
		ID:     "security/handles/unpredictable",
		Title:  "the handles that tools give out cannot be guessed",
		Claims: claims{Stateless: ids{"security.handles.unpredictable"}},
		Needs:  "tools allowed-tools",
		Reach:  conformance.Invoke,
		Run:    securityHandles,
		Fix:    "Draw handles from a cryptographic random source, such as a UUID of version 4.",
	}}
}

// sampledSecrets is how many ids or handles are looked at: so many random ones
// come in rising order once in 40,000 times.
const sampledSecrets = 8

// securitySessionRandom fails what is plainly made up without chance. That ids
// are long enough is a matter of http.session.id-unique-secure.
func securitySessionRandom(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Bare(ctx)
	if err != nil {
		return err
	}
	var all []string
	var last *mcp.Exchange
	for range sampledSecrets {
		x := s.Do(ctx, s.InitializeRequest())
		id := x.Header.Get("Mcp-Session-Id")
		if !x.Result().Is(mcp.Object) || id == "" {
			return conformance.Unprovenf("the server opened only %d sessions of %d, too few to judge their ids by", len(all), sampledSecrets)
		}
		all, last = append(all, id), x
		s.Do(ctx, mcp.Request{HTTPMethod: http.MethodDelete, Notification: true, Header: map[string]string{"Mcp-Session-Id": id}})
	}
	j.Saw(last)
	switch {
	case all[0] == all[1]:
		j.Failf(last, "every session has the id %.60q", all[0])
	case guessable(all) != "" && countsUp(varyingParts(all)):
		j.Failf(last, "session ids count up, as in %.60q and %.60q", all[0], all[1])
	}
	return j.Err("")
}

// securityHandles looks for tools that speak of handles and give one out when
// they are called with none.
func securityHandles(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Shared(ctx)
	if err != nil {
		return err
	}
	tools, err := toolsTried(ctx, p, givesHandles)
	if err != nil {
		return err
	}
	for _, t := range tools {
		all := []string{handleIn(t.Result())}
		x := t.Exchange
		for len(all) < sampledSecrets && all[len(all)-1] != "" {
			x = s.Do(ctx, toolsCall(t.tool, map[string]any{}))
			all = append(all, handleIn(x.Result()))
		}
		if len(all) < sampledSecrets || all[0] == all[1] {
			continue
		}
		j.Saw(x)
		if why := guessable(all); why != "" {
			j.Failf(x, "the handles of the tool %.60q can be guessed: %s, as in %.60q and %.60q", toolName(t.tool), why, all[0], all[1])
		}
	}
	return j.Err("no allowed tool was found that gives out handles")
}

// givesHandles reports whether a tool takes a handle, but does not need one.
func givesHandles(tool conformance.Entry) bool {
	if tool.Get("inputSchema", "required").Len() > 0 {
		return false
	}
	for _, m := range tool.Get("inputSchema", "properties").Members() {
		if isHandleName(m.Name) {
			return true
		}
	}
	return false
}

func isHandleName(name string) bool { return strings.Contains(strings.ToLower(name), "handle") }

// handleIn is the handle that a result holds, "" when there is none: a member
// of the structured content named so, or else a text that is but one word.
func handleIn(result mcp.Value) string {
	if !toolsSucceeded(result) {
		return ""
	}
	for _, m := range result.Get("structuredContent").Members() {
		if isHandleName(m.Name) {
			return m.Value.Text()
		}
	}
	blocks := result.Get("content").Items()
	if len(blocks) != 1 {
		return ""
	}
	if text := blocks[0].Get("text").Text(); !strings.ContainsAny(text, " \t\r\n{}[]") {
		return text
	}
	return ""
}
