package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/inspect/doctor"
	"github.com/mcpctl/mcpctl/inspect/servers"
	"github.com/mcpctl/mcpctl/inspect/tui"
	"github.com/mcpctl/mcpctl/internal/redact"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/auth"
	"github.com/mcpctl/mcpctl/publish/credential"
)

// learned are the secrets of a run that gets to know more of them as it goes:
// another server is chosen, a token is renewed. It is safe for concurrent use.
type learned struct {
	mu    sync.Mutex
	all   []string
	first *redact.Redactor // those of the command line
	more  *redact.Redactor
}

func (l *learned) add(secrets ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, secrets...)
	l.more = redact.New(l.all...)
}

// String is a text without the secrets.
func (l *learned) String(text string) string {
	l.mu.Lock()
	more := l.more
	l.mu.Unlock()
	return more.String(l.first.String(text))
}

// aboard is what the screen is given to go on by itself: to choose servers, and
// to sign in at them.
type aboard struct {
	app     *app
	flags   targetFlags
	secrets *learned
	timeout time.Duration
}

// screenTarget is the target that the command line names, the zero Target when it
// names none, and what the screen chooses another by.
func (a *app) screenTarget(c *cobra.Command, args []string, f screenFlags) (mcp.Target, *aboard, error) {
	b := &aboard{app: a, flags: f.targetFlags, secrets: &learned{}, timeout: f.timeout}
	if len(args) == 0 && c.ArgsLenAtDash() < 0 {
		if len(f.header) > 0 || f.bearerEnv != "" {
			return mcp.Target{}, b, usagef("--header and --bearer-env are for a target, and none is given")
		}
		return mcp.Target{}, b, nil
	}
	named := f.targetFlags
	named.anonymous = true // the token is lent below: here it may be renewed while the screen is open
	t, _, err := a.target(c, args, named)
	if err != nil {
		return t, b, err
	}
	b.secrets.first = a.redact
	return b.lent(c.Context(), t), b, nil
}

// catalogue are the servers that can be chosen.
func (b *aboard) catalogue() tui.Catalogue {
	home := b.app.home()
	return tui.Catalogue{
		Find: b.find, Target: b.target,
		Examine: func(ctx context.Context, s servers.Server) doctor.Diagnosis {
			return doctor.Examine(ctx, s, doctor.Options{
				Allow: func(servers.Server) bool { return true }, // the user has asked for this one
				Look:  b.look, Disabled: true, Timeout: b.timeout,
				Target: func(s servers.Server, look servers.Lookup) (mcp.Target, []string, error) {
					t, secrets, err := s.Target(look)
					return b.lent(ctx, t), secrets, err
				},
			})
		},
		Config: b.config,
		Near:   func(path string) string { return near(path, home) },
	}
}

// find reads the file of --config, or else those of all clients.
func (b *aboard) find() (servers.Found, error) {
	at, err := b.app.places()
	if err != nil || b.flags.config == "" {
		return servers.Find(at), err
	}
	found, err := servers.Read(at, b.flags.config)
	if errors.Is(err, fs.ErrNotExist) {
		return found, fmt.Errorf("--config: there is no file %s", b.flags.config)
	}
	return found, err
}

// config is the file that has to be named for commands to find the server by its
// name: that of --config, or a project's that is not mcpctl.yaml.
func (b *aboard) config(s servers.Server) string {
	switch {
	case b.flags.config != "":
		return b.flags.config
	case s.Scope == servers.Project && filepath.Base(s.File) != "mcpctl.yaml":
		return near(s.File, "") // a shell does not expand a quoted ~
	}
	return ""
}

func (b *aboard) look(r servers.Ref) (string, bool) {
	if r.Input {
		return "", false // a client asks its user for it
	}
	return b.app.Getenv(r.Name)
}

// target is what to talk to: with its references replaced, and the token that
// was kept for its address.
func (b *aboard) target(ctx context.Context, s servers.Server) (mcp.Target, error) {
	t, secrets, err := s.Target(b.look)
	b.secrets.add(secrets...)
	if err != nil {
		return t, fmt.Errorf("server %q (%s): %w", s.Name, s.Position(), err)
	}
	return b.lent(ctx, t), nil
}

// lent is a target with the token that login has kept for just its address. One
// that cannot be read or renewed is left out: the server then says that it wants
// one, and the screen offers to sign in.
func (b *aboard) lent(ctx context.Context, t mcp.Target) mcp.Target {
	if t.URL == "" || b.flags.anonymous || t.Header.Get("Authorization") != "" {
		return t
	}
	store, err := b.app.logins()
	if err != nil {
		return t
	}
	g, _, found, err := store.Get(t.URL)
	if err != nil || !found {
		return t
	}
	if g.Due(time.Now()) {
		if g, err = store.Renew(ctx, g, auth.Options{}); err != nil && g.Expired(time.Now()) {
			return t
		}
	}
	return b.lend(store, t, g)
}

func (b *aboard) lend(store *auth.Store, t mcp.Target, g auth.Grant) mcp.Target {
	b.secrets.add(g.Secrets()...)
	t.Authorizer = auth.NewSource(g, store, auth.SourceOptions{Learn: func(g auth.Grant) { b.secrets.add(g.Secrets()...) }})
	return t
}

// signingIn is what the screen signs in with: the store of `mcpctl login`.
func (b *aboard) signingIn() tui.SigningIn {
	return tui.SigningIn{
		Keep: func(g auth.Grant) (string, error) {
			b.secrets.add(g.Secrets()...)
			store, err := b.app.logins()
			if err != nil {
				return "", err
			}
			place, err := store.Set(g)
			if place == credential.Keychain || err != nil {
				return placeName(place), err
			}
			return placeName(place) + ", in a file that only you can read", nil
		},
		Lend: func(t mcp.Target, g auth.Grant) mcp.Target {
			store, err := b.app.logins()
			if err != nil {
				return t // it could be kept a moment ago
			}
			return b.lend(store, t, g)
		},
		Forget: b.forget,
	}
}

// forget revokes and forgets a token, as logout does.
func (b *aboard) forget(ctx context.Context, address string) (string, error) {
	store, err := b.app.logins()
	if err != nil {
		return "", err
	}
	said := "the token is forgotten"
	if g, _, found, err := store.Get(address); err == nil && found {
		switch revoked, _, err := g.Revoke(ctx, auth.Options{}); {
		case err != nil:
			said += ", but could not be revoked: " + err.Error()
		case revoked:
			said = "the token is revoked and forgotten"
		}
	}
	_, err = store.Delete(address)
	return said, err
}
