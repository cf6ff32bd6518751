"""Questions to the user, in both eras."""

from __future__ import annotations

import time
from typing import Any

import pytest
from mcp.types import ElicitRequestURLParams, ElicitResult, ErrorData

from acme_server.config import ConfigError, load
from acme_server.elicitation import Sealer, StateError

from tests.harness import META, MODERN, connect, http, message, new_app, text

pytestmark = pytest.mark.anyio

ERAS = pytest.mark.parametrize("era", ["legacy", MODERN])


@ERAS
@pytest.mark.parametrize(
    ("answer", "deleted"),
    [
        (ElicitResult(action="accept", content={"confirm": True}), True),
        (ElicitResult(action="accept", content={"confirm": False}), False),
        (ElicitResult(action="decline"), False),
        (ElicitResult(action="cancel"), False),
    ],
)
async def test_the_answer_decides(era: str, answer: ElicitResult, deleted: bool) -> None:
    app, _ = new_app()
    asked = []

    async def ask(_: Any, params: Any) -> ElicitResult:
        asked.append(params.message)
        return answer

    async with connect(app, era, elicitation_callback=ask) as client:
        result = await client.call_tool("delete_note", {"id": "n1"})
        assert result.structured_content == {"deleted": deleted, "title": "Welcome"}, text(result)
        assert asked == ["Delete the note “Welcome” for good?"]
        assert (app.deps.notes.get("n1") is None) == deleted
        missing = await client.call_tool("delete_note", {"id": "n9"})
        assert '"code":"not_found"' in text(missing)


@ERAS
async def test_without_elicitation(era: str) -> None:
    app, _ = new_app(MCP_SHARE_URL="https://notes.example.com/share")
    async with connect(app, era) as client:
        for tool in ("delete_note", "share_note"):
            assert '"code":"forbidden"' in text(await client.call_tool(tool, {"id": "n1"}))
    assert app.deps.notes.get("n1")


async def test_a_client_that_refuses() -> None:
    app, _ = new_app()

    async def ask(*_: Any) -> ErrorData:
        return ErrorData(code=-32600, message="not today")

    async with connect(app, elicitation_callback=ask) as client:
        result = await client.call_tool("delete_note", {"id": "n1"})
    assert '"code":"refused"' in text(result)
    assert "The client did not give what the tool asked for: not today." in text(result)


@ERAS
async def test_share_note_sends_to_a_page(era: str) -> None:
    app, _ = new_app(MCP_SHARE_URL="https://notes.example.com/share")
    pages = []

    async def ask(_: Any, params: Any) -> ElicitResult:
        assert isinstance(params, ElicitRequestURLParams)
        pages.append(params.url)
        return ElicitResult(action="accept")

    async with connect(app, era, elicitation_callback=ask) as client:
        result = await client.call_tool("share_note", {"id": "n1"})
    assert result.structured_content == {"opened": True}, text(result)
    assert pages == ["https://notes.example.com/share?note=n1"]


async def test_no_page_no_tool() -> None:
    app, _ = new_app()
    assert "share_note" not in app.offers.tools


def test_a_forged_answer() -> None:
    """An answer to another question, or to none, deletes nothing."""
    app, _ = new_app()
    app.deps.notes.add("Second", "", [])
    headers = {"MCP-Protocol-Version": MODERN, "Mcp-Method": "tools/call", "Mcp-Name": "delete_note"}
    meta = {**META, "io.modelcontextprotocol/clientCapabilities": {"elicitation": {"form": {}}}}
    yes = {"question": {"action": "accept", "content": {"confirm": True}}}
    with http(app) as client:

        def call(identity: str, **more: Any) -> Any:
            body = message("tools/call", name="delete_note", arguments={"id": identity}, _meta=meta, **more)
            return client.post("/mcp", json=body, headers=headers).json()["result"]

        question = call("n1")
        assert question["resultType"] == "input_required"
        state = question["requestState"]
        for forged in ({"requestState": state}, {"requestState": "AAAA"}, {}):
            refused = call("n2", inputResponses=yes, **forged)
            assert refused["isError"]
            assert "does not belong to this question" in refused["content"][0]["text"]
        assert app.deps.notes.get("n2")
        assert call("n1", inputResponses=yes, requestState=state)["structuredContent"]["deleted"]


def test_the_seal(monkeypatch: pytest.MonkeyPatch) -> None:
    sealer = Sealer("", 60, "")
    state = sealer.seal("delete n1")
    sealer.check("delete n1", state)
    assert "delete" not in state
    for opener, purpose, forged in [
        (sealer, "delete n2", state),
        (sealer, "delete n1", f"{state}A"),
        (sealer, "delete n1", ""),
        (sealer, "delete n1", "?"),
        (Sealer("", 60, ""), "delete n1", state),
    ]:
        with pytest.raises(StateError):
            opener.check(purpose, forged)
    later = time.time() + 61
    monkeypatch.setattr(time, "time", lambda: later)
    with pytest.raises(StateError, match="or too old"):
        sealer.check("delete n1", state)


def test_servers_that_share_a_key() -> None:
    Sealer("k" * 32, 60, "").check("p", Sealer("k" * 32, 60, "").seal("p"))


def test_a_key_that_can_be_guessed() -> None:
    with pytest.raises(ConfigError, match="MCP_STATE_KEY has 7 characters: take at least 32 random ones") as wrong:
        load("", {"MCP_STATE_KEY": "hunter2"})
    assert "hunter2" not in str(wrong.value)
