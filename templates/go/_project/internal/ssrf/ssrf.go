// Package ssrf keeps outgoing calls off private networks. A model chooses the
// addresses that tools fetch, and whoever can talk to the model talks through
// them: to services behind the firewall, to the metadata of the cloud.
package ssrf

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"syscall"
)

// Config lists exceptions.
type Config struct {
	Allow []netip.Prefix `env:"MCP_SSRF_ALLOW"` // networks that may be called although they are private, such as 10.1.0.0/16
}

// ErrRefused is wrapped by the error of a call that was not made.
var ErrRefused error = refusal{}

type refusal struct{}

func (refusal) Error() string { return "the address is not public" }

// Permanent tells retries that another attempt is pointless.
func (refusal) Permanent() bool { return true }

// Guard refuses connections. It is safe for concurrent use.
type Guard struct {
	allow   []netip.Prefix
	blocked []netip.Prefix
}

// New returns a guard with the exceptions of cfg.
func New(cfg Config) *Guard {
	var blocked []netip.Prefix
	for _, network := range []string{
		"0.0.0.0/8",                                         // this network
		"100.64.0.0/10",                                     // shared by carriers
		"192.0.0.0/24",                                      // protocol assignments
		"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", // documentation
		"192.88.99.0/24", "2002::/16", "2001::/32", // tunnels: an IPv4 address inside decides where they end
		"198.18.0.0/15",                  // benchmarks
		"240.0.0.0/4",                    // reserved, broadcast
		"64:ff9b::/96", "64:ff9b:1::/48", // translation to IPv4
		"fec0::/10", "100::/64", "2001:db8::/32", // old site-local, discard, documentation
	} {
		blocked = append(blocked, netip.MustParsePrefix(network))
	}
	return &Guard{cfg.Allow, blocked}
}

// Control is for net.Dialer.ControlContext. It sees the address that a name was
// resolved to, right before the connection: a name that resolves differently
// the second time gains nothing, and neither does a redirect.
func (g *Guard) Control(_ context.Context, _, address string, _ syscall.RawConn) error {
	target, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %s cannot be checked", ErrRefused, address)
	}
	if !g.Public(target.Addr()) {
		return fmt.Errorf("%w: %s; if it is meant, add its network to MCP_SSRF_ALLOW", ErrRefused, target.Addr())
	}
	return nil
}

// Public reports whether an address may be called.
func (g *Guard) Public(addr netip.Addr) bool {
	addr = addr.Unmap().WithZone("") // an IPv4 address may come dressed as IPv6
	in := func(network netip.Prefix) bool { return network.Contains(addr) }
	if slices.ContainsFunc(g.allow, in) {
		return true
	}
	return addr.IsGlobalUnicast() && !addr.IsPrivate() && !slices.ContainsFunc(g.blocked, in)
}

// Transport refuses, also after a redirect, what is no plain web address: other
// schemes, and addresses that carry a password.
func (g *Guard) Transport(next http.RoundTripper) http.RoundTripper { return transport{next} }

type transport struct{ next http.RoundTripper }

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	refuse := func(why string) (*http.Response, error) {
		if r.Body != nil {
			_ = r.Body.Close() // RoundTrip must, also when it fails
		}
		return nil, fmt.Errorf("%w: %s", ErrRefused, why)
	}
	switch {
	case r.URL.Scheme != "https" && r.URL.Scheme != "http":
		return refuse("only http and https are called")
	case r.URL.User != nil:
		return refuse("it carries a user or a password")
	}
	return t.next.RoundTrip(r)
}
