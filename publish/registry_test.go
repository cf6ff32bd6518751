package publish_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/realregistry"
	"github.com/mcpctl/mcpctl/publish"
	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/registry"
)

func TestDuplicates(t *testing.T) {
	t.Run("with another description", func(t *testing.T) {
		w := newWorld(t)
		_, err := w.run(t.Context(), nil)
		require.NoError(t, err)
		w.server(func(d map[string]any) { d["description"] = "Says something else" })
		p, err := w.plan(t.Context(), nil)
		require.NoError(t, err)
		require.Equal(t, "duplicate-differs", refusal.Code(p.Ready()))
		assert.Contains(t, p.Ready().Error(), `"description"`)
	})
	t.Run("published by hand, without attestations", func(t *testing.T) {
		w := newWorld(t)
		raw, err := os.ReadFile(filepath.Join(w.dir, "server.json"))
		require.NoError(t, err)
		_, err = w.folder.Publish(t.Context(), raw, "")
		require.NoError(t, err)
		p, err := w.plan(t.Context(), nil)
		require.NoError(t, err)
		assert.Equal(t, "duplicate-differs", refusal.Code(p.Ready()))
	})
	t.Run("that comes while we are at it", func(t *testing.T) {
		w := newWorld(t)
		_, err := w.run(t.Context(), func(_ *publish.Inputs, o *publish.Options) {
			o.Tell = func(e publish.Event) {
				if e.What == "begin" && e.Step.Kind == publish.KindPublish && e.Step.Writes == w.url {
					other := strings.Replace(string(w.inputs().Raw), description, "Another one", 1)
					_, err := w.store.Publish(t.Context(), []byte(other), "")
					require.NoError(t, err)
				}
			}
		})
		assert.Equal(t, "duplicate-differs", refusal.Code(err))
	})
	t.Run("that was deleted", func(t *testing.T) {
		w := newWorld(t)
		_, err := w.run(t.Context(), nil)
		require.NoError(t, err)
		require.NoError(t, w.folder.Status(t.Context(), serverName, "1.0.0", registry.Deleted, "bad", ""))
		p, err := w.plan(t.Context(), nil)
		require.NoError(t, err)
		assert.Equal(t, "version-deleted", refusal.Code(p.Ready()))
	})
}

// bare is a registry that keeps no attestations, as the official one.
type bare struct{ publish.Registry }

// The same entry is a success, even where nothing but its pointer is left of the
// attestations.
func TestAnIdenticalDuplicateIsASuccess(t *testing.T) {
	w := newWorld(t)
	again := func() *publish.Plan {
		s, in := w.services(), w.inputs()
		s.Targets = []publish.Target{{Name: "bare", Registry: bare{w.folder}}}
		in.Settings.NoImages, in.Settings.Out = true, ""
		r, err := publish.Gather(t.Context(), in, s)
		require.NoError(t, err)
		p, err := publish.NewPlan(t.Context(), r, s, publish.Options{Pause: 1})
		require.NoError(t, err)
		require.NoError(t, p.Ready())
		require.NoError(t, p.Apply(t.Context()))
		return p
	}
	again()
	require.NoError(t, os.RemoveAll(filepath.Join(w.dir, ".mcpctl")))
	p := again()
	assert.Contains(t, strings.Join(p.Release.Notes, " "), "from an earlier run")
	for _, n := range w.counted.times {
		assert.Equal(t, 1, n, "nothing is signed again")
	}
	assert.Empty(t, w.wire.writes())
}

// An entry leads nobody to an address that the user has not named.
func TestEarlierAttestationsAreOnlyFetchedWhereTheUserSays(t *testing.T) {
	w := newWorld(t)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was asked") }))
	t.Cleanup(elsewhere.Close)
	p, err := w.plan(t.Context(), nil)
	require.NoError(t, err)
	entry := strings.Replace(string(w.inputs().Raw), `"description"`, `"_meta": {"io.modelcontextprotocol.registry/publisher-provided": {"io.github.mcpctl/attestations": {
		"subject": "`+p.Release.Digest+`", "url": "`+elsewhere.URL+`/x.jsonl", "sha256": "`+strings.Repeat("a", 64)+`"}}}, "description"`, 1)
	_, err = w.folder.Publish(t.Context(), []byte(entry), "")
	require.NoError(t, err)
	p, err = w.plan(t.Context(), nil)
	require.NoError(t, err)
	assert.Equal(t, "duplicate-differs", refusal.Code(p.Ready()))
}

// Tokens: held, expired, for somebody else, and taken late.
func TestTokens(t *testing.T) {
	minter := realregistry.NewMinter(make([]byte, 32))
	allow := realregistry.Permission{Action: "publish", Resource: "io.github.acme/*"}
	token := func(jwt string) func() (registry.Token, bool) {
		return func() (registry.Token, bool) { read, err := registry.ParseToken(jwt); return read, err == nil }
	}
	none := func() (registry.Token, bool) { return registry.Token{}, false }
	for name, tc := range map[string]struct {
		held  func() (registry.Token, bool)
		login bool
		says  string
		code  string
	}{
		"held":                {token(minter.Mint(allow)), false, "a token for io.github.acme/*, for ", "token-refused"}, // the desk did not issue it
		"expired":             {token(minter.MintFor(-1, allow)), false, "has expired", "token-expired"},
		"for somebody else":   {token(minter.Mint(realregistry.Permission{Action: "publish", Resource: "io.github.other/*"})), false, "io.github.other/*", "forbidden"},
		"in another case":     {token(minter.Mint(realregistry.Permission{Action: "publish", Resource: "io.github.Acme/*"})), false, "io.github.Acme/*", "namespace-case"},
		"none":                {none, false, "mcpctl registry login", "login-needed"},
		"expired, with login": {token(minter.MintFor(-1, allow)), true, "will be asked for", ""},
		"none, with login":    {none, true, "will be asked for", ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			s := w.services()
			s.Targets[0].Held = tc.held
			if !tc.login {
				s.Targets[0].Login = nil
			}
			r, err := publish.Gather(t.Context(), w.inputs(), s)
			require.NoError(t, err)
			p, err := publish.NewPlan(t.Context(), r, s, publish.Options{Pause: 1})
			require.NoError(t, err)
			require.NoError(t, p.Ready(), "a plan can be made without a token")
			var held string
			for _, step := range p.Steps {
				if step.Kind == publish.KindLogin {
					held = step.Held
				}
			}
			assert.Contains(t, held, tc.says)
			err = p.Apply(t.Context())
			if tc.code == "" {
				require.NoError(t, err)
				w.settled(statements)
				return
			}
			require.Error(t, err)
			if tc.code != "token-refused" {
				assert.Equal(t, tc.code, refusal.Code(err))
				assert.Empty(t, w.counted.times, "nothing was signed in vain")
			}
		})
	}
}

// The registry's token lives for minutes: when it has run out by the time that
// it is used, another one is taken.
func TestATokenThatRunsOut(t *testing.T) {
	w := newWorld(t)
	refused := 0
	w.serve = func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/publish") && refused < 2 {
				refused++
				rw.Header().Set("Content-Type", "application/problem+json")
				rw.WriteHeader(http.StatusUnauthorized)
				_, _ = rw.Write([]byte(`{"title":"Unauthorized","status":401,"detail":"Invalid or expired Registry JWT token","errors":[{"message":"token is expired"}]}`))
				return
			}
			next.ServeHTTP(rw, r)
		})
	}
	logins := 0
	inner := w.login
	w.login = func(ctx context.Context, c *registry.Client) (registry.Token, error) { logins++; return inner(ctx, c) }
	_, err := w.run(t.Context(), nil)
	require.NoError(t, err)
	assert.Equal(t, 2, refused)
	assert.Equal(t, 3, logins)
	w.settled(statements)
}

// What the token is for shows before anything is signed where logging in asks
// nobody; a person is not asked for it twice.
func TestPermissionIsTriedBeforeSigning(t *testing.T) {
	minter := realregistry.NewMinter(make([]byte, 32))
	stranger, err := registry.ParseToken(minter.Mint(realregistry.Permission{Action: "publish", Resource: "io.github.other/*"}))
	require.NoError(t, err)
	for name, tc := range map[string]struct {
		early, stranger, short bool
		code                   string
		signed, logins         int
	}{
		"a stranger's":              {early: true, stranger: true, code: "forbidden", logins: 1},
		"a stranger's, asked late":  {stranger: true, code: "forbidden", signed: statements, logins: 1},
		"ours":                      {early: true, signed: statements, logins: 1},
		"ours, asked late":          {signed: statements, logins: 1},
		"ours, run out by the time": {early: true, short: true, signed: statements, logins: 2},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			s, logins := w.services(), 0
			login := s.Targets[0].Login
			s.Targets[0].Early = tc.early
			s.Targets[0].Login = func(ctx context.Context) (registry.Token, error) {
				logins++
				if tc.stranger {
					return stranger, nil
				}
				token, err := login(ctx)
				if tc.short && logins == 1 {
					token.Expires = time.Now().Add(time.Second)
				}
				return token, err
			}
			r, err := publish.Gather(t.Context(), w.inputs(), s)
			require.NoError(t, err)
			p, err := publish.NewPlan(t.Context(), r, s, publish.Options{Pause: 1})
			require.NoError(t, err)
			require.NoError(t, p.Ready())
			assert.Zero(t, logins, "planning logs in nowhere")
			err = p.Apply(t.Context())
			assert.Equal(t, tc.code, refusal.Code(err))
			assert.Len(t, w.counted.times, tc.signed)
			assert.Equal(t, tc.signed > 0, p.Begun(), "what lasts is said to last")
			assert.Equal(t, tc.logins, logins)
			if tc.code == "" {
				require.NoError(t, err)
				w.settled(statements)
			}
		})
	}
}

// The login comes after everything that takes long.
func TestLoginIsLate(t *testing.T) {
	w := newWorld(t)
	_, err := w.run(t.Context(), nil)
	require.NoError(t, err)
	auth, lastPush := -1, -1
	for i, u := range w.wire.urls {
		switch {
		case strings.Contains(u, "/auth/none") && auth < 0:
			auth = i
		case strings.HasPrefix(u, "P") && strings.Contains(u, w.oci.Host):
			lastPush = i
		}
	}
	require.NotEqual(t, -1, auth)
	assert.Greater(t, auth, lastPush)
}

// A registry that is down is a refusal of its own, at the plan already.
func TestNoRegistry(t *testing.T) {
	w := newWorld(t)
	w.serve = func(http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusServiceUnavailable) })
	}
	p, err := w.plan(t.Context(), nil)
	require.NoError(t, err)
	known, ok := refusal.Of(p.Ready())
	require.True(t, ok)
	assert.Equal(t, refusal.Environment, known.Kind)
}
