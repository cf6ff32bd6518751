package app

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"example.com/acme-server/internal/ssrf"
)

func TestSSRF(t *testing.T) {
	private := httptest.NewServer(http.NotFoundHandler())
	defer private.Close()

	a, _ := newApp(t)
	if _, err := a.HTTPClient().Get(private.URL); !errors.Is(err, ssrf.ErrRefused) {
		t.Errorf("a private address: %v, want a refusal", err)
	}
	a, _ = newApp(t, "MCP_SSRF_ALLOW=127.0.0.0/8")
	res, err := a.HTTPClient().Get(private.URL)
	if err != nil {
		t.Fatalf("an allowed network: %v", err)
	}
	_ = res.Body.Close()
}
