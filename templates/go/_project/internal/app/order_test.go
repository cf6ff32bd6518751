package app

import (
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"example.com/acme-server/internal/lanes"
)

// A part relies on those above it: this order is deliberate.
func TestPartsOrder(t *testing.T) {
	want := []string{
		"logging", "secrets", "pii", "server", "otel", "metrics", "health", "cache", "redis", "retry", "breaker", "ssrf",
		"origin", "apikeys", "jwt", "oauth", "auth", "rbac", "headers", "limits", "sessions",
		"ratelimit", "bulkhead", "timeouts", "audit",
		"pathguard", "elicitation", "tasks", "tools", "resources", "subscriptions", "prompts",
	}
	last := -1
	for _, p := range parts() {
		i := slices.Index(want, p.name)
		if i <= last {
			t.Errorf("the part %q is out of order", p.name)
		}
		last = i
	}
}

// Outgoing calls pass the wrappers in the order of their adding.
func TestTransportOrder(t *testing.T) {
	a := &App{Dialer: new(net.Dialer)}
	var got []string
	for _, name := range []string{"retry", "breaker"} {
		a.WrapTransport(func(next http.RoundTripper) http.RoundTripper {
			return roundTripper(func(r *http.Request) (*http.Response, error) {
				got = append(got, name)
				if name == "breaker" { // the innermost: nothing is sent
					return httptest.NewRecorder().Result(), nil
				}
				return next.RoundTrip(r)
			})
		})
	}
	res, err := a.HTTPClient().Get("http://127.0.0.1/")
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if want := []string{"retry", "breaker"}; !slices.Equal(got, want) {
		t.Errorf("order = %v, want %v", got, want)
	}
}

// HTTP requests pass the layers in their fixed order, whatever part comes first.
func TestLayersOrder(t *testing.T) {
	var layers lanes.Layers
	var got []string
	add := func(l lanes.Layer, name string) {
		layers.Wrap(l, func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				got = append(got, name)
				next.ServeHTTP(w, r)
			})
		})
	}
	add(lanes.Session, "session")
	add(lanes.Auth, "auth")
	add(lanes.Trace, "trace")
	add(lanes.Origin, "origin")
	add(lanes.Headers, "headers")
	add(lanes.Headers, "headers again")
	layers.Handler(http.NotFoundHandler()).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
	if want := []string{"headers", "headers again", "origin", "trace", "auth", "session"}; !slices.Equal(got, want) {
		t.Errorf("order = %v, want %v", got, want)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
