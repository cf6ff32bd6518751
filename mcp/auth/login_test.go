package auth_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/realauth"
	"github.com/mcpctl/mcpctl/mcp/auth"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

// user agrees to everything and consents at once.
type user struct {
	hosts []auth.Host
	steps []auth.Step
}

func (u *user) options() auth.Options {
	return auth.Options{
		Agree:    func(_ context.Context, hosts []auth.Host) error { u.hosts = append(u.hosts, hosts...); return nil },
		Visit:    realauth.Browser,
		Tell:     func(s auth.Step) { u.steps = append(u.steps, s) },
		Patience: 3 * time.Second, Wait: 3 * time.Second,
	}
}

func login(t *testing.T, f realauth.Faults, change ...func(*auth.Options)) (*realauth.Site, *user, auth.Grant, error) {
	t.Helper()
	site, u := realauth.Start(t, f), &user{}
	o := u.options()
	for _, c := range change {
		c(&o)
	}
	g, trace, err := auth.Login(t.Context(), site.URL(), o)
	assert.Equal(t, u.steps, []auth.Step(trace), "every step is told")
	return site, u, g, err
}

// whole is all that was said of a sign-in.
func whole(u *user, err error) string {
	var b strings.Builder
	for _, s := range u.steps {
		b.WriteString(string(s.Stage) + " " + s.URL + " " + s.Problem + "\n")
		for _, c := range s.Checks {
			b.WriteString("  " + string(c.Level) + " " + c.Text + "\n")
		}
	}
	if err != nil {
		b.WriteString(err.Error())
	}
	return b.String()
}

func TestLogin(t *testing.T) {
	site, u, g, err := login(t, realauth.Faults{})
	require.NoError(t, err, whole(u, nil))
	assert.Equal(t, site.URL(), g.Server)
	assert.Equal(t, site.URL(), g.Resource)
	assert.Equal(t, site.Issuer(), g.Issuer)
	assert.Equal(t, []string{realauth.Scope, "offline_access"}, g.Scopes)
	assert.Equal(t, auth.Dynamic, g.Registration)
	assert.WithinDuration(t, time.Now().Add(time.Hour), g.Expires, 10*time.Second)
	assert.True(t, g.Renewable())
	require.Len(t, g.Secrets(), 2)
	assert.Equal(t, []auth.Host{{Origin: site.Issuer(), Why: "the authorization server"}}, u.hosts)

	var stages []auth.Stage
	for _, s := range u.steps {
		stages = append(stages, s.Stage)
		assert.Empty(t, s.Problem)
		for _, c := range s.Checks {
			assert.Equal(t, auth.Passed, c.Level, c.Text)
		}
	}
	assert.Equal(t, []auth.Stage{auth.Unauthorized, auth.ResourceMetadata, auth.ServerMetadata, auth.Registration, auth.Consent, auth.Callback, auth.TokenRequest, auth.Authorized, auth.Authorized}, stages)
	for _, secret := range g.Secrets() {
		assert.NotContains(t, whole(u, nil), secret)
	}
}

func TestWaysToBeAClient(t *testing.T) {
	const document = "https://client.example/mcpctl.json"
	tests := map[string]struct {
		faults realauth.Faults
		client auth.Client
		how    string
	}{
		"by hand":                   {realauth.Faults{}, auth.Client{ID: realauth.StaticID, Secret: realauth.StaticSecret}, auth.Static},
		"a document":                {realauth.Faults{Documents: []string{document}}, auth.Client{Document: document}, auth.Document},
		"a document nobody takes":   {realauth.Faults{Metadata: without("client_id_metadata_document_supported")}, auth.Client{Document: document}, auth.Dynamic},
		"by hand, secret in a form": {realauth.Faults{Metadata: with("token_endpoint_auth_methods_supported", []string{"client_secret_post"})}, auth.Client{ID: realauth.StaticID, Secret: realauth.StaticSecret}, auth.Static},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, u, g, err := login(t, test.faults, func(o *auth.Options) { o.Client = test.client })
			require.NoError(t, err)
			assert.Equal(t, test.how, g.Registration)
			assert.NotContains(t, whole(u, err), realauth.StaticSecret)
		})
	}
	for name, client := range map[string]auth.Client{
		"a secret without id": {Secret: "x"}, "two": {ID: "x", Document: document}, "http": {Document: "http://client.example/x"},
		"no path": {Document: "https://client.example/"}, "dots": {Document: "https://client.example/a/../b"}, "control": {ID: "a\nb"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := auth.Login(t.Context(), "https://server.example/mcp", auth.Options{Client: client})
			assert.Equal(t, "auth-client", refusal.Code(err))
		})
	}
}

func with(name string, value any) func(map[string]any) {
	return func(doc map[string]any) { doc[name] = value }
}

func without(name string) func(map[string]any) {
	return func(doc map[string]any) { delete(doc, name) }
}

func back(name, value string) func(url.Values) {
	return func(v url.Values) {
		if value == "" {
			v.Del(name)
			return
		}
		v.Set(name, value)
	}
}

func TestNobodyIsAskedWithoutConsent(t *testing.T) {
	stop := &refusal.Refusal{Kind: refusal.Consent, Code: "declined", Doing: "signing in", Why: "no"}
	site, _, _, err := login(t, realauth.Faults{}, func(o *auth.Options) {
		o.Agree = func(context.Context, []auth.Host) error { return stop }
	})
	require.ErrorIs(t, err, stop)
	assert.Equal(t, []string{"POST /mcp", "GET /.well-known/oauth-protected-resource/mcp"}, site.Asked())

	_, _, _, err = login(t, realauth.Faults{}, func(o *auth.Options) { o.Agree = nil })
	assert.Equal(t, "auth-declined", refusal.Code(err))

	// Hosts that only the metadata names are asked about too.
	far := realauth.Start(t, realauth.Faults{})
	site, u, _, err := login(t, realauth.Faults{Metadata: with("registration_endpoint", far.Issuer()+"/register")})
	require.Error(t, err, "the registration is good for another authorization server")
	assert.Equal(t, []auth.Host{{Origin: site.Issuer(), Why: "the authorization server"}, {Origin: far.Issuer(), Why: "the registration of clients"}}, u.hosts)
}

func TestTheUserTakesTooLong(t *testing.T) {
	_, u, _, err := login(t, realauth.Faults{}, func(o *auth.Options) {
		o.Visit, o.Wait = func(context.Context, string) error { return nil }, 50*time.Millisecond
	})
	assert.Equal(t, "auth-callback-timeout", refusal.Code(err), whole(u, err))

	ctx, cancel := context.WithCancel(t.Context())
	o := u.options()
	o.Visit = func(context.Context, string) error { cancel(); return nil }
	_, _, err = auth.Login(ctx, realauth.Start(t, realauth.Faults{}).URL(), o)
	require.ErrorIs(t, err, context.Canceled)
}

func TestPaste(t *testing.T) {
	for name, test := range map[string]struct {
		change func(string) string
		code   string
	}{
		"as it is":          {func(s string) string { return " " + s + "\n" }, ""},
		"another address":   {func(string) string { return "https://evil.example/callback?code=x" }, "auth-paste"},
		"the code alone":    {func(s string) string { return strings.Split(s, "=")[1] }, "auth-paste"},
		"of another attack": {func(s string) string { return strings.Replace(s, "state=", "state=x", 1) }, "auth-state-mismatch"},
	} {
		t.Run(name, func(t *testing.T) {
			end := ""
			_, _, g, err := login(t, realauth.Faults{}, func(o *auth.Options) {
				o.Visit = func(ctx context.Context, address string) (err error) {
					end, err = realauth.Consent(ctx, address)
					return err
				}
				o.Paste = func(context.Context) (string, error) { return test.change(end), nil }
			})
			assert.Equal(t, test.code, refusal.Code(err), "%v", err)
			assert.Equal(t, test.code == "", len(g.Secrets()) > 0)
		})
	}
}
