package auth

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The only port that ever listens takes one answer at one path, says nothing of
// what a stranger sent, and is gone afterwards.
func TestTheDoor(t *testing.T) {
	d, err := listen(t.Context())
	require.NoError(t, err)
	t.Cleanup(d.close)
	require.True(t, strings.HasPrefix(d.address(), "http://127.0.0.1:"), d.address())
	ask := func(method, url, host string) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), method, url, http.NoBody)
		require.NoError(t, err)
		r.Host = host
		response, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		defer func() { require.NoError(t, response.Body.Close()) }()
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		return response.StatusCode, string(body)
	}
	base := strings.TrimSuffix(d.address(), callbackPath)
	for name, bad := range map[string][3]string{
		"another host":   {"GET", d.address() + "?state=x", "evil.example"},
		"another method": {"POST", d.address() + "?state=x", ""},
		"another path":   {"GET", base + "/?state=x", ""},
		"no state":       {"GET", d.address() + "?code=x", ""},
	} {
		status, body := ask(bad[0], bad[1], bad[2])
		assert.GreaterOrEqual(t, status, 400, name)
		assert.Empty(t, body, name)
	}
	status, body := ask("GET", d.address()+"?state=first&error=%3Cscript%3E", "")
	assert.Equal(t, http.StatusOK, status)
	assert.NotContains(t, body, "script")
	status, _ = ask("GET", d.address()+"?state=second", "")
	assert.Equal(t, http.StatusOK, status)
	q, err := d.answer(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "first", q.Get("state"))

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = d.answer(ctx)
	require.ErrorIs(t, err, context.Canceled)
	d.close()
	_, err = http.Get(d.address())
	require.Error(t, err)
}
