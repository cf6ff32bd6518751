"""Sends traces and metrics to an OpenTelemetry collector over OTLP/HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel

from acme_server.middleware import Layer, Stage
from acme_server.settings import PositiveDuration

if TYPE_CHECKING:
    from acme_server.app import App


def _endpoint(url: str) -> str:
    at = urlsplit(url)
    if url and not (at.scheme in ("http", "https") and at.netloc):
        raise ValueError("MCP_OTEL_ENDPOINT is no http(s) URL; write one such as http://localhost:4318")
    return url


def _ratio(share: float) -> float:
    if not 0 <= share <= 1:
        raise ValueError(f"MCP_OTEL_SAMPLE_RATIO is {share:g}: it must be between 0 and 1")
    return share


class Settings(BaseModel):
    """Where telemetry goes, and how much of it.

    The exporters also read what is not here, such as headers and certificates,
    from the standard OTEL_EXPORTER_OTLP_… variables.
    """

    # The collector's base URL; empty: nothing is collected or sent.
    MCP_OTEL_ENDPOINT: Annotated[str, AfterValidator(_endpoint)] = ""
    # The share of traces that begin here and are kept. A trace that a caller began
    # is kept if the caller keeps it.
    MCP_OTEL_SAMPLE_RATIO: Annotated[float, AfterValidator(_ratio)] = 0.1
    MCP_OTEL_METRICS_EVERY: PositiveDuration = 60  # between two exports of the metrics


def join(app: App) -> None:
    """Trace and measure what comes in and what goes out, if there is a collector to send it to."""
    if not app.config.MCP_OTEL_ENDPOINT:
        return
    # Only who has a collector shall wait for these to load.
    from acme_server.otel_http import Client, server
    from acme_server.otel_spans import TelemetryError, connect

    telemetry = connect(app.config, "acme-server", app.build.version)
    app.chain.use(Stage.ERROR, telemetry.receive)
    app.wrap(Layer.TRACE, lambda inner: server(telemetry, inner))
    app.wrap_transport(lambda inner: Client(telemetry, inner))

    async def start() -> None:
        telemetry.tell_losses(lambda loss: app.log.warn("telemetry got lost", error=loss))

    async def stop() -> None:
        # A collector that is down must not make a good end look bad, so this gives
        # up before it is given up.
        try:
            await telemetry.stop(app.config.MCP_STOP_TIMEOUT * 3 / 4)
        except TelemetryError as e:
            app.log.warn("the last telemetry got lost", error=str(e))

    app.life.on_start("otel", start)
    app.life.on_stop("otel", stop)
