package packages

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/internal/pattern"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

// pipSettings is where pip would look for packages, and how.
type pipSettings struct {
	indexes []pipIndex
	trusted []string     // hosts that may be asked over plain http
	client  *http.Client // with the user's certificate authorities; nil for any
}

type pipIndex struct {
	address *url.URL // without the user
	user    *url.Userinfo
}

var (
	pipDefault = pattern.New(`--index-url <url>[^\n]*\(default ([^\s)]+)\)`)
	pipSetting = pattern.New(`(?m)^[\w:-]+\.([\w-]+)=(?:'(.*)'|"(.*)")\s*$`)
)

// settings are those of pip, or else of uv.
func (c *Checker) settings(ctx context.Context, p Package) (pipSettings, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pip != nil {
		return *c.pip, nil
	}
	s, err := c.askPip(ctx, p)
	if refusal.Code(err) == codeNoClient {
		s, err = c.askUV(ctx, p)
	}
	if err == nil {
		c.pip = &s
	}
	return s, err
}

// askPip asks pip for its settings. Its help names the index that counts in the
// end, wherever that is configured, but not who asks there; the list of settings
// does.
func (c *Checker) askPip(ctx context.Context, p Package) (pipSettings, error) {
	ask := func(args ...string) (string, error) {
		a, err := c.ask(ctx, p, command{names: []string{"pip", "pip3"}, args: args, dir: c.Dir, env: []string{
			"COLUMNS=10000", // else lines are broken
			"PIP_NO_COLOR=1", "PIP_DISABLE_PIP_VERSION_CHECK=1", "PYTHONUTF8=1",
		}})
		if err == nil && a.status != 0 {
			err = failed(p, "pip", a)
		}
		return string(a.out), err
	}
	help, err := ask("download", "--help")
	if err != nil {
		return pipSettings{}, err
	}
	list, err := ask("config", "list")
	if err != nil {
		return pipSettings{}, err
	}
	m := pipDefault.FindStringSubmatch(help)
	if m == nil {
		return pipSettings{}, garbled(p, "pip download --help", errors.New("it names no index"))
	}
	values := map[string][]string{}
	for _, setting := range pipSetting.FindAllStringSubmatch(list, -1) {
		for value := range strings.FieldsSeq(strings.ReplaceAll(setting[2]+setting[3], `\n`, " ")) {
			values[setting[1]] = append(values[setting[1]], value)
		}
	}
	if slices.ContainsFunc(values["no-index"], func(v string) bool { return v != "0" && !strings.EqualFold(v, "false") && !strings.EqualFold(v, "no") }) {
		return pipSettings{}, trouble(refusal.Environment, codeFailed, p, "Set an index-url in pip's configuration.", "pip is configured to ask no index")
	}
	s := pipSettings{trusted: values["trusted-host"]}
	for _, address := range append([]string{m[1]}, values["extra-index-url"]...) {
		index, err := newPipIndex(address, values["index-url"])
		if err != nil {
			return pipSettings{}, garbled(p, "pip", err)
		}
		s.indexes = append(s.indexes, index)
	}
	if certs := values["cert"]; len(certs) > 0 && c.HTTP == nil {
		if s.client, err = trusting(certs[0]); err != nil {
			return pipSettings{}, trouble(refusal.Environment, codeFailed, p, "Correct cert in pip's configuration.", "the certificate authorities that pip names cannot be read: %v", err)
		}
	}
	return s, nil
}

// newPipIndex takes the user from the setting whose address it is.
func newPipIndex(address string, settings []string) (pipIndex, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return pipIndex{}, errors.New("it names an index that is no address")
	}
	index := pipIndex{address: u, user: u.User}
	u.User = nil
	for _, setting := range settings {
		full, err := url.Parse(setting)
		if err == nil && full.User != nil && full.Host == u.Host && full.Path == u.Path {
			index.user = full.User
		}
	}
	return index, nil
}

func trusting(file string) (*http.Client, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, errors.New("there is no certificate in it")
	}
	transport, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return nil, nil // something else was put there; it knows what it trusts
	}
	transport = transport.Clone()
	transport.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	return &http.Client{Transport: transport}, nil
}

// request asks for something that an index names. Its user is told to no other
// host.
func (s pipSettings) request(index pipIndex, address *url.URL) request {
	q := request{address: address, client: s.client, plain: func(host string) bool {
		return loopback(host) || slices.ContainsFunc(s.trusted, func(t string) bool {
			if h, _, err := net.SplitHostPort(t); err == nil {
				t = h
			}
			return strings.EqualFold(t, host)
		})
	}}
	if address.Host == index.address.Host {
		q.user = index.user
	}
	return q
}
