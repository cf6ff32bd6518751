"""Masks what identifies a person (e-mail addresses, telephone, card and account numbers) and access tokens.

It goes by patterns: it lowers the risk that such data settles in logs, it does
not prove their absence.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mcp.server.context import CallNext, HandlerResult
from pydantic import BaseModel

from acme_server.middleware import Context, Stage
from acme_server.scrub import Scrubbed, walk
from acme_server.settings import Switch

if TYPE_CHECKING:
    from acme_server.app import App


class Settings(BaseModel):
    """What is masked besides the log."""

    MCP_PII_RESULTS: Switch = False  # mask the results of tools, too


def join(app: App) -> None:
    """Mask personal data in the log and, if so configured, in results."""
    app.log = Scrubbed(app.log, clean)
    if app.config.MCP_PII_RESULTS:
        app.chain.use(Stage.SANITISE, results)


def _jwt(found: str) -> bool:
    return found.count(".") == 2


def _luhn(number: str) -> bool:
    """Check the sum of a card number."""
    digits = [int(d) for d in reversed(number) if d.isdigit()]
    doubled = (2 * d - 9 if d > 4 else 2 * d for d in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _iban(number: str) -> bool:
    """Check an account number by ISO 7064.

    The first four characters moved to the end, letters read as 10 to 35, it is
    1 modulo 97.
    """
    number = number.replace(" ", "")
    return 15 <= len(number) <= 34 and int("".join(str(int(c, 36)) for c in number[4:] + number[:4])) % 97 == 1


# Each kind with its pattern and, where the pattern alone would hit too much, a
# test. The order counts: a token may hold what looks like an address, and a card
# number is also a long telephone number. The pattern of a JWT matches whatever
# begins like one and never steps back: long texts are to be searched in one go.
_RULES: list[tuple[str, re.Pattern[str], Callable[[str], bool] | None]] = [
    (kind, re.compile(pattern, re.ASCII), valid)
    for kind, pattern, valid in [
        ("token", r"\beyJ[\w-]++(?:\.[\w-]++\.[\w-]*+)?", _jwt),
        (
            "token",
            r"(?i:\bbearer\s+)[\w.~+/-]{8,}=*|\b(?:sk|pk|ghp|gho|glpat|xox[abp])[-_][\w-]{16,}\b|\bAKIA[0-9A-Z]{16}\b",
            None,
        ),
        ("email", r"\b[\w.%+-]{1,64}@[\w-]+(?:\.[\w-]+)+\b", None),
        ("iban", r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b", _iban),
        ("card", r"\b\d(?:[ -]?\d){13,18}\b", _luhn),
        (
            "phone",
            r"(?:\+|\b00)[1-9]\d{0,2}[ ./-]?(?:\(\d{1,4}\)[ ./-]?)?\d{1,4}(?:[ ./-]?\d{2,4}){2,4}\b"
            r"|\(\d{3}\) ?\d{3}-\d{4}\b|\b\d{3}-\d{3}-\d{4}\b",
            None,
        ),
    ]
]


def clean(text: str) -> str:
    """Return the text with its findings replaced by their kind: [email]."""
    for kind, pattern, valid in _RULES:

        def mask(found: re.Match[str], kind: str = kind, valid: Callable[[str], bool] | None = valid) -> str:
            return f"[{kind}]" if valid is None or valid(found[0]) else found[0]

        text = pattern.sub(mask, text)
    return text


async def results(ctx: Context, call_next: CallNext) -> HandlerResult:
    """Mask the texts in what tools, resources and prompts return. Binary content passes untouched."""
    result = await call_next(ctx)
    if not isinstance(result, dict):
        return result
    # Results may be shared (a cache holds them), so copies are masked.
    match ctx.method:
        case "tools/call":
            masked = {**result, "content": [_content(c) for c in result.get("content", [])]}
            if "structuredContent" in result:
                # The names of members belong to the schema that the tool has promised.
                masked["structuredContent"] = walk(result["structuredContent"], clean)
            return masked
        case "resources/read":
            return {**result, "contents": [_resource(c) for c in result.get("contents", [])]}
        case "prompts/get":
            messages = [{**m, "content": _content(m["content"])} for m in result.get("messages", [])]
            return {**result, "messages": messages}
    return result


def _content(content: dict[str, Any]) -> dict[str, Any]:
    match content["type"]:
        case "text":
            return _resource(content)
        case "resource":
            return {**content, "resource": _resource(content["resource"])}
    return content


def _resource(contents: dict[str, Any]) -> dict[str, Any]:
    return {**contents, "text": clean(contents["text"])} if "text" in contents else contents
