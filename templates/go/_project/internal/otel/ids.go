package otel

import (
	"context"
	"crypto/rand"

	"go.opentelemetry.io/otel/trace"

	"example.com/acme-server/internal/observe"
)

// ids gives a trace that begins here the id under which its request is logged,
// so that a line of the log leads to the trace and back.
type ids struct{}

func (ids) NewIDs(ctx context.Context) (trace.TraceID, trace.SpanID) {
	id, err := trace.TraceIDFromHex(observe.Correlation(ctx))
	if err != nil || !id.IsValid() {
		rand.Read(id[:]) // never fails, by its documentation
	}
	return id, spanID()
}

func (ids) NewSpanID(context.Context, trace.TraceID) trace.SpanID { return spanID() }

func spanID() (id trace.SpanID) {
	rand.Read(id[:])
	return id
}
