// Package registry is a client of the MCP registry's API: it searches and reads
// entries, publishes them, changes their status, and logs in. Every answer is
// bounded in size and time, nothing is sent to another host than the one that
// the user named, and what a registry says comes back as a refusal with the
// registry's own words per field.
package registry

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/mcpctl/mcpctl/publish/refusal"
)

// Official is the address of the registry that the project runs itself.
const Official = "https://registry.modelcontextprotocol.io"

// The bounds of answers, in bytes.
const (
	MaxEntry        = 4 << 20  // one entry
	MaxPage         = 64 << 20 // a page, or all versions of a server
	MaxProblem      = 64 << 10 // an error
	MaxAttestations = 64 << 20 // a file of bundles
)

// Options are how a Client talks. The zero value is what users want.
type Options struct {
	// Transport sends requests; http.DefaultTransport without one.
	Transport http.RoundTripper
	// UserAgent is what the client calls itself, "mcpctl" without one.
	UserAgent string
	// Timeout bounds one request with its answer; a minute without one, for a
	// registry asks the packages' hosts while it publishes.
	Timeout time.Duration
	// Pause is how long to wait before a question is asked again; it doubles each
	// time. Half a second without one.
	Pause time.Duration
	// Now is the clock; time.Now without one.
	Now func() time.Time
}

// Client talks to one registry. It is safe for concurrent use.
type Client struct {
	base      *url.URL
	http      *http.Client
	userAgent string
	timeout   time.Duration
	pause     time.Duration
	now       func() time.Time
	// old is set once the registry turned out to serve v0 of the API only.
	old atomic.Bool
}

// New makes a client of the registry at base: https, or http on this machine
// only. Nothing is asked yet. The refusal is registry-address.
func New(base string, o Options) (*Client, error) {
	u, err := address(base)
	if err != nil {
		return nil, err
	}
	c := &Client{
		base:      u,
		http:      &http.Client{Transport: o.Transport, CheckRedirect: stayOnHost},
		userAgent: o.UserAgent, timeout: o.Timeout, pause: o.Pause, now: o.Now,
	}
	if c.userAgent == "" {
		c.userAgent = "mcpctl"
	}
	if c.timeout <= 0 {
		c.timeout = time.Minute
	}
	if c.pause <= 0 {
		c.pause = 500 * time.Millisecond
	}
	if c.now == nil {
		c.now = time.Now
	}
	return c, nil
}

// Base is the address of the registry in its one spelling, by which credentials
// are kept.
func (c *Client) Base() string { return c.base.String() }

// Audience is for whom an identity token must be issued that the registry is to
// take: the scheme and host of its address.
func (c *Client) Audience() string { return c.base.Scheme + "://" + c.base.Host }

// Address answers the one spelling of a registry's address, or registry-address.
func Address(base string) (string, error) {
	u, err := address(base)
	if err != nil {
		return "", err
	}
	return u.String(), nil
}

func address(base string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(base))
	if err != nil {
		// The cause quotes the address, which may hold a password.
		return nil, badAddress("it is no URL")
	}
	u.Scheme, u.Host = strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	switch {
	case u.Scheme != "https" && u.Scheme != "http", u.Hostname() == "":
		return nil, badAddress("it is not of the form https://HOST")
	case u.User != nil:
		return nil, badAddress("it holds a user or password, which would end up in logs")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, badAddress("it has a query or fragment")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return nil, badAddress("http without encryption is for this machine only")
	}
	if u.Scheme == "https" && u.Port() == "443" || u.Scheme == "http" && u.Port() == "80" {
		u.Host = strings.TrimSuffix(u.Host, ":"+u.Port())
	}
	u.Path = strings.TrimRight(u.Path, "/")
	for _, version := range []string{"/v0.1", "/v0"} {
		u.Path = strings.TrimSuffix(u.Path, version)
	}
	u.RawPath = ""
	return u, nil
}

func badAddress(why string) error {
	return &refusal.Refusal{Kind: refusal.Usage, Code: "registry-address", Doing: "reading the registry's address", Why: why,
		Mend: "Give an address like " + Official + ", or http://127.0.0.1:PORT for a registry on this machine."}
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// stayOnHost follows a redirect only within the registry: a token and a document
// are for the host that the user named.
func stayOnHost(r *http.Request, via []*http.Request) error {
	first := via[0].URL
	if r.URL.Scheme != first.Scheme || !strings.EqualFold(r.URL.Host, first.Host) {
		return fmt.Errorf("%w: it redirects to %s", errRedirect, net.JoinHostPort(r.URL.Hostname(), portOf(r.URL)))
	}
	if len(via) > 3 {
		return fmt.Errorf("%w: it redirects more than 3 times", errRedirect)
	}
	return nil
}

func portOf(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "http":
		return "80"
	}
	return "443"
}

// path is where something of the API is: "/v0.1/servers/…". Each part is one
// segment, whatever it contains.
func (c *Client) path(parts ...string) string {
	version := "/v0.1"
	if c.old.Load() {
		version = "/v0"
	}
	var b strings.Builder
	b.WriteString(version)
	for _, part := range parts {
		b.WriteByte('/')
		b.WriteString(url.PathEscape(part))
	}
	return b.String()
}

// sleep waits, or until ctx is done.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
