"""Nothing reaches the log as it is."""

from __future__ import annotations

from dataclasses import dataclass
from io import StringIO
from typing import Any

from acme_server.log import TextLog
from acme_server.scrub import Scrubbed, walk


@dataclass
class Thing:
    field: str


class Kept:
    """Keeps what is logged."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, dict[str, Any]]] = []

    def debug(self, message: str, **fields: Any) -> None:
        self.lines.append(("debug", message, fields))

    def info(self, message: str, **fields: Any) -> None:
        self.lines.append(("info", message, fields))

    def warn(self, message: str, **fields: Any) -> None:
        self.lines.append(("warn", message, fields))

    def error(self, message: str, **fields: Any) -> None:
        self.lines.append(("error", message, fields))


def clean(text: str) -> str:
    return text.replace("BAD", "good")


def test_everything_is_cleaned() -> None:
    kept = Kept()
    log = Scrubbed(kept, clean)
    for write in (log.debug, log.info, log.warn, log.error):
        write(
            "BAD message",
            text="a BAD text",
            error=ValueError("BAD error"),
            deep={"BAD": [{"x": "BAD"}], "n": 1 << 62},
            thing=Thing("<BAD>"),
            bytes=b"BAD",
            count=7,
        )
    assert [level for level, _, _ in kept.lines] == ["debug", "info", "warn", "error"]
    for _, message, fields in kept.lines:
        assert message == "good message"
        assert fields == {
            "text": "a good text",
            "error": "good error",
            "deep": {"BAD": [{"x": "good"}], "n": 1 << 62},  # names of members stay
            "thing": {"field": "<good>"},
            "bytes": "good",
            "count": 7,
        }


def test_it_is_a_log_itself() -> None:
    out = StringIO()
    Scrubbed(Scrubbed(TextLog(out), clean), lambda text: text.replace("good", "better")).info("BAD")
    assert "msg=good" in out.getvalue()


def test_what_is_walked_stays_as_it_was() -> None:
    value = {"a": ["BAD"]}
    assert walk(value, clean) == {"a": ["good"]}
    assert value == {"a": ["BAD"]}
