package mcptest

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// accepts tells whether an Accept header covers a media type.
func accepts(r *http.Request, kind string) bool {
	for _, line := range r.Header.Values("Accept") {
		for _, part := range strings.Split(line, ",") {
			media := strings.ToLower(strings.TrimSpace(strings.Split(part, ";")[0]))
			if slices.Contains([]string{kind, strings.Split(kind, "/")[0] + "/*", "*/*"}, media) {
				return true
			}
		}
	}
	return false
}

// loopback tells whether a Host header names this machine.
func loopback(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = strings.Trim(host, "[]")
	}
	return slices.Contains([]string{"localhost", "127.0.0.1", "::1"}, strings.ToLower(name))
}

// ownOrigin tells whether a request comes from no web page, or from one of
// this machine.
func ownOrigin(origins []string) bool {
	for _, origin := range origins {
		u, err := url.Parse(origin)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || !loopback(u.Host) {
			return false
		}
	}
	return true
}
