package mcp

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// wallet gives out values one after another; each refusal leads to the next.
type wallet struct {
	mu      sync.Mutex
	values  []string
	refused []int
	why     error
}

func (a *wallet) Authorization(context.Context) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.values[0], nil
}

func (a *wallet) Refused(_ context.Context, sent string, status int, _ http.Header) (bool, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.refused = append(a.refused, status)
	if len(a.values) > 1 && a.values[0] == sent {
		a.values = a.values[1:]
		return true, nil
	}
	return a.why == nil && len(a.values) > 1, a.why
}

func guarded(t *testing.T, good string, status int) *webServer {
	t.Helper()
	return newWebServer(t, func(rw http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != good {
			rw.WriteHeader(status)
			return
		}
		writeResult(rw, bodyOf(r), 1)
	})
}

func TestAuthorizer(t *testing.T) {
	tests := map[string]struct {
		values  []string
		header  string // the target's own
		request map[string]string
		sent    []string
		status  int
	}{
		"at once":               {[]string{"good"}, "", nil, []string{"good"}, 200},
		"after one refusal":     {[]string{"old", "good"}, "", nil, []string{"old", "good"}, 200},
		"none at first":         {[]string{"", "good"}, "", nil, []string{"", "good"}, 200},
		"never, within bounds":  {[]string{"a", "b", "c", "d", "e", "f"}, "", nil, []string{"a", "b", "c", "d"}, 401},
		"the target's own":      {[]string{"x", "good"}, "mine", nil, []string{"mine"}, 401},
		"the target has ours":   {[]string{"x"}, "x", nil, []string{"x"}, 401},
		"taken away by request": {[]string{"good"}, "", map[string]string{"authorization": ""}, []string{""}, 401},
		"replaced by request":   {[]string{"good"}, "", map[string]string{"Authorization": "bad"}, []string{"bad"}, 401},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w, a := guarded(t, "good", http.StatusUnauthorized), &wallet{values: test.values}
			target := Target{URL: w.URL, Authorizer: a, Header: http.Header{}}
			if test.header != "" {
				target.Header.Set("Authorization", test.header)
			}
			s, err := Connect(t.Context(), target, Options{Revision: Rev20251125, Limits: webLimits(patient), Bare: true})
			require.NoError(t, err)
			defer s.Close(context.Background())
			x := s.Do(t.Context(), Request{Method: "ping", Header: test.request})
			assert.Equal(t, test.status, x.Status)
			var sent []string
			for _, r := range w.requests() {
				sent = append(sent, r.Header.Get("Authorization"))
			}
			assert.Equal(t, test.sent, sent)
			if name == "the target has ours" {
				assert.Equal(t, []int{401}, a.refused, "its refusal is told")
			}
			if test.request != nil || test.header == "mine" {
				assert.Empty(t, a.refused, "it is not the authorizer's matter")
			}
		})
	}
}

// What the authorizer says of a refusal is what the user is told, in every era and
// over both transports.
func TestAuthorizerSaysWhy(t *testing.T) {
	why := errors.New("sign in again")
	for _, status := range []int{http.StatusUnauthorized, http.StatusForbidden} {
		for _, o := range []Options{{Revision: Rev20251125}, {Revision: Rev20260728}, {Revision: Rev20241105, Transport: SSE}} {
			w := guarded(t, "good", status)
			o.Limits = webLimits(patient)
			_, err := Connect(t.Context(), Target{URL: w.URL, Authorizer: &wallet{values: []string{"bad"}, why: why}}, o)
			var refusal *ConnectError
			require.ErrorAs(t, err, &refusal)
			assert.Equal(t, CauseAuth, refusal.Cause)
			require.ErrorIs(t, err, why)
			assert.Equal(t, why.Error(), refusal.What)
			assert.Len(t, w.requests(), 1)
		}
	}
}
