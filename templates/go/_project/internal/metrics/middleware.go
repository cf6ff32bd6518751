package metrics

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"example.com/acme-server/internal/observe"
)

// listen is open for as long as the caller cares to listen: neither its duration
// nor its being in flight says anything about load.
const listen = "subscriptions/listen"

var errPanic = errors.New("the handler panicked")

// Requests counts and times every request as its caller sees it. It stands
// outermost, so that refusals are counted too.
func (m *Metrics) Requests() mcp.Middleware {
	return func(next mcp.MethodHandler) mcp.MethodHandler {
		return func(ctx context.Context, method string, req mcp.Request) (res mcp.Result, err error) {
			label, start, busy := methodLabel(method), time.Now(), m.inFlight
			if method == listen {
				busy = m.streams
			}
			busy.Inc()
			err = errPanic // stays when next does not return
			defer func() {
				busy.Dec()
				m.requests.WithLabelValues(label, observe.Outcome(method, res, err)).Inc()
				if method != listen {
					m.duration.WithLabelValues(label).Observe(time.Since(start).Seconds())
				}
				m.names.learn(res)
			}()
			return next(ctx, method, req)
		}
	}
}

// Tools counts and times the tools alone. It stands in the stage Timing, behind
// all that may refuse a call.
func (m *Metrics) Tools() mcp.Middleware {
	return func(next mcp.MethodHandler) mcp.MethodHandler {
		return func(ctx context.Context, method string, req mcp.Request) (res mcp.Result, err error) {
			tool := observe.Tool(req)
			if tool == "" {
				return next(ctx, method, req)
			}
			start := time.Now()
			err = errPanic // stays when next does not return
			defer func() {
				label := m.names.label(tool, res)
				m.toolCalls.WithLabelValues(label, observe.Outcome(method, res, err)).Inc()
				m.toolDuration.WithLabelValues(label).Observe(time.Since(start).Seconds())
			}()
			return next(ctx, method, req)
		}
	}
}

// HTTP counts the responses of next by status code. It stands outermost, so that
// refused origins and missing tokens are seen.
func (m *Metrics) HTTP(next http.Handler) http.Handler {
	return promhttp.InstrumentHandlerCounter(m.responses, next)
}
