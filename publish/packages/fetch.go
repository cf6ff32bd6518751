package packages

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/mcpctl/mcpctl/publish/refusal"
)

const (
	maxRedirects = 5
	maxPage      = 32 << 20 // bytes of an index's page of one project
	maxFile      = 2 << 30  // bytes of an artefact
)

// request is one thing to be fetched.
type request struct {
	address *url.URL
	accept  string
	user    *url.Userinfo // told to the address's own host only
	plain   func(host string) bool
	client  *http.Client // nil for the checker's
}

// get opens what an address leads to. Redirects lead to https only, whatever the
// client has otherwise.
func (c *Checker) get(ctx context.Context, p Package, q request) (*http.Response, error) {
	mend := "Use an https address."
	if err := q.allowed(q.address); err != nil {
		return nil, trouble(refusal.Usage, codeAddress, p, mend, "%v", err)
	}
	client := http.Client{}
	if c.HTTP != nil {
		client = *c.HTTP
	}
	if q.client != nil {
		client = *q.client
	}
	client.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		if len(via) > maxRedirects {
			return fmt.Errorf("%w: it redirects more than %d times", errAddress, maxRedirects)
		}
		return q.allowed(r.URL)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, q.address.String(), nil)
	if err != nil {
		return nil, trouble(refusal.Usage, codeAddress, p, mend, "%s is no address", shown(q.address))
	}
	r.Header.Set("User-Agent", "mcpctl")
	if c.UserAgent != "" {
		r.Header.Set("User-Agent", c.UserAgent)
	}
	if q.accept == "" {
		r.Header.Set("Accept-Encoding", "identity") // the bytes themselves are wanted
	} else {
		r.Header.Set("Accept", q.accept)
	}
	if q.user != nil {
		password, _ := q.user.Password()
		r.SetBasicAuth(q.user.Username(), password)
	}
	response, err := client.Do(r)
	if err != nil {
		return nil, unreachable(ctx, p, q.address, err)
	}
	if response.StatusCode == http.StatusOK {
		return response, nil
	}
	_ = response.Body.Close() // nothing more is wanted of it
	switch response.StatusCode {
	case http.StatusNotFound, http.StatusGone:
		return nil, invisible(p, "%s answers %s", shown(q.address), response.Status)
	case http.StatusUnauthorized, http.StatusForbidden:
		return nil, trouble(refusal.Consent, codeDenied, p, "See to the credentials in the client's configuration.", "%s answers %s", shown(q.address), response.Status)
	}
	return nil, trouble(refusal.Environment, codeHost, p, "Try again later.", "%s answers %s", shown(q.address), response.Status)
}

var errAddress = errors.New("refused")

func unreachable(ctx context.Context, p Package, u *url.URL, err error) error {
	var inner *url.Error
	if errors.As(err, &inner) {
		err = inner.Err // without the address, which may carry a secret
	}
	switch {
	case errors.Is(err, errAddress):
		return trouble(refusal.Finding, codeAddress, p, "Give the address that it leads to in the end.", "%s: %v", shown(u), err)
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return trouble(refusal.Environment, codeSlow, p, "Try again.", "%s takes too long", shown(u))
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return trouble(refusal.Environment, codeHost, p, "See whether the network and the host answer, and try again.", "%s does not answer: %v", shown(u), err)
}

func (q request) allowed(u *url.URL) error {
	switch {
	case u.Scheme == "https" && u.Host != "":
		return nil
	case u.Scheme == "http" && q.plain != nil && q.plain(u.Hostname()):
		return nil
	}
	return fmt.Errorf("%w: %s is no https address", errAddress, shown(u))
}

// page is something small that was fetched into memory.
type page struct {
	body []byte
	kind string   // media type
	at   *url.URL // where it was in the end
}

func (c *Checker) page(ctx context.Context, p Package, q request, most int64) (page, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout())
	defer cancel()
	response, err := c.get(ctx, p, q)
	if err != nil {
		return page{}, err
	}
	defer func() { _ = response.Body.Close() }() // it was only read
	body, err := io.ReadAll(io.LimitReader(response.Body, most+1))
	if err != nil {
		return page{}, unreachable(ctx, p, q.address, err)
	}
	if int64(len(body)) > most {
		return page{}, tooBig(p, q.address, most)
	}
	kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type")) // an odd one is none
	return page{body, kind, response.Request.URL}, nil
}

// fetch downloads a file into a temporary one, which the caller removes.
func (c *Checker) fetch(ctx context.Context, p Package, q request) (file string, err error) {
	ctx, cancel := context.WithTimeout(ctx, 10*c.timeout())
	defer cancel()
	response, err := c.get(ctx, p, q)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }() // it was only read
	if response.ContentLength > maxFile {
		return "", tooBig(p, q.address, maxFile)
	}
	f, err := os.CreateTemp("", "mcpctl-fetch-")
	if err != nil {
		return "", trouble(refusal.Environment, codeFailed, p, "Make room for temporary files.", "there is no temporary file: %v", err)
	}
	n, err := io.Copy(f, io.LimitReader(response.Body, maxFile+1))
	if closing := f.Close(); err == nil {
		err = closing
	}
	switch {
	case err != nil:
		err = unreachable(ctx, p, q.address, err)
	case n > maxFile:
		err = tooBig(p, q.address, maxFile)
	default:
		return f.Name(), nil
	}
	_ = os.Remove(f.Name()) // it is of no use
	return "", err
}

func tooBig(p Package, u *url.URL, most int64) error {
	return trouble(refusal.Environment, codeFlood, p, "See what is served there.", "%s has more than %d bytes", shown(u), most)
}

// shown is an address without what may be secret in it.
func shown(u *url.URL) string {
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}
