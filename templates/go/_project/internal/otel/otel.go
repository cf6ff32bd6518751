// Package otel sends traces and metrics to an OpenTelemetry collector over
// OTLP/HTTP, and carries the trace context of MCP messages, which travels in
// their _meta (specification 2026-07-28, basic#meta).
package otel

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Config of the telemetry. The exporters also read what is not here, such as
// headers and certificates, from the standard OTEL_EXPORTER_OTLP_… variables.
type Config struct {
	// Endpoint is the collector's base URL; empty: nothing is collected or sent.
	Endpoint string `env:"MCP_OTEL_ENDPOINT,expand" envDefault:"${OTEL_EXPORTER_OTLP_ENDPOINT}"`
	// SampleRatio is the share of traces that begin here and are kept. A trace
	// that a caller began is kept if the caller keeps it.
	SampleRatio float64 `env:"MCP_OTEL_SAMPLE_RATIO" envDefault:"0.1"`
	// MetricsEvery is the time between two exports of the metrics.
	MetricsEvery time.Duration `env:"MCP_OTEL_METRICS_EVERY" envDefault:"60s"`
}

// Validate tells everything that is wrong with the settings.
func (c Config) Validate() error {
	var errs []error
	if c.Endpoint != "" {
		u, err := url.Parse(c.Endpoint)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			errs = append(errs, errors.New("MCP_OTEL_ENDPOINT is no http(s) URL; write one such as http://localhost:4318"))
		}
	}
	if c.SampleRatio < 0 || c.SampleRatio > 1 {
		errs = append(errs, fmt.Errorf("MCP_OTEL_SAMPLE_RATIO is %g: it must be between 0 and 1", c.SampleRatio))
	}
	if c.MetricsEvery <= 0 {
		errs = append(errs, fmt.Errorf("MCP_OTEL_METRICS_EVERY is %s: it must be longer than nothing", c.MetricsEvery))
	}
	return errors.Join(errs...)
}

// Telemetry makes spans and measures. It is safe for concurrent use.
type Telemetry struct {
	traces    *sdktrace.TracerProvider
	metrics   *sdkmetric.MeterProvider
	propagate propagation.TextMapPropagator
	tracer    trace.Tracer
	duration  metric.Float64Histogram
}

// New returns the telemetry of a program. Nothing is connected before the first
// export, and a collector that is down costs spans, never requests.
func New(ctx context.Context, cfg Config, name, version string) (*Telemetry, error) {
	base, err := url.Parse(cfg.Endpoint)
	if err != nil {
		return nil, fmt.Errorf("reading MCP_OTEL_ENDPOINT: %w", err)
	}
	spans, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(base.JoinPath("v1/traces").String()))
	if err != nil {
		return nil, fmt.Errorf("making the exporter of traces: %w", err)
	}
	points, err := otlpmetrichttp.New(ctx, otlpmetrichttp.WithEndpointURL(base.JoinPath("v1/metrics").String()))
	if err != nil {
		return nil, fmt.Errorf("making the exporter of metrics: %w", err)
	}
	about, err := describe(ctx, name, version)
	if err != nil {
		return nil, err
	}
	return assemble(
		sdktrace.NewTracerProvider(
			sdktrace.WithResource(about),
			sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(cfg.SampleRatio))),
			sdktrace.WithIDGenerator(ids{}),
			sdktrace.WithBatcher(spans)),
		sdkmetric.NewMeterProvider(
			sdkmetric.WithResource(about),
			sdkmetric.WithReader(sdkmetric.NewPeriodicReader(points, sdkmetric.WithInterval(cfg.MetricsEvery)))))
}

// describe names the program; OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME win.
func describe(ctx context.Context, name, version string) (*resource.Resource, error) {
	about, err := resource.New(ctx,
		resource.WithAttributes(attribute.String("service.name", name), attribute.String("service.version", version)),
		resource.WithTelemetrySDK(),
		resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("describing the program for the collector: %w; is OTEL_RESOURCE_ATTRIBUTES a list of key=value?", err)
	}
	return about, nil
}

const scope = "example.com/acme-server/internal/otel"

func assemble(traces *sdktrace.TracerProvider, metrics *sdkmetric.MeterProvider) (*Telemetry, error) {
	duration, err := metrics.Meter(scope).Float64Histogram("mcp.server.operation.duration",
		metric.WithUnit("s"),
		metric.WithDescription("Time from the arrival of an MCP request to its answer."),
		metric.WithExplicitBucketBoundaries(0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300))
	if err != nil {
		return nil, fmt.Errorf("making the histogram of durations: %w", err)
	}
	return &Telemetry{
		traces:    traces,
		metrics:   metrics,
		propagate: propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}),
		tracer:    traces.Tracer(scope),
		duration:  duration,
	}, nil
}

// LogErrors lets the exporters complain to log. The SDK knows only one place for
// complaints in a process, so this belongs into the start of the program.
func (t *Telemetry) LogErrors(log *slog.Logger) {
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) {
		log.Warn("telemetry got lost", "error", err)
	}))
}

// Stop sends what has not been sent yet, until ctx ends.
func (t *Telemetry) Stop(ctx context.Context) error {
	return errors.Join(t.traces.Shutdown(ctx), t.metrics.Shutdown(ctx))
}
