package lanes

import (
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"

	"example.com/acme-server/internal/wire"
)

// CheckOrigin refuses requests that a web page of another site sends, unless its
// origin is allowed. Programs that are no browser send no Origin and pass.
func CheckOrigin(allowed []string) (func(http.Handler) http.Handler, error) {
	if slices.Contains(allowed, "*") {
		return func(next http.Handler) http.Handler { return next }, nil
	}
	protection := http.NewCrossOriginProtection()
	for _, origin := range allowed {
		if err := protection.AddTrustedOrigin(origin); err != nil {
			return nil, fmt.Errorf("MCP_HTTP_ORIGINS: %w; write scheme://host[:port]", err)
		}
	}
	return func(next http.Handler) http.Handler { return wire.SameOrigin(protection, next) }, nil
}

// CheckHost refuses requests for other host names than those given, which is
// what a DNS name pointed at this server by a stranger would make. With none
// given it lets all pass; on loopback the SDK still checks.
func CheckHost(hosts []string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		if len(hosts) == 0 {
			return next
		}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			name := r.Host
			if host, _, err := net.SplitHostPort(r.Host); err == nil {
				name = host
			}
			match := func(h string) bool { return strings.EqualFold(h, name) || strings.EqualFold(h, r.Host) }
			if !slices.ContainsFunc(hosts, match) {
				http.Error(w, "Forbidden: this server does not go by that Host", http.StatusForbidden)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}
