"""The log. It goes to standard error: standard output belongs to the protocol."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any, Protocol, TextIO


class Log(Protocol):
    """What is logged: a message that stays the same, and what it is about as fields."""

    def debug(self, message: str, **fields: Any) -> None:
        """Tell whoever looks for a fault."""

    def info(self, message: str, **fields: Any) -> None:
        """Tell what happens."""

    def warn(self, message: str, **fields: Any) -> None:
        """Tell what may be wrong."""

    def error(self, message: str, **fields: Any) -> None:
        """Tell what went wrong."""


class TextLog:
    """A log of lines for people."""

    def __init__(self, out: TextIO) -> None:
        """Write to out."""
        self._out = out

    def debug(self, message: str, **fields: Any) -> None:
        """Leave it out."""

    def info(self, message: str, **fields: Any) -> None:
        """Tell what happens."""
        self._write("INFO", message, fields)

    def warn(self, message: str, **fields: Any) -> None:
        """Tell what may be wrong."""
        self._write("WARN", message, fields)

    def error(self, message: str, **fields: Any) -> None:
        """Tell what went wrong."""
        self._write("ERROR", message, fields)

    def _write(self, level: str, message: str, fields: dict[str, Any]) -> None:
        time = datetime.now(UTC).isoformat(timespec="milliseconds")
        shown = {"time": time, "level": level, "msg": message, **fields}
        print(" ".join(f"{name}={_quoted(value)}" for name, value in shown.items()), file=self._out, flush=True)


def _quoted(value: Any) -> str:
    text = json.dumps(value) if value is None or isinstance(value, bool) else str(value)
    return text if re.fullmatch(r"[\w.:/+-]+", text) else json.dumps(text, ensure_ascii=False)


class Bridge(logging.Handler):
    """Passes on what libraries complain of."""

    def __init__(self, log: Log) -> None:
        """Take the log to write to."""
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Pass on one record."""
        write = self._log.error if record.levelno >= logging.ERROR else self._log.warn
        error = {"error": str(record.exc_info[1])} if record.exc_info else {}
        write(record.getMessage(), library=record.name, **error)
