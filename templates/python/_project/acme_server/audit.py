"""Writes down who did what.

Each record carries the hash of the one before it, so that none can be changed,
taken out or put in without breaking the chain. Arguments and results are not
written, only a digest of the arguments.

What a chain cannot show is that its end was cut off: send the lines to another
machine, or note the hash of the last record elsewhere, for that.
"""

from __future__ import annotations

import json
import os
import time
from asyncio import CancelledError
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TextIO

from mcp.server.context import CallNext, HandlerResult
from mcp.shared.exceptions import MCPError
from pydantic import BaseModel

from acme_server import calls
from acme_server.caller import caller_of
from acme_server.log import Log
from acme_server.middleware import Context, Middleware, Stage

if TYPE_CHECKING:
    from acme_server.app import App

_MAX_LINE = 1 << 20  # bytes, far beyond what a record takes
_MAX_NAME = 256  # bytes


class Settings(BaseModel):
    """Where the records go."""

    MCP_AUDIT_PATH: str = ""  # file that records are added to; empty: standard error


def join(app: App) -> None:
    """Write down who did what."""
    app.auditor = Audit(app.config.MCP_AUDIT_PATH, app.build.errors)
    app.life.on_stop("audit", app.auditor.close)
    app.chain.use(Stage.AUDIT, app.auditor.middleware(app.log))


@dataclass(frozen=True)
class Record:
    """One line of the log, in JSON. A text that is empty is left out where it says so."""

    n: int = 0
    time: str = ""
    caller: str = ""
    session: str = ""  # left out
    method: str = ""
    target: str = ""  # tool, resource or prompt; left out
    outcome: str = ""  # ok, tool_error, denied, or error and its code
    ms: int = 0
    arguments: str = ""  # sha256:…; left out
    previous: str = ""  # hash of the record before; empty in the very first
    hash: str = ""  # of this record with an empty hash

    def line(self) -> bytes:
        """Encode the record: the same bytes in every language that this log is written in."""
        members = {k: v for k, v in asdict(self).items() if v or k not in ("session", "target", "arguments")}
        text = json.dumps(members, ensure_ascii=False, separators=(",", ":"))
        for character in "<>&\u2028\u2029":
            text = text.replace(character, f"\\u{ord(character):04x}")
        return text.encode("utf-8", "replace")

    def sum(self) -> str:
        """Return the hash that the record should have."""
        return sha256(replace(self, hash="").line()).hexdigest()


class Audit:
    """A log under way. It belongs to one event loop: a record is written in one go."""

    def __init__(self, path: str, fallback: TextIO, now: Callable[[], float] = time.time) -> None:
        """Go on with the log in a file, from its last record.

        Without a path, records go to fallback and a new chain begins.
        """
        self._path = path
        self._fallback = fallback
        self._now = now
        self._file: int | None = None
        self._last = Record()
        if path:
            try:
                self._last = _last_record(path)
            except (OSError, ValueError) as e:
                raise ValueError(f"reading the last record of the audit log: {e}") from e
            self._reopen()

    def write(self, record: Record, at: float | None = None) -> None:
        """Add a record; number, time (now unless told) and the hashes are filled in.

        An OSError says that it could not be written.
        """
        self._follow_rotation()
        stamp = _stamp(self._now() if at is None else at)
        record = replace(record, n=self._last.n + 1, time=stamp, previous=self._last.hash)
        record = replace(record, hash=record.sum())
        if self._file is None:
            self._fallback.write(record.line().decode() + "\n")
            self._fallback.flush()
        else:
            rest = memoryview(record.line() + b"\n")
            while rest:
                rest = rest[os.write(self._file, rest) :]
        self._last = record

    async def close(self) -> None:
        """Have the records written to the disk and close the file."""
        if self._file is not None:
            os.fsync(self._file)
            os.close(self._file)
            self._file = None

    def _follow_rotation(self) -> None:
        """Go on in a new file when the old one was moved away.

        The chain runs on: the first record there points at the last one here.
        """
        if self._file is None:
            return
        try:
            if os.path.samestat(os.fstat(self._file), Path(self._path).stat()):
                return
        except FileNotFoundError:
            pass
        os.close(self._file)
        self._reopen()

    def _reopen(self) -> None:
        try:
            self._file = os.open(self._path, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600)
        except OSError as e:
            raise OSError(f"opening the audit log: {e}; check MCP_AUDIT_PATH") from e

    def middleware(self, log: Log) -> Middleware:
        """Record every request, notifications and pings excepted.

        A record that cannot be written is reported to log; the answer has been worked
        out by then and is given nevertheless.
        """

        async def record(ctx: Context, call_next: CallNext) -> HandlerResult:
            if ctx.method == "ping" or ctx.method.startswith("notifications/"):
                return await call_next(ctx)
            start, outcome = self._now(), "error"
            try:
                result = await call_next(ctx)
                outcome = "tool_error" if isinstance(result, dict) and result.get("isError") else "ok"
            except MCPError as e:
                outcome = f"error {e.code}"
                raise
            except CancelledError:
                outcome = "cancelled"
                raise
            finally:
                took = int((self._now() - start) * 1000)
                try:
                    self.write(replace(_about(ctx), outcome=outcome, ms=took), start)
                except OSError as e:
                    log.error("a request is missing in the audit log", method=ctx.method, error=str(e))
            return result

        return record

    def denied(self, ctx: Context) -> None:
        """Record a request that was refused before it came to the middleware."""
        self.write(replace(_about(ctx), outcome="denied"))


def _about(ctx: Context) -> Record:
    """Begin a record with what a request says."""
    caller = caller_of(ctx)
    _, target = calls.target(ctx)
    arguments = (ctx.params or {}).get("arguments") if ctx.method == "tools/call" else None
    digest = ""
    if arguments is not None:
        digest = "sha256:" + sha256(_compact(arguments)).hexdigest()
    return Record(
        caller=caller.id, session=caller.session, method=ctx.method, target=_clipped(target), arguments=digest
    )


def _compact(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _clipped(name: str) -> str:
    """Keep a name that a caller made up from filling the log."""
    raw = name.encode("utf-8", "replace")
    return name if len(raw) <= _MAX_NAME else raw[:_MAX_NAME].decode("utf-8", "ignore") + "…"


def _stamp(at: float) -> str:
    moment = datetime.fromtimestamp(at, UTC)
    fraction = f".{moment.microsecond:06}".rstrip("0").rstrip(".")
    return f"{moment:%Y-%m-%dT%H:%M:%S}{fraction}Z"


def _lines(file: BinaryIO) -> Iterator[bytes]:
    while line := file.readline(_MAX_LINE + 1):
        if len(line) > _MAX_LINE:
            raise ValueError("a line is too long")
        yield line


def _last_record(path: str) -> Record:
    """Read the last record; one of zeros if there is none."""
    last = Record()
    try:
        with Path(path).open("rb") as file:
            for line in filter(bytes.strip, _lines(file)):
                last = _parsed(line)
    except FileNotFoundError:
        pass
    except ValueError as e:
        raise ValueError(f"{path}: {e}: move the damaged file away to begin a new one") from e
    return last


def _parsed(line: bytes) -> Record:
    value = json.loads(line)
    types = {name: type(default) for name, default in asdict(Record()).items()}
    if not isinstance(value, dict) or any(type(v) is not types.get(k) for k, v in value.items()):
        raise ValueError("it has other members")
    return Record(**value)


@dataclass(frozen=True)
class Summary:
    """What a verified piece of a log says of itself."""

    records: int = 0
    first: str = ""  # the hash that the first record points at; empty at the beginning of a chain
    last: str = ""  # hash of the last record


def verify(file: BinaryIO) -> Summary:
    """Check the chain of a log. The ValueError names the first line that does not fit."""
    number, first, before = 0, "", Record()
    for number, line in enumerate(_lines(file), 1):
        try:
            record = _parsed(line)
        except ValueError as e:
            raise ValueError(f"line {number} is no record: {e}") from e
        if record.hash != record.sum():
            raise ValueError(f"line {number} was changed: its hash does not fit")
        if number > 1 and record.previous != before.hash:
            raise ValueError(f"before line {number} something is missing or was put in: it points at another record")
        if number > 1 and record.n != before.n + 1:
            raise ValueError(f"line {number} has the number {record.n} after {before.n}")
        first, before = first if number > 1 else record.previous, record
    return Summary(number, first, before.hash)


def verify_file(path: str, out: TextIO) -> None:
    """Check the log in a file and tell out how that went; an OSError or a ValueError says that it went wrong."""
    try:
        with Path(path).open("rb") as file:
            s = verify(file)
    except OSError as e:
        raise OSError(f"opening the audit log: {e}") from e
    except ValueError as e:
        raise ValueError(f"the audit log {path} is broken: {e}") from e
    origin = f"the first follows {s.first} (the last of the file before)" if s.first else "the chain begins here"
    print(f"{s.records} records, unbroken; {origin}; the last is {s.last}", file=out)
