"""Counts what the server does, for the log."""

from __future__ import annotations

from mcp.server.context import CallNext, HandlerResult

from acme_server.log import Log
from acme_server.middleware import Context


class Stats:
    """The counters; an instance is a middleware."""

    def __init__(self) -> None:
        self.requests = 0
        self.failures = 0
        self.under_way = 0

    async def __call__(self, ctx: Context, call_next: CallNext) -> HandlerResult:
        """Count one request."""
        self.requests += 1
        self.under_way += 1
        try:
            result = await call_next(ctx)
        except Exception:
            self.failures += 1
            raise
        finally:
            self.under_way -= 1
        if isinstance(result, dict) and result.get("isError") is True:
            self.failures += 1
        return result

    def tell(self, log: Log, message: str) -> None:
        """Log the counters."""
        log.info(message, requests=self.requests, failures=self.failures, underWay=self.under_way)
