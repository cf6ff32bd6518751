"""Tells a client how far a call has come."""

from __future__ import annotations

import time

import anyio.lowlevel

from acme_server.middleware import Context

_INTERVAL = 0.1  # seconds; more often no person looks


class Reporter:
    """Tells one call's progress. If the client did not ask for it, it reports nothing."""

    def __init__(self, context: Context, total: int) -> None:
        """Take the request and how many steps there are."""
        self._session = context.session
        self._total = total
        self._next = 0.0

    async def step(self, done: int, message: str) -> None:
        """Tell that a number of steps are done.

        A call that was cancelled ends here. Reports that come too fast are left
        out, except the last.
        """
        await anyio.lowlevel.checkpoint()
        now = time.monotonic()
        if now < self._next and done < self._total:
            return
        self._next = now + _INTERVAL
        await self._session.report_progress(done, self._total, message)
