"""The kinds of values that settings have: each is read from the text of a variable."""

from __future__ import annotations

import re
from typing import Annotated, Any, TypeAlias, TypeVar

from pydantic import AfterValidator, BeforeValidator, ValidationInfo

T = TypeVar("T", bound=float)

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}


def seconds(text: Any) -> Any:
    """Read a duration such as 1h30m or 250ms. What is no text is seconds already."""
    if not isinstance(text, str):
        return text
    if text in ("", "0"):
        return 0.0
    if not re.fullmatch(r"(\d+(\.\d+)?(ms|s|m|h))+", text):
        raise ValueError(f"{text} is no duration such as 20s or 1h30m")
    return sum(float(n) * _UNITS[unit] for n, unit in re.findall(r"([\d.]+)(ms|s|m|h)", text))


def shown(duration: float) -> str:
    """Write a duration as it is read."""
    if 0 < duration < 1:
        return f"{duration * 1000:g}ms"
    minutes, rest = divmod(duration, 60)
    hours, minutes = divmod(minutes, 60)
    return (f"{hours:g}h" if hours else "") + (f"{minutes:g}m" if hours or minutes else "") + f"{rest:g}s"


def positive(value: T, info: ValidationInfo) -> T:
    """Refuse nothing and less."""
    if value <= 0:
        raise ValueError(f"{info.field_name} must be more than nothing")
    return value


def _number(text: Any) -> Any:
    if isinstance(text, str) and not re.fullmatch(r"[+-]?\d+", text or "0"):
        raise ValueError(f"{text} is no whole number")
    return int(text or 0)


def _switch(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    if text.lower() in ("1", "t", "true"):
        return True
    if text.lower() in ("", "0", "f", "false"):
        return False
    raise ValueError(f"{text} is neither true nor false")


def _list(text: Any) -> Any:
    return [item.strip() for item in text.split(",") if item.strip()] if isinstance(text, str) else text


def _pairs(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    found = {}
    for pair in text.split(","):
        name, equals, value = pair.partition("=")
        if equals and name.strip():
            found[name.strip()] = value.strip()
        elif pair.strip():
            raise ValueError(f"{pair.strip()} is not name=value")
    return found


def _address(text: str, info: ValidationInfo) -> str:
    if text and not re.fullmatch(r"(\[[0-9a-fA-F:.]+\]|[^:]*):\d{1,5}", text):
        raise ValueError(f"{info.field_name}: {text} is no address; write host:port, such as 127.0.0.1:8080")
    return text


def split_address(text: str) -> tuple[str, int]:
    """Take host:port apart; without a host it means all interfaces."""
    host, _, port = text.rpartition(":")
    return host.strip("[]"), int(port)


Duration: TypeAlias = Annotated[float, BeforeValidator(seconds)]
"""Seconds, written as 20s or 1h30m."""

PositiveDuration: TypeAlias = Annotated[Duration, AfterValidator(positive)]

Number: TypeAlias = Annotated[int, BeforeValidator(_number)]

Positive: TypeAlias = Annotated[Number, AfterValidator(positive)]

Switch: TypeAlias = Annotated[bool, BeforeValidator(_switch)]

CommaList: TypeAlias = Annotated[list[str], BeforeValidator(_list)]

Pairs: TypeAlias = Annotated[dict[str, str], BeforeValidator(_pairs)]
"""Written as name=value,name=value."""

Address: TypeAlias = Annotated[str, AfterValidator(_address)]
"""host:port, or nothing."""
