package desk

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"strings"
	"time"
)

// Options are how the API serves a store.
type Options struct {
	// AnyNamespace has a login without proof grant every namespace, and not that
	// of anonymous publishers alone.
	AnyNamespace bool
	// Seed is the one of the key that signs tokens, 32 bytes; without one nobody
	// knows it, and tokens end with the handler.
	Seed []byte
	// Version is what the registry says of itself.
	Version string
	// Now is the clock for tokens; time.Now without one.
	Now func() time.Time
	// Log hears of each request once it is answered, if it is set.
	Log *slog.Logger
}

// Handler serves a store by the API of the official registry, under /v0.1 and
// /v0, to this machine.
func Handler(s *Store, o Options) http.Handler {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Seed == nil {
		o.Seed = make([]byte, ed25519.SeedSize)
		_, _ = rand.Read(o.Seed) // never fails
	}
	d := &desk{store: s, options: o, tokens: tokens{ed25519.NewKeyFromSeed(o.Seed), o.Now}}
	mux := http.NewServeMux()
	for _, version := range []string{"/v0.1", "/v0"} {
		d.routes(mux, version)
	}
	d.attestationRoutes(mux)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		send(w, problemf(http.StatusNotFound, endpointWords))
	})
	return d.logged(local(plainPath(sameOrigin(mux))))
}

// desk serves requests.
type desk struct {
	store   *Store
	options Options
	tokens  tokens
}

// endpoint answers a request with what is to be written as JSON, or an error.
type endpoint func(*http.Request) (any, error)

func (d *desk) routes(mux *http.ServeMux, version string) {
	handle := func(pattern string, e endpoint) {
		method, path, _ := strings.Cut(pattern, " ")
		mux.Handle(method+" "+version+path, e)
	}
	handle("GET /health", func(*http.Request) (any, error) { return map[string]string{"status": "ok"}, nil })
	handle("GET /ping", func(*http.Request) (any, error) { return map[string]bool{"pong": true}, nil })
	handle("GET /version", d.version)
	handle("POST /auth/none", d.login)
	handle("GET /servers", d.list)
	handle("GET /servers/{name}/versions", d.versions)
	handle("GET /servers/{name}/versions/{version}", d.get)
	handle("POST /publish", d.publish)
	handle("POST /validate", d.validate)
	handle("PUT /servers/{name}/versions/{version}", d.edit)
	handle("PATCH /servers/{name}/versions/{version}/status", d.status)
	handle("PATCH /servers/{name}/status", d.status)
}

// ServeHTTP answers by the endpoint.
func (e endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	result, err := e(r)
	if err == nil {
		sendJSON(w, http.StatusOK, "application/json", result)
		return
	}
	var p *problem
	if !errors.As(err, &p) {
		p = problemf(http.StatusInternalServerError, "The registry's folder cannot be used").with(err.Error())
	}
	send(w, p)
}

func send(w http.ResponseWriter, p *problem) {
	sendJSON(w, p.Status, "application/problem+json", p)
}

func sendJSON(w http.ResponseWriter, status int, mediaType string, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		status, text = http.StatusInternalServerError, []byte("{}")
	}
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n')) // whoever asked has gone
}

// local refuses whoever reached us by another name than this machine's: a page
// whose own name suddenly leads here.
func local(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !IsLoopback(hostOf(r.Host)) {
			send(w, problemf(http.StatusMisdirectedRequest, "This registry serves its own machine only, as 127.0.0.1 or localhost."))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// hostOf is the host of an address, with or without a port.
func hostOf(address string) string {
	if host, _, err := net.SplitHostPort(address); err == nil {
		return host
	}
	return strings.Trim(address, "[]")
}

// IsLoopback reports whether a host, a name or an IP address, is this machine.
func IsLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.IsLoopback()
}

// sameOrigin lets pages of other origins read and not write.
func sameOrigin(next http.Handler) http.Handler {
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		send(w, problemf(http.StatusForbidden, "Pages of other origins cannot write here."))
	}))
	return guard.Handler(next)
}

// plainPath refuses null bytes and leads from a path with a slash at its end to
// the one without.
func plainPath(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for what, text := range map[string]string{"URL path": r.URL.Path, "query parameters": r.URL.RawQuery} {
			if strings.Contains(text, "\x00") || strings.Contains(text, "%00") {
				send(w, problemf(http.StatusBadRequest, "Invalid request: %s contains null bytes", what))
				return
			}
		}
		if r.URL.Path != "/" && strings.HasSuffix(r.URL.Path, "/") {
			to := url.URL{Path: path.Clean(r.URL.Path), RawQuery: r.URL.RawQuery}
			http.Redirect(w, r, to.String(), http.StatusPermanentRedirect)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// logged tells the log of each request.
func (d *desk) logged(next http.Handler) http.Handler {
	if d.options.Log == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		seen := &seenStatus{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(seen, r)
		d.options.Log.Info("request", "method", r.Method, "path", r.URL.RequestURI(), "status", seen.status, "took", time.Since(start))
	})
}

type seenStatus struct {
	http.ResponseWriter
	status int
}

func (s *seenStatus) WriteHeader(status int) {
	s.status = status
	s.ResponseWriter.WriteHeader(status)
}

// Unwrap lets the server's own features through.
func (s *seenStatus) Unwrap() http.ResponseWriter { return s.ResponseWriter }
