package otel

import (
	"context"
	"errors"
	"maps"
	"strconv"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"example.com/acme-server/internal/observe"
)

var errPanic = errors.New("the handler panicked")

// Receive makes a span for each request and measures it. The attributes are those
// of the OpenTelemetry conventions for MCP; URIs and arguments are not among
// them, for they may hold what should not be kept.
func (t *Telemetry) Receive() mcp.Middleware {
	return func(next mcp.MethodHandler) mcp.MethodHandler {
		return func(ctx context.Context, method string, req mcp.Request) (res mcp.Result, err error) {
			if method == "subscriptions/listen" {
				return next(ctx, method, req) // open for hours: no span, no measure
			}
			start := time.Now()
			ctx, link := t.parent(ctx, req)
			ctx, span := t.tracer.Start(ctx, method, trace.WithSpanKind(trace.SpanKindServer),
				trace.WithAttributes(describeRequest(method, req)...), trace.WithLinks(link...))
			err = errPanic // stays when next does not return
			defer func() {
				labels := describeEnd(span, method, req, res, err)
				span.End()
				t.duration.Record(ctx, time.Since(start).Seconds(), metric.WithAttributes(labels...))
			}()
			return next(observe.WithCorrelation(ctx, span.SpanContext().TraceID().String()), method, req)
		}
	}
}

// parent returns ctx with the context that the caller sent: that of _meta, else
// that of the HTTP request, which is then only linked. A span that ctx may hold
// is dropped: sessions live longer than the request that began them.
func (t *Telemetry) parent(ctx context.Context, req mcp.Request) (context.Context, []trace.Link) {
	ctx = trace.ContextWithSpanContext(ctx, trace.SpanContext{})
	viaHTTP := ctx
	if extra := req.GetExtra(); extra != nil && extra.Header != nil {
		viaHTTP = t.propagate.Extract(ctx, propagation.HeaderCarrier(extra.Header))
	}
	viaMeta := t.propagate.Extract(ctx, carrier(observe.Meta(req)))
	if !trace.SpanContextFromContext(viaMeta).IsValid() {
		return viaHTTP, nil
	}
	if http := trace.SpanContextFromContext(viaHTTP); http.IsValid() {
		return viaMeta, []trace.Link{{SpanContext: http}}
	}
	return viaMeta, nil
}

// Send puts the trace context into the requests that the server sends to its
// client while it works on one. Notifications go to many sessions at once and
// stay as they are.
func (t *Telemetry) Send() mcp.Middleware {
	asks := map[string]bool{"elicitation/create": true, "roots/list": true, "sampling/createMessage": true}
	return func(next mcp.MethodHandler) mcp.MethodHandler {
		return func(ctx context.Context, method string, req mcp.Request) (mcp.Result, error) {
			if asks[method] && trace.SpanContextFromContext(ctx).IsValid() {
				meta := carrier(maps.Clone(observe.Meta(req)))
				if meta == nil {
					meta = carrier{}
				}
				t.propagate.Inject(ctx, meta)
				req.GetParams().SetMeta(meta)
			}
			return next(ctx, method, req)
		}
	}
}

func describeRequest(method string, req mcp.Request) []attribute.KeyValue {
	attrs := []attribute.KeyValue{attribute.String("mcp.method.name", method)}
	if v, ok := req.(interface{ ProtocolVersion() string }); ok && v.ProtocolVersion() != "" {
		attrs = append(attrs, attribute.String("mcp.protocol.version", v.ProtocolVersion()))
	}
	if s, ok := req.GetSession().(*mcp.ServerSession); ok && s != nil && s.ID() != "" {
		attrs = append(attrs, attribute.String("mcp.session.id", s.ID()))
	}
	if extra := req.GetExtra(); extra != nil && extra.Header != nil {
		attrs = append(attrs, attribute.String("network.transport", "tcp"), attribute.String("network.protocol.name", "http"))
	} else {
		attrs = append(attrs, attribute.String("network.transport", "pipe"))
	}
	if tool := observe.Tool(req); tool != "" {
		attrs = append(attrs, attribute.String("gen_ai.operation.name", "execute_tool"), attribute.String("gen_ai.tool.name", tool))
	}
	if prompt := observe.Prompt(req); prompt != "" {
		attrs = append(attrs, attribute.String("gen_ai.prompt.name", prompt))
	}
	return attrs
}

// describeEnd completes the span and returns the labels of the measure. Only the
// name of something that exists becomes part of the span's name and a label: the
// names that callers make up have no end.
func describeEnd(span trace.Span, method string, req mcp.Request, res mcp.Result, err error) []attribute.KeyValue {
	labels := []attribute.KeyValue{attribute.String("mcp.method.name", method)}
	if tool := observe.Tool(req); tool != "" && err == nil {
		span.SetName(method + " " + tool)
		labels = append(labels, attribute.String("gen_ai.tool.name", tool))
	} else if prompt := observe.Prompt(req); prompt != "" && err == nil {
		span.SetName(method + " " + prompt)
		labels = append(labels, attribute.String("gen_ai.prompt.name", prompt))
	}

	outcome := observe.Outcome(method, res, err)
	var rpc *jsonrpc.Error
	if errors.As(err, &rpc) {
		span.SetAttributes(attribute.String("rpc.response.status_code", strconv.FormatInt(rpc.Code, 10)))
	}
	switch outcome {
	case observe.ToolError, observe.Timeout, observe.Failed:
		span.SetStatus(codes.Error, outcome)
		fallthrough
	case observe.Rejected, observe.Cancelled: // the caller's doing: no fault of this server
		reason := attribute.String("error.type", outcome)
		span.SetAttributes(reason)
		labels = append(labels, reason)
	}
	return labels
}

// carrier lets the propagators read and write a _meta: traceparent, tracestate
// and baggage are keys of it without a prefix.
type carrier map[string]any

func (c carrier) Get(key string) string {
	value, _ := c[key].(string)
	return value
}

func (c carrier) Set(key, value string) { c[key] = value }

func (c carrier) Keys() []string {
	keys := make([]string, 0, len(c))
	for key := range c {
		keys = append(keys, key)
	}
	return keys
}
