package tui

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/realauth"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/auth"
)

// keeper is where the tokens of a test are kept.
type keeper struct {
	mu   sync.Mutex
	kept []auth.Grant
	gone int
}

func (k *keeper) Renewed(auth.Grant) error { return nil }

func (k *keeper) Current(string) (auth.Grant, bool) { return auth.Grant{}, false }

func (k *keeper) grants() []auth.Grant {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.kept
}

func (k *keeper) options(o *Options) {
	o.SignIn = SigningIn{
		Options: auth.Options{Patience: 5 * time.Second, Wait: 10 * time.Second},
		Keep: func(g auth.Grant) (string, error) {
			k.mu.Lock()
			defer k.mu.Unlock()
			k.kept = append(k.kept, g)
			return "keychain", nil
		},
		Lend: func(t mcp.Target, g auth.Grant) mcp.Target {
			t.Authorizer = auth.NewSource(g, k, auth.SourceOptions{})
			return t
		},
		Forget: func(ctx context.Context, _ string) (string, error) {
			k.mu.Lock()
			defer k.mu.Unlock()
			_, _, err := k.kept[len(k.kept)-1].Revoke(ctx, auth.Options{})
			k.gone++
			return "the token is revoked and forgotten", err
		},
	}
}

// refused is a driver at a server that wants a token.
func refused(t *testing.T, f realauth.Faults, w, h int, change ...func(*Options)) (*driver, *realauth.Site, *keeper) {
	t.Helper()
	site, k := realauth.Start(t, f), &keeper{}
	d := newDriver(t, mcp.Target{Name: site.URL(), URL: site.URL()}, w, h, append([]func(*Options){k.options}, change...)...)
	d.see("the server wants a token")
	return d, site, k
}

// consents goes to the page of consent as the user's browser does.
func (d *driver) consents(visit func(context.Context, string) error) {
	d.t.Helper()
	require.NoError(d.t, visit(d.t.Context(), d.signIn().address))
}

func (d *driver) signIn() *signIn {
	for _, s := range d.app.screens {
		if s, ok := s.(*signIn); ok {
			return s
		}
	}
	require.FailNow(d.t, "there is no screen for signing in")
	return nil
}

func TestSigningInStepByStep(t *testing.T) {
	d, site, k := refused(t, realauth.Faults{}, 120, 36)
	require.Equal(t, signInName, d.app.screen().Name())
	d.see("HTTP status 401")
	asked := len(site.Asked())
	d.see("hosts are named before they are asked")
	assert.Len(t, site.Asked(), asked, "nothing is asked before enter")

	d.keys("enter")
	d.see("? agree to 1 host")
	d.see(site.Issuer())
	d.see("None of them has been asked yet.")
	d.see("? sign-in")
	assert.NotContains(t, strings.Join(site.Asked(), " "), "oauth-authorization-server")
	d.keys("y")
	d.see("Consent in your browser, at")
	d.see("code_challenge_method=S256")
	d.keys("y")
	d.until("the clipboard", func() bool { return len(d.raw) == 1 })
	assert.Contains(t, d.raw[0], site.Issuer()+"/authorize?")
	d.consents(realauth.Browser)
	d.see("You are signed in.")
	d.see("kept in      keychain")
	d.listed()
	d.see("ready")

	// Each address that was tried is a step, with its status.
	d.keys("h", "g")
	d.see("1 request without token")
	d.see("POST " + site.URL())
	d.keys("j", "j")
	d.see("GET " + site.Issuer() + "/.well-known/oauth")
	d.see("HTTP status 200")
	d.keys("E")
	d.until("the steps", func() bool { return len(d.raw) == 2 })
	require.Len(t, k.grants(), 1)
	for _, secret := range k.grants()[0].Secrets() {
		assert.NotContains(t, d.raw[1], secret)
	}

	d.keys("1")
	d.see("sends        Authorization: your token")
	d.see(site.Issuer())

	// Signing out revokes the token, and the server refuses again.
	d.keys("A", "X")
	d.see("stay signed in")
	d.keys("enter", "X", "revoke", "enter")
	d.see("the server wants a token")
	assert.Equal(t, 1, k.gone)
	access, _ := site.Tokens()
	assert.Zero(t, access)
}

func TestSigningInIsRefused(t *testing.T) {
	d, site, k := refused(t, realauth.Faults{}, 80, 24)
	d.keys("enter")
	d.see("None of them has been asked yet.")
	d.keys("n")
	d.see("you did not agree to these hosts")
	assert.NotContains(t, strings.Join(site.Asked(), " "), "oauth-authorization-server")
	assert.Empty(t, k.grants())

	d, _, k = refused(t, realauth.Faults{Back: func(v url.Values) {
		delete(v, "code")
		v["error"], v["error_description"] = []string{"access_denied"}, []string{"not you" + hostile}
	}}, 80, 24)
	d.keys("enter")
	d.see("None of them has been asked yet.")
	d.keys("y")
	d.see("Consent in your browser, at")
	d.consents(realauth.Browser)
	d.see("You are not signed in.")
	d.see("access_denied")
	d.see("auth-not-granted")
	assert.Empty(t, clean(d.app.View().Content))
	assert.Empty(t, k.grants())
}

func TestSigningInIsCancelled(t *testing.T) {
	d, _, k := refused(t, realauth.Faults{}, 80, 24)
	d.keys("enter")
	d.see("None of them has been asked yet.")
	d.keys("y")
	d.see("Consent in your browser, at")
	address := d.signIn().address
	d.keys("esc")
	d.see("you cancelled it; nothing was kept")
	require.Equal(t, signInName, d.app.screen().Name())
	d.room.working.Wait()
	require.Error(t, realauth.Browser(t.Context(), address), "the port is closed")
	assert.Empty(t, k.grants())
	d.keys("enter")
	d.see("None of them has been asked yet.")
}

func TestSigningInByPasting(t *testing.T) {
	d, _, k := refused(t, realauth.Faults{}, 120, 36)
	d.keys("enter")
	d.see("None of them has been asked yet.")
	d.keys("y")
	d.see("is for a browser on another machine")
	d.keys("p")
	d.see("None of them has been asked yet.")
	d.keys("y")
	d.see("pastes the address where your browser ends")
	back, err := realauth.Consent(t.Context(), d.signIn().address)
	require.NoError(t, err)
	d.keys("p", "nonsense", "enter")
	d.see("it begins with http://127.0.0.1:")
	d.keys("esc", "p", back, "enter")
	d.see("You are signed in.")
	assert.Len(t, k.grants(), 1)
}

func TestSigningInAsAKnownClient(t *testing.T) {
	d, _, k := refused(t, realauth.Faults{}, 120, 36, func(o *Options) {
		o.Getenv = func(name string) (string, bool) { return realauth.StaticSecret, name == "CLIENT_SECRET" }
	})
	d.keys("i", "known", "enter", realauth.StaticID, "enter")
	d.see("client       " + realauth.StaticID)
	d.keys("i", "secret", "enter", "NOT_SET", "enter", "enter")
	d.see("NOT_SET with the client's secret is not set")
	d.signIn().secretEnv = ""
	d.keys("i", "secret", "enter", "CLIENT_SECRET", "enter", "i", "scopes", "enter", realauth.Scope, "enter", "enter")
	d.see("None of them has been asked yet.")
	d.keys("y")
	d.see("Consent in your browser, at")
	d.consents(realauth.Browser)
	d.see("You are signed in.")
	require.Len(t, k.grants(), 1)
	assert.Equal(t, auth.Static, k.grants()[0].Registration)
	assert.Equal(t, []string{realauth.Scope}, k.grants()[0].Scopes)
	assert.NotContains(t, d.screen(), realauth.StaticSecret)
}

func TestSigningInElsewhereSaysWhyNot(t *testing.T) {
	k := &keeper{}
	d := newDriver(t, mcp.Target{Name: "x", Command: []string{"/nonexistent"}}, 100, 30, k.options)
	d.see("failed")
	d.keys("A", "enter")
	d.see("signing in is for servers at a URL")
	d.keys("X")
	d.see("mcpctl uses no token of yours here")
}

func TestHostileSignInsDoNoHarm(t *testing.T) {
	deceive := func(doc map[string]any) { doc["scopes_supported"], doc["x"] = []string{hostile}, hostile }
	for seed, f := range []realauth.Faults{
		{Metadata: deceive, Resource: deceive},
		{Challenge: func(string) string { return `Bearer error="` + "\u202e\u009b31m" + `", scope="x` + "\u200b" + `"` }},
		{Serve: map[string]http.HandlerFunc{"/.well-known/oauth-authorization-server": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(hostile))
		}}},
	} {
		d, _, _ := refused(t, f, 100, 30, func(o *Options) { o.bare = seed%2 == 0 })
		d.keys("enter")
		d.until("an answer", func() bool { return d.signIn().stage != signRunning })
		d.keys("y")
		d.until("what comes of it", func() bool { return d.signIn().stage != signRunning })
		random := rand.New(rand.NewPCG(uint64(seed), 5))
		for range 200 { // without o, which opens a browser, and what leaves the program
			name := string("hjklgGyniXEpA:?zm/ \x00"[random.IntN(19)])
			if key, ok := named(name); ok {
				d.give(key)
			}
			require.Empty(t, clean(d.app.View().Content))
		}
		d.keys("esc", "esc", "esc", "esc")
	}
}

func TestARefusalWithoutAWayToSignInIsToldAsEver(t *testing.T) {
	site := realauth.Start(t, realauth.Faults{})
	d := newDriver(t, mcp.Target{Name: site.URL(), URL: site.URL()}, 100, 30)
	d.see("401")
	assert.Equal(t, overviewName, d.app.screen().Name())
	assert.False(t, errors.Is(d.room.Conn.Err, context.Canceled))
}
