package headers_test

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"example.com/acme-server/internal/headers"
)

func ask(t *testing.T, origins []string, change func(*http.Request)) *httptest.ResponseRecorder {
	t.Helper()
	handler := headers.New(headers.Config{HSTS: time.Hour}, origins)(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTeapot)
	}))
	r := httptest.NewRequest(http.MethodPost, "/mcp", nil)
	change(r)
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, r)
	return answer
}

func TestSecurityHeaders(t *testing.T) {
	answer := ask(t, nil, func(*http.Request) {})
	for name, want := range map[string]string{
		"X-Content-Type-Options":      "nosniff",
		"Cache-Control":               "no-store",
		"X-Frame-Options":             "DENY",
		"Content-Security-Policy":     "default-src 'none'; frame-ancestors 'none'",
		"Strict-Transport-Security":   "", // no TLS
		"Access-Control-Allow-Origin": "",
	} {
		if got := answer.Header().Get(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	answer = ask(t, nil, func(r *http.Request) { r.TLS = &tls.ConnectionState{} })
	if got := answer.Header().Get("Strict-Transport-Security"); got != "max-age=3600; includeSubDomains" {
		t.Errorf("over TLS: Strict-Transport-Security = %q", got)
	}
}

func TestCORS(t *testing.T) {
	const ours, foreign = "https://app.example.com", "https://evil.example.com"
	from := func(origin string) func(*http.Request) {
		return func(r *http.Request) {
			r.Method = http.MethodOptions
			r.Header.Set("Origin", origin)
			r.Header.Set("Access-Control-Request-Method", "POST")
			r.Header.Set("Access-Control-Request-Headers", "mcp-method")
		}
	}
	for name, test := range map[string]struct {
		origins []string
		origin  string
		code    int
		allowed string
	}{
		"allowed":        {[]string{ours}, ours, http.StatusNoContent, ours},
		"foreign":        {[]string{ours}, foreign, http.StatusTeapot, ""},
		"all":            {[]string{"*"}, foreign, http.StatusNoContent, foreign},
		"none is listed": {nil, foreign, http.StatusTeapot, ""},
	} {
		answer := ask(t, test.origins, from(test.origin))
		if answer.Code != test.code || answer.Header().Get("Access-Control-Allow-Origin") != test.allowed {
			t.Errorf("%s: %d, %v", name, answer.Code, answer.Header())
		}
	}
	answer := ask(t, []string{ours}, func(r *http.Request) { r.Header.Set("Origin", ours) })
	if answer.Code != http.StatusTeapot || answer.Header().Get("Access-Control-Allow-Origin") != ours {
		t.Errorf("a call itself: %d, %v", answer.Code, answer.Header())
	}
}
