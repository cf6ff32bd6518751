"""Keeps the server's own secrets out of its log, wherever they turn up.

In an error of a library, in a URL, in a header that was dumped. That a secret
does not print itself is the business of its type; this is the net below it.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from pydantic import BaseModel, SecretStr, field_validator

from acme_server.scrub import Clean, Scrubbed

if TYPE_CHECKING:
    from acme_server.app import App

_MASK = "[secret]"
# The least length in bytes of a value that is masked: a shorter one would black
# out innocent words, and is no secret anyway.
_SHORTEST = 6


class Settings(BaseModel):
    """Secrets that are no setting of the server."""

    MCP_REDACT: list[SecretStr] = []  # more values to keep out of the log, separated by commas

    @field_validator("MCP_REDACT", mode="before")
    @classmethod
    def _redact(cls, text: Any) -> Any:
        return [part for part in text.split(",") if part] if isinstance(text, str) else text


def join(app: App) -> None:
    """Keep the configured secrets out of the log."""
    app.log = Scrubbed(app.log, redactor(secrets_of(app.config)))


def secrets_of(value: Any) -> Iterator[str]:
    """Give the values of all secrets in a configuration, with nested models and lists."""
    match value:
        case SecretStr():
            yield value.get_secret_value()
        case BaseModel():
            for _, member in value:
                yield from secrets_of(member)
        case list() | tuple():
            for member in value:
                yield from secrets_of(member)


def redactor(values: Iterable[str]) -> Clean:
    """Return what replaces the values, also in the forms in which they travel: escaped for a URL and in base64."""
    forms: set[str] = set()
    for value in values:
        raw = value.encode()
        if len(raw) < _SHORTEST:
            continue
        forms |= {value, quote_plus(value), base64.b64encode(raw).decode()}
        forms.add(base64.urlsafe_b64encode(raw).decode().rstrip("="))
    if not forms:
        return lambda text: text
    # The longest first, so that a secret that begins like another goes whole.
    pattern = re.compile("|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True)))
    return lambda text: pattern.sub(_MASK, text)
