package app

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// runOnce lets a server with the settings answer one request, and stops it.
func runOnce(t *testing.T, environ ...string) *buffer {
	t.Helper()
	a, log := newApp(t, environ...)
	if err := a.life.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	params := &mcp.ListToolsParams{Meta: mcp.Meta{"traceparent": "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01"}}
	if _, err := connect(t, a, nil).ListTools(t.Context(), params); err != nil {
		t.Fatal(err)
	}
	if err := a.life.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	return log
}

func TestTelemetryIsSentAtTheStop(t *testing.T) {
	var mu sync.Mutex
	got := map[string]string{}
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		got[r.URL.Path] += string(body)
	}))
	defer collector.Close()
	runOnce(t, "MCP_OTEL_ENDPOINT="+collector.URL)
	mu.Lock()
	defer mu.Unlock()
	for _, path := range []string{"/v1/traces", "/v1/metrics"} {
		if !strings.Contains(got[path], "tools/list") {
			t.Errorf("%s got %q, want tools/list in it", path, got[path])
		}
	}
}

func TestNoEndpointNoTelemetry(t *testing.T) {
	if log := runOnce(t).String(); strings.Contains(log, "telemetry") {
		t.Errorf("without a collector the log speaks of telemetry:\n%s", log)
	}
}

func TestCollectorThatIsDownLosesSpansOnly(t *testing.T) {
	dead := httptest.NewServer(http.NotFoundHandler())
	dead.Close()
	log := runOnce(t, "MCP_OTEL_ENDPOINT="+dead.URL, "MCP_STOP_TIMEOUT=1s")
	if !strings.Contains(log.String(), "the last telemetry got lost") {
		t.Errorf("the log is silent about it:\n%s", log)
	}
}
