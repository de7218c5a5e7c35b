"""OAuth 2 client credentials proved by a signed assertion: ES256 for a P-256 key, PS256 for an RSA key."""

from __future__ import annotations

import time
from typing import Any

from dlt.sources.helpers.rest_client.auth import OAuth2ClientCredentials

from ingest.core.assertion import ASSERTION_TYPE, Scheme, signed, signing_key

LIFETIME_SECONDS = 300  # an assertion is used at once; the token it buys lives longer
SCHEME = Scheme(256, "PS")


class SignedAssertion(OAuth2ClientCredentials):
    """Buys access tokens for `source` with assertions signed by `private_key` (PEM; line breaks may be written as \\n)."""

    def __init__(self, source: str, token_url: str, client_id: str, key_id: str, private_key: str, scope: str) -> None:
        super().__init__(access_token_url=token_url, client_id=client_id, client_secret="")
        self._key_id, self._scope = key_id, scope
        self._key = signing_key(private_key, SCHEME, source)

    def build_access_token_request(self) -> dict[str, Any]:
        now = int(time.time())
        claims = {
            "iss": self.client_id,
            "scope": self._scope,
            "aud": self.access_token_url,
            "iat": now,
            "exp": now + LIFETIME_SECONDS,
        }
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": signed(claims, self._key_id, self._key, SCHEME),
        }
        return {"headers": {"Content-Type": "application/x-www-form-urlencoded"}, "data": form}
