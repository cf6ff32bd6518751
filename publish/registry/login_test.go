package registry_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/registry"
)

// welcome answers every login with a token.
func welcome(t *testing.T) (http.HandlerFunc, string) {
	t.Helper()
	jwt := token(t, map[string]any{"exp": 4102444800, "auth_method": "github-at", "auth_method_sub": "alice"})
	return answers(200, fmt.Sprintf(`{"registry_token":%q,"expires_at":4102444800}`, jwt)), jwt
}

func TestLogin(t *testing.T) {
	h, jwt := welcome(t)
	for _, c := range []struct {
		method registry.Method
		path   string
		body   string
	}{
		{registry.None{}, "/v0.1/auth/none", ""},
		{registry.GitHubToken{Token: "ghp_1\n"}, "/v0.1/auth/github-at", `{"github_token":"ghp_1"}`},
		{registry.OIDC{Token: "a.b.c"}, "/v0.1/auth/oidc", `{"oidc_token":"a.b.c"}`},
	} {
		d := serve(t, h)
		got, err := d.client(t, registry.Options{}).Login(t.Context(), c.method)
		require.NoError(t, err)
		assert.Equal(t, jwt, got.Reveal())
		assert.Equal(t, "alice", got.Subject)
		require.Len(t, d.requests(), 1)
		assert.Equal(t, c.path, d.requests()[0].path)
		assert.Equal(t, c.body, d.requests()[0].body)
	}
}

func TestPrivateRegistriesMayHaveOtherTokens(t *testing.T) {
	c := serve(t, answers(200, `{"registry_token":"opaque-1","expires_at":1767225600}`)).client(t, registry.Options{})
	got, err := c.Login(t.Context(), registry.None{})
	require.NoError(t, err)
	assert.Equal(t, "opaque-1", got.Reveal())
	assert.Equal(t, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), got.Expires)
	assert.False(t, got.May(registry.ActionPublish, "io.github.acme/echo"), "nothing is known of it")
	for _, body := range []string{"", "{}", `{"registry_token":"two words"}`, `{"registry_token":7}`} {
		_, err = serve(t, answers(200, body)).client(t, registry.Options{}).Login(t.Context(), registry.None{})
		refused(t, err, "registry-broken")
	}
}

func TestLoginIsRefused(t *testing.T) {
	login := func(h http.HandlerFunc, m registry.Method) error {
		_, err := serve(t, h).client(t, registry.Options{}).Login(t.Context(), m)
		return err
	}
	secret := registry.GitHubToken{Token: "ghp_hunter2"}
	echoing := `{"detail":"Token exchange failed: ghp_hunter2","errors":[{"message":"bad ghp_hunter2","location":"body.github_token","value":"ghp_hunter2"}]}`
	err := login(answers(401, echoing), secret)
	r := refused(t, err, "login-refused")
	assert.Equal(t, refusal.Consent, r.Kind)
	assert.Contains(t, r.Mend, "read:org")
	assert.NotContains(t, err.Error(), "hunter2")

	refused(t, login(answers(404, problem("Endpoint not found.")), registry.None{}), "login-unsupported")
	refused(t, login(http.NotFound, registry.None{}), "login-unsupported")
	refused(t, login(answers(429, ""), secret), "rate-limited")
	refused(t, login(answers(500, ""), secret), "registry-broken")
	h, _ := welcome(t)
	refused(t, login(h, registry.GitHubToken{}), "token-missing")
	refused(t, login(h, registry.OIDC{Token: " \n"}), "token-missing")
	err = login(h, registry.OIDC{Token: "hunter2\nhunter3"})
	refused(t, err, "token-unreadable")
	assert.NotContains(t, err.Error(), "hunter2")
}

// device plays GitHub's part: it answers the polls with those bodies, one after
// another, and the last for ever.
func device(t *testing.T, polls ...string) *double {
	t.Helper()
	var d *double
	n := 0
	d = serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch r.URL.Path {
		case "/login/device/code":
			_, _ = fmt.Fprintf(w, `{"device_code":"dev-1","user_code":"ABCD-1234","verification_uri":"%s/login/device","expires_in":60,"interval":1}`, d.URL)
		case "/login/oauth/access_token":
			poll := polls[min(n, len(polls)-1)]
			n++
			if poll == "503" {
				w.WriteHeader(503)
				return
			}
			_, _ = fmt.Fprint(w, poll)
		default:
			w.WriteHeader(404)
		}
	})
	return d
}

// withApp is a registry that has an app at GitHub.
func withApp(t *testing.T) *double {
	t.Helper()
	h, _ := welcome(t)
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v0.1/health" {
			answers(200, `{"status":"ok","github_client_id":"app-1"}`)(w, r)
			return
		}
		h(w, r)
	})
}

func TestDeviceFlow(t *testing.T) {
	t.Parallel()
	github := device(t, `{"error":"authorization_pending"}`, "503", `{"access_token":"gho_1","token_type":"bearer"}`)
	d := withApp(t)
	var shown []registry.DevicePrompt
	got, err := d.client(t, registry.Options{}).Login(t.Context(), registry.GitHubDevice{Base: github.URL, Prompt: func(p registry.DevicePrompt) { shown = append(shown, p) }})
	require.NoError(t, err)
	assert.Equal(t, "alice", got.Subject)
	require.Len(t, shown, 1)
	assert.Equal(t, "ABCD-1234", shown[0].Code)
	assert.Equal(t, github.URL+"/login/device", shown[0].URL)
	asked, err := url.ParseQuery(github.requests()[0].body)
	require.NoError(t, err)
	assert.Equal(t, url.Values{"client_id": {"app-1"}, "scope": {"read:org read:user"}}, asked)
	assert.JSONEq(t, `{"github_token":"gho_1"}`, d.requests()[1].body)
}

func TestDeviceFlowFails(t *testing.T) {
	t.Parallel()
	flow := func(d, github *double) error {
		_, err := d.client(t, registry.Options{Timeout: 5 * time.Second}).Login(context.Background(), registry.GitHubDevice{Base: github.URL, Prompt: func(registry.DevicePrompt) {}})
		return err
	}
	for code, want := range map[string]string{"access_denied": "login-refused", "expired_token": "login-expired", "incorrect_client_credentials": "github-unreachable"} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			refused(t, flow(withApp(t), device(t, fmt.Sprintf(`{"error":%q}`, code))), want)
		})
	}
	h, _ := welcome(t)
	refused(t, flow(serve(t, h), device(t, "503")), "login-unsupported")
	refused(t, flow(withApp(t), serve(t, answers(500, ""))), "github-unreachable")
	refused(t, flow(withApp(t), serve(t, answers(200, "<html>"))), "github-unreachable")

	// Another's page must not be shown as GitHub's.
	phishing := `{"device_code":"d","user_code":"c","verification_uri":"https://evil.example/device","expires_in":60,"interval":1}`
	err := flow(withApp(t), serve(t, answers(200, phishing)))
	assert.ErrorContains(t, refused(t, err, "github-unreachable"), "a page of its own")
}

// What GitHub says of times cannot make the client hang or spin.
func TestDeviceTimesAreBounded(t *testing.T) {
	t.Parallel()
	var github *double
	github = serve(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `{"device_code":"d","user_code":"c","verification_uri":"%s/x","expires_in":999999999,"interval":-9223372036854775808}`, github.URL)
	})
	ctx, cancel := context.WithCancel(t.Context())
	var shown registry.DevicePrompt
	m := registry.GitHubDevice{Base: github.URL, Prompt: func(p registry.DevicePrompt) { shown = p; cancel() }}
	_, err := withApp(t).client(t, registry.Options{}).Login(ctx, m)
	assert.ErrorIs(t, err, context.Canceled)
	assert.WithinDuration(t, time.Now().Add(time.Hour), shown.Expires, time.Minute)
}

func TestGitHubOIDC(t *testing.T) {
	h, _ := welcome(t)
	actions := serve(t, answers(200, `{"value":"id.to.ken"}`))
	env := map[string]string{"ACTIONS_ID_TOKEN_REQUEST_URL": actions.URL + "/token?api-version=2&audience=wrong", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "hunter2"}
	getenv := func(k string) string { return env[k] }
	d := serve(t, h)
	c := d.client(t, registry.Options{})
	_, err := c.Login(t.Context(), registry.GitHubOIDC{Getenv: getenv})
	require.NoError(t, err)
	asked := actions.requests()[0]
	assert.Equal(t, "Bearer hunter2", asked.auth)
	q, err := url.ParseQuery(asked.query)
	require.NoError(t, err)
	assert.Equal(t, url.Values{"api-version": {"2"}, "audience": {d.URL}}, q, "the token is for this registry alone")
	assert.JSONEq(t, `{"oidc_token":"id.to.ken"}`, d.requests()[0].body)

	login := func(requestURL string) error {
		env["ACTIONS_ID_TOKEN_REQUEST_URL"] = requestURL
		_, err := c.Login(t.Context(), registry.GitHubOIDC{Getenv: getenv})
		return err
	}
	refused(t, login(""), "token-missing")
	refused(t, login("http://example.com/token"), "github-unreachable")
	refused(t, login(serve(t, answers(403, "hunter2")).URL), "github-unreachable")
	refused(t, login(serve(t, answers(200, "{}")).URL), "github-unreachable")
	away := serve(t, answers(200, `{"value":"id.to.ken"}`))
	err = login(serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, away.URL, http.StatusFound) }).URL)
	refused(t, err, "github-unreachable")
	assert.Empty(t, away.requests(), "the request's token goes nowhere else")
}

func TestAudienceIsSchemeAndHost(t *testing.T) {
	c, err := registry.New("https://Registry.Example.com/team/v0.1", registry.Options{})
	require.NoError(t, err)
	assert.Equal(t, "https://registry.example.com", c.Audience())
	assert.Equal(t, "https://registry.example.com/team", c.Base())
}

// Whatever a registry answers to a failure, it is bounded and said in one way.
func FuzzErrorBody(f *testing.F) {
	f.Add([]byte(problem("a", "b")))
	f.Add([]byte(`{"error":"x"}`))
	f.Add([]byte(`{"errors":[{"location":"body._meta.io.modelcontextprotocol.description","message":"m"}]}`))
	f.Add([]byte(`{"errors":[{"location":"body._meta.","message":"m"}],"detail":7}`))
	f.Add([]byte(strings.Repeat("ä", 1000)))
	f.Fuzz(func(t *testing.T, body []byte) {
		p := registry.ParseProblemForTest(body)
		assert.LessOrEqual(t, len(p.Fields), 50)
		assert.LessOrEqual(t, len(p.Error()), 51*(2*(600+len("…"))+4))
		for _, field := range p.Fields {
			assert.NotEmpty(t, field.Message)
		}
		if !json.Valid(body) {
			assert.Equal(t, registry.Problem{}, p)
		}
	})
}
