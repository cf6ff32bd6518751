// Package headers sets the security headers of HTTP answers, and answers
// browsers that ask whether a page of another origin may call.
package headers

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

// Config of the headers.
type Config struct {
	HSTS time.Duration `env:"MCP_HSTS_MAX_AGE" envDefault:"8760h"` // how long browsers insist on TLS; 0: not told
}

// New returns an HTTP wrapper that sets the security headers. Pages of the
// origins given may call; "*" stands for all.
func New(cfg Config, origins []string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			h.Set("X-Content-Type-Options", "nosniff")
			h.Set("Cache-Control", "no-store") // answers belong to one caller
			h.Set("X-Frame-Options", "DENY")
			h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
			h.Set("Referrer-Policy", "no-referrer")
			// Told over plain HTTP, browsers ignore it. Where a proxy ends TLS, the
			// header is that proxy's word; at worst a client fools itself.
			if cfg.HSTS > 0 && (r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https") {
				h.Set("Strict-Transport-Security", fmt.Sprintf("max-age=%d; includeSubDomains", int(cfg.HSTS.Seconds())))
			}
			if preflight(w, r, origins) {
				w.WriteHeader(http.StatusNoContent)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// preflight adds what CORS wants for an allowed origin and reports whether the
// request was no more than the question. Other origins get no such header, so
// that the browser keeps the answer from the page; that their requests are
// refused as well is the business of the origin check.
func preflight(w http.ResponseWriter, r *http.Request, origins []string) bool {
	if len(origins) == 0 {
		return false
	}
	h := w.Header()
	h.Add("Vary", "Origin")
	origin := r.Header.Get("Origin")
	if origin == "" || !slices.Contains(origins, origin) && !slices.Contains(origins, "*") {
		return false
	}
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Access-Control-Expose-Headers", "Mcp-Session-Id, WWW-Authenticate, Retry-After")
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	h.Set("Access-Control-Allow-Methods", "POST, GET, DELETE")
	// The origin is trusted, and the protocol has headers of names made up by tools.
	h.Set("Access-Control-Allow-Headers", r.Header.Get("Access-Control-Request-Headers"))
	h.Set("Access-Control-Max-Age", "600")
	return true
}
