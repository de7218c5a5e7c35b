"""SMART backend services: a client proves itself with an assertion it signs, and gets a token for a few minutes."""

from __future__ import annotations

import time
import uuid
from typing import Any

from dlt.common.configuration import configspec
from dlt.sources.helpers.rest_client.auth import OAuth2ClientCredentials

from ingest.core.assertion import ASSERTION_TYPE, Scheme, signed, signing_key

SCHEME = Scheme(384, "RS")
_VALID_SECONDS = 240  # servers refuse assertions that hold longer than five minutes
_RENEW_BEFORE = 15


@configspec
class SmartBackend(OAuth2ClientCredentials):
    """Client credentials whose secret is a private key (PEM; an RSA key signs RS384, a P-384 key ES384), known as `key_id`."""

    key_id: str = ""
    default_token_expiration: int = 300

    def build_access_token_request(self) -> dict[str, Any]:
        """The token request with a fresh assertion in place of a secret."""
        signed = assertion(str(self.client_secret), self.key_id, str(self.client_id), self.access_token_url, int(time.time()))
        form = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE, "client_assertion": signed}
        return {"data": {**form, **self.access_token_request_data}}

    def parse_expiration_in_seconds(self, response_json: Any) -> int:
        """Renews a little early: a page may be under way when the token ends."""
        return max(super().parse_expiration_in_seconds(response_json) - _RENEW_BEFORE, 1)


def assertion(key: str, key_id: str, client_id: str, audience: str, now: int) -> str:
    """A signed JWT (compact form) by which `client_id` asks `audience` for a token; each can be used once."""
    claims = {"iss": client_id, "sub": client_id, "aud": audience, "exp": now + _VALID_SECONDS, "jti": uuid.uuid4().hex}
    return signed(claims, key_id, signing_key(key, SCHEME, "fhir"), SCHEME)
