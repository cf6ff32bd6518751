"""Spans and measures of MCP messages, and their way to the collector.

The trace context of a message travels in its _meta (specification 2026-07-28,
basic#meta). The requests that the server sends to its client carry it on, for
which the SDK sees.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from mcp.server.context import CallNext, HandlerResult
from opentelemetry import context as current
from opentelemetry import trace
from opentelemetry.baggage.propagation import W3CBaggagePropagator
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.metrics import Histogram
from opentelemetry.propagators.composite import CompositePropagator
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Link, Span, SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from acme_server import observe
from acme_server.caller import caller_of
from acme_server.middleware import Context
from acme_server.otel import Settings


class TelemetryError(Exception):
    """Tells what the exporters complain of."""


class Telemetry:
    """Makes spans and measures."""

    def __init__(self, traces: TracerProvider, metrics: MeterProvider) -> None:
        """Take the providers, which it will shut down."""
        self._traces, self._metrics = traces, metrics
        self._propagate = CompositePropagator([TraceContextTextMapPropagator(), W3CBaggagePropagator()])
        self._complaints = _Complaints()
        self.tracer = traces.get_tracer(__name__)
        self._duration = self.histogram(
            "mcp.server.operation.duration",
            "Time from the arrival of an MCP request to its answer.",
            [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300],
        )

    async def receive(self, ctx: Context, call_next: CallNext) -> HandlerResult:
        """Make a span for each request and measure it.

        The attributes are those of the OpenTelemetry conventions for MCP; URIs and
        arguments are not among them, for they may hold what should not be kept.
        """
        if ctx.method == observe.LISTEN:
            return await call_next(ctx)  # open for hours: no span, no measure
        start = time.perf_counter()
        parent, links = self._parent(ctx)
        span = self.tracer.start_span(ctx.method, parent, SpanKind.SERVER, _describe(ctx), links)

        def told(result: HandlerResult, error: BaseException | None) -> None:
            labels = _describe_end(span, ctx, result, error)
            span.end()
            self._duration.record(time.perf_counter() - start, labels)

        identity = trace.format_trace_id(span.get_span_context().trace_id)
        with within(trace.set_span_in_context(span, parent)), observe.correlated(identity):
            return await observe.watched(ctx, call_next, told)

    def _parent(self, ctx: Context) -> tuple[current.Context, list[Link]]:
        """Return the context that the caller sent.

        It is that of _meta, else that of the HTTP request, which is then only
        linked. A span that there may be already is dropped: sessions live longer
        than the request that began them.
        """
        via_http = self.extract(dict(ctx.request.headers) if ctx.request is not None else {})
        via_meta = self.extract({k: v for k, v in observe.meta(ctx).items() if isinstance(v, str)})
        if not trace.get_current_span(via_meta).get_span_context().is_valid:
            return via_http, []
        linked = trace.get_current_span(via_http).get_span_context()
        return via_meta, [Link(linked)] if linked.is_valid else []

    def extract(self, carrier: dict[str, str]) -> current.Context:
        """Return the context that came in."""
        return self._propagate.extract(carrier, current.Context())

    def inject(self, context: current.Context) -> dict[str, str]:
        """Return the headers that pass a context on."""
        carrier: dict[str, str] = {}
        self._propagate.inject(carrier, context)
        return carrier

    def histogram(self, name: str, text: str, bounds: list[float]) -> Histogram:
        """Make a histogram of durations in seconds."""
        meter = self._metrics.get_meter(__name__)
        return meter.create_histogram(name, "s", text, explicit_bucket_boundaries_advisory=bounds)

    def tell_losses(self, tell: Callable[[str], None]) -> None:
        """Let the exporters complain.

        The library knows only one place for complaints in a process, so this
        belongs into the start of the program.
        """
        self._complaints.tell = tell
        _LIBRARY.handlers[:] = [self._complaints]
        _LIBRARY.propagate = False

    async def stop(self, grace: float) -> None:
        """Send what has not been sent yet, for as many seconds as grace says."""
        losses: list[str] = []
        self.tell_losses(losses.append)
        sent = asyncio.Event()
        loop = asyncio.get_running_loop()

        def send() -> None:
            self._traces.shutdown()
            self._metrics.shutdown()
            with suppress(RuntimeError):  # nobody waits any more
                loop.call_soon_threadsafe(sent.set)

        # A thread that does not keep the process from ending.
        threading.Thread(target=send, daemon=True).start()
        try:
            async with asyncio.timeout(grace):
                await sent.wait()
        except TimeoutError:
            losses.append("gave up: the collector takes too long")
        self._complaints.tell = _silent
        if losses:
            raise TelemetryError("; ".join(losses))


def connect(settings: Settings, name: str, version: str) -> Telemetry:
    """Make the telemetry of a program.

    A collector that is down costs spans, never requests.
    """
    base = settings.MCP_OTEL_ENDPOINT.rstrip("/")
    # What OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME say wins.
    about = Resource.create({"service.name": name, "service.version": version})
    about = about.merge(OTELResourceDetector().detect())
    traces = TracerProvider(
        sampler=ParentBased(TraceIdRatioBased(settings.MCP_OTEL_SAMPLE_RATIO)),
        resource=about,
        id_generator=Ids(),
        shutdown_on_exit=False,
    )
    traces.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{base}/v1/traces")))
    points = OTLPMetricExporter(f"{base}/v1/metrics")
    reader = PeriodicExportingMetricReader(points, settings.MCP_OTEL_METRICS_EVERY * 1000)
    return Telemetry(traces, MeterProvider([reader], about, shutdown_on_exit=False))


class Ids(IdGenerator):
    """Gives a trace that begins here the id under which its request is logged.

    So a line of the log leads to the trace and back.
    """

    def generate_trace_id(self) -> int:
        """Make an id of 128 bits."""
        return int(observe.correlation() or "0", 16) or secrets.randbits(128) or 1

    def generate_span_id(self) -> int:
        """Make an id of 64 bits."""
        return secrets.randbits(64) or 1


_LIBRARY = logging.getLogger("opentelemetry")


def _silent(_: str) -> None:
    """Tell nobody."""


class _Complaints(logging.Handler):
    """Takes what the library says of its failures; that it tries once more is no news."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.tell: Callable[[str], None] = _silent

    def emit(self, record: logging.LogRecord) -> None:
        self.tell(record.getMessage())


@contextmanager
def within(context: current.Context) -> Iterator[None]:
    """Make a context the current one."""
    token = current.attach(context)
    try:
        yield
    finally:
        current.detach(token)


def _describe(ctx: Context) -> dict[str, str]:
    found = {
        "mcp.method.name": ctx.method,
        "mcp.protocol.version": ctx.protocol_version,
        "mcp.session.id": caller_of(ctx).session,
        "network.transport": "pipe" if ctx.request is None else "tcp",
        "network.protocol.name": "" if ctx.request is None else "http",
    }
    if tool := observe.tool(ctx):
        found |= {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": tool}
    if prompt := observe.prompt(ctx):
        found["gen_ai.prompt.name"] = prompt
    return {name: value for name, value in found.items() if value}


def _describe_end(span: Span, ctx: Context, result: HandlerResult, error: BaseException | None) -> dict[str, str]:
    """Complete the span and return the labels of the measure.

    Only the name of something that exists becomes part of the span's name and a
    label: the names that callers make up have no end.
    """
    labels = {"mcp.method.name": ctx.method}
    for key, name in (("gen_ai.tool.name", observe.tool(ctx)), ("gen_ai.prompt.name", observe.prompt(ctx))):
        if name and error is None:
            span.update_name(f"{ctx.method} {name}")
            labels[key] = name
    outcome = observe.outcome(ctx.method, result, error)
    if (code := observe.code(error)) is not None:
        span.set_attribute("rpc.response.status_code", str(code))
    if outcome in (observe.TOOL_ERROR, observe.TIMEOUT, observe.FAILED):
        span.set_status(StatusCode.ERROR, outcome)
    if outcome not in (observe.OK, observe.INPUT_REQUIRED):
        # What is the caller's doing is no fault of this server, but has a reason, too.
        span.set_attribute("error.type", outcome)
        labels["error.type"] = outcome
    return labels
