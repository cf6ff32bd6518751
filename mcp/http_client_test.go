package mcp

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAddressesThatCannotBeUsed(t *testing.T) {
	for _, address := range []string{"ftp://127.0.0.1/", "127.0.0.1:80/mcp", "http://", "/mcp", "http://u:hunter2@[::1", "file:///etc/passwd"} {
		for _, kind := range []TransportKind{HTTP, SSE} {
			_, err := Connect(t.Context(), Target{URL: address}, Options{Revision: Rev20241105, Transport: kind, Limits: DefaultLimits()})
			var refusal *ConnectError
			require.ErrorAs(t, err, &refusal, address)
			assert.Equal(t, CauseUsage, refusal.Cause, address)
			assert.NotContains(t, err.Error(), "hunter2")
			assert.NotContains(t, err.Error(), "\n")
		}
	}
}

func TestHeadersOfTargetAndRequest(t *testing.T) {
	w := newWebServer(t, func(rw http.ResponseWriter, r *http.Request) { writeResult(rw, bodyOf(r), 1) })
	target := Target{
		URL:    strings.Replace(w.URL, "http://", "http://me:hunter2@", 1) + "/mcp?x=1#top",
		Header: http.Header{"x-tenant": {"a"}, "Mcp-Protocol-Version": {"from target"}},
	}
	s, err := Connect(t.Context(), target, Options{Revision: Rev20251125, Limits: webLimits(patient), Bare: true})
	require.NoError(t, err)
	defer s.Close(context.Background())
	assert.Equal(t, w.URL+"/mcp?x=1", s.Endpoint(), "credentials leave the address")

	x := s.Do(t.Context(), Request{Method: "ping", Header: map[string]string{"Mcp-Protocol-Version": "from request", "Host": "evil.example"}})
	require.NoError(t, x.Err())
	s.Do(t.Context(), Request{Method: "ping", Header: map[string]string{"Authorization": "", "X-Tenant": "", "Accept": ""}})

	seen := w.requests()
	require.Len(t, seen, 2)
	assert.Equal(t, "/mcp?x=1", seen[0].Path)
	assert.Equal(t, "evil.example", seen[0].Host)
	assert.Equal(t, "from request", seen[0].Header.Get("MCP-Protocol-Version"))
	assert.Equal(t, "a", seen[0].Header.Get("X-Tenant"))
	assert.Contains(t, seen[0].Header.Get("Authorization"), "Basic ")
	assert.Equal(t, "identity", seen[0].Header.Get("Accept-Encoding"))
	assert.Equal(t, "mcpctl", seen[0].Header.Get("User-Agent"))
	for _, name := range []string{"Authorization", "X-Tenant", "Accept"} {
		assert.NotContains(t, seen[1].Header, name)
	}
	assert.NotContains(t, x.SentHeader, "Authorization", "secrets stay out of the log")
}

func TestRedirects(t *testing.T) {
	elsewhere := newWebServer(t, func(rw http.ResponseWriter, r *http.Request) { writeResult(rw, bodyOf(r), 1) })
	tests := []struct {
		name, to string
		status   int
		method   string
		refused  string
	}{
		{"307 within the origin", "/there", 307, "POST", ""},
		{"308 within the origin", "there", 308, "POST", ""},
		{"302 of a GET", "/there", 302, "GET", ""},
		{"302 of a POST", "/there", 302, "POST", "would make a GET"},
		{"303 of a POST", "/there", 303, "POST", "would make a GET"},
		{"301 of a DELETE", "/there", 301, "DELETE", "would make a GET"},
		{"another port", elsewhere.URL + "/there", 307, "POST", "another origin"},
		{"another scheme", "https://127.0.0.1/there", 307, "POST", "another origin"},
		{"a file", "file:///etc/passwd", 307, "GET", "another origin"},
		{"no address", "http://[::1", 307, "POST", "no address"},
		{"a loop", "/mcp", 307, "POST", "after 3 others"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWebServer(t, func(rw http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/there" {
					writeResult(rw, bodyOf(r), 1)
					return
				}
				rw.Header().Set("Location", test.to)
				rw.WriteHeader(test.status)
			})
			s := bare(t, w, webLimits(patient))
			x := s.Do(t.Context(), Request{Method: "ping", HTTPMethod: test.method})
			if test.refused == "" {
				require.NoError(t, x.Err())
				assert.Equal(t, http.StatusOK, x.Status)
				seen := w.requests()
				assert.Equal(t, test.method, seen[len(seen)-1].Method)
				assert.Equal(t, seen[0].Body, seen[len(seen)-1].Body)
				return
			}
			var refusal *RedirectError
			require.ErrorAs(t, x.Err(), &refusal)
			assert.Contains(t, refusal.Error(), test.refused)
			assert.Equal(t, test.status, x.Status)
			assert.LessOrEqual(t, len(w.requests()), 4)
		})
	}
	assert.Empty(t, elsewhere.requests(), "nothing may be sent to another origin")
}

func TestConnectNamesTheRedirect(t *testing.T) {
	w := newWebServer(t, func(rw http.ResponseWriter, r *http.Request) {
		http.Redirect(rw, r, "http://other.example/mcp", http.StatusTemporaryRedirect)
	})
	_, err := Connect(t.Context(), Target{URL: w.URL, Header: http.Header{"Authorization": {"Bearer hunter2"}}},
		Options{Revision: Rev20251125, Limits: webLimits(patient)})
	require.ErrorContains(t, err, "http://other.example/mcp")
	assert.NotContains(t, err.Error(), "hunter2")
}
