// Package metrics counts what the server does, for Prometheus. Every label has a
// bounded set of values that no caller can widen.
package metrics

import (
	"net/http"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Config of the metrics.
type Config struct {
	// Runtime adds the metrics of the Go runtime and of the process.
	Runtime bool `env:"MCP_METRICS_RUNTIME" envDefault:"true"`
}

// Build identifies the running program.
type Build struct{ Version, Revision string }

// Metrics holds the server's metrics. It is safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry
	start    time.Time
	names    *names

	requests     *prometheus.CounterVec
	duration     *prometheus.HistogramVec
	inFlight     prometheus.Gauge
	streams      prometheus.Gauge
	toolCalls    *prometheus.CounterVec
	toolDuration *prometheus.HistogramVec
	responses    *prometheus.CounterVec
	cache        *prometheus.CounterVec
	refusals     *prometheus.CounterVec
}

// buckets reach from a tool that computes to one that asks a slow service. The
// objectives in deploy/observability are bounds of these buckets.
var buckets = []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30}

// Sources are asked at each scrape.
type Sources struct {
	Sessions     func() int             // how many are open
	Dependencies func() map[string]bool // by name, whether it works
}

// New makes the metrics, in a registry of their own.
func New(cfg Config, build Build, src Sources) *Metrics {
	reg := prometheus.NewRegistry()
	m := &Metrics{
		registry: reg,
		start:    time.Now(),
		names:    newNames(),

		requests: counter("mcp_requests_total",
			"Requests and notifications, by method and outcome, refused ones included.", "method", "outcome"),
		duration: histogram("mcp_request_duration_seconds",
			"Time from the arrival of a request to its answer.", "method"),
		inFlight: gauge("mcp_requests_in_flight", "Requests being worked on."),
		streams:  gauge("mcp_subscription_streams", "Open subscriptions/listen streams."),
		toolCalls: counter("mcp_tool_calls_total",
			"Calls that reached a tool, by outcome.", "tool", "outcome"),
		toolDuration: histogram("mcp_tool_duration_seconds",
			"Time that a tool worked.", "tool"),
		responses: counter("mcp_http_responses_total",
			"HTTP responses on the MCP port by status code.", "code"),
		cache: counter("mcp_cache_lookups_total",
			"Lookups in the cache by result: hit or miss.", "result"),
		refusals: counter("mcp_rate_limit_refusals_total",
			"Requests refused by a rate limit, by the scope of the limit.", "scope"),
	}
	reg.MustRegister(m.requests, m.duration, m.inFlight, m.streams, m.toolCalls, m.toolDuration,
		m.responses, m.cache, m.refusals, buildInfo(build), dependencies(src.Dependencies),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "mcp_sessions", Help: "Open sessions."},
			func() float64 { return float64(src.Sessions()) }))
	if cfg.Runtime {
		reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	}
	return m
}

// Handler serves the metrics to a scraper.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		Registry:            m.registry,
		MaxRequestsInFlight: 4, // a scrape is cheap, many at once are an attack or a mistake
	})
}

// CacheLookup counts a lookup in the cache.
func (m *Metrics) CacheLookup(hit bool) {
	if hit {
		m.cache.WithLabelValues("hit").Inc()
		return
	}
	m.cache.WithLabelValues("miss").Inc()
}

// RateLimited counts a refusal by the limit of the scope: "global", "caller" or "tool".
func (m *Metrics) RateLimited(scope string) {
	m.refusals.WithLabelValues(scope).Inc()
}

func buildInfo(b Build) prometheus.Collector {
	info := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "mcp_build_info", Help: "Always 1; the labels tell what runs."}, []string{"version", "revision", "runtime_version"})
	info.WithLabelValues(b.Version, b.Revision, runtime.Version()).Set(1)
	return info
}

func counter(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
}

func histogram(name, help string, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}, labels)
}

func gauge(name, help string) prometheus.Gauge {
	return prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
}
