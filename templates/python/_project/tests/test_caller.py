"""Who calls."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import pytest
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from starlette.requests import Request

from acme_server.caller import ANONYMOUS, LOCAL, caller_of, of_scope


def http(**scope: Any) -> Request:
    return Request({"type": "http", **scope})


def user(identity: str, *scopes: str) -> AuthenticatedUser:
    return AuthenticatedUser(AccessToken(token="", client_id=identity, scopes=list(scopes)))


@pytest.mark.parametrize(
    ("request_", "identity", "reads", "writes"),
    [
        (None, LOCAL, True, True),
        (http(), ANONYMOUS, False, False),
        (http(user=user("ada", "notes:read")), "ada", True, False),
    ],
)
def test_caller_of(request_: Request | None, identity: str, reads: bool, writes: bool) -> None:
    caller = caller_of(Mock(request=request_))
    assert caller.id == identity
    assert caller.has("notes:read") is reads
    assert caller.has("notes:write") is writes


def test_a_token_without_a_user_is_not_the_local_caller() -> None:
    assert of_scope({"user": user("")}).id == ANONYMOUS
