package mcp

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// twoEras speaks the stateless revision to those who ask for it, and one
// handshake revision to all others.
func twoEras(w http.ResponseWriter, r *http.Request) {
	if bodyOf(r).Params().Get("_meta", MetaVersion).Exists() {
		statelessServer(w, r)
		return
	}
	handshakeServer(Rev20251125, "s-1")(w, r)
}

// manyRevisions speaks every handshake revision that it is asked for.
func manyRevisions(w http.ResponseWriter, r *http.Request) {
	asked := Revision(bodyOf(r).Params().Get("protocolVersion").Text())
	handshakeServer(asked, "")(w, r)
}

// oldServer speaks HTTP+SSE at its one address; a POST there gets refusal.
func oldServer(refusal http.HandlerFunc) http.HandlerFunc {
	events := eventServer(func(m Message) string {
		if m.Method() != "initialize" {
			return ""
		}
		return `{"jsonrpc":"2.0","id":` + m.ID().String() + `,"result":{"protocolVersion":"2024-11-05","capabilities":{},"serverInfo":{"name":"old","version":"1"}}}`
	})
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && r.URL.Path != "/post" {
			refusal(w, r)
			return
		}
		events(w, r)
	}
}

func TestDetect(t *testing.T) {
	handshakes := []Revision{Rev20241105, Rev20250326, Rev20250618, Rev20251125}
	tests := []struct {
		name      string
		handler   http.HandlerFunc
		transport TransportKind
		spoken    []Revision
	}{
		{"both eras", twoEras, HTTP, []Revision{Rev20251125, Rev20260728}},
		{"handshake, one revision", handshakeServer(Rev20250618, "x"), HTTP, []Revision{Rev20250618}},
		{"handshake, all revisions", manyRevisions, HTTP, handshakes},
		{"stateless", statelessServer, HTTP, []Revision{Rev20260728}},
		{"old", oldServer(http.NotFound), SSE, []Revision{Rev20241105}},
		{"old, 405", oldServer(answering(405, "", "")), SSE, []Revision{Rev20241105}},
		{"old, refuses in JSON-RPC", oldServer(answering(405, "application/json",
			`{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"no"}}`)), SSE, []Revision{Rev20241105}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWebServer(t, test.handler)
			spoken, err := Detect(t.Context(), Target{URL: w.URL}, Timeline(), Options{Limits: webLimits(patient)})
			require.NoError(t, err)
			assert.Equal(t, test.transport, spoken.Transport)
			assert.Equal(t, test.spoken, slices.Sorted(maps.Keys(spoken.Sessions)))
			for r, s := range spoken.Sessions {
				assert.Equal(t, r, s.Revision())
				assert.NotContains(t, spoken.Refused, r)
				require.NoError(t, s.Close(context.Background()))
			}
			for r, why := range spoken.Refused {
				assert.NotEmpty(t, why.What, r)
			}
		})
	}
}

func TestDetectFindsNothing(t *testing.T) {
	t.Run("credentials", func(t *testing.T) {
		w := newWebServer(t, answering(401, "", ""))
		_, err := Detect(t.Context(), Target{URL: w.URL}, Timeline(), Options{Limits: webLimits(patient)})
		var refusal *ConnectError
		require.ErrorAs(t, err, &refusal)
		assert.Equal(t, CauseAuth, refusal.Cause)
		for _, r := range w.requests() {
			assert.Equal(t, http.MethodPost, r.Method, "who wants credentials is not asked in other ways")
		}
	})
	t.Run("no MCP", func(t *testing.T) {
		w := newWebServer(t, http.NotFound)
		_, err := Detect(t.Context(), Target{URL: w.URL}, Timeline(), Options{Limits: webLimits(patient)})
		var refusal *ConnectError
		require.ErrorAs(t, err, &refusal)
		assert.Equal(t, CauseNoise, refusal.Cause)
		assert.Contains(t, refusal.What, "initialize", "the reason is that of the first transport")
	})
	t.Run("only what was asked for is tried", func(t *testing.T) {
		w := newWebServer(t, oldServer(http.NotFound))
		_, err := Detect(t.Context(), Target{URL: w.URL}, Timeline(), Options{Limits: webLimits(patient), Transport: HTTP})
		require.Error(t, err)
	})
	t.Run("nothing was asked for", func(t *testing.T) {
		_, err := Detect(t.Context(), Target{URL: "http://127.0.0.1:1"}, nil, Options{Limits: webLimits(patient)})
		var refusal *ConnectError
		require.ErrorAs(t, err, &refusal)
		assert.Equal(t, CauseUsage, refusal.Cause)
	})
}
