package otel

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/codes"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"example.com/acme-server/internal/observe"
)

const (
	traceID = "0af7651916cd43dd8448eb211c80319c"
	parent  = "00-" + traceID + "-00f067aa0ba902b7-01"
)

func call(tool string, meta mcp.Meta) *mcp.CallToolRequest {
	return &mcp.CallToolRequest{Params: &mcp.CallToolParamsRaw{Name: tool, Meta: meta}}
}

// recorder is a telemetry that keeps everything.
func recorder(t *testing.T) (*Telemetry, *tracetest.SpanRecorder, *sdkmetric.ManualReader) {
	t.Helper()
	spans, reader := tracetest.NewSpanRecorder(), sdkmetric.NewManualReader()
	tel, err := assemble(
		sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans), sdktrace.WithIDGenerator(ids{})),
		sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)))
	if err != nil {
		t.Fatal(err)
	}
	return tel, spans, reader
}

// attributes returns those of the only span.
func attributes(t *testing.T, spans *tracetest.SpanRecorder) (sdktrace.ReadOnlySpan, map[string]string) {
	t.Helper()
	ended := spans.Ended()
	if len(ended) != 1 {
		t.Fatalf("%d spans, want 1", len(ended))
	}
	attrs := map[string]string{}
	for _, a := range ended[0].Attributes() {
		attrs[string(a.Key)] = a.Value.String()
	}
	return ended[0], attrs
}

func TestSpanOfARequest(t *testing.T) {
	tests := []struct {
		name   string
		req    mcp.Request
		method string
		res    mcp.Result
		err    error
		span   string
		status codes.Code
		attrs  map[string]string
	}{
		{"tool", call("greet", nil), "tools/call", &mcp.CallToolResult{}, nil, "tools/call greet", codes.Unset,
			map[string]string{"mcp.method.name": "tools/call", "gen_ai.tool.name": "greet", "gen_ai.operation.name": "execute_tool",
				"network.transport": "pipe", "error.type": ""}},
		{"tool that fails", call("greet", nil), "tools/call", &mcp.CallToolResult{IsError: true}, nil, "tools/call greet", codes.Error,
			map[string]string{"error.type": "tool_error"}},
		{"tool that does not exist", call("made-up", nil), "tools/call", nil, &jsonrpc.Error{Code: -32602}, "tools/call", codes.Unset,
			map[string]string{"error.type": "rejected", "rpc.response.status_code": "-32602"}},
		{"broken server", call("greet", nil), "tools/call", nil, errors.New("disk on fire"), "tools/call", codes.Error,
			map[string]string{"error.type": "failed"}},
		{"prompt", &mcp.GetPromptRequest{Params: &mcp.GetPromptParams{Name: "review"}}, "prompts/get", &mcp.GetPromptResult{}, nil,
			"prompts/get review", codes.Unset, map[string]string{"gen_ai.prompt.name": "review"}},
		{"over HTTP", &mcp.ListToolsRequest{Extra: &mcp.RequestExtra{Header: http.Header{}}}, "tools/list", &mcp.ListToolsResult{}, nil,
			"tools/list", codes.Unset, map[string]string{"network.transport": "tcp", "network.protocol.name": "http"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tel, spans, _ := recorder(t)
			tel.Receive()(func(context.Context, string, mcp.Request) (mcp.Result, error) { return tt.res, tt.err })(
				t.Context(), tt.method, tt.req)
			span, attrs := attributes(t, spans)
			if span.Name() != tt.span || span.Status().Code != tt.status || span.SpanKind() != trace.SpanKindServer {
				t.Errorf("span %q, status %v, kind %v", span.Name(), span.Status(), span.SpanKind())
			}
			for key, want := range tt.attrs {
				if attrs[key] != want {
					t.Errorf("%s = %q, want %q", key, attrs[key], want)
				}
			}
		})
	}
}

func TestTraceContextComesFromMeta(t *testing.T) {
	tel, spans, _ := recorder(t)
	req := call("greet", mcp.Meta{"traceparent": parent, "tracestate": "vendor=1", "baggage": "tenant=acme"})
	req.Extra = &mcp.RequestExtra{Header: http.Header{"Traceparent": {"00-11111111111111111111111111111111-2222222222222222-01"}}}
	tel.Receive()(func(ctx context.Context, _ string, _ mcp.Request) (mcp.Result, error) {
		if got := baggage.FromContext(ctx).Member("tenant").Value(); got != "acme" {
			t.Errorf("baggage = %q", got)
		}
		if got := observe.Correlation(ctx); got != traceID {
			t.Errorf("the request is logged as %q, its trace is %q", got, traceID)
		}
		return nil, nil
	})(t.Context(), "tools/call", req)
	span, _ := attributes(t, spans)
	if got := span.SpanContext(); got.TraceID().String() != traceID || got.TraceState().Get("vendor") != "1" {
		t.Errorf("trace %v, state %v", got.TraceID(), got.TraceState())
	}
	if got := span.Parent().SpanID().String(); got != "00f067aa0ba902b7" {
		t.Errorf("parent = %s", got)
	}
	if links := span.Links(); len(links) != 1 || links[0].SpanContext.SpanID().String() != "2222222222222222" {
		t.Errorf("links = %v, want the span of the HTTP request", links)
	}
}

func TestTraceHasTheIDOfTheLog(t *testing.T) {
	tel, spans, _ := recorder(t)
	ctx := observe.WithCorrelation(t.Context(), traceID)
	tel.Receive()(func(context.Context, string, mcp.Request) (mcp.Result, error) { return nil, nil })(ctx, "tools/call", call("greet", nil))
	if span, _ := attributes(t, spans); span.SpanContext().TraceID().String() != traceID {
		t.Errorf("trace = %s, want %s", span.SpanContext().TraceID(), traceID)
	}
}

func TestMeasure(t *testing.T) {
	tel, _, reader := recorder(t)
	work := tel.Receive()(func(context.Context, string, mcp.Request) (mcp.Result, error) { return &mcp.CallToolResult{}, nil })
	work(t.Context(), "tools/call", call("greet", nil))
	work(t.Context(), "tools/call", call("greet", nil))
	work(t.Context(), "subscriptions/listen", call("", nil)) // open for hours: not measured
	var all metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	points := all.ScopeMetrics[0].Metrics[0].Data.(metricdata.Histogram[float64]).DataPoints
	if len(points) != 1 || points[0].Count != 2 {
		t.Fatalf("points = %+v, want one of two requests", points)
	}
	if got, _ := points[0].Attributes.Value(attribute.Key("gen_ai.tool.name")); got.AsString() != "greet" {
		t.Errorf("tool = %v", got)
	}
}

// A tool that asks its caller's user something carries the trace on.
func TestTraceContextGoesOutInMeta(t *testing.T) {
	tel, _, _ := recorder(t)
	server := mcp.NewServer(&mcp.Implementation{Name: "acme-server", Version: "dev"}, nil)
	server.AddReceivingMiddleware(tel.Receive())
	server.AddSendingMiddleware(tel.Send())
	mcp.AddTool(server, &mcp.Tool{Name: "ask"}, func(ctx context.Context, req *mcp.CallToolRequest, _ any) (*mcp.CallToolResult, any, error) {
		_, err := req.Session.Elicit(ctx, &mcp.ElicitParams{Message: "sure?", Meta: mcp.Meta{"mine": "kept"}})
		return &mcp.CallToolResult{}, nil, err
	})

	var asked mcp.Meta
	client := mcp.NewClient(&mcp.Implementation{Name: "client", Version: "dev"}, &mcp.ClientOptions{
		ElicitationHandler: func(_ context.Context, req *mcp.ElicitRequest) (*mcp.ElicitResult, error) {
			asked = req.Params.Meta
			return &mcp.ElicitResult{Action: "decline"}, nil
		},
	})
	near, far := mcp.NewInMemoryTransports()
	if _, err := server.Connect(t.Context(), near, nil); err != nil {
		t.Fatal(err)
	}
	session, err := client.Connect(t.Context(), far, &mcp.ClientSessionOptions{ProtocolVersion: "2025-11-25"})
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	if _, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: "ask", Meta: mcp.Meta{"traceparent": parent}}); err != nil {
		t.Fatal(err)
	}
	got, _ := asked["traceparent"].(string)
	if len(got) != len(parent) || got[3:35] != traceID || got == parent {
		t.Errorf("traceparent = %q, want a span of trace %s of our own", got, traceID)
	}
	if asked["mine"] != "kept" {
		t.Errorf("_meta = %v: what was there is gone", asked)
	}
}

func TestHTTPServerPassesItsSpanOn(t *testing.T) {
	tel, spans, _ := recorder(t)
	var header http.Header
	h := tel.Server(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { header = r.Header }))
	req := httptest.NewRequest(http.MethodPost, "/mcp", nil)
	req.Header.Set("Traceparent", parent)
	h.ServeHTTP(httptest.NewRecorder(), req)
	span, _ := attributes(t, spans)
	want := "00-" + traceID + "-" + span.SpanContext().SpanID().String() + "-01"
	if got := header.Get("Traceparent"); got != want {
		t.Errorf("Traceparent = %q, want %q", got, want)
	}
}

func TestHTTPClientTellsTheOtherSide(t *testing.T) {
	tel, spans, _ := recorder(t)
	var got string
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.Header.Get("Traceparent") }))
	defer srv.Close()
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL, nil)
	res, err := tel.Client(http.DefaultTransport).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	span, _ := attributes(t, spans)
	if want := "00-" + span.SpanContext().TraceID().String() + "-" + span.SpanContext().SpanID().String() + "-01"; got != want {
		t.Errorf("Traceparent = %q, want %q", got, want)
	}
}
