package tools

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/acme-server/internal/problem"
)

func TestFetch(t *testing.T) {
	pages := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/long":
			_, _ = io.WriteString(w, strings.Repeat("x", maxPage+1))
		case "/away":
			http.Redirect(w, r, "https://evil.example/", http.StatusFound)
		default:
			_, _ = io.WriteString(w, "hello")
		}
	}))
	defer pages.Close()
	d := Deps{
		Log:        slog.New(slog.DiscardHandler),
		Client:     pages.Client(),
		FetchHosts: []string{strings.TrimPrefix(pages.URL, "https://")},
	}

	out, err := fetch(t.Context(), d, pages.URL+"/")
	if err != nil || out.Status != http.StatusOK || out.Text != "hello" || out.Truncated {
		t.Errorf("fetch = %+v, %v", out, err)
	}
	out, err = fetch(t.Context(), d, pages.URL+"/long")
	if err != nil || !out.Truncated || len(out.Text) != maxPage {
		t.Errorf("a long page: %d bytes, truncated %v, %v", len(out.Text), out.Truncated, err)
	}
	// The redirect is shown, not followed.
	out, err = fetch(t.Context(), d, pages.URL+"/away")
	if err != nil || out.Status != http.StatusFound {
		t.Errorf("a redirect to a stranger: %+v, %v", out, err)
	}
}

func TestFetchRefuses(t *testing.T) {
	d := Deps{Log: slog.New(slog.DiscardHandler), Client: http.DefaultClient, FetchHosts: []string{"good.example"}}
	for _, address := range []string{
		"http://good.example/", "https://evil.example/", "https://good.example:8443/", "https://user@good.example/",
		"https://good.example.evil.example/", "file:///etc/passwd", "://", "",
	} {
		_, err := fetch(t.Context(), d, address)
		var p *problem.Problem
		if !errors.As(err, &p) || p.Code != problem.Forbidden {
			t.Errorf("fetch(%q) = %v, want a refusal", address, err)
		}
	}
}
