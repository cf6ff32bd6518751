"""Secrets stay out of the log."""

from __future__ import annotations

import base64
from io import StringIO

import pytest
from pydantic import SecretStr

from acme_server.log import TextLog
from acme_server.scrub import Scrubbed
from acme_server.secrets import Settings, redactor, secrets_of

from tests.harness import new_app


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("dial: s3cr3t/value refused", "dial: [secret] refused"),
        ("s3cr3t/value-longer", "[secret]"),
        ("https://x/?key=s3cr3t%2Fvalue", "https://x/?key=[secret]"),
        (base64.b64encode(b"s3cr3t/value").decode(), "[secret]"),
        ("tiny words stay, and so does everything else", "tiny words stay, and so does everything else"),
    ],
)
def test_clean(text: str, want: str) -> None:
    assert redactor(["s3cr3t/value", "s3cr3t/value-longer", "tiny", ""])(text) == want


def test_no_secrets() -> None:
    assert redactor(["tiny"])("tiny") == "tiny"


def test_log() -> None:
    out = StringIO()
    log = Scrubbed(TextLog(out), redactor(["hunter2-hunter2"]))
    log.error("login with hunter2-hunter2", error=ValueError("bad password hunter2-hunter2"))
    assert "hunter2" not in out.getvalue()
    assert out.getvalue().count("[secret]") == 2


class Config(Settings):
    MCP_NAME: str = ""
    MCP_URL: SecretStr = SecretStr("")


def test_secrets_of() -> None:
    config = Config.model_validate({"MCP_REDACT": "hunter2-hunter2,correct-horse", "MCP_NAME": "plain", "MCP_URL": "u"})
    assert list(secrets_of(config)) == ["hunter2-hunter2", "correct-horse", "u"]
    assert "hunter2" not in repr(config)


def test_the_whole_server() -> None:
    app, log = new_app(MCP_REDACT="hunter2-hunter2")
    app.log.error("signing in with hunter2-hunter2")
    assert "signing in with [secret]" in log.getvalue()
    assert "hunter2" not in log.getvalue()
