package lanes

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestCheckOrigin(t *testing.T) {
	check, err := CheckOrigin([]string{"https://friend.example"})
	if err != nil {
		t.Fatal(err)
	}
	all, err := CheckOrigin([]string{"*"})
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		wrap   func(http.Handler) http.Handler
		method string
		origin string
		want   int
	}{
		"a program":           {check, http.MethodPost, "", http.StatusOK},
		"its own page":        {check, http.MethodPost, "http://example.com", http.StatusOK},
		"a friend":            {check, http.MethodPost, "https://friend.example", http.StatusOK},
		"a stranger":          {check, http.MethodPost, "https://evil.example", http.StatusForbidden},
		"a stranger's GET":    {check, http.MethodGet, "https://evil.example", http.StatusForbidden},
		"a stranger's DELETE": {check, http.MethodDelete, "https://evil.example", http.StatusForbidden},
		"the null origin":     {check, http.MethodPost, "null", http.StatusForbidden},
		"anybody, if allowed": {all, http.MethodPost, "https://evil.example", http.StatusOK},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(test.method, "http://example.com/mcp", nil)
			if test.origin != "" {
				r.Header.Set("Origin", test.origin)
			}
			if got := status(test.wrap, r); got != test.want {
				t.Errorf("status = %d, want %d", got, test.want)
			}
		})
	}
	if _, err := CheckOrigin([]string{"friend.example"}); err == nil {
		t.Error("an origin without a scheme is accepted")
	}
}

func TestCheckHost(t *testing.T) {
	check := CheckHost([]string{"mcp.example.com", "other.example.com:8443"})
	for host, want := range map[string]int{
		"mcp.example.com":        http.StatusOK,
		"MCP.example.com:8080":   http.StatusOK,
		"other.example.com:8443": http.StatusOK,
		"other.example.com":      http.StatusForbidden,
		"evil.example":           http.StatusForbidden,
		"mcp.example.com.evil":   http.StatusForbidden,
	} {
		r := httptest.NewRequest(http.MethodPost, "/mcp", nil)
		r.Host = host
		if got := status(check, r); got != want {
			t.Errorf("%s: status = %d, want %d", host, got, want)
		}
	}
}

func status(wrap func(http.Handler) http.Handler, r *http.Request) int {
	w := httptest.NewRecorder()
	wrap(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})).ServeHTTP(w, r)
	return w.Code
}
