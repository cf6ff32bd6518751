"""What logs, metrics and traces may know."""

from __future__ import annotations

from asyncio import CancelledError
from types import SimpleNamespace
from typing import Any, cast

import pytest
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp.types import INTERNAL_ERROR, INVALID_PARAMS, CallToolRequestParams
from pydantic import ValidationError

from acme_server import calls, observe

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


def request(method: str, header: str = "", **params: Any) -> observe.Ctx:
    """Make a request as the middleware sees it."""
    headers = SimpleNamespace(headers={"traceparent": header} if header else {})
    return ServerRequestContext(
        session=cast(Any, None),
        lifespan_context={},
        protocol_version="2026-07-28",
        method=method,
        params=params,
        request=headers,
    )


def refused(code: int) -> MCPError:
    return calls.Refusal(code, "reason", "message").error()


def invalid() -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        CallToolRequestParams.model_validate({})
    return caught.value


@pytest.mark.parametrize(
    ("result", "error", "want"),
    [
        ({"tools": []}, None, observe.OK),
        (None, None, observe.OK),
        ({"content": [], "isError": False}, None, observe.OK),
        ({"content": [], "isError": True}, None, observe.TOOL_ERROR),
        ({"resultType": "input_required"}, None, observe.INPUT_REQUIRED),
        (None, CancelledError(), observe.CANCELLED),
        (None, TimeoutError(), observe.TIMEOUT),
        (None, MCPError(INVALID_PARAMS, "bad arguments"), observe.REJECTED),
        (None, invalid(), observe.REJECTED),
        (None, refused(calls.RATE_LIMITED), observe.REJECTED),
        (None, refused(calls.FORBIDDEN), observe.REJECTED),
        (None, refused(calls.TIMEOUT), observe.TIMEOUT),
        (None, refused(calls.OVERLOADED), observe.FAILED),
        (None, refused(calls.UNAVAILABLE), observe.FAILED),
        (None, MCPError(INTERNAL_ERROR, "internal"), observe.FAILED),
        (None, RuntimeError("disk on fire"), observe.FAILED),
    ],
)
def test_outcome(result: dict[str, Any] | None, error: BaseException | None, want: str) -> None:
    assert observe.outcome("tools/call", result, error) == want
    assert want in observe.OUTCOMES


def test_a_notification_cannot_fail_the_server() -> None:
    twice = RuntimeError("initialized for the second time")
    assert observe.outcome("notifications/initialized", None, twice) == observe.REJECTED


def test_tool_and_prompt() -> None:
    call, get = request("tools/call", name="greet"), request("prompts/get", name="review")
    assert (observe.tool(call), observe.prompt(call)) == ("greet", "")
    assert (observe.tool(get), observe.prompt(get)) == ("", "review")
    assert len(observe.tool(request("tools/call", name="é" * 4000))) < 140


@pytest.mark.parametrize(
    ("in_meta", "in_header"), [(PARENT, ""), ("", PARENT), (PARENT, PARENT.replace(TRACE, "1" * 32)), (7, PARENT)]
)
def test_the_callers_trace_is_the_correlation(in_meta: Any, in_header: str) -> None:
    assert observe.correlation_of(request("tools/call", in_header, _meta={"traceparent": in_meta})) == TRACE


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "nonsense",
        "00-short-00f067aa0ba902b7-01",
        PARENT.replace(TRACE, TRACE.upper()),
        PARENT.replace(TRACE, "0" * 32),
        '00-\n"level":"ERROR","msg":"forged"-00f067aa0ba902b7-01',
        PARENT + "-" + "x" * 256,
    ],
)
def test_a_bad_trace_context_is_not_taken_over(bad: str) -> None:
    first, second = (observe.correlation_of(request("tools/call", _meta={"traceparent": bad})) for _ in range(2))
    assert len(first) == 32
    assert first != second


def test_params_may_be_anything() -> None:
    for params in ({}, {"_meta": None}, {"_meta": [1]}):
        assert observe.meta(request("ping", **params)) == {}


def test_the_correlation_holds_within() -> None:
    assert observe.correlation() == ""
    with observe.correlated(TRACE):
        assert observe.correlation() == TRACE
    assert observe.correlation() == ""
