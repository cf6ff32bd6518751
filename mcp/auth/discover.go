package auth

import (
	"context"
	"net/url"
	"slices"
	"strings"
)

// Discovery is where a server's refusal leads to.
type Discovery struct {
	Challenge     Challenge // the zero Challenge when there was none
	Resource      Resource  // the zero Resource for servers of 2025-03-26
	Server        Server
	Registrations []string // ways to get a client id there, as in "dynamic"
}

// Discover asks a server what it takes to be let in, and asks no one else
// besides the hosts that o.Agree agrees to. The trace is complete with an error
// too.
func Discover(ctx context.Context, server string, o Options) (Discovery, Trace, error) {
	f, err := newFlow(server, o)
	if err != nil {
		return Discovery{}, nil, err
	}
	err = f.discover(ctx)
	return f.found, f.web.trace, err
}

// discover goes from the server's refusal to its authorization server's metadata.
func (f *flow) discover(ctx context.Context) error {
	asks, err := f.knock(ctx)
	if err != nil {
		return err
	}
	if err := f.resource(ctx, asks); err != nil {
		return err
	}
	issuer, err := f.issuer()
	if err != nil {
		return err
	}
	return f.authorizationServer(ctx, issuer)
}

// resource finds the metadata of the protected resource: where the challenge says,
// else at the well-known addresses of the path and of the whole host
// (basic/authorization#protected-resource-metadata-discovery-requirements).
func (f *flow) resource(ctx context.Context, asks bool) error {
	const name = "oauth-protected-resource"
	named := f.found.Challenge.Param("resource_metadata")
	if named != "" {
		u, err := f.web.named(named)
		if err != nil {
			return broken("auth-metadata-unsafe", "asking for the metadata of "+f.server.String(), "Nothing was sent there. Tell whoever runs the server.",
				"its challenge names %q: %v", named, err)
		}
		if err := f.web.consent(ctx, Host{origin(u), "the metadata of the server"}); err != nil {
			return err
		}
		if found, err := f.resourceAt(ctx, u.String(), "where the challenge says"); found || err != nil {
			return err
		}
		named = u.String()
	}
	whole := &url.URL{Scheme: f.server.Scheme, Host: f.server.Host}
	places := slices.Compact([]string{wellKnown(f.server, name), wellKnown(whole, name)})
	for _, place := range places {
		if place == named {
			continue
		}
		if found, err := f.resourceAt(ctx, place, "at the well-known address"); found || err != nil {
			return err
		}
	}
	if named != "" {
		return broken("auth-metadata-missing", "asking for the metadata of "+f.server.String(), "Tell whoever runs the server.",
			"the server's challenge names metadata that is not there, and the well-known addresses have none: %s", f.web.tried(ResourceMetadata))
	}
	if !asks {
		return refuseOpen(f.server)
	}
	return nil // a server of 2025-03-26 has none
}

func (f *flow) resourceAt(ctx context.Context, address, how string) (bool, error) {
	step, v, found := f.web.get(ctx, ResourceMetadata, "protected resource metadata "+how, address)
	defer func() { f.web.note(step) }()
	if !found {
		return false, nil
	}
	r := resourceOf(address, v)
	doing, mend := "reading the metadata of "+f.server.String(), "Nothing was sent anywhere else. Tell whoever runs the server."
	exact, covered := covers(r.Identifier, f.server)
	var err error
	switch {
	case !covered:
		err = broken("auth-resource-mismatch", doing, mend, "it describes another resource, %q", r.Identifier)
		step.failed("the resource is this server", err)
		return false, err
	case !exact:
		step.warned("the resource is %s, not the address of this server", r.Identifier)
	default:
		step.passed("the resource is this server")
	}
	if len(r.Servers) == 0 {
		err = broken("auth-servers-missing", doing, mend, "it names no authorization server")
		step.failed("an authorization server is named", err)
		return false, err
	}
	step.passed("authorization servers: %s", strings.Join(r.Servers, " "))
	f.found.Resource = r
	return true, nil
}

// issuer chooses the authorization server: the one of the user's client, else the
// first that is named, else the server's own origin, as in 2025-03-26.
func (f *flow) issuer() (string, error) {
	named := f.found.Resource.Servers
	if len(named) == 0 {
		named = []string{origin(f.server)}
	}
	want := f.options.Client.Issuer
	if want == "" {
		return named[0], nil
	}
	if !slices.Contains(named, want) {
		return "", denied("auth-issuer-other", "signing in at "+f.server.String(), "Register a client there, or leave the issuer out.",
			"the client is registered at %s, while the server names %s", want, strings.Join(named, ", "))
	}
	return want, nil
}

// authorizationServer finds an authorization server's metadata. For issuers with
// a path the name is inserted before it, for OAuth and for OpenID Connect, then
// appended to it (basic/authorization#authorization-server-metadata-discovery).
func (f *flow) authorizationServer(ctx context.Context, issuer string) error {
	const oauth, openid = "oauth-authorization-server", "openid-configuration"
	doing := "signing in at " + f.server.String()
	u, err := f.web.named(issuer)
	if err != nil || strings.ContainsAny(issuer, "?#") {
		if err == nil {
			err = errNoIssuer
		}
		return broken("auth-issuer-unsafe", doing, "Nothing was sent there. Tell whoever runs the server.", "it names the authorization server %q: %v", issuer, err)
	}
	if err := f.web.consent(ctx, Host{origin(u), "the authorization server"}); err != nil {
		return err
	}
	for _, place := range slices.Compact([]string{wellKnown(u, oauth), wellKnown(u, openid), appended(u, openid)}) {
		step, v, found := f.web.get(ctx, ServerMetadata, "authorization server metadata", place)
		if !found {
			f.web.note(step)
			continue
		}
		s := serverOf(place, v)
		if f.found.Resource.Identifier == "" && s.Issuer == issuer+"/" {
			issuer = s.Issuer // nobody named it: the origin is ours
		}
		err := s.judge(&step, issuer, f.web.neighbourhood)
		f.web.note(step)
		if err != nil {
			return err
		}
		f.found.Server = s
		f.found.Registrations = s.registrations()
		return f.consentEndpoints(ctx, s)
	}
	return broken("auth-server-metadata-missing", doing, "Tell whoever runs the authorization server.",
		"the authorization server %s has no metadata at any well-known address, so that it cannot be known to protect the sign-in (PKCE): %s", issuer, f.web.tried(ServerMetadata))
}

// consentEndpoints asks the user about further hosts that the metadata leads to.
func (f *flow) consentEndpoints(ctx context.Context, s Server) error {
	var hosts []Host
	for _, e := range []struct{ address, why string }{
		{s.Authorize, "the page to consent at, in your browser"}, {s.Token, "tokens"}, {s.Register, "the registration of clients"}, {s.Revoke, "the revocation of tokens"},
	} {
		if e.address == "" {
			continue
		}
		u, err := f.web.named(e.address)
		if err != nil {
			return err // judged before
		}
		hosts = append(hosts, Host{origin(u), e.why})
	}
	return f.web.consent(ctx, hosts...)
}
