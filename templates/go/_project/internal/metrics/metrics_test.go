package metrics

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

var sources = Sources{
	Sessions:     func() int { return 7 },
	Dependencies: func() map[string]bool { return map[string]bool{"weather": true, "redis": false} },
}

func newMetrics() *Metrics {
	return New(Config{}, Build{Version: "v1.2.3", Revision: "abc"}, sources)
}

// scrape returns what a scraper gets.
func scrape(t *testing.T, m *Metrics) string {
	t.Helper()
	rec := httptest.NewRecorder()
	m.Handler().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if rec.Code != http.StatusOK {
		t.Fatalf("GET /metrics: %d %s", rec.Code, rec.Body)
	}
	return rec.Body.String()
}

func expect(t *testing.T, m *Metrics, lines ...string) {
	t.Helper()
	got := scrape(t, m)
	for _, line := range lines {
		if !strings.Contains(got, line+"\n") {
			t.Errorf("lacks %s in\n%s", line, got)
		}
	}
}

func answer(res mcp.Result, err error) mcp.MethodHandler {
	return func(context.Context, string, mcp.Request) (mcp.Result, error) { return res, err }
}

func call(tool string) mcp.Request {
	return &mcp.CallToolRequest{Params: &mcp.CallToolParamsRaw{Name: tool}}
}

func TestRequestsAreCountedByMethodAndOutcome(t *testing.T) {
	m := newMetrics()
	refused := &jsonrpc.Error{Code: -32000}
	m.Requests()(answer(&mcp.CallToolResult{}, nil))(t.Context(), "tools/call", call("greet"))
	m.Requests()(answer(nil, refused))(t.Context(), "tools/call", call("greet"))
	m.Requests()(answer(nil, errors.New("disk on fire")))(t.Context(), "tools/list", &mcp.ListToolsRequest{})
	m.Requests()(answer(nil, nil))(t.Context(), "made/up", &mcp.ListToolsRequest{})
	expect(t, m,
		`mcp_requests_total{method="tools/call",outcome="ok"} 1`,
		`mcp_requests_total{method="tools/call",outcome="rejected"} 1`,
		`mcp_requests_total{method="tools/list",outcome="failed"} 1`,
		`mcp_requests_total{method="other",outcome="ok"} 1`,
		`mcp_request_duration_seconds_count{method="tools/call"} 2`,
		`mcp_requests_in_flight 0`,
	)
}

func TestInFlight(t *testing.T) {
	m := newMetrics()
	for method, want := range map[string]string{
		"tools/call": "mcp_requests_in_flight 1", "subscriptions/listen": "mcp_subscription_streams 1",
	} {
		m.Requests()(func(context.Context, string, mcp.Request) (mcp.Result, error) {
			expect(t, m, want)
			return nil, nil
		})(t.Context(), method, call("greet"))
	}
	expect(t, m, "mcp_requests_in_flight 0", "mcp_subscription_streams 0")
	if strings.Contains(scrape(t, m), `duration_seconds_count{method="subscriptions/listen"}`) {
		t.Error("a stream that stays open has been timed")
	}
}

func TestPanicIsCountedAndGoesOn(t *testing.T) {
	m := newMetrics()
	defer func() {
		if recover() == nil {
			t.Error("the panic was swallowed")
		}
		expect(t, m, `mcp_requests_total{method="tools/call",outcome="failed"} 1`, "mcp_requests_in_flight 0")
	}()
	m.Requests()(func(context.Context, string, mcp.Request) (mcp.Result, error) { panic("nil map") })(
		t.Context(), "tools/call", call("greet"))
}

func TestToolsAreCountedByName(t *testing.T) {
	m := newMetrics()
	m.Tools()(answer(&mcp.CallToolResult{}, nil))(t.Context(), "tools/call", call("greet"))
	m.Tools()(answer(&mcp.CallToolResult{IsError: true}, nil))(t.Context(), "tools/call", call("greet"))
	m.Tools()(answer(&mcp.ListToolsResult{}, nil))(t.Context(), "tools/list", &mcp.ListToolsRequest{})
	expect(t, m,
		`mcp_tool_calls_total{outcome="ok",tool="greet"} 1`,
		`mcp_tool_calls_total{outcome="tool_error",tool="greet"} 1`,
		`mcp_tool_duration_seconds_count{tool="greet"} 2`,
	)
}

func TestCallersCannotMakeUpLabels(t *testing.T) {
	m := newMetrics()
	unknown := answer(nil, &jsonrpc.Error{Code: jsonrpc.CodeInvalidParams, Message: "unknown tool"})
	for i := range 1000 {
		m.Tools()(unknown)(t.Context(), "tools/call", call(fmt.Sprintf("made-up-%d", i)))
	}
	expect(t, m, `mcp_tool_calls_total{outcome="rejected",tool="other"} 1000`)

	// A tool that the server lists has a label even before it ever did well.
	list := &mcp.ListToolsResult{Tools: []*mcp.Tool{{Name: "broken"}}}
	m.Requests()(answer(list, nil))(t.Context(), "tools/list", &mcp.ListToolsRequest{})
	m.Tools()(answer(nil, errors.New("disk on fire")))(t.Context(), "tools/call", call("broken"))
	expect(t, m, `mcp_tool_calls_total{outcome="failed",tool="broken"} 1`)

	for i := range 2 * mostNames {
		m.names.add(fmt.Sprintf("tool-%d", i))
	}
	if got := len(m.names.known); got != mostNames {
		t.Errorf("%d names are known, want no more than %d", got, mostNames)
	}
}

func TestHTTPResponsesAreCountedByCode(t *testing.T) {
	m := newMetrics()
	h := m.HTTP(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }))
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/mcp", nil))
	expect(t, m, `mcp_http_responses_total{code="403"} 1`)
}

func TestTheRest(t *testing.T) {
	m := newMetrics()
	m.CacheLookup(true)
	m.CacheLookup(false)
	m.RateLimited("caller")
	expect(t, m,
		`mcp_cache_lookups_total{result="hit"} 1`,
		`mcp_cache_lookups_total{result="miss"} 1`,
		`mcp_rate_limit_refusals_total{scope="caller"} 1`,
		`mcp_dependency_up{dependency="weather"} 1`,
		`mcp_dependency_up{dependency="redis"} 0`,
		`mcp_sessions 7`,
	)
	got := scrape(t, m)
	if !strings.Contains(got, `mcp_build_info{revision="abc",runtime_version="go`) || !strings.Contains(got, `",version="v1.2.3"} 1`) {
		t.Errorf("lacks the build info:\n%s", got)
	}
	if strings.Contains(got, "go_goroutines") {
		t.Error("runtime metrics though they are off")
	}
	if got := scrape(t, New(Config{Runtime: true}, Build{}, sources)); !strings.Contains(got, "go_goroutines") {
		t.Error("no runtime metrics though they are on")
	}
}

func TestSummary(t *testing.T) {
	m := newMetrics()
	for range 3 {
		m.Requests()(answer(&mcp.CallToolResult{}, nil))(t.Context(), "tools/call", call("greet"))
	}
	m.Requests()(answer(nil, context.Canceled))(t.Context(), "tools/call", call("greet"))
	var out bytes.Buffer
	slog.New(slog.NewJSONHandler(&out, nil)).LogAttrs(t.Context(), slog.LevelInfo, "final metrics", m.Summary()...)
	for _, want := range []string{`"uptime_seconds":`, `"requests":{"cancelled":1,"ok":3}`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("lacks %s: %s", want, out.String())
		}
	}
}
