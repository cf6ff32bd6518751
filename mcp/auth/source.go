package auth

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mcpctl/mcpctl/mcp"
)

// maxSteps is how often a Source asks for more scopes in its life.
const maxSteps = 3

// expiring is how long before its end a token is renewed.
const expiring = 5 * time.Second

// Keeper keeps grants and answers them again; a Store is one.
type Keeper interface {
	Renewed(Grant) error
	Current(server string) (Grant, bool)
}

// SourceOptions say what a Source does when a token does not do.
type SourceOptions struct {
	Options
	// Fixed keeps the Source from renewing a token, for runs whose secrets
	// must all be known when they begin. A refused token then counts as
	// expired for the next run.
	Fixed bool
	// StepUp, if set, signs the user in again with more scopes. Without it a
	// request that needs them fails and says so.
	StepUp func(ctx context.Context, g Grant, scopes []string) (Grant, error)
	// Learn, if set, is told of a new grant before its token is sent, so that
	// its Secrets can be kept out of what is shown.
	Learn func(Grant)
}

// Source gives the requests of one server their token: it is the
// mcp.Authorizer for a target at that server's address. It is safe for concurrent
// use.
type Source struct {
	keeper  Keeper
	options SourceOptions

	// turn is held by whoever may replace the grant, which can take as long as
	// a user does; mu guards the grant alone.
	turn   chan struct{}
	asked  [][]string // the scopes of earlier steps up
	failed error      // why the last renewal failed

	mu    sync.Mutex
	grant Grant
}

var _ mcp.Authorizer = (*Source)(nil)

// NewSource gives out the token of a grant; renewed grants go to keeper.
func NewSource(g Grant, keeper Keeper, o SourceOptions) *Source {
	return &Source{grant: g, keeper: keeper, options: o, turn: make(chan struct{}, 1)}
}

// Grant is the grant as it is now.
func (s *Source) Grant() Grant {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.grant
}

// take waits for the turn.
func (s *Source) take(ctx context.Context) error {
	select {
	case s.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Authorization is the header's value. A token about to expire is renewed.
func (s *Source) Authorization(ctx context.Context) (string, error) {
	if err := s.take(ctx); err != nil {
		return "", err
	}
	defer func() { <-s.turn }()
	g := s.Grant()
	if !s.options.Fixed && g.Renewable() && s.failed == nil && g.Expired(time.Now().Add(expiring)) {
		s.failed = s.renew(ctx, g) // the old one is tried all the same: clocks differ
	}
	return header(s.Grant()), nil
}

func header(g Grant) string { return "Bearer " + g.access }

// Refused renews a token that the server does not take, and asks for more scopes
// where that is what is missing.
func (s *Source) Refused(ctx context.Context, sent string, status int, h http.Header) (bool, error) {
	if err := s.take(ctx); err != nil {
		return false, err
	}
	defer func() { <-s.turn }()
	g := s.Grant()
	if sent != header(g) {
		return true, nil // another request had it replaced
	}
	c, _ := Bearer(h)
	if status == http.StatusForbidden {
		if c.Param("error") != "insufficient_scope" {
			return false, nil // not a matter of tokens
		}
		return s.stepUp(ctx, g, c)
	}
	doing := "using the token of " + g.Server
	switch {
	case s.options.Fixed && g.Renewable():
		g.Expires = time.Now().UTC().Truncate(time.Second) // the next run renews it
		_ = s.keeper.Renewed(g)                            // the user is told to sign in again besides
		return false, denied("auth-token-stale", doing, "Repeat the command, which renews the token then. "+again(g), "the server does not take it any more%s", inWords(c))
	case !g.Renewable():
		return false, denied("auth-token-stale", doing, again(g), "the server does not take it any more%s, and it cannot be renewed", inWords(c))
	case s.failed == nil:
		s.failed = s.renew(ctx, g)
	}
	return s.failed == nil, s.failed
}

// renew replaces the grant.
func (s *Source) renew(ctx context.Context, g Grant) error {
	next, err := renewKept(ctx, s.keeper, g, s.options.Options)
	if next.access != g.access {
		s.learn(next)
	}
	return err
}

// renewKept renews a grant: by what another process has kept meanwhile, else by
// the refresh token. What is granted is kept before it is used, as the old
// refresh token may have ended with it. With an error it answers the newest grant
// that there is.
func renewKept(ctx context.Context, k Keeper, g Grant, o Options) (Grant, error) {
	newer := func() (Grant, bool) {
		kept, ok := k.Current(g.Server)
		return kept, ok && kept.access != g.access && !kept.Expired(time.Now())
	}
	if kept, ok := newer(); ok {
		return kept, nil
	}
	next, _, err := g.Renew(ctx, o)
	if err == nil {
		return next, k.Renewed(next)
	}
	if kept, ok := newer(); ok {
		return kept, nil // the other was a moment faster
	}
	return g, err
}

func (s *Source) learn(g Grant) {
	if s.options.Learn != nil {
		s.options.Learn(g)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.grant = g
}

// stepUp signs in again for the scopes granted and those that are missing
// (basic/authorization#step-up-authorization-flow).
func (s *Source) stepUp(ctx context.Context, g Grant, c Challenge) (bool, error) {
	missing := scopesOf(strings.Fields(c.Param("scope")))
	all := union(g.Scopes, missing)
	doing := "using the token of " + g.Server
	slices.Sort(missing)
	if len(missing) == 0 {
		return false, denied("auth-scope", doing, "Ask whoever runs the server which scopes it takes, then sign in again with --scope.", "it has too few scopes for this, and the server does not say which are missing")
	}
	repeated := slices.ContainsFunc(s.asked, func(a []string) bool { return slices.Equal(a, missing) })
	switch {
	case s.options.StepUp == nil:
		return false, denied("auth-scope", doing, "Sign in again with `mcpctl login "+quote(g.Server)+" --scope "+quote(strings.Join(all, " "))+"`.",
			"it lacks scopes that this needs: %s", strings.Join(missing, " "))
	case repeated || len(s.asked) == maxSteps:
		return false, denied("auth-scope", doing, "Tell whoever runs the server.", "it was given more scopes, and the server still asks for %s", strings.Join(missing, " "))
	}
	s.asked = append(s.asked, missing)
	next, err := s.options.StepUp(ctx, g, all)
	if err != nil {
		return false, err
	}
	err = s.keeper.Renewed(next)
	s.learn(next)
	return err == nil, err
}

// Due says whether a grant should be renewed before a run that may take a while:
// it has less than ten minutes, or half its life, left.
func (g Grant) Due(now time.Time) bool {
	if g.Expires.IsZero() || g.refresh == "" {
		return false
	}
	return g.Expired(now.Add(min(10*time.Minute, g.Expires.Sub(g.Issued)/2)))
}

// Renewed keeps a grant in place of the one before.
func (s *Store) Renewed(g Grant) error {
	_, err := s.Set(g)
	return err
}

// Renew renews a grant and keeps it, unless another process has done so
// meanwhile. With an error it answers the newest grant that there is.
func (s *Store) Renew(ctx context.Context, g Grant, o Options) (Grant, error) {
	return renewKept(ctx, s, g, o)
}

// Current is the grant that is kept for a server.
func (s *Store) Current(server string) (Grant, bool) {
	g, _, found, err := s.Get(server)
	return g, found && err == nil
}
