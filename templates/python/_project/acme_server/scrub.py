"""Rewrites every text on its way into the log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pydantic_core

from acme_server.log import Log

Clean = Callable[[str], str]


class Scrubbed:
    """A log that sends messages and all values, also those deep in an object, through clean before next sees them."""

    def __init__(self, following: Log, clean: Clean) -> None:
        """Take the log to write to and what cleans a text."""
        self._next, self._clean = following, clean

    def debug(self, message: str, **fields: Any) -> None:
        """Pass on, cleaned."""
        self._next.debug(self._clean(message), **self._fields(fields))

    def info(self, message: str, **fields: Any) -> None:
        """Pass on, cleaned."""
        self._next.info(self._clean(message), **self._fields(fields))

    def warn(self, message: str, **fields: Any) -> None:
        """Pass on, cleaned."""
        self._next.warn(self._clean(message), **self._fields(fields))

    def error(self, message: str, **fields: Any) -> None:
        """Pass on, cleaned."""
        self._next.error(self._clean(message), **self._fields(fields))

    def _fields(self, fields: dict[str, Any]) -> dict[str, Any]:
        return {name: self._value(value) for name, value in fields.items()}

    def _value(self, value: Any) -> Any:
        """Clean what a log would print of a value: the text of an error, the JSON of everything else."""
        if isinstance(value, bytes):
            return self._clean(value.decode(errors="replace"))
        return walk(pydantic_core.to_jsonable_python(value, fallback=str, bytes_mode="utf8"), self._clean)


def walk(value: Any, clean: Clean) -> Any:
    """Return a copy of a JSON value with every text sent through clean, save for the names of members."""
    match value:
        case str():
            return clean(value)
        case list():
            return [walk(v, clean) for v in value]
        case dict():
            return {name: walk(v, clean) for name, v in value.items()}
    return value
