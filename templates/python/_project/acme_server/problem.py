"""Errors of tools that are of use to a model: what happened, under a code that stays, and what to do about it."""

from __future__ import annotations

import json
from typing import Literal, TypeAlias

from acme_server.lifecycle import text_of
from acme_server.log import Log

Code: TypeAlias = Literal[
    "not_found", "full", "refused", "forbidden", "unavailable", "internal", "timeout", "too_large"
]
"""The codes are part of the contract with clients: add, never rename."""


class Problem(Exception):  # noqa: N818 - so clients are told of it
    """An error whose text is meant for the client: a JSON object."""

    def __init__(self, code: Code, message: str, fix: str) -> None:
        """Say in fix what the client can do."""
        text = {"code": code, "message": message, "fix": fix}
        super().__init__(json.dumps(text, ensure_ascii=False, separators=(",", ":")))


def shielded(error: Exception, tool: str, log: Log) -> Problem:
    """Let problems through to the client.

    Any other error may tell what is nobody's business, such as a query or a path:
    it goes to the log, and the client learns that it did.
    """
    if isinstance(error, Problem):
        return error
    log.error("a tool failed", tool=tool, error=text_of(error))
    return Problem(
        "internal",
        "The tool failed for a reason that the server's log tells.",
        "Try once more; if it fails again, tell whoever runs the server.",
    )
