"""Signs the assertions (RFC 7523) by which a client proves itself to a token endpoint without a shared secret.

Only signing stands here. Fetching, renewing and sending the token is dlt's; what an assertion claims is its user's.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import orjson

from ingest.core.errors import IngestError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    SigningKey: TypeAlias = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True, slots=True)
class Scheme:
    """What an endpoint takes: the hash's bits (and the curve's), and how RSA keys sign: PS (PSS) or RS (PKCS #1)."""

    bits: int
    rsa: str

    def algorithm(self, key: SigningKey) -> str:
        return f"{'ES' if hasattr(key, 'curve') else self.rsa}{self.bits}"


def signing_key(pem: str, scheme: Scheme, source: str) -> SigningKey:
    """The private key in a PEM text (line breaks may be written as \\n); IngestError without a word of it when it is none that fits."""
    from cryptography.exceptions import UnsupportedAlgorithm  # slow to load, and needed by few sources
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(pem.replace("\\n", "\n").strip().encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    is_on_curve = isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name == f"secp{scheme.bits}r1"
    if is_on_curve or isinstance(key, rsa.RSAPrivateKey):
        return key  # type: ignore[return-value]
    raise IngestError(
        f"{source}: the private key cannot be read as RSA or P-{scheme.bits} in PEM without a password",
        "Set the whole text from -----BEGIN to END-----; line breaks may be written as \\n.",
    )


def signed(claims: dict[str, Any], key_id: str, key: SigningKey, scheme: Scheme) -> str:
    """The claims as a compact JSON Web Token."""
    header = {"typ": "JWT", "alg": scheme.algorithm(key), "kid": key_id}
    message = b".".join(_base64(orjson.dumps(part)) for part in (header, claims))
    return b".".join((message, _base64(_signature(message, key, scheme)))).decode()


def _signature(message: bytes, key: SigningKey, scheme: Scheme) -> bytes:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

    digest = {256: hashes.SHA256, 384: hashes.SHA384}[scheme.bits]()
    if isinstance(key, rsa.RSAPrivateKey):
        pss = padding.PSS(padding.MGF1(digest), digest.digest_size)
        return key.sign(message, pss if scheme.rsa == "PS" else padding.PKCS1v15(), digest)
    r, s = utils.decode_dss_signature(key.sign(message, ec.ECDSA(digest)))
    return r.to_bytes(digest.digest_size) + s.to_bytes(digest.digest_size)


def _base64(data: bytes) -> bytes:
    return urlsafe_b64encode(data).rstrip(b"=")
