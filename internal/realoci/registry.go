//go:build unix

// Package realoci starts real OCI registries on the loopback interface: the
// CNCF distribution registry as Debian ships it, which has no referrers API, and
// the one of go-containerregistry, which has it. Only tests import it.
package realoci

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/registry"
)

// User and Password log in to a registry that asks for them.
const (
	User     = "publisher"
	Password = "correct-horse"
	// htpasswd has the password above, hashed as cheaply as bcrypt allows.
	htpasswd = User + ":$2a$04$1gjkHYrij.0eYMw8PP/AXudxXpuosAxPIPPS.msaeAcSkqjOGGVEy\n"
)

// Registry is a running registry.
type Registry struct {
	// Host is its address with the port, like 127.0.0.1:20123.
	Host string
	// Referrers tells whether it has the referrers API.
	Referrers bool

	direct  string // the address behind Options.Wrap
	private bool
}

// Options are how a registry behaves.
type Options struct {
	// Wrap puts a handler of the test's before the registry's own.
	Wrap func(http.Handler) http.Handler
	// Private has it ask for User and Password by the Basic scheme.
	Private bool
	// KeepAll has it refuse to delete, as distribution does by default. The
	// registry with referrers ignores it.
	KeepAll bool
}

// A Kind is one of the two registries.
type Kind struct {
	Name  string
	Start func(testing.TB, Options) *Registry
}

// Kinds are both registries, for tests that have to hold on either.
func Kinds() []Kind {
	return []Kind{{"fallback tag", Distribution}, {"referrers API", WithReferrers}}
}

// Distribution starts Debian's docker-registry. It stops with the test.
func Distribution(t testing.TB, o Options) *Registry {
	t.Helper()
	direct := startDistribution(t, o)
	if o.Wrap == nil {
		return &Registry{Host: direct, direct: direct, private: o.Private}
	}
	target := &url.URL{Scheme: "http", Host: direct}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host // the registry builds its links with it
	}}
	return &Registry{Host: serve(t, o.Wrap(proxy)), direct: direct, private: o.Private}
}

// WithReferrers starts go-containerregistry's registry. It stops with the test.
func WithReferrers(t testing.TB, o Options) *Registry {
	t.Helper()
	plain := registry.New(registry.WithReferrersSupport(true), registry.Logger(quiet(t)))
	if o.Private {
		plain = basic(plain)
	}
	direct := serve(t, plain)
	host := direct
	if o.Wrap != nil {
		host = serve(t, o.Wrap(plain))
	}
	return &Registry{Host: host, Referrers: true, direct: direct, private: o.Private}
}

func serve(t testing.TB, h http.Handler) string {
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

// basic asks for the password as distribution does.
func basic(inner http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		if user == User && password == Password {
			inner.ServeHTTP(w, r)
			return
		}
		w.Header().Set("WWW-Authenticate", `Basic realm="realoci"`)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = w.Write([]byte(`{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}`))
	})
}
