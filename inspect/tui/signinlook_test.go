package tui

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/auth"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

// steps are those of a sign-in that tried three addresses before one answered.
func steps() []auth.Step {
	const issuer = "https://auth.example.com/tenant1"
	step := func(stage auth.Stage, method, url string, status int, checks ...auth.Check) auth.Step {
		return auth.Step{Stage: stage, Title: string(stage), Method: method, URL: url, Status: status, Duration: 18 * time.Millisecond, Checks: checks}
	}
	missing := step(auth.ServerMetadata, "GET", "https://auth.example.com/.well-known/oauth-authorization-server/tenant1", 404)
	missing.Problem = "the server answers with HTTP status 404"
	return []auth.Step{
		step(auth.Unauthorized, "POST", "https://mcp.example.com/mcp", 401, auth.Check{Level: auth.Passed, Text: "the server asks for a token"}),
		step(auth.ResourceMetadata, "GET", "https://mcp.example.com/.well-known/oauth-protected-resource/mcp", 200, auth.Check{Level: auth.Warned, Text: "it describes the whole server"}),
		missing,
		step(auth.ServerMetadata, "GET", issuer+"/.well-known/openid-configuration", 200, auth.Check{Level: auth.Passed, Text: "PKCE with S256 is offered"}),
		step(auth.Registration, "POST", issuer+"/register", 201),
		step(auth.Consent, "", issuer+"/authorize", 0, auth.Check{Level: auth.Passed, Text: "PKCE S256, state, and resource https://mcp.example.com/mcp"}),
	}
}

func TestSigningInLooksAsRecorded(t *testing.T) {
	const server = "https://mcp.example.com/mcp"
	for _, size := range sizes {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			d := newDriver(t, mcp.Target{Name: "x", Command: []string{"/nonexistent"}}, size[0], size[1], (&keeper{}).options)
			d.see("failed")
			d.room.options.Target = mcp.Target{Name: server, URL: server}
			d.room.Conn.Err = &mcp.ConnectError{Cause: mcp.CauseAuth, What: "the server answered initialize with HTTP status 401"}
			d.give(connMsg{})
			d.advance(10 * time.Second)
			name := func(what string) string { return fmt.Sprintf("signin/%s-%dx%d", what, size[0], size[1]) }
			d.keys("A", "l")
			d.golden(name("before"))

			s, stopped := d.signIn(), false
			s.turn, s.stop = 1, func() { stopped = true }
			s.enter(signRunning)
			all := steps()
			for i := range all {
				d.give(signMsg{turn: 1, step: &all[i]})
			}
			reply := make(chan bool, 1)
			d.give(signMsg{turn: 1, agree: reply, hosts: []auth.Host{{Origin: "https://auth.example.com", Why: "the authorization server"}}})
			d.golden(name("agree"))
			d.keys("y")
			assert.True(t, <-reply)
			d.give(signMsg{turn: 1, address: "https://auth.example.com/tenant1/authorize?client_id=mcpctl&code_challenge=Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFy&code_challenge_method=S256&response_type=code"})
			d.golden(name("visit"))
			d.keys("h", "k", "k", "k", "k")
			d.golden(name("steps"))
			d.give(signMsg{turn: 1, over: true, err: &refusal.Refusal{Kind: refusal.Consent, Code: "auth-callback-timeout",
				Doing: "waiting for your consent", Why: "no answer came within 5m0s", Mend: "Begin again."}})
			d.keys("G", "l")
			d.golden(name("failed"))
			assert.False(t, stopped)
		})
	}
}

func TestTheHeadersThatAreSentAreNamedAndNotTold(t *testing.T) {
	d := newDriver(t, mcp.Target{Name: "here", URL: "http://127.0.0.1:1/mcp", Header: http.Header{
		"Authorization": {"Bearer s3cret-token"}, "X-Team": {"blue-team"}, "X-Odd": {"a\x1b[2Jb"},
	}}, 100, 30, func(o *Options) {
		o.Redact = func(text string) string { return map[bool]string{true: "[redacted]", false: text}[text == "blue-team"] }
	})
	d.see("connects again")
	d.see("sends        Authorization: Bearer")
	d.see("sends        X-Team: [redacted]")
	d.see(`sends        X-Odd: a\x1b[2Jb`)
	assert.NotContains(t, d.screen(), "s3cret")
}
