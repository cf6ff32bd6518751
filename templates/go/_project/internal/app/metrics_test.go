package app

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestMetricsAreServedOnTheAdminPort(t *testing.T) {
	a, _ := newApp(t)
	c := connect(t, a, nil)
	if _, err := c.ListTools(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	rec := httptest.NewRecorder()
	a.AdminHandler().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for _, want := range []string{
		`mcp_requests_total{method="tools/list",outcome="ok"} 1`, "mcp_sessions 1", `version="test"} 1`, "go_goroutines",
	} {
		if !strings.Contains(rec.Body.String(), want) {
			t.Errorf("lacks %s", want)
		}
	}
	s := serve(t, a)
	res, err := s.Client().Get(s.URL + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode == http.StatusOK {
		t.Error("the MCP port serves metrics to everybody")
	}
}

func TestRefusalsOfThePortAreCounted(t *testing.T) {
	a, _ := newApp(t)
	res := post(t, serve(t, a), `{}`, map[string]string{"Origin": "https://evil.example"})
	if res.StatusCode != http.StatusForbidden {
		t.Fatalf("a foreign origin gets %s", res.Status)
	}
	rec := httptest.NewRecorder()
	a.AdminHandler().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if want := `mcp_http_responses_total{code="403"} 1`; !strings.Contains(rec.Body.String(), want) {
		t.Errorf("lacks %s", want)
	}
}

func TestFinalMetricsAreLogged(t *testing.T) {
	a, log := newApp(t)
	if err := a.life.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := connect(t, a, nil).ListTools(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if err := a.life.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := log.String(); !strings.Contains(got, "final metrics") || !strings.Contains(got, "uptime_seconds") {
		t.Errorf("the log ends without the final metrics:\n%s", got)
	}
}
