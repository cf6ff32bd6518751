package verify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Download is the Web that users want: it fetches from the host that an entry
// names, over TLS, and goes nowhere else. Set its fields before the first use;
// then it is safe for concurrent use.
type Download struct {
	// Transport sends requests; http.DefaultTransport without one.
	Transport http.RoundTripper
	// Allow are hosts, with a port where it is not the usual one, that may be asked
	// although an entry has no business there, or is redirected there.
	Allow []string
	// UserAgent is what requests say is asking.
	UserAgent string
	// Timeout bounds one download; a minute without one.
	Timeout time.Duration
}

// githubFiles are the hosts at which github.com keeps the files of releases.
func githubFiles() []string {
	return []string{"objects.githubusercontent.com", "release-assets.githubusercontent.com"}
}

// Get fetches what lies at an address. The refusals are host-refused and
// bundles-unreachable.
func (d Download) Get(ctx context.Context, address string, most int64) ([]byte, error) {
	doing := "fetching " + address
	first, err := url.Parse(address)
	if err != nil {
		return nil, fail("host-refused", doing, "it is no address")
	}
	if err := d.allows(doing, first); err != nil {
		return nil, err
	}
	timeout := d.Timeout
	if timeout <= 0 {
		timeout = time.Minute
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	client := http.Client{Transport: d.Transport, CheckRedirect: func(r *http.Request, via []*http.Request) error {
		if len(via) > 5 {
			return fail("bundles-unreachable", doing, "it is redirected again and again")
		}
		return d.follows(doing, first, r.URL)
	}}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fail("host-refused", doing, err.Error())
	}
	if d.UserAgent != "" {
		request.Header.Set("User-Agent", d.UserAgent)
	}
	answer, err := client.Do(request)
	if err != nil {
		if code(err) != "" {
			return nil, unwrapped(err)
		}
		return nil, fail("bundles-unreachable", doing, err.Error())
	}
	defer func() { _ = answer.Body.Close() }() // it was only read
	if answer.StatusCode != http.StatusOK {
		return nil, fail("bundles-unreachable", doing, "the answer is "+answer.Status)
	}
	data, err := io.ReadAll(io.LimitReader(answer.Body, most+1))
	switch {
	case err != nil:
		return nil, fail("bundles-unreachable", doing, err.Error())
	case int64(len(data)) > most:
		return nil, fail("bundles-unreachable", doing, fmt.Sprintf("it is longer than %d bytes", most))
	}
	return data, nil
}

// follows decides on a redirect: within the host, to where a forge keeps its files,
// or where the user has allowed it.
func (d Download) follows(doing string, from, to *url.URL) error {
	kept := strings.EqualFold(from.Host, "github.com") && slices.Contains(githubFiles(), strings.ToLower(to.Host)) && to.Scheme == "https"
	if kept || d.allowed(to) || strings.EqualFold(from.Host, to.Host) && from.Scheme == to.Scheme {
		return nil
	}
	return fail("host-refused", doing, fmt.Sprintf("it is redirected to %s, which the entry does not name", to.Host))
}

// allows refuses addresses that an entry has no business with: without TLS, or
// within the network of whoever verifies.
func (d Download) allows(doing string, u *url.URL) error {
	if d.allowed(u) {
		return nil
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	ip, err := netip.ParseAddr(host)
	inside := !strings.Contains(host, ".") || slices.Contains([]string{"localhost", "local", "internal"}, host[strings.LastIndexByte(host, '.')+1:])
	if err == nil {
		inside = !ip.Unmap().IsGlobalUnicast() || ip.Unmap().IsPrivate()
	}
	switch {
	case u.User != nil || u.Scheme != "https" && u.Scheme != "http" || host == "":
		return fail("host-refused", doing, "it is not like https://HOST/PATH")
	case u.Scheme != "https":
		return fail("host-refused", doing, "it is asked without encryption")
	case inside:
		return fail("host-refused", doing, u.Host+" is in your own network, where an entry of a registry has no business")
	}
	return nil
}

func (d Download) allowed(u *url.URL) bool {
	return slices.ContainsFunc(d.Allow, func(host string) bool { return strings.EqualFold(host, u.Host) }) &&
		(u.Scheme == "https" || u.Scheme == "http")
}

// unwrapped takes a refusal out of what the HTTP client has wrapped around it.
func unwrapped(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}
