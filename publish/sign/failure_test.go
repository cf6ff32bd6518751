//go:build unix

package sign_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/sign"
)

// faulty stands before a real service and answers itself as often as told.
type faulty struct {
	*httptest.Server
	asked atomic.Int32
}

func newFaulty(t *testing.T, real string, times int32, fault http.HandlerFunc) *faulty {
	t.Helper()
	target, err := url.Parse(real)
	require.NoError(t, err)
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: target.Scheme, Host: target.Host})
	f := &faulty{}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f.asked.Add(1) <= times {
			// A server notices that its client has gone when it has read all.
			_, _ = io.Copy(io.Discard, r.Body)
			fault(w, r)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(f.Close)
	return f
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "not today", code) }
}

// hanging answers when its client has gone.
func hanging(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func dripping(w http.ResponseWriter, r *http.Request) {
	w.WriteHeader(http.StatusOK)
	_ = http.NewResponseController(w).Flush()
	<-r.Context().Done()
}

func nonsense(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("nonsense")) }

func TestServicesThatFail(t *testing.T) {
	real := services(t)
	for _, service := range []struct {
		name, code string
		put        func(*sign.Services, string)
		address    string
	}{
		{"Fulcio", "fulcio-refused", func(s *sign.Services, a string) { s.Fulcio = a }, real.Fulcio},
		{"Rekor", "rekor-refused", func(s *sign.Services, a string) { s.Logs = []sign.Log{{URL: a, Version: 2}} }, real.Logs[0].URL},
		{"TSA", "timestamp-refused", func(s *sign.Services, a string) { s.Timestamps = []string{a + "/api/v1/timestamp"} }, real.Timestamps[0]},
	} {
		t.Run(service.name, func(t *testing.T) {
			t.Parallel()
			signWith := func(address string, within time.Duration) error {
				s := real
				service.put(&s, address)
				signer, err := sign.Keyless(sign.KeylessOptions{Services: s, Token: workflowToken(t), Timeout: within})
				require.NoError(t, err)
				bundle, err := signer.Sign(soon(t), []byte(statement))
				if err == nil {
					_, err := trust(t).Verify(bundle, released())
					require.NoError(t, err)
				}
				return err
			}
			for _, c := range []struct {
				name  string
				fault http.HandlerFunc
				kind  refusal.Kind
				asked int32
				hangs bool
			}{
				{"400", status(400), refusal.Environment, 1, false},
				{"401", status(401), refusal.Consent, 1, false},
				{"403", status(403), refusal.Consent, 1, false},
				{"500", status(500), refusal.Environment, 3, false},
				{"503", status(503), refusal.Environment, 3, false},
				{"sends on", func(w http.ResponseWriter, r *http.Request) {
					http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusFound)
				}, refusal.Environment, 0, false},
				{"nonsense", nonsense, refusal.Environment, 0, false},
				{"hangs", hanging, refusal.Environment, 1, true},
				{"hangs in the middle", dripping, refusal.Environment, 1, true},
			} {
				t.Run(c.name, func(t *testing.T) {
					f := newFaulty(t, service.address, 100, c.fault)
					within := 30 * time.Second
					if c.hangs {
						within = 3 * time.Second
					}
					begun := time.Now()
					r := refused(t, signWith(f.URL, within), service.code)
					assert.Equal(t, c.kind, r.Kind)
					assert.Less(t, time.Since(begun), 25*time.Second)
					if c.asked > 0 {
						assert.Equal(t, c.asked, f.asked.Load())
					}
				})
			}
			t.Run("nobody there", func(t *testing.T) {
				refused(t, signWith("http://127.0.0.1:1", 30*time.Second), service.code)
			})
			t.Run("recovers", func(t *testing.T) {
				f := newFaulty(t, service.address, 2, status(503))
				require.NoError(t, signWith(f.URL, 30*time.Second))
				assert.Equal(t, int32(3), f.asked.Load())
			})
		})
	}
}

// A log that has taken the entry, and whose answer was lost, refuses to take it
// again; one that was to take it with a stranger's who has gone takes neither.
// Both get another signature.
func TestALogThatLostItsAnswer(t *testing.T) {
	for _, code := range []int{http.StatusConflict, 499} {
		real := services(t)
		f := newFaulty(t, real.Logs[0].URL, 1, status(code))
		real.Logs = []sign.Log{{URL: f.URL}}
		signer, err := sign.Keyless(sign.KeylessOptions{Services: real, Token: workflowToken(t)})
		require.NoError(t, err)
		bundle, err := signer.Sign(soon(t), []byte(statement))
		require.NoError(t, err)
		_, err = trust(t).Verify(bundle, released())
		require.NoError(t, err)
	}
}

// Some keys always make the same signature, which a log takes once.
func TestASignatureThatIsLoggedAlready(t *testing.T) {
	signer, err := sign.Key(soon(t), sign.KeyOptions{File: write(t, "k", pkcs8(t, newKey(t, "Ed25519")), 0o600), Services: services(t)})
	require.NoError(t, err)
	_, err = signer.Sign(soon(t), []byte(statement))
	require.NoError(t, err)
	_, err = signer.Sign(soon(t), []byte(statement))
	assert.Contains(t, refused(t, err, "rekor-refused").Mend, "already")
}

func TestSigningEndsWithItsContext(t *testing.T) {
	real := services(t)
	asked := make(chan struct{}, 10)
	f := newFaulty(t, real.Fulcio, 100, func(w http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		hanging(w, r)
	})
	real.Fulcio = f.URL
	signer, err := sign.Keyless(sign.KeylessOptions{Services: real, Token: workflowToken(t)})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := signer.Sign(ctx, []byte(statement))
		ended <- err
	}()
	<-asked
	cancel()
	select {
	case err := <-ended:
		refused(t, err, "fulcio-refused")
		assert.True(t, errors.Is(err, context.Canceled), "%v", err)
	case <-time.After(20 * time.Second):
		t.Fatal("it went on after its context had ended")
	}
}
