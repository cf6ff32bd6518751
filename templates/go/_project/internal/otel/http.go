package otel

import (
	"net/http"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/propagation"
)

// Server makes a span for each HTTP request. The span is passed on in the request's
// header, for the context of an MCP session is not that of the HTTP request.
func (t *Telemetry) Server(next http.Handler) http.Handler {
	pass := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.propagate.Inject(r.Context(), propagation.HeaderCarrier(r.Header))
		next.ServeHTTP(w, r)
	})
	return otelhttp.NewHandler(pass, "mcp", t.options()...)
}

// Client makes a span for each outgoing HTTP call and tells the other side of it.
func (t *Telemetry) Client(next http.RoundTripper) http.RoundTripper {
	return otelhttp.NewTransport(next, t.options()...)
}

func (t *Telemetry) options() []otelhttp.Option {
	return []otelhttp.Option{
		otelhttp.WithTracerProvider(t.traces),
		otelhttp.WithMeterProvider(t.metrics),
		otelhttp.WithPropagators(t.propagate),
	}
}
