package mcp

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNegotiation(t *testing.T) {
	for name, tc := range map[string]struct {
		answered  Revision
		negotiate bool
		spoken    Revision // "" when the session must not open
	}{
		"the same":                  {Rev20251125, false, Rev20251125},
		"an older one":              {Rev20250618, true, Rev20250618},
		"an older one, not wanted":  {Rev20250618, false, ""},
		"one that nobody knows":     {"2031-01-01", true, ""},
		"one that has no handshake": {Rev20260728, true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWebServer(t, handshakeServer(tc.answered, "s-1"))
			s, err := Connect(t.Context(), Target{URL: w.URL}, Options{Revision: Rev20251125, Negotiate: tc.negotiate, Limits: webLimits(patient)})
			if tc.spoken == "" {
				var refusal *ConnectError
				require.True(t, errors.As(err, &refusal), "%v", err)
				assert.Equal(t, CauseRevision, refusal.Cause)
				assert.Equal(t, []Revision{tc.answered}, refusal.Offered)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, tc.spoken, s.Revision())
			require.NoError(t, s.Call(t.Context(), "ping", nil).Err())
			require.NoError(t, s.Close(t.Context()))
			for _, r := range w.requests()[1:] {
				assert.Equal(t, string(tc.spoken), r.Header.Get("MCP-Protocol-Version"), "what was agreed on goes with every request")
			}
		})
	}
}

// TestObserve: who observes is told of everything that the server sends, even
// when the log has no room for it.
func TestObserve(t *testing.T) {
	limits := stdioLimits()
	limits.Frames = 1
	var mu sync.Mutex
	var got []string
	o := Options{Revision: Rev20251125, Bare: true, Limits: limits, Observe: func(m Message) {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, m.ID().String())
	}}
	s, err := Connect(t.Context(), Target{Pipe: echo}, o)
	require.NoError(t, err)
	for range 3 {
		require.NoError(t, s.Call(t.Context(), "ping", nil).Err())
	}
	require.NoError(t, s.Close(t.Context()))
	mu.Lock()
	defer mu.Unlock()
	slices.Sort(got)
	assert.Equal(t, []string{"1", "2", "3"}, got)
	assert.Positive(t, s.Log().Dropped())
}
