"""SMART backend services: a client proves itself with an assertion it signs, and gets a token for a few minutes."""

from __future__ import annotations

import time
import uuid
from base64 import urlsafe_b64encode
from typing import Any

import orjson
from dlt.common.configuration import configspec
from dlt.sources.helpers.rest_client.auth import OAuth2ClientCredentials

from ingest.core.errors import IngestError

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
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
    from cryptography.hazmat.primitives import hashes  # slow to load, and needed by this scheme only
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        # An environment variable may hold the line breaks as \n.
        private = load_pem_private_key(key.replace("\\n", "\n").encode(), password=None)
    except (ValueError, TypeError):
        raise _unfit("cannot be read") from None
    header = {"alg": "RS384" if isinstance(private, rsa.RSAPrivateKey) else "ES384", "typ": "JWT", "kid": key_id}
    claims = {"iss": client_id, "sub": client_id, "aud": audience, "exp": now + _VALID_SECONDS, "jti": uuid.uuid4().hex}
    signed = b".".join(_base64(orjson.dumps(part)) for part in (header, claims))
    if isinstance(private, rsa.RSAPrivateKey):
        signature = private.sign(signed, padding.PKCS1v15(), hashes.SHA384())
    elif isinstance(private, ec.EllipticCurvePrivateKey):
        r, s = utils.decode_dss_signature(private.sign(signed, ec.ECDSA(hashes.SHA384())))
        signature = r.to_bytes(48, "big") + s.to_bytes(48, "big")
    else:
        raise _unfit("is of another kind")
    return b".".join((signed, _base64(signature))).decode()


def _unfit(why: str) -> IngestError:
    return IngestError(f"the private key for the token request {why}", "Give an RSA or P-384 key as PEM, without a password.")


def _base64(raw: bytes) -> bytes:
    return urlsafe_b64encode(raw).rstrip(b"=")
