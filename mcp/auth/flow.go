package auth

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/publish/refusal"
)

// Options say how to sign in.
type Options struct {
	// Client is how mcpctl is known at the authorization server.
	Client Client
	// Scopes are asked for in place of those that the server names.
	Scopes []string
	// Agree is asked before a host other than the server's own is, with hosts
	// that it was not asked about before; nil agrees to none.
	Agree func(context.Context, []Host) error
	// Visit shows the address where the user consents. It is https, or http on
	// this machine. It must not wait for the user.
	Visit func(ctx context.Context, address string) error
	// Paste, if set, asks the user for the address that the browser was sent to
	// in the end, and no port listens.
	Paste func(context.Context) (string, error)
	// Tell is told of each step when it is over.
	Tell func(Step)
	// Transport sends the requests; nil means one with safe bounds.
	Transport http.RoundTripper
	// Patience is how long a server may take for an answer, Wait how long the
	// user may take; 10 seconds and 5 minutes by default.
	Patience, Wait time.Duration
}

// wait is how long the user may take to consent.
const wait = 5 * time.Minute

var errNoIssuer = errors.New("an issuer has neither query nor fragment")

// flow is one sign-in.
type flow struct {
	options Options
	server  *url.URL // in its one spelling
	web     *web
	found   Discovery
}

func newFlow(server string, o Options) (*flow, error) {
	u, err := serverAddress(server)
	if err != nil {
		return nil, refusef(refusal.Usage, "auth-address", "signing in", "Give the address of the MCP endpoint, as in https://mcp.example.com/mcp.", "this server's address cannot be used: %v", err)
	}
	if err := o.Client.check(); err != nil {
		return nil, err
	}
	if o.Wait <= 0 {
		o.Wait = wait
	}
	f := &flow{options: o, server: u, web: newWeb(u, o)}
	f.web.secret(o.Client.Secret)
	return f, nil
}

// refuseOpen says that a server asks for no token.
func refuseOpen(server *url.URL) error {
	return refusef(refusal.Usage, "auth-not-asked", "signing in at "+server.String(), "Use it without; --header or --bearer-env give credentials of other kinds.",
		"the server does not ask for a token, and has no metadata that says where to get one")
}

// Login signs the user in at a server and answers what was granted. The grant is
// tried at the server before it is answered, and kept by nobody. The trace is
// complete with an error too.
func Login(ctx context.Context, server string, o Options) (Grant, Trace, error) {
	f, err := newFlow(server, o)
	if err != nil {
		return Grant{}, nil, err
	}
	g, err := f.login(ctx)
	return g, f.web.trace, err
}

func (f *flow) login(ctx context.Context) (Grant, error) {
	if err := f.discover(ctx); err != nil {
		return Grant{}, err
	}
	door, err := f.openDoor(ctx)
	if err != nil {
		return Grant{}, err
	}
	defer door.close()
	client, err := f.register(ctx, door.address())
	if err != nil {
		return Grant{}, err
	}
	ask := newQuestion(client, door.address(), f.resourceID(), f.scopes())
	code, err := f.consented(ctx, door, ask)
	if err != nil {
		return Grant{}, err
	}
	g, err := f.exchange(ctx, ask, code)
	if err == nil {
		err = f.try(ctx, g)
	}
	if err != nil {
		return Grant{}, err
	}
	return g, nil
}

// resourceID is the identifier that tokens are asked for: the one that the
// metadata states, else the server's address.
func (f *flow) resourceID() string {
	if id := f.found.Resource.Identifier; id != "" {
		return id
	}
	return f.server.String()
}

// scopes chooses what to ask for: what the user says, else what the challenge
// names, else what the metadata does (basic/authorization#scope-selection-strategy).
func (f *flow) scopes() []string {
	if len(f.options.Scopes) > 0 {
		return scopesOf(f.options.Scopes)
	}
	scopes := scopesOf(strings.Fields(f.found.Challenge.Param("scope")))
	if len(scopes) == 0 {
		scopes = f.found.Resource.Scopes
	}
	const offline = "offline_access" // lets the token be renewed
	if len(scopes) > 0 && contains(f.found.Server.Scopes, offline) {
		scopes = union(scopes, []string{offline})
	}
	return scopes
}

// try uses the token once, so that one that the server does not take is never
// kept.
func (f *flow) try(ctx context.Context, g Grant) error {
	step, a, err := f.probe(ctx, Authorized, "request with token", g.access)
	defer func() { f.web.note(step) }()
	doing := "trying the token at " + f.server.String()
	switch {
	case err != nil:
		return broken("auth-unreachable", doing, "Is the server still running?", "%v", err)
	case a.status != http.StatusUnauthorized && a.status != http.StatusForbidden:
		step.passed("the server takes the token")
		return nil
	}
	if wrong := g.foreign(); wrong != "" {
		err = broken("auth-audience", doing, "The authorization server has to heed the parameter resource. Tell whoever runs it.",
			"the server refuses it with HTTP status %d: it was issued for %q, not for %s", a.status, wrong, g.Resource)
	} else {
		c, _ := Bearer(a.header)
		err = broken("auth-token-rejected", doing, "Tell whoever runs the server; the trace (-v) shows what was asked for.",
			"the server refuses the token that its authorization server has issued, with HTTP status %d%s", a.status, inWords(c))
	}
	step.failed("the server takes the token", err)
	return err
}

// inWords is what a challenge says is wrong.
func inWords(c Challenge) string {
	said := ""
	for _, name := range []string{"error", "error_description"} {
		if text := c.Param(name); text != "" {
			said += ": " + clip(text)
		}
	}
	return said
}
