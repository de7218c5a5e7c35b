"""OAuth 2 client credentials proved by a signed assertion (RFC 7523) instead of a shared secret.

The key decides the algorithm: ES256 for a P-256 key, PS256 for an RSA key. Only signing stands here; fetching, renewing
and sending the token is dlt's.
"""

from __future__ import annotations

import time
from base64 import urlsafe_b64encode
from typing import Any

import orjson
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from dlt.sources.helpers.rest_client.auth import OAuth2ClientCredentials

from ingest.core.errors import IngestError

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LIFETIME_SECONDS = 300  # an assertion is used at once; the token it buys lives longer

SigningKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class SignedAssertion(OAuth2ClientCredentials):
    """Buys access tokens for `source` with assertions signed by `private_key` (PEM; line breaks may be written as \\n)."""

    def __init__(self, source: str, token_url: str, client_id: str, key_id: str, private_key: str, scope: str) -> None:
        super().__init__(access_token_url=token_url, client_id=client_id, client_secret="")
        self._key_id, self._scope = key_id, scope
        self._key = signing_key(private_key, source)

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
            "client_assertion": signed(claims, self._key_id, self._key),
        }
        return {"headers": {"Content-Type": "application/x-www-form-urlencoded"}, "data": form}


def signing_key(pem: str, source: str) -> SigningKey:
    """The private key in a PEM text; IngestError without a word of it when it cannot be one."""
    try:
        key = load_pem_private_key(pem.replace("\\n", "\n").strip().encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if isinstance(key, rsa.RSAPrivateKey) or (isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name == "secp256r1"):
        return key
    raise IngestError(
        f"{source}: the private key cannot be read as RSA or P-256 in PEM without a password",
        "Set the whole text from -----BEGIN to END-----; line breaks may be written as \\n.",
    )


def signed(claims: dict[str, Any], key_id: str, key: SigningKey) -> str:
    """The claims as a compact JSON Web Token."""
    algorithm = "PS256" if isinstance(key, rsa.RSAPrivateKey) else "ES256"
    parts = ({"typ": "JWT", "alg": algorithm, "kid": key_id}, claims)
    message = b".".join(_base64(orjson.dumps(part)) for part in parts)
    return b".".join((message, _base64(_signature(message, key)))).decode()


def _signature(message: bytes, key: SigningKey) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(message, padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256().digest_size), hashes.SHA256())
    r, s = decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32) + s.to_bytes(32)


def _base64(data: bytes) -> bytes:
    return urlsafe_b64encode(data).rstrip(b"=")
