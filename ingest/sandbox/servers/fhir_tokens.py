"""The token endpoint of SMART backend services: it checks a signed assertion and gives out a token for five minutes."""

from __future__ import annotations

import time
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from ingest.core.assertion import ASSERTION_TYPE
from ingest.sandbox.servers.base import Answer

CLIENT_ID = "aurora-warehouse"
KEY_ID = "sandbox-key-1"
LIFETIME = 300


class Tokens:
    """One client with one key pair, made when the server starts; an assertion counts once."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP384R1())
        self._tokens: dict[str, float] = {}
        self._seen: set[str] = set()

    @property
    def private_key(self) -> str:
        """PEM on one line, as an environment variable holds it."""
        kinds = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        return self._key.private_bytes(*kinds).decode().strip().replace("\n", "\\n")

    def holds(self, token: str) -> bool:
        return self._tokens.get(token, 0) > time.time()

    def issue(self, form: Mapping[str, Any], audience: str) -> Answer:
        """A token, or OAuth's refusal with the reason."""
        if form.get("grant_type") != "client_credentials" or form.get("client_assertion_type") != ASSERTION_TYPE:
            return _refused("invalid_request")
        if "system/" not in str(form.get("scope", "")):
            return _refused("invalid_scope")
        if not self._is_valid(str(form.get("client_assertion", "")), audience):
            return _refused("invalid_client")
        token = uuid4().hex
        self._tokens[token] = time.time() + LIFETIME
        return Answer({"access_token": token, "token_type": "bearer", "expires_in": LIFETIME, "scope": form["scope"]})

    def _is_valid(self, assertion: str, audience: str) -> bool:
        """Signed with the client's key, meant for this address, fresh, and never seen before."""
        try:
            head, body, signature = assertion.split(".")
            raw = _decoded(signature)
            der = utils.encode_dss_signature(int.from_bytes(raw[:48], "big"), int.from_bytes(raw[48:], "big"))
            self._key.public_key().verify(der, f"{head}.{body}".encode(), ec.ECDSA(hashes.SHA384()))
            header, claims = orjson.loads(_decoded(head)), orjson.loads(_decoded(body))
        except (ValueError, InvalidSignature):
            return False
        is_ours = (header.get("alg"), header.get("kid"), claims.get("iss"), claims.get("sub")) == (
            "ES384",
            KEY_ID,
            CLIENT_ID,
            CLIENT_ID,
        )
        is_fresh = time.time() < claims.get("exp", 0) <= time.time() + 300 and claims.get("jti") not in self._seen
        self._seen.add(str(claims.get("jti")))
        return is_ours and is_fresh and claims.get("aud") == audience


def _decoded(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _refused(error: str) -> Answer:
    return Answer({"error": error}, 400)
