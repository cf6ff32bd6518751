package desk_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/publish/desk"
	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/registry"
)

// ask sends a request to a handler without a network.
func ask(t *testing.T, h http.Handler, method, target, body string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	r.Host = "127.0.0.1:1"
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			r.Host = header[i+1]
		}
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestOnlyThisMachineIsServed(t *testing.T) {
	h := desk.Handler(open(t, t.TempDir()), desk.Options{})
	for host, status := range map[string]int{
		"127.0.0.1": 200, "127.0.0.1:8080": 200, "localhost:1": 200, "LOCALHOST": 200, "[::1]:1": 200, "[::1]": 200, "127.1.2.3:1": 200,
		"evil.example:8080": 421, "127.0.0.1.evil.example": 421, "": 421, "192.0.2.1:1": 421, "localhost.evil.example": 421,
	} {
		assert.Equal(t, status, ask(t, h, "GET", "/v0.1/ping", "", "Host", host).Code, host)
	}
}

func TestPagesOfOtherOriginsReadAndDoNotWrite(t *testing.T) {
	h := desk.Handler(open(t, t.TempDir()), desk.Options{})
	for _, c := range []struct {
		method, path string
		header       []string
		status       int
	}{
		{"POST", "/v0.1/auth/none", []string{"Origin", "https://evil.example"}, 403},
		{"POST", "/v0.1/auth/none", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"POST", "/v0.1/auth/none", []string{"Sec-Fetch-Site", "same-origin"}, 200},
		{"POST", "/v0.1/auth/none", nil, 200},
		{"GET", "/v0.1/servers", []string{"Origin", "https://evil.example"}, 200},
	} {
		w := ask(t, h, c.method, c.path, "", c.header...)
		assert.Equal(t, c.status, w.Code, "%s %s %v", c.method, c.path, c.header)
		assert.Empty(t, w.Header().Get("Access-Control-Allow-Origin"))
	}
}

func TestTokensEnd(t *testing.T) {
	now := time.Now()
	h := desk.Handler(open(t, t.TempDir()), desk.Options{Now: func() time.Time { return now }})
	other := desk.Handler(open(t, t.TempDir()), desk.Options{})
	token, err := registry.ParseToken(tokenOf(t, h))
	require.NoError(t, err)
	assert.True(t, token.May(registry.ActionPublish, "io.modelcontextprotocol.anonymous/echo"))
	assert.False(t, token.May(registry.ActionPublish, "com.example/echo"))

	publish := func(h http.Handler, version string) int {
		body := strings.Replace(string(echo(version)), "com.example/", "io.modelcontextprotocol.anonymous/", 1)
		return ask(t, h, "POST", "/v0.1/publish", body, "Authorization", "Bearer "+token.Reveal()).Code
	}
	assert.Equal(t, 401, publish(other, "1.0.0"), "each registry has a key of its own")
	assert.Equal(t, 200, publish(h, "1.0.0"))
	now = now.Add(5*time.Minute - 2*time.Second)
	assert.Equal(t, 200, publish(h, "1.0.1"))
	now = now.Add(3 * time.Second)
	assert.Equal(t, 401, publish(h, "1.0.2"))
}

func tokenOf(t *testing.T, h http.Handler) string {
	t.Helper()
	w := ask(t, h, "POST", "/v0/auth/none", "")
	require.Equal(t, 200, w.Code)
	_, rest, _ := strings.Cut(w.Body.String(), `"registry_token":"`)
	token, _, _ := strings.Cut(rest, `"`)
	return token
}

// Who may publish nothing stores nothing, and what is stored has to be what the
// path says.
func TestStoringAttestationsOverHTTP(t *testing.T) {
	h := desk.Handler(open(t, t.TempDir()), desk.Options{})
	sum := sumOf([]byte("{}\n"))
	bearer := []string{"Authorization", "Bearer " + tokenOf(t, h)}
	for _, c := range []struct {
		path, body string
		header     []string
		status     int
	}{
		{"/" + sum, "{}\n", nil, 422},
		{"/" + sum, "{}\n", []string{"Authorization", "Bearer x"}, 401},
		{"/" + sum, "{ }\n", bearer, 400},
		{"/" + strings.ToUpper(sum), "{}\n", bearer, 400},
		{"/..%2f..%2fx", "{}\n", bearer, 400},
		{"/" + sum, strings.Repeat("x", desk.MaxAttestations+1), bearer, 413},
		{"/" + sum, "{}\n", bearer, 200},
	} {
		assert.Equal(t, c.status, ask(t, h, "PUT", registry.Extension+c.path, c.body, c.header...).Code, "%s %.10s", c.path, c.body)
	}
	w := ask(t, h, "GET", registry.Extension+"/"+sum, "")
	assert.Equal(t, "{}\n", w.Body.String())
	assert.Equal(t, registry.AttestationsType, w.Header().Get("Content-Type"))
	assert.Equal(t, 404, ask(t, h, "GET", registry.Extension+"/"+sumOf(nil), "").Code)
	assert.Equal(t, 404, ask(t, h, "GET", strings.Replace(registry.Extension, "v0.1", "v0", 1)+"/"+sum, "").Code)
}

func TestTheLogHasALineForEachRequestAndNoSecret(t *testing.T) {
	var text bytes.Buffer
	h := desk.Handler(open(t, t.TempDir()), desk.Options{Log: slog.New(slog.NewTextHandler(&text, nil)), Version: "v1.2.3"})
	assert.Contains(t, ask(t, h, "GET", "/v0.1/version", "").Body.String(), "v1.2.3")
	ask(t, h, "POST", "/v0.1/publish", string(echo("1.0.0")), "Authorization", "Bearer secret-token")
	ask(t, h, "GET", "/v0.1/servers?search=%1b%5b2J", "", "Host", "evil.example")
	lines := strings.Split(strings.TrimSpace(text.String()), "\n")
	require.Len(t, lines, 3)
	assert.Contains(t, lines[0], "method=GET path=/v0.1/version status=200")
	assert.Contains(t, lines[1], "method=POST path=/v0.1/publish status=401")
	assert.Contains(t, lines[2], "status=421")
	assert.NotContains(t, text.String(), "secret-token")
	assert.NotContains(t, text.String(), "\x1b")
}

func TestListen(t *testing.T) {
	for address, code := range map[string]string{
		"127.0.0.1:0": "", "localhost:0": "",
		"0.0.0.0:0": "not-loopback", ":0": "not-loopback", "192.0.2.1:80": "not-loopback", "example.com:80": "not-loopback", "[::]:0": "not-loopback",
		"127.0.0.1": "address-unreadable", "": "address-unreadable", "127.0.0.1:none": "address-taken",
	} {
		l, err := desk.Listen(t.Context(), address)
		assert.Equal(t, code, refusal.Code(err), address)
		if err == nil {
			assert.NoError(t, l.Close())
		}
	}
	taken, err := desk.Listen(t.Context(), "127.0.0.1:0")
	require.NoError(t, err)
	_, err = desk.Listen(t.Context(), taken.Addr().String())
	assert.Equal(t, "address-taken", refusal.Code(err))
	assert.NoError(t, taken.Close())
}

// A request that is under way when the registry stops is answered still.
func TestServeEndsWithItsContext(t *testing.T) {
	l, err := desk.Listen(t.Context(), "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	arrived := make(chan struct{})
	ended := make(chan error, 1)
	go func() {
		ended <- desk.Serve(ctx, l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			close(arrived)
			<-ctx.Done()
			_, _ = io.WriteString(w, "whole")
		}))
	}()
	got := make(chan string, 1)
	go func() {
		resp, err := http.Get("http://" + l.Addr().String())
		if err != nil {
			got <- err.Error()
			return
		}
		defer func() { _ = resp.Body.Close() }()
		text, _ := io.ReadAll(resp.Body)
		got <- string(text)
	}()
	<-arrived
	cancel()
	assert.Equal(t, "whole", <-got)
	require.NoError(t, <-ended)
	_, err = http.Get("http://" + l.Addr().String())
	assert.Error(t, err)
}

func TestServeRefusesOtherListeners(t *testing.T) {
	err := desk.Serve(t.Context(), anywhere{}, http.NotFoundHandler())
	assert.Equal(t, "not-loopback", refusal.Code(err))
}

// anywhere is a listener that says it is reached from everywhere.
type anywhere struct{ net.Listener }

func (anywhere) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4zero, Port: 80} }
func (anywhere) Close() error   { return nil }
