package app

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func probe(a *App, path string) (int, string) {
	rec := httptest.NewRecorder()
	a.AdminHandler().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, path, nil))
	return rec.Code, rec.Body.String()
}

func TestProbes(t *testing.T) {
	a, _ := newApp(t)
	a.Check("weather", false, func(context.Context) error { return errors.New("it rains") })
	for path, want := range map[string]int{"/livez": 200, "/startupz": 503, "/readyz": 503} {
		if got, body := probe(a, path); got != want {
			t.Errorf("booting: %s answers %d, want %d: %s", path, got, want, body)
		}
	}
	start(t, a)
	for path, want := range map[string]int{"/livez": 200, "/startupz": 200, "/readyz": 200} {
		if got, body := probe(a, path); got != want {
			t.Errorf("running: %s answers %d, want %d: %s", path, got, want, body)
		}
	}
	if _, body := probe(a, "/readyz"); !strings.Contains(body, `"degraded"`) || !strings.Contains(body, "it rains") {
		t.Errorf("an optional dependency is down, but /readyz says %s", body)
	}
	a.life.Drain()
	for path, want := range map[string]int{"/livez": 200, "/readyz": 503} {
		if got, body := probe(a, path); got != want {
			t.Errorf("draining: %s answers %d, want %d: %s", path, got, want, body)
		}
	}
}
