package doctor_test

import (
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect/doctor"
	"github.com/mcpctl/mcpctl/inspect/servers"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// remote is a server at an address, as a client would have it.
func remote(address string, headers ...string) servers.Server {
	s := servers.Server{Name: "remote", Client: "Test", Scope: servers.User, File: "test.json", Line: 4, URL: address}
	for i := 0; i < len(headers); i += 2 {
		s.Headers = append(s.Headers, servers.Setting{Name: headers[i], Value: headers[i+1]})
	}
	return s
}

func examine(t *testing.T, s servers.Server, o doctor.Options) doctor.Diagnosis {
	t.Helper()
	o.Allow = everybody
	if o.Timeout == 0 {
		o.Timeout = 15 * time.Second
	}
	return doctor.Examine(t.Context(), s, o)
}

// served is the address of a server that answers with handler alone.
func served(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	web := httptest.NewServer(handler)
	t.Cleanup(web.Close)
	return web.URL
}

func TestHealthyAddresses(t *testing.T) {
	s := mcptest.New()
	d := examine(t, remote(s.Target(t, mcp.HTTP).URL), doctor.Options{})
	assert.Equal(t, doctor.OK, d.Status, "%v", d.Steps)
	requireFinding(t, d, doctor.StepTCP, finding{doctor.OK, "connected to 127.0.0.1", ""})
	requireFinding(t, d, doctor.StepAuth, finding{doctor.OK, "no credentials", ""})
	requireFinding(t, d, doctor.StepHandshake, finding{doctor.OK, "2025-11-25 over http", ""})

	d = examine(t, remote(s.Target(t, mcp.SSE).URL), doctor.Options{})
	assert.Equal(t, mcp.SSE, d.Transport, "%v", d.Steps)

	s = mcptest.New()
	s.Revisions = []mcp.Revision{mcp.Rev20260728}
	d = examine(t, remote(s.Target(t, mcp.HTTP).URL), doctor.Options{})
	assert.Equal(t, mcp.Rev20260728, d.Revision, "%v", d.Steps)
	assert.Equal(t, doctor.OK, d.Status)

	wrong := remote(mcptest.New().Target(t, mcp.HTTP).URL)
	wrong.Transport = mcp.SSE
	d = examine(t, wrong, doctor.Options{})
	if d.Status == doctor.Warn {
		requireFinding(t, d, doctor.StepHandshake, finding{doctor.Warn, "though the entry says sse", "type http"})
	} else {
		t.Errorf("a server of Streamable HTTP that the entry calls sse: %v", d.Steps)
	}
}

func TestCredentials(t *testing.T) {
	s := mcptest.New()
	s.Token = "right-token"
	address := s.Target(t, mcp.HTTP).URL
	for name, c := range map[string]struct {
		server servers.Server
		want   finding
	}{
		"none":      {remote(address), finding{doctor.Fail, "wants credentials", "test.json:4"}},
		"wrong":     {remote(address, "Authorization", "Bearer wrong-token"), finding{doctor.Fail, "refuses the credentials", "expired"}},
		"no scheme": {remote(address, "Authorization", "right-token"), finding{doctor.Fail, "refuses", "Bearer"}},
		"right":     {remote(address, "Authorization", "Bearer right-token"), finding{doctor.OK, "are taken", ""}},
	} {
		t.Run(name, func(t *testing.T) {
			d := examine(t, c.server, doctor.Options{})
			requireFinding(t, d, doctor.StepAuth, c.want)
			if c.want.status == doctor.Fail {
				requireFinding(t, d, doctor.StepHandshake, finding{doctor.Skip, "without credentials", ""})
				assert.Equal(t, doctor.Fail, d.Status)
			}
		})
	}
	oauth := served(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("WWW-Authenticate", `Bearer resource_metadata="https://x.example.com/.well-known/oauth-protected-resource"`)
		w.WriteHeader(http.StatusUnauthorized)
	})
	d := examine(t, remote(oauth), doctor.Options{})
	requireFinding(t, d, doctor.StepAuth, finding{doctor.Fail, "401", "offers OAuth"})
	step, _ := d.Step(doctor.StepAuth)
	assert.Contains(t, step.Lines[0], "resource_metadata")

	forbidden := served(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	d = examine(t, remote(forbidden, "Authorization", "Bearer x-y-z"), doctor.Options{})
	requireFinding(t, d, doctor.StepAuth, finding{doctor.Fail, "403", "scopes"})
}

func TestWrongAddresses(t *testing.T) {
	missing := served(t, http.NotFound)
	moved := served(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://elsewhere.example.com/mcp", http.StatusPermanentRedirect)
	})
	page := served(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>hello</html>") })
	broken := served(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	for name, c := range map[string]struct {
		address string
		want    finding
	}{
		"404":      {missing + "/api", finding{doctor.Fail, "HTTP status 404", "/mcp; --guess"}},
		"redirect": {moved, finding{doctor.Fail, "leads elsewhere", "test.json:4"}},
		"a page":   {page, finding{doctor.Fail, "no result", ""}},
		"502":      {broken, finding{doctor.Fail, "502", "log"}},
	} {
		t.Run(name, func(t *testing.T) {
			d := examine(t, remote(c.address), doctor.Options{})
			step, ok := d.Step(doctor.StepHandshake)
			require.True(t, ok)
			if name == "a page" {
				assert.Equal(t, doctor.Fail, step.Status)
				assert.NotEmpty(t, step.Mend)
				return
			}
			requireFinding(t, d, doctor.StepHandshake, c.want)
		})
	}
}

// TestGuess looks at the usual paths only when it is told to.
func TestGuess(t *testing.T) {
	site := mcptest.New().Handler()
	t.Cleanup(func() { _ = site.(io.Closer).Close() })
	var asked []string
	address := served(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Path)
		if r.URL.Path != "/mcp" {
			http.NotFound(w, r)
			return
		}
		site.ServeHTTP(w, r)
	})
	d := examine(t, remote(address+"/api"), doctor.Options{})
	requireFinding(t, d, doctor.StepHandshake, finding{doctor.Fail, "404", "--guess"})
	assert.NotContains(t, asked, "/mcp")
	d = examine(t, remote(address+"/api"), doctor.Options{Guess: true})
	requireFinding(t, d, doctor.StepHandshake, finding{doctor.Fail, "404", "answers at " + address + "/mcp"})
}

func TestNobodyThere(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := free.Addr().String()
	require.NoError(t, free.Close())
	d := examine(t, remote("http://"+address+"/mcp"), doctor.Options{})
	requireFinding(t, d, doctor.StepTCP, finding{doctor.Fail, "nobody listens", "port"})
	_, asked := d.Step(doctor.StepHandshake)
	assert.False(t, asked)

	d = examine(t, remote("http://no-such-host.invalid/mcp"), doctor.Options{})
	step, ok := d.Step(doctor.StepDNS)
	require.True(t, ok)
	assert.Equal(t, doctor.Fail, step.Status)
}

func TestTLS(t *testing.T) {
	site := mcptest.New().Handler()
	t.Cleanup(func() { _ = site.(io.Closer).Close() })
	web := httptest.NewUnstartedServer(site)
	web.Config.ErrorLog = log.New(io.Discard, "", 0) // the refusals are what is tested
	web.StartTLS()
	t.Cleanup(web.Close)

	d := examine(t, remote(web.URL+"/mcp"), doctor.Options{})
	requireFinding(t, d, doctor.StepTLS, finding{doctor.Fail, "nobody whom this machine trusts", "trust store"})

	roots := x509.NewCertPool()
	roots.AddCert(web.Certificate())
	d = examine(t, remote(web.URL+"/mcp"), doctor.Options{Roots: roots})
	requireFinding(t, d, doctor.StepTLS, finding{doctor.OK, "TLS 1.3", ""})
	assert.Equal(t, doctor.OK, d.Status, "%v", d.Steps)

	named := strings.Replace(web.URL, "127.0.0.1", "localhost", 1)
	d = examine(t, remote(named+"/mcp"), doctor.Options{Roots: roots})
	requireFinding(t, d, doctor.StepTLS, finding{doctor.Fail, "not for localhost", "name"})

	plain := mcptest.New().Target(t, mcp.HTTP).URL
	d = examine(t, remote(strings.Replace(plain, "http:", "https:", 1)), doctor.Options{})
	requireFinding(t, d, doctor.StepTLS, finding{doctor.Fail, "does not speak TLS", "http, not https"})
}

// TestSilentAddress does not wait for longer than it is told.
func TestSilentAddress(t *testing.T) {
	over := make(chan struct{})
	address := served(t, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-over:
		case <-r.Context().Done():
		}
	})
	defer close(over)
	began := time.Now()
	d := examine(t, remote(address), doctor.Options{Timeout: 500 * time.Millisecond})
	requireFinding(t, d, doctor.StepHandshake, finding{doctor.Fail, "did not answer", "--timeout"})
	assert.Less(t, time.Since(began), 8*time.Second)
}
