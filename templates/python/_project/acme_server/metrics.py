"""Counts what the server does, for Prometheus.

Every label has a bounded set of values that no caller can widen.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

from mcp.server.context import CallNext, HandlerResult
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    Metric,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from acme_server import observe
from acme_server.middleware import Context, Layer, Stage
from acme_server.settings import Switch

if TYPE_CHECKING:
    from acme_server.app import App

# From a tool that computes to one that asks a slow service.
#mcpctl:if dashboards
# The objectives in deploy/observability are bounds of these buckets.
#mcpctl:end
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

# Stands for every name that is not the server's own.
_OTHER = "other"

# Bounds the tools that have a label of their own. A server with more tools than
# this has other troubles.
MOST_NAMES = 500

# What a server of any revision answers.
_METHODS = {
    *("completion/complete", "initialize", "logging/setLevel", "ping"),
    *("notifications/cancelled", "notifications/initialized"),
    *("notifications/progress", "notifications/roots/list_changed"),
    *("prompts/get", "prompts/list", "resources/list", "resources/read"),
    *("resources/subscribe", "resources/templates/list", "resources/unsubscribe"),
    *("server/discover", observe.LISTEN, "tools/call", "tools/list"),
}


class Settings(BaseModel):
    """What is counted."""

    MCP_METRICS_RUNTIME: Switch = True  # the metrics of Python and of the process, too


def join(app: App) -> None:
    """Count requests, tools and HTTP responses and serve the counts on the admin port."""
    metrics = app.metrics = Metrics(
        app.config.MCP_METRICS_RUNTIME,
        app.build.version,
        lambda: {s.name: s.error is None for s in app.life.statuses},
    )
    app.chain.use(Stage.ERROR, metrics.requests)
    app.chain.use(Stage.TIMING, metrics.tools)
    app.wrap(Layer.HEADERS, metrics.http)
    app.admin("/metrics", metrics.serve)

    async def log_summary() -> None:
        app.log.info("final metrics", **metrics.summary())

    app.life.on_stop("metrics", log_summary)


# By name, whether a dependency works. It is asked at each scrape instead of told at
# each change, so it cannot be out of date.
Dependencies: TypeAlias = Callable[[], dict[str, bool]]


class Metrics:
    """The server's metrics, in a registry of their own."""

    def __init__(self, runtime: bool, version: str, dependencies: Dependencies) -> None:
        """Runtime adds the metrics of Python and of the process."""
        self._start = time.monotonic()
        self._names: set[str] = set()
        self.registry = CollectorRegistry()
        self._requests = self._counter(
            "mcp_requests_total",
            "Requests and notifications, by method and outcome, refused ones included.",
            ["method", "outcome"],
        )
        self._duration = self._histogram(
            "mcp_request_duration_seconds", "Time from the arrival of a request to its answer.", ["method"]
        )
        self._in_flight = self._gauge("mcp_requests_in_flight", "Requests being worked on.")
        self._streams = self._gauge("mcp_subscription_streams", "Open subscriptions/listen streams.")
        self._tool_calls = self._counter(
            "mcp_tool_calls_total", "Calls that reached a tool, by outcome.", ["tool", "outcome"]
        )
        self._tool_duration = self._histogram("mcp_tool_duration_seconds", "Time that a tool worked.", ["tool"])
        self._responses = self._counter(
            "mcp_http_responses_total", "HTTP responses on the MCP port by status code.", ["code"]
        )
        self._cache = self._counter(
            "mcp_cache_lookups_total", "Lookups in the cache by result: hit or miss.", ["result"]
        )
        self._refusals = self._counter(
            "mcp_rate_limit_refusals_total",
            "Requests refused by a rate limit, by the scope of the limit.",
            ["scope"],
        )
        self._sessions = self._gauge("mcp_sessions", "Open sessions.")
        self._gauge(
            "mcp_build_info", "Always 1; the labels tell what runs.", ["version", "revision", "runtime_version"]
        ).labels(version, "unknown", f"python {platform.python_version()}").set(1)  # Python knows no commit
        self.registry.register(_Up(dependencies))
        if runtime:
            ProcessCollector(registry=self.registry)
            GCCollector(registry=self.registry)

    def _counter(self, name: str, text: str, labels: Iterable[str]) -> Counter:
        return Counter(name, text, labels, registry=self.registry)

    def _histogram(self, name: str, text: str, labels: Iterable[str]) -> Histogram:
        return Histogram(name, text, labels, buckets=BUCKETS, registry=self.registry)

    def _gauge(self, name: str, text: str, labels: Iterable[str] = ()) -> Gauge:
        return Gauge(name, text, labels, registry=self.registry)

    async def serve(self, _: Request) -> Response:
        """Serve the metrics to a scraper."""
        return Response(generate_latest(_Shown(self.registry)), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    def cache_lookup(self, hit: bool) -> None:
        """Count a lookup in the cache."""
        self._cache.labels("hit" if hit else "miss").inc()

    def rate_limited(self, scope: str) -> None:
        """Count a refusal by the limit of the scope: global, caller or tool."""
        self._refusals.labels(scope).inc()

    async def requests(self, ctx: Context, call_next: CallNext) -> HandlerResult:
        """Count and time every request as its caller sees it.

        This middleware stands outermost, so that refusals are counted too.
        """
        label = ctx.method if ctx.method in _METHODS else _OTHER
        busy = self._streams if ctx.method == observe.LISTEN else self._in_flight
        start = time.perf_counter()

        def told(result: HandlerResult, error: BaseException | None) -> None:
            busy.dec()
            self._requests.labels(label, observe.outcome(ctx.method, result, error)).inc()
            if ctx.method != observe.LISTEN:
                self._duration.labels(label).observe(time.perf_counter() - start)
            if ctx.method == "tools/list" and isinstance(result, dict):
                self.learn(tool["name"] for tool in result.get("tools", ()))
            if ctx.method == "initialize" and error is None:
                self._sessions.inc()
                ctx.session._connection.exit_stack.callback(self._sessions.dec)  # the SDK has no public way to it

        busy.inc()
        return await observe.watched(ctx, call_next, told)

    async def tools(self, ctx: Context, call_next: CallNext) -> HandlerResult:
        """Count and time the tools alone.

        This middleware stands in the stage timing, behind all that may refuse a call.
        """
        tool, start = observe.tool(ctx), time.perf_counter()
        if not tool:
            return await call_next(ctx)

        def told(result: HandlerResult, error: BaseException | None) -> None:
            outcome = observe.outcome(ctx.method, result, error)
            if outcome in (observe.OK, observe.INPUT_REQUIRED):  # a tool that answered exists
                self.learn([tool])
            label = tool if tool in self._names else _OTHER
            self._tool_calls.labels(label, outcome).inc()
            self._tool_duration.labels(label).observe(time.perf_counter() - start)

        return await observe.watched(ctx, call_next, told)

    def learn(self, tools: Iterable[str]) -> None:
        """Learn the names of the server's tools.

        They come from what the server itself lists or has answered, never from
        what a caller asks for: a caller must not be able to make up time series.
        """
        for tool in tools:
            if len(self._names) < MOST_NAMES:
                self._names.add(tool)

    def http(self, app: ASGIApp) -> ASGIApp:
        """Count the responses of app by status code.

        It stands outermost, so that refused origins and missing tokens are seen.
        """

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            async def watch(message: Message) -> None:
                if message["type"] == "http.response.start":
                    self._responses.labels(str(message["status"])).inc()
                await send(message)

            await app(scope, receive, watch)

        return serve

    def summary(self) -> dict[str, Any]:
        """Tell what is worth knowing of the whole run, for the last line of the log.

        A scraper may never see the seconds before the end.
        """
        found: dict[str, Any] = {"uptime_seconds": round(time.monotonic() - self._start, 3)}
        for counter, name, by in (
            (self._cache, "cache_lookups", "result"),
            (self._refusals, "rate_limit_refusals", "scope"),
            (self._requests, "requests", "outcome"),
            (self._tool_calls, "tool_calls", "tool"),
        ):
            total: dict[str, int] = {}
            for sample in next(iter(counter.collect())).samples:
                if sample.name.endswith("_total"):
                    value = sample.labels[by]
                    total[value] = total.get(value, 0) + int(sample.value)
            if total:
                found[name] = dict(sorted(total.items()))
        return found


class _Up(Collector):
    def __init__(self, up: Dependencies) -> None:
        self._up = up

    def collect(self) -> Iterable[Metric]:
        text = "1 if the dependency worked when it was last checked, else 0."
        family = GaugeMetricFamily("mcp_dependency_up", text, labels=["dependency"])
        for name, up in self._up().items():
            family.add_metric([name], float(up))
        yield family


class _Shown(Collector):
    """Leaves out when each series began, which the library would show as a series of its own."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterable[Metric]:
        for family in self._registry.collect():
            family.samples = [s for s in family.samples if not s.name.endswith("_created")]
            yield family
