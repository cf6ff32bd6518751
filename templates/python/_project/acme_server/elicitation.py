"""Lets a tool put questions to the user, in both eras.

In the stateless era the tool's first answer is the question, and the client calls
again with the user's answer and the state that the tool handed out. What comes
back is from outside, so the state is sealed: nobody can read it, change it, or use
it for another call, for another caller, or later.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from mcp.server.request_state import AESGCMRequestStateCodec, InvalidRequestState
from mcp.types import (
    CallToolRequestParams,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitRequestURLParams,
    ElicitResult,
    InputRequiredResult,
)
from pydantic import BaseModel, SecretStr, field_validator

from acme_server.caller import caller_of
from acme_server.middleware import Context
from acme_server.settings import Duration

if TYPE_CHECKING:
    from acme_server.app import App

_QUESTION = "question"  # its id; a tool puts one at a time


class Settings(BaseModel):
    """What can be set."""

    # Seals the state of questions. Servers that share their load must share it; empty:
    # a random one, which a restart forgets.
    MCP_STATE_KEY: SecretStr = SecretStr("")
    MCP_STATE_TTL: Duration = 600  # how long the user may think
    MCP_SHARE_URL: str = ""  # the page where users agree to share a note; empty: no tool share_note

    @field_validator("MCP_STATE_KEY")
    @classmethod
    def _not_to_be_guessed(cls, key: SecretStr) -> SecretStr:
        if 0 < len(key) < 32:
            raise ValueError(f"MCP_STATE_KEY has {len(key)} characters: take at least 32 random ones")
        return key


@dataclass(frozen=True)
class Answer:
    """What the user made of a question."""

    accept: bool  # the user agreed; not: declined or closed the question
    content: dict[str, Any] = field(default_factory=dict)  # the form as filled in


class StateError(Exception):
    """Tells that an answer does not belong to a question that was put."""


class Sealer:
    """Puts questions and reads their answers."""

    def __init__(self, key: str, ttl: float, share_url: str) -> None:
        """Seal states with a key, for ttl seconds; no key: a random one."""
        self._codec = AESGCMRequestStateCodec([key or os.urandom(32)])
        self._ttl = ttl
        self.share_url = share_url  # see Settings

    def seal(self, purpose: str) -> str:
        """Return a state that opened accepts for the same purpose only, and not for ever."""
        return self._codec.seal(json.dumps([time.time() + self._ttl, purpose]).encode())

    def check(self, purpose: str, state: str) -> None:
        """Refuse with a StateError what seal has not returned for a purpose."""
        try:
            until, sealed_for = json.loads(self._codec.unseal(state))
        except InvalidRequestState:
            until, sealed_for = 0, ""
        if sealed_for != purpose or time.time() > until:
            raise StateError("the state of the question is not one that this server handed out, or too old")

    def ask(
        self,
        context: Context,
        params: CallToolRequestParams,
        about: str,
        question: ElicitRequestFormParams | ElicitRequestURLParams,
    ) -> InputRequiredResult:
        """Return the result that puts a question to the user, about what is named, such as the id of a note."""
        return InputRequiredResult(
            input_requests={_QUESTION: ElicitRequest(params=question)},
            request_state=self.seal(_purpose(context, params, about)),
        )

    def read(self, context: Context, params: CallToolRequestParams, about: str) -> Answer | None:
        """Return the user's answer, None if there is none yet.

        An answer whose state was not handed out for the same question to the same
        caller is a StateError.
        """
        response = (params.input_responses or {}).get(_QUESTION)
        if response is None:
            return None
        self.check(_purpose(context, params, about), params.request_state or "")
        if not isinstance(response, ElicitResult):
            raise StateError(f"the answer to {_QUESTION} is not an answer of a user")
        return Answer(response.action == "accept", dict(response.content or {}))


def supported(context: Context, mode: Literal["form", "url"]) -> bool:
    """Tell whether the client can show a question of a mode."""
    can = context.session.client_capabilities
    if can is None or can.elicitation is None:
        return False
    if mode == "url":
        return can.elicitation.url is not None
    return can.elicitation.form is not None or can.elicitation.url is None  # a client that names no mode has forms


def _purpose(context: Context, params: CallToolRequestParams, about: str) -> str:
    return json.dumps([caller_of(context).id, params.name, about])


def join(app: App) -> None:
    """Let tools put questions to the user."""
    config = app.config
    app.deps.sealer = Sealer(config.MCP_STATE_KEY.get_secret_value(), config.MCP_STATE_TTL, config.MCP_SHARE_URL)
