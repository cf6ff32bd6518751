"""Verifies signed tokens. It is loaded where they are accepted only: what it needs takes a while."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from joserfc import jws
from joserfc.errors import ExpiredTokenError, InvalidClaimError, JoseError
from joserfc.jwk import ECKey, OctKey, RSAKey
from joserfc.jwt import JWTClaimsRegistry
from mcp.server.auth.provider import AccessToken

from acme_server.auth import InvalidTokenError
from acme_server.jwks import Key, Source

# Bytes of a token: checking a larger one costs more than any provider's tokens
# are worth.
MAX_TOKEN = 16 << 10

_KEY_TYPES = {"RS256": "RSA", "ES256": "EC", "HS256": "oct"}
_REASONS = {
    "nbf": "it is not valid yet",
    "iat": "it is not valid yet",
    "aud": "it is for another audience",
    "iss": "it is of another issuer",
}
_REGISTERED = {"iss", "sub", "aud", "exp", "nbf", "iat", "jti"}


def shared_key(secret: str) -> Key:
    """Make a key of a secret that is shared with the issuer."""
    return OctKey.import_key(secret)


def public_key(pem: str) -> Key:
    """Read a public key in PEM."""
    for kind in (RSAKey, ECKey):
        try:
            key = kind.import_key(pem)
        except (JoseError, TypeError, ValueError):
            continue
        if key.is_private:
            raise ValueError("MCP_JWT_PUBLIC_KEY is not a public key: the server must not hold the private one")
        return key
    raise ValueError("MCP_JWT_PUBLIC_KEY is no public key in PEM")


class Verifier:
    """Verifies tokens."""

    def __init__(
        self,
        source: Source,
        algorithms: list[str],
        issuer: str,
        audience: str,
        skew: float,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Take the keys and what a token has to say; skew is in seconds."""
        self._source = source
        self._algorithms = algorithms
        self._issuer, self._audience = issuer, audience
        self._skew = skew
        self._now = now
        # Only the algorithms of this verifier count, whatever a token asks for:
        # otherwise a public key could be passed off as a shared secret.
        self._registry = jws.JWSRegistry(algorithms=algorithms, strict_check_header=False)
        self._registry.max_header_length = MAX_TOKEN

    async def verify(self, token: str) -> AccessToken:
        """Verify a token. The caller's id is "user:SUBJECT"; claims that are not registered are passed on."""
        if len(token) > MAX_TOKEN:
            raise InvalidTokenError("invalid token")
        try:
            return self._token(await self._claims(token))
        except (JoseError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as e:
            raise InvalidTokenError(f"invalid token: {_reason(e)}") from e

    def _token(self, claims: dict[str, Any]) -> AccessToken:
        return AccessToken(
            token="",
            # The prefix keeps a subject from posing as another kind of caller.
            client_id=f"user:{claims['sub']}",
            scopes=_scopes(claims),
            expires_at=int(claims["exp"] + self._skew),  # the skew was granted already
            claims={name: claim for name, claim in claims.items() if name not in _REGISTERED},
        )

    async def _claims(self, token: str) -> dict[str, Any]:
        """Return what a token says, once its signature and times are checked."""
        signed = jws.extract_compact(token.encode(), registry=self._registry)
        header = signed.headers()
        algorithm, identity = header.get("alg"), header.get("kid") or ""
        if algorithm not in self._algorithms or not isinstance(identity, str):
            raise ValueError("it is signed in another way")
        keys = await self._source.keys(identity)
        if not any(self._signs(signed, key) for key in keys if _fits(key, algorithm, identity)):
            raise ValueError("no key fits")
        claims = json.loads(signed.payload or b"")
        if not isinstance(claims, dict):
            raise TypeError("the claims are no object")
        JWTClaimsRegistry(
            now=lambda: int(self._now()),
            leeway=int(self._skew),
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._audience},
            sub={"essential": True},
            exp={"essential": True},
        ).validate(claims)
        return claims

    def _signs(self, signed: jws.CompactSignature, key: Key) -> bool:
        try:
            return jws.validate_compact(signed, key, registry=self._registry)
        except (JoseError, ValueError):
            return False


def _fits(key: Key, algorithm: str, identity: str) -> bool:
    return (
        key.key_type == _KEY_TYPES[algorithm]
        and not (identity and key.kid and key.kid != identity)
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
    )


def _reason(problem: Exception) -> str:
    """Tell the caller what to mend, and nothing about the server's keys."""
    if isinstance(problem, ExpiredTokenError):
        return "it has expired"
    if isinstance(problem, InvalidClaimError):
        return _REASONS.get(problem.claim, "it cannot be verified")
    return "it cannot be verified"


def _scopes(claims: dict[str, Any]) -> list[str]:
    """Read what a token permits: providers call it scope (text separated by spaces), scp or roles (lists)."""
    found: list[str] = []
    for name in ("scope", "scp", "roles"):
        claim = claims.get(name)
        if isinstance(claim, str):
            found += claim.split()
        elif isinstance(claim, list):
            found += [item for item in claim if isinstance(item, str)]
    return found
