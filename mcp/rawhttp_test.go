package mcp

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRawHTTPWritesWhatItIsGiven(t *testing.T) {
	seen := make(chan string, 1)
	address := rawServer(t, func(conn net.Conn) {
		b := make([]byte, 64<<10)
		n, _ := conn.Read(b)
		seen <- string(b[:n])
		_, _ = io.WriteString(conn, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 400 Bad Request\r\nX: y\r\nContent-Length: "+
			"36\r\n\r\n"+response)
	})
	host := strings.TrimPrefix(address, "http://")
	s, err := Connect(t.Context(), Target{URL: address + "/mcp?a=b", Header: http.Header{"Authorization": {"Bearer hunter2"}}},
		Options{Revision: Rev20251125, Limits: webLimits(patient), Bare: true})
	require.NoError(t, err)
	defer s.Close(context.Background())

	x := s.RawHTTP(t.Context(), "POST {path} HTTP/1.1\r\nHost: {host}\r\nhost: twice\r\nbAd nAme: x\r\n{headers}", []byte(`{`))
	require.NoError(t, x.Err())
	assert.Equal(t, "POST /mcp?a=b HTTP/1.1\r\nHost: "+host+"\r\nhost: twice\r\nbAd nAme: x\r\nAuthorization: Bearer hunter2\r\n\r\n{", <-seen)
	assert.Equal(t, 400, x.Status)
	assert.Equal(t, "y", x.Header.Get("X"))
	assert.NotNil(t, x.Reply())
	assert.Equal(t, []string{response}, received(x))
	assert.NotContains(t, string(x.Sent), "hunter2", "secrets stay out of the log")
	assert.Same(t, x, s.Log().Exchanges()[x.Seq])

	for head, want := range map[string]string{
		"GET / HTTP/1.1":             "GET / HTTP/1.1\r\n\r\n",
		"GET / HTTP/1.1\r\n":         "GET / HTTP/1.1\r\n\r\n",
		"GET / HTTP/1.1\r\n\r\n":     "GET / HTTP/1.1\r\n\r\n",
		"GET / HTTP/1.1\nA: b\r\n\n": "GET / HTTP/1.1\nA: b\r\n\n\r\n\r\n",
	} {
		s.RawHTTP(t.Context(), head, nil)
		assert.Equal(t, want, <-seen)
	}
}

func TestRawHTTPEnds(t *testing.T) {
	tests := []struct {
		name    string
		answer  func(net.Conn)
		failure string
	}{
		{"silence", func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }, ErrTimeout.Error()},
		{"closes", replying(""), "without an answer"},
		{"no HTTP", replying("nonsense\r\n\r\n"), "malformed HTTP"},
		{"endless header", func(conn net.Conn) {
			go func() { _, _ = io.Copy(io.Discard, conn) }()
			_, err := io.WriteString(conn, "HTTP/1.1 200 OK\r\n")
			for err == nil {
				_, err = io.WriteString(conn, "A: b\r\n")
			}
		}, ErrTooLong.Error()},
		{"interim answers only", replying(strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 9)), "interim"},
		{"status alone", replying("HTTP/1.1 431 No\r\nContent-Length: 0\r\n\r\n"), "HTTP status 431"},
		{"stream goes on after the response", func(conn net.Conn) {
			replying("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: " + response + "\n\n")(conn)
			_, _ = io.Copy(io.Discard, conn)
		}, ""},
		{"does not read", func(conn net.Conn) {
			_, _ = io.WriteString(conn, "HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n")
			time.Sleep(300 * time.Millisecond) // not reading is what this server does
		}, "HTTP status 413"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l := webLimits(patient)
			if test.name == "silence" {
				l.Call = 100 * time.Millisecond
			}
			s, err := Connect(t.Context(), Target{URL: rawServer(t, test.answer)}, Options{Revision: Rev20251125, Limits: l, Bare: true})
			require.NoError(t, err)
			defer s.Close(context.Background())
			var body []byte
			if test.name == "does not read" {
				body = make([]byte, 16<<20) // more than the sockets hold
			}
			x := s.RawHTTP(t.Context(), "POST {path} HTTP/1.1\r\nHost: {host}", body)
			if test.failure == "" {
				require.NoError(t, x.Err())
				assert.NotNil(t, x.Reply())
				return
			}
			require.ErrorContains(t, x.Err(), test.failure)
		})
	}
}

func TestRawHTTPOverTLS(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, response)
	}))
	defer server.Close()
	trusting, err := Connect(t.Context(), Target{URL: server.URL, Client: server.Client()}, Options{Revision: Rev20251125, Limits: webLimits(patient), Bare: true})
	require.NoError(t, err)
	defer trusting.Close(context.Background())
	require.NoError(t, trusting.RawHTTP(t.Context(), "POST / HTTP/1.1\r\nHost: {host}", nil).Err())
	require.NoError(t, trusting.Call(t.Context(), "ping", nil).Err())

	strict, err := Connect(t.Context(), Target{URL: server.URL}, Options{Revision: Rev20251125, Limits: webLimits(patient), Bare: true})
	require.NoError(t, err)
	defer strict.Close(context.Background())
	require.ErrorContains(t, strict.RawHTTP(t.Context(), "POST / HTTP/1.1\r\nHost: {host}", nil).Err(), "certificate")
	require.ErrorContains(t, strict.Call(t.Context(), "ping", nil).Err(), "certificate")
}
