package otel

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/caarlos0/env/v11"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

func TestSettings(t *testing.T) {
	tests := []struct {
		name string
		vars map[string]string
		want string // the endpoint, or a part of the error after "!"
	}{
		{"nothing", map[string]string{}, ""},
		{"own variable", map[string]string{"MCP_OTEL_ENDPOINT": "http://a:4318"}, "http://a:4318"},
		{"standard variable", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://b:4318"}, "http://b:4318"},
		{"own variable wins", map[string]string{"MCP_OTEL_ENDPOINT": "http://a:4318", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://b:4318"}, "http://a:4318"},
		{"no URL", map[string]string{"MCP_OTEL_ENDPOINT": "localhost:4318"}, "!MCP_OTEL_ENDPOINT"},
		{"ratio", map[string]string{"MCP_OTEL_SAMPLE_RATIO": "10"}, "!MCP_OTEL_SAMPLE_RATIO"},
		{"interval", map[string]string{"MCP_OTEL_METRICS_EVERY": "0s"}, "!MCP_OTEL_METRICS_EVERY"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var cfg Config
			if err := env.ParseWithOptions(&cfg, env.Options{Environment: tt.vars}); err != nil {
				t.Fatal(err)
			}
			err := cfg.Validate()
			if part, bad := strings.CutPrefix(tt.want, "!"); bad {
				if err == nil || !strings.Contains(err.Error(), part) {
					t.Errorf("error %v, want one about %s", err, part)
				}
				return
			}
			if err != nil || cfg.Endpoint != tt.want {
				t.Errorf("endpoint %q, error %v, want %q", cfg.Endpoint, err, tt.want)
			}
		})
	}
}

// collector is the receiving end of OTLP/HTTP.
type collector struct {
	*httptest.Server
	mu    sync.Mutex
	paths map[string]string // path → body
}

func newCollector(t *testing.T) *collector {
	c := &collector{paths: map[string]string{}}
	c.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		c.mu.Lock()
		defer c.mu.Unlock()
		c.paths[r.URL.Path] += string(body)
	}))
	t.Cleanup(c.Close)
	return c
}

func TestStopSendsWhatIsLeft(t *testing.T) {
	c := newCollector(t)
	cfg := Config{Endpoint: c.URL, SampleRatio: 1, MetricsEvery: time.Hour}
	tel, err := New(t.Context(), cfg, "acme-server", "v1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	work := func(context.Context, string, mcp.Request) (mcp.Result, error) { return &mcp.CallToolResult{}, nil }
	tel.Receive()(work)(t.Context(), "tools/call", call("greet", nil))
	if err := tel.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for path, want := range map[string]string{"/v1/traces": "tools/call greet", "/v1/metrics": "mcp.server.operation.duration"} {
		if !strings.Contains(c.paths[path], want) || !strings.Contains(c.paths[path], "acme-server") {
			t.Errorf("%s got %q, want %q of acme-server in it", path, c.paths[path], want)
		}
	}
}

func TestNothingIsSampledAtRatioZero(t *testing.T) {
	c := newCollector(t)
	tel, err := New(t.Context(), Config{Endpoint: c.URL, SampleRatio: 0, MetricsEvery: time.Hour}, "acme-server", "dev")
	if err != nil {
		t.Fatal(err)
	}
	work := func(context.Context, string, mcp.Request) (mcp.Result, error) { return nil, nil }
	tel.Receive()(work)(t.Context(), "tools/call", call("greet", nil))
	// A caller who keeps the trace decides for all.
	tel.Receive()(work)(t.Context(), "tools/call", call("sampled", mcp.Meta{"traceparent": parent}))
	if err := tel.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if got := c.paths["/v1/traces"]; strings.Contains(got, "greet") || !strings.Contains(got, "sampled") {
		t.Errorf("sent %q, want the span of the caller's trace alone", got)
	}
}
