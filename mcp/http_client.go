package mcp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	// maxHeaderBytes bounds the header of an HTTP answer.
	maxHeaderBytes = 256 << 10
	// idleTimeout is shorter than the five seconds after which common
	// servers drop an idle connection, so that no request meets a closing
	// one.
	idleTimeout = 2 * time.Second
)

// StatusError says that an HTTP answer carried no response of its own, only a
// status other than 2xx.
type StatusError struct{ Code int }

// Error names the status.
func (e *StatusError) Error() string { return fmt.Sprintf("HTTP status %d", e.Code) }

// RedirectError says that a redirect was not followed. To comes from the
// server.
type RedirectError struct{ From, To, Why string }

// Error names both addresses; the one from the server stands quoted.
func (e *RedirectError) Error() string {
	return fmt.Sprintf("%s redirects to %q, which is not followed: %s", e.From, e.To, e.Why)
}

// httpClient sends requests to the origin of one target and to no other. It
// keeps no cookies and knows no credentials but the target's own. It is safe
// for concurrent use.
type httpClient struct {
	endpoint  *url.URL
	header    http.Header // the target's, secrets included
	redirects int
	tripper   http.RoundTripper
	own       *http.Transport // nil when the caller brought another

	authorizer Authorizer // nil when the target has none
}

// newHTTPClient judges the target's address and makes a client for it. Its
// error is a *ConnectError.
func newHTTPClient(target Target, limits Limits) (*httpClient, error) {
	endpoint, err := parseEndpoint(target.URL)
	if err != nil {
		return nil, &ConnectError{Cause: CauseUsage, Err: err,
			What: "the address of the server cannot be used: " + err.Error(),
			Hint: "Give the whole address, as in http://127.0.0.1:3000/mcp."}
	}
	c := &httpClient{endpoint: endpoint, header: http.Header{}, redirects: limits.Redirects, authorizer: target.Authorizer}
	for name, values := range target.Header {
		for _, v := range values {
			c.header.Add(name, v)
		}
	}
	if user := endpoint.User; user != nil {
		// Out of the address, which reports show, and into the header.
		endpoint.User = nil
		if c.header.Get("Authorization") == "" {
			password, _ := user.Password()
			r := http.Request{Header: c.header}
			r.SetBasicAuth(user.Username(), password)
		}
	}
	if target.Client != nil && target.Client.Transport != nil {
		c.tripper = target.Client.Transport
		return c, nil
	}
	c.own = newRoundTripper(limits)
	c.tripper = c.own
	return c, nil
}

func newRoundTripper(limits Limits) *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: limits.Call}).DialContext,
		TLSHandshakeTimeout:    limits.Call,
		MaxResponseHeaderBytes: maxHeaderBytes,
		MaxIdleConnsPerHost:    16,
		IdleConnTimeout:        idleTimeout,
		DisableCompression:     true,
	}
}

// parseEndpoint reads the address of a server. Its error does not repeat the
// address, which may hold a password.
func parseEndpoint(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	var syntax *url.Error
	switch {
	case errors.As(err, &syntax):
		return nil, syntax.Err
	case err != nil:
		return nil, err
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("its scheme is %q, not http or https", u.Scheme)
	case u.Hostname() == "":
		return nil, errors.New("it names no host")
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

// do sends x to its URL, follows redirects within the origin, and repeats it
// when the target's Authorizer has better credentials after a refusal. The
// caller closes the answer's body. A redirect that is refused gives both the
// answer and a *RedirectError, and credentials that stay refused an
// *AuthorizeError.
func (c *httpClient) do(ctx context.Context, x *Exchange) (*http.Response, error) {
	at, err := parseEndpoint(x.URL)
	if err != nil {
		return nil, err
	}
	for hop, refusals := 0, 0; ; {
		request, err := c.request(ctx, x, at)
		if err != nil {
			return nil, err
		}
		sent, told, err := c.authorize(ctx, request, x)
		if err != nil {
			return nil, err
		}
		response, err := c.tripper.RoundTrip(request)
		if err != nil {
			return nil, err
		}
		if told && refusals < maxAuthorize {
			again, err := c.refused(ctx, sent, response)
			if err != nil {
				return response, err
			}
			if again {
				response.Body.Close()
				refusals++
				continue
			}
		}
		next, err := c.redirect(response, x.Method, at, hop)
		if next == nil {
			return response, err
		}
		response.Body.Close()
		at = next
		hop++
	}
}

// request writes x as an HTTP request. Headers of the exchange win over those
// of the target, and an exchange may take any header away.
func (c *httpClient) request(ctx context.Context, x *Exchange, at *url.URL) (*http.Request, error) {
	if origin(at) != origin(c.endpoint) {
		return nil, fmt.Errorf("%s is of another origin than the target", at)
	}
	request, err := http.NewRequestWithContext(ctx, x.Method, at.String(), bytes.NewReader(x.Sent))
	if err != nil {
		return nil, err
	}
	h := request.Header
	h.Set("User-Agent", "mcpctl")
	h.Set("Accept-Encoding", "identity")
	for _, from := range []http.Header{c.header, x.SentHeader} {
		for name, values := range from {
			h[http.CanonicalHeaderKey(name)] = values
		}
	}
	for name, value := range x.Request.Header {
		if value == "" {
			h.Del(name)
		}
	}
	if host := h.Get("Host"); host != "" { // net/http takes it from elsewhere
		request.Host = host
		h.Del("Host")
	}
	return request, nil
}

// redirect is where an answer sends the client, nil when it is no redirect or
// one that is refused.
func (c *httpClient) redirect(response *http.Response, method string, from *url.URL, hop int) (*url.URL, error) {
	location := response.Header.Get("Location")
	if location == "" {
		return nil, nil
	}
	keeps := false
	switch response.StatusCode {
	case http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		keeps = true
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther:
	default:
		return nil, nil
	}
	to, err := from.Parse(location)
	if err != nil {
		return nil, &RedirectError{From: from.String(), To: location, Why: "it is no address"}
	}
	to.User, to.Fragment, to.RawFragment = nil, "", ""
	refuse := func(why string) (*url.URL, error) {
		return nil, &RedirectError{From: from.String(), To: to.String(), Why: why}
	}
	switch {
	case origin(to) != origin(from):
		return refuse("it is another origin")
	case !keeps && method != http.MethodGet:
		return refuse(fmt.Sprintf("status %d would make a GET of the %s", response.StatusCode, method))
	case hop >= c.redirects:
		return refuse(fmt.Sprintf("it comes after %d others", hop))
	}
	return to, nil
}

// close gives up the connections that are kept for later requests.
func (c *httpClient) close() {
	if c.own != nil {
		c.own.CloseIdleConnections()
	}
}

// origin is scheme, host and port, spelled in one way.
func origin(u *url.URL) string {
	port := u.Port()
	switch {
	case port != "":
	case u.Scheme == "https":
		port = "443"
	case u.Scheme == "http":
		port = "80"
	}
	return u.Scheme + "://" + net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}
