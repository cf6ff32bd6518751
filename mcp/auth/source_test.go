package auth_test

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/realauth"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/auth"
	"github.com/mcpctl/mcpctl/publish/credential"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

// signedIn is a site, the store that has its grant, and the folder of both.
func signedIn(t *testing.T, f realauth.Faults) (*realauth.Site, *auth.Store, auth.Grant, string) {
	t.Helper()
	site, _, g, err := login(t, f)
	require.NoError(t, err)
	dir := t.TempDir()
	store := auth.NewStore(credential.OpenFiles(dir), dir)
	place, err := store.Set(g)
	require.NoError(t, err)
	assert.Equal(t, credential.File, place)
	return site, store, g, dir
}

// connect opens a session with a source's token.
func connect(t *testing.T, site *realauth.Site, s mcp.Authorizer) (*mcp.Session, error) {
	t.Helper()
	session, err := mcp.Connect(t.Context(), mcp.Target{URL: site.URL(), Authorizer: s}, mcp.Options{Revision: mcp.Rev20251125, Limits: mcp.DefaultLimits()})
	if err == nil {
		t.Cleanup(func() { assert.NoError(t, session.Close(context.Background())) })
	}
	return session, err
}

func TestTheTokenOpensTheServer(t *testing.T) {
	site, store, g, _ := signedIn(t, realauth.Faults{})
	_, err := connect(t, site, nil)
	require.ErrorContains(t, err, "HTTP status 401")
	session, err := connect(t, site, auth.NewSource(g, store, auth.SourceOptions{}))
	require.NoError(t, err)
	x := session.Call(t.Context(), "ping", nil)
	require.NoError(t, x.Err())
	assert.Empty(t, x.SentHeader.Get("Authorization"), "secrets stay out of the log")
}

// A refused token is renewed once, however many requests are refused, and the
// rotated one is kept.
func TestRenewal(t *testing.T) {
	site, store, g, _ := signedIn(t, realauth.Faults{})
	var learnt []auth.Grant
	source := auth.NewSource(g, store, auth.SourceOptions{Learn: func(g auth.Grant) { learnt = append(learnt, g) }})
	session, err := connect(t, site, source)
	require.NoError(t, err)
	site.Forget()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() { assert.NoError(t, session.Call(t.Context(), "ping", nil).Err()) })
	}
	all.Wait()
	require.Len(t, learnt, 1)
	kept, _, found, err := store.Get(site.URL())
	require.NoError(t, err)
	assert.True(t, found)
	assert.Equal(t, learnt[0], kept)
	assert.NotEqual(t, g.Secrets(), kept.Secrets())
	_, refresh := site.Tokens()
	assert.Equal(t, 1, refresh, "the old one is used up")

	// Another process, which still has the old grant, takes what is kept.
	late := auth.NewSource(g, store, auth.SourceOptions{})
	_, err = connect(t, site, late)
	require.NoError(t, err)
	assert.Equal(t, kept, late.Grant())
}

// Of two processes that renew at once, the slower takes what the faster has kept.
func TestRenewalAtOnce(t *testing.T) {
	site, store, g, _ := signedIn(t, realauth.Faults{})
	faster, _, err := g.Renew(t.Context(), auth.Options{})
	require.NoError(t, err)
	k := &lateKeeper{store: store}
	source := auth.NewSource(g, k, auth.SourceOptions{})
	k.onAsked = func() {
		_, err := store.Set(faster)
		assert.NoError(t, err)
	}
	again, err := source.Refused(t.Context(), "Bearer "+g.Secrets()[0], 401, nil)
	require.NoError(t, err)
	assert.True(t, again)
	assert.Equal(t, faster, source.Grant())
	_, err = connect(t, site, source)
	require.NoError(t, err)
}

// lateKeeper sees what another process keeps only after it was asked once.
type lateKeeper struct {
	store   *auth.Store
	onAsked func()
}

func (k *lateKeeper) Renewed(g auth.Grant) error { return k.store.Renewed(g) }

func (k *lateKeeper) Current(server string) (auth.Grant, bool) {
	g, ok := k.store.Current(server)
	k.onAsked()
	return g, ok
}

func TestRenewalRefused(t *testing.T) {
	site, store, g, _ := signedIn(t, realauth.Faults{})
	next, trace, err := g.Renew(t.Context(), auth.Options{})
	require.NoError(t, err)
	assert.Equal(t, auth.Renewal, trace[0].Stage)
	assert.NotEqual(t, g.Secrets(), next.Secrets())
	_, _, err = g.Renew(t.Context(), auth.Options{})
	assert.Equal(t, "auth-renewal-refused", refusal.Code(err), "%v", err)
	for _, secret := range g.Secrets() {
		assert.NotContains(t, err.Error(), secret)
	}
	site.Forget()
	_, err = connect(t, site, auth.NewSource(g, store, auth.SourceOptions{}))
	var why *mcp.ConnectError
	require.ErrorAs(t, err, &why)
	assert.Equal(t, mcp.CauseAuth, why.Cause)
	assert.Equal(t, "auth-renewal-refused", refusal.Code(err), "%v", err)
}

func TestAFixedSourceRenewsInTheNextRun(t *testing.T) {
	site, store, g, _ := signedIn(t, realauth.Faults{})
	site.Forget()
	_, err := connect(t, site, auth.NewSource(g, store, auth.SourceOptions{Fixed: true}))
	assert.Equal(t, "auth-token-stale", refusal.Code(err), "%v", err)
	kept, _, _, err := store.Get(site.URL())
	require.NoError(t, err)
	assert.True(t, kept.Due(kept.Issued))
	assert.False(t, g.Due(g.Issued))
}

func TestStepUp(t *testing.T) {
	call := map[string]any{"name": "echo", "arguments": map[string]any{"text": "x"}}
	site, store, g, _ := signedIn(t, realauth.Faults{ToolsNeedMore: true})
	session, err := connect(t, site, auth.NewSource(g, store, auth.SourceOptions{}))
	require.NoError(t, err)
	err = session.Call(t.Context(), "tools/call", call).Err()
	assert.Equal(t, "auth-scope", refusal.Code(err), "%v", err)
	r, _ := refusal.Of(err)
	assert.Contains(t, r.Mend, "--scope 'files:read offline_access files:write'")

	steps := 0
	up := auth.SourceOptions{StepUp: func(ctx context.Context, g auth.Grant, scopes []string) (auth.Grant, error) {
		steps++
		o := (&user{}).options()
		o.Scopes = scopes
		g, _, err := auth.Login(ctx, g.Server, o)
		return g, err
	}}
	session, err = connect(t, site, auth.NewSource(g, store, up))
	require.NoError(t, err)
	require.NoError(t, session.Call(t.Context(), "tools/call", call).Err())
	assert.Equal(t, 1, steps)

	// A server that is never content is not asked for ever.
	stubborn := auth.SourceOptions{StepUp: func(context.Context, auth.Grant, []string) (auth.Grant, error) { steps++; return g, nil }}
	session, err = connect(t, site, auth.NewSource(g, store, stubborn))
	require.NoError(t, err)
	err = session.Call(t.Context(), "tools/call", call).Err()
	assert.Equal(t, "auth-scope", refusal.Code(err), "%v", err)
	assert.Equal(t, 2, steps)
}

func TestRevoke(t *testing.T) {
	site, _, g, _ := signedIn(t, realauth.Faults{})
	done, trace, err := g.Revoke(t.Context(), auth.Options{})
	require.NoError(t, err)
	assert.True(t, done)
	assert.Len(t, trace, 2)
	access, refresh := site.Tokens()
	assert.Zero(t, access+refresh)

	_, _, g, err = login(t, realauth.Faults{Metadata: without("revocation_endpoint")})
	require.NoError(t, err)
	done, _, err = g.Revoke(t.Context(), auth.Options{})
	require.NoError(t, err)
	assert.False(t, done)
}
