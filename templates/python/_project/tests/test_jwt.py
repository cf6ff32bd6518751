"""Signed tokens."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from joserfc import jwt as jose
from joserfc.jwk import ECKey, OctKey, RSAKey
from pydantic import ValidationError

from acme_server.auth import InvalidTokenError, UndecidedError
from acme_server.jwks import PAUSE, Key, Remote, keys_of
from acme_server.jwt import Settings, new
from acme_server.tokens import MAX_TOKEN, Verifier

NOW = 1_785_240_000
SECRET = "0123456789abcdef0123456789abcdef"  # noqa: S105
SHARED = OctKey.import_key(SECRET)
ISSUER, AUDIENCE = "https://id.example.com", "https://mcp.example.com/mcp"


def sign(key: Key, algorithm: str = "HS256", kid: str = "", **change: Any) -> str:
    """Make a token that is good, save for the change."""
    claims = {"iss": ISSUER, "aud": [AUDIENCE], "sub": "alice", "exp": NOW + 60, "iat": NOW}
    claims |= {"scope": "read write", "roles": ["operator"], "team": "blue", **change}
    header = {"alg": algorithm, "kid": kid} if kid else {"alg": algorithm}
    return jose.encode(header, {k: v for k, v in claims.items() if v is not None}, key, [algorithm])


def verifier(**settings: Any) -> Verifier:
    made = new(Settings.model_validate({"MCP_JWT_ISSUER": ISSUER, **settings}), AUDIENCE)
    assert made is not None
    made._now = lambda: NOW
    return made


def unsigned() -> str:
    header = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    return f"{header}.{sign(SHARED).split('.')[1]}."


def nested() -> str:
    return base64.urlsafe_b64encode(b"[" * 9000).decode() + ".e30."


@pytest.mark.anyio
async def test_good_token() -> None:
    verify = verifier(MCP_JWT_SECRET=SECRET).verify
    token = await verify(sign(SHARED))
    assert token.client_id == "user:alice"
    assert token.scopes == ["read", "write", "operator"]
    assert token.claims is not None
    assert token.claims["team"] == "blue"
    assert "iss" not in token.claims
    await verify(sign(SHARED, exp=NOW - 20))  # expired within the clock skew
    await verify(sign(SHARED, aud=AUDIENCE))


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("token", "why"),
    [
        (sign(SHARED, exp=NOW - 60), "expired"),
        (sign(SHARED, nbf=NOW + 60), "not valid yet"),
        (sign(SHARED, iat=NOW + 60), "not valid yet"),
        (sign(SHARED, exp=None), "cannot be verified"),
        (sign(SHARED, exp=float("nan")), "cannot be verified"),
        (sign(SHARED, sub=None), "cannot be verified"),
        (sign(SHARED, aud=["https://other.example.com"]), "another audience"),
        (sign(SHARED, iss="https://evil.example.com"), "another issuer"),
        (sign(OctKey.import_key("x" * 32)), "cannot be verified"),
        (sign(OctKey.import_key(SECRET * 2), "HS512"), "cannot be verified"),
        (unsigned(), "cannot be verified"),
        (nested(), "cannot be verified"),
        ("garbage", "cannot be verified"),
        ("é.è.ê", "cannot be verified"),
        ("x" * (MAX_TOKEN + 1), "invalid token"),
    ],
    ids=str.split("expired early issued endless nan nobody audience issuer key method unsigned nested garbage é huge"),
)
async def test_bad_tokens(token: str, why: str) -> None:
    with pytest.raises(InvalidTokenError, match=why):
        await verifier(MCP_JWT_SECRET=SECRET).verify(token)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("algorithm", "key"), [("RS256", RSAKey.generate_key(2048)), ("ES256", ECKey.generate_key("P-256"))]
)
async def test_public_keys(algorithm: str, key: RSAKey | ECKey) -> None:
    pem = key.as_pem(private=False)
    verify = verifier(MCP_JWT_PUBLIC_KEY=pem.decode()).verify
    assert (await verify(sign(key, algorithm))).client_id == "user:alice"
    # The classic confusion: the public key, which everybody knows, as a shared secret.
    said = sign(SHARED).rpartition(".")[0]
    mac = base64.urlsafe_b64encode(hmac.digest(pem, said.encode(), "sha256")).decode().rstrip("=")
    with pytest.raises(InvalidTokenError):
        await verify(f"{said}.{mac}")


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"MCP_JWT_SECRET": SECRET, "MCP_JWT_JWKS_URL": "https://id.example.com/jwks"}, "not several"),
        ({"MCP_JWT_SECRET": "short"}, "shorter than 32 bytes"),
        ({"MCP_JWT_PUBLIC_KEY": "x"}, "no public key in PEM"),
        ({"MCP_JWT_PUBLIC_KEY": ECKey.generate_key("P-256").as_pem(private=True).decode()}, "not a public key"),
        ({"MCP_JWT_JWKS_URL": "http://id.example.com/jwks"}, "https://"),
        ({"MCP_JWT_SECRET": SECRET, "MCP_JWT_ISSUER": ""}, "MCP_JWT_ISSUER is empty"),
        ({"MCP_JWT_SECRET": SECRET, "MCP_JWT_CLOCK_SKEW": "6m"}, "between 0s and 5m"),
        ({"MCP_JWT_SECRET": SECRET, "MCP_JWT_JWKS_REFRESH": "1s"}, "at least 1m"),
    ],
)
def test_bad_settings(settings: dict[str, str], says: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        Settings.model_validate({"MCP_JWT_ISSUER": "i", **settings})
    message = refusal.value.errors()[0]["msg"]
    assert says in message
    assert SECRET not in message


def test_no_tokens() -> None:
    assert new(Settings(), "") is None
    with pytest.raises(ValueError, match="MCP_JWT_AUDIENCE is empty"):
        new(Settings.model_validate({"MCP_JWT_SECRET": SECRET, "MCP_JWT_ISSUER": "i"}), "")


class Provider:
    """Publishes one key; tests rotate it and take the provider down."""

    def __init__(self) -> None:
        self.down = False
        self.fetches = 0
        self.rotate("first")

    def rotate(self, identity: str) -> None:
        self.key = ECKey.generate_key("P-256", {"kid": identity})

    async def fetch(self) -> list[Key]:
        self.fetches += 1
        if self.down:
            raise ValueError("it answers 503 Service Unavailable")
        return keys_of({"keys": [{"kty": "of the future"}, self.key.as_dict(private=False)]})

    def token(self) -> str:
        return sign(self.key, "ES256", self.key.kid or "")


@pytest.mark.anyio
async def test_remote_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    provider, clock = Provider(), 0.0
    verifying = verifier(MCP_JWT_JWKS_URL="http://127.0.0.1/jwks")
    source = verifying._source
    assert isinstance(source, Remote)
    monkeypatch.setattr(source, "_fetch", provider.fetch)
    monkeypatch.setattr(source, "_now", lambda: clock)
    for _ in range(3):
        await verifying.verify(provider.token())
    assert provider.fetches == 1

    provider.rotate("second")
    for _ in range(3):  # an unknown key id within the pause
        with pytest.raises(InvalidTokenError):
            await verifying.verify(provider.token())
    assert provider.fetches == 1
    clock += PAUSE
    await verifying.verify(provider.token())

    provider.down = True
    clock += 3600
    await verifying.verify(provider.token())  # known keys remain good
    assert provider.fetches == 3


@pytest.mark.anyio
async def test_remote_outage() -> None:
    """Nobody listens there: not the fault of the token."""
    with pytest.raises(UndecidedError, match="out of reach"):
        await verifier(MCP_JWT_JWKS_URL="http://127.0.0.1:9/jwks").verify(Provider().token())


@pytest.fixture
def published() -> Iterator[tuple[str, dict[str, tuple[int, bytes]]]]:
    """Serve pages over HTTP: their status and text by path."""
    pages: dict[str, tuple[int, bytes]] = {}

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, page = pages[self.path]
            self.send_response(status)
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        thread = Thread(target=server.serve_forever, args=(0.005,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", pages
        server.shutdown()
        thread.join()


@pytest.mark.anyio
async def test_remote_fetch(published: tuple[str, dict[str, tuple[int, bytes]]]) -> None:
    url, pages = published
    key = ECKey.generate_key("P-256", {"kid": "k"})
    good = json.dumps({"keys": [key.as_dict(private=False)]}).encode()
    pages |= {"/keys": (200, good), "/down": (503, good), "/text": (200, b"no JSON"), "/long": (200, b" " * (2 << 20))}
    assert [k.kid for k in await Remote(f"{url}/keys", 60).keys("k")] == ["k"]
    for path, why in {"/down": "it answers 503", "/text": "out of reach", "/long": "too long"}.items():
        with pytest.raises(UndecidedError, match=why):
            await Remote(url + path, 60).keys("k")
