"""NetSuite on the wire: SuiteQL over REST with its token endpoint.

A query runs as SQL over the tables as NetSuite shows them: instants in the account's time zone, flags as T and F. In the
answer every value is a text and a null column is missing. Pages hold at most 1,000 rows, a query at most 100,000. Its own
switches: `suiteql_rows` (rows a query may give), `token_seconds` (lifetime of the tokens issued from now on).
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from base64 import urlsafe_b64decode
from typing import Any
from urllib.parse import parse_qsl

import duckdb
import sqlglot
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from sqlglot import exp
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ingest.sandbox.faults import Switches
from ingest.sandbox.servers.base import Answer, Handler, Refused, Vendor, Window, bearer, envelope, origin, respond
from ingest.sandbox.servers.netsuite_tables import TABLES
from ingest.sandbox.servers.world import World

TIME_ZONE = "America/Los_Angeles"
CLIENT_ID = "5a4db0c0netsuite00000000000000000000000000000000000000000000c11d"
CERTIFICATE_ID = "sandbox-certificate-1"
TOKEN_PATH = "/services/rest/auth/oauth2/v1/token"
QUERY_PATH = "/services/rest/query/v1/suiteql"
TOKEN_SECONDS = 3_600
MAX_LIMIT = 1_000
MAX_ROWS = 100_000  # of one query; switch suiteql_rows sets another number
MAX_CALLS = 100_000  # NetSuite limits calls at once, not calls per time; switch rate_limit stands in for that
_FUNCTIONS = {"TO_CHAR", "TO_DATE"}
_ORACLE = """
CREATE MACRO IF NOT EXISTS suiteql_format(format) AS replace(replace(replace(replace(replace(replace(replace(
    format, 'YYYY', '%Y'), 'MM', '%m'), 'DD', '%d'), 'HH24', '%H'), 'MI', '%M'), 'SS', '%S'), '"T"', 'T');
CREATE MACRO IF NOT EXISTS to_char(value, format) AS strftime(value, suiteql_format(format));
CREATE MACRO IF NOT EXISTS to_date(told, format) AS CAST(told AS TIMESTAMP);  -- ISO 8601 only
"""


def private_key() -> ec.EllipticCurvePrivateKey:
    """The integration's key: the same in every process of a sandbox, and of no use anywhere else."""
    return ec.derive_private_key(int.from_bytes(hashlib.sha256(b"sandbox netsuite").digest()) >> 1, ec.SECP256R1())


class NetSuite(Vendor):
    name = "netsuite"
    own_switches = frozenset({"suiteql_rows", "token_seconds"})
    open_paths = frozenset({TOKEN_PATH})

    def __init__(self, world: World, switches: Switches) -> None:
        super().__init__(world, switches)
        world.rows(_ORACLE)
        self._tokens: dict[str, float] = {}
        self._window = Window(MAX_CALLS, 60)

    def settings(self, url: str) -> dict[str, str]:
        pem = private_key().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return {
            "base_url": url,
            "client_id": CLIENT_ID,
            "certificate_id": CERTIFICATE_ID,
            "private_key": pem.decode().strip().replace("\n", "\\n"),
            "time_zone": TIME_ZONE,
        }

    def paths(self) -> list[tuple[str, str, Handler]]:
        return [("POST", QUERY_PATH, self.query)]

    def open_routes(self) -> list[Route]:
        return [Route(TOKEN_PATH, self.token, methods=["POST"])]

    async def token(self, request: Request) -> Response:
        """An access token for a fresh assertion signed by the integration's certificate."""
        form = dict(parse_qsl((await request.body()).decode()))
        if form.get("grant_type") != "client_credentials":
            return respond(request, Answer({"error": "unsupported_grant_type"}, 400))
        if not _is_signed(form.get("client_assertion", ""), f"{origin(request)}{TOKEN_PATH}"):
            return respond(request, Answer({"error": "invalid_client"}, 401))
        token = f"sandbox-{secrets.token_urlsafe(24)}"
        seconds = int(self.switches.get("token_seconds") or TOKEN_SECONDS)
        self._tokens[token] = time.monotonic() + seconds
        return respond(request, Answer({"access_token": token, "expires_in": str(seconds), "token_type": "bearer"}))

    def refuse(self, request: Request) -> Answer | None:
        return None if self._tokens.get(bearer(request), 0.0) > time.monotonic() else self.error(401)

    def error(self, status: int, message: str = "", parameter: str = "") -> Answer:
        title, code, detail = _ERRORS.get(status, ("Bad Request" if status < 500 else "Server Error", "UNEXPECTED_ERROR", ""))
        told = {"detail": message or detail, "o:errorCode": code, **({"o:errorQueryParam": parameter} if parameter else {})}
        kind = f"https://www.rfc-editor.org/rfc/rfc9110.html#status.{status}"
        return Answer({"type": kind, "title": title, "status": status, "o:errorDetails": [told]}, status)

    def limit(self, request: Request) -> tuple[dict[str, str], Answer | None]:
        return {}, self.error(429) if self._window.take(self.switches.get("rate_limit")).is_over else None

    async def query(self, request: Request) -> Answer:
        """One page of a SELECT with ORDER BY."""
        if "transient" not in request.headers.get("prefer", ""):
            raise Refused(self.error(400, "The required request header 'Prefer' is missing or invalid. Use 'transient'."))
        try:
            asked = str(json.loads(await request.body())["q"])
        except (ValueError, KeyError, TypeError):
            raise Refused(self.error(400, "Invalid content in the request body.")) from None
        limit, offset = self._window_of(request)
        tables, head, order = self._understood(asked)
        shown = self.page_rows(limit)
        total, rows = self._rows(tables, head, order, shown, offset)
        size = min(shown, max(total - offset, 0))
        more = offset + size < total
        if more and self.switches.take("empty_page_continues"):
            rows, size = b"", 0
        rest = {
            "links": self._links(request, limit, offset, total),
            "count": size, "hasMore": more, "offset": offset, "totalResults": total,
        }  # fmt: skip
        return envelope("items", rows, rest, _RESOURCES[tables[0]])

    def _window_of(self, request: Request) -> tuple[int, int]:
        try:
            limit, offset = (int(request.query_params.get(name, default)) for name, default in (("limit", 1_000), ("offset", 0)))
        except ValueError:
            raise Refused(self.error(400, "Provided limit or offset is no number.", "limit")) from None
        if not 0 < limit <= MAX_LIMIT:
            raise Refused(self.error(400, f"Provide a limit between 1 and {MAX_LIMIT}.", "limit"))
        if offset < 0 or offset % limit:
            raise Refused(self.error(400, "The offset must be divisible by the limit.", "offset"))
        if offset + limit > int(self.switches.get("suiteql_rows") or MAX_ROWS):
            raise Refused(self.error(400, "The page is beyond the rows that one query may give.", "offset"))
        return limit, offset

    def _understood(self, asked: str) -> tuple[list[str], str, str]:
        """The tables a query reads, the first its own; the query without its order; and that order."""
        try:
            tree = sqlglot.parse_one(asked, read="duckdb")
        except sqlglot.errors.SqlglotError:
            raise Refused(self.error(400, "Invalid search query. Detailed unprocessed description follows.", "q")) from None
        tables = [table.name.lower() for table in tree.find_all(exp.Table)]
        functions = {found.name.upper() for found in tree.find_all(exp.Anonymous)}
        if not isinstance(tree, exp.Select) or not tables or set(tables) - set(TABLES) or functions - _FUNCTIONS:
            raise Refused(self.error(400, "Invalid search query. A record or function was not found.", "q"))
        if tree.args.get("order") is None:
            raise Refused(self.error(400, "The sandbox gives pages of queries with ORDER BY only.", "q"))
        head, _, order = asked.rpartition(" ORDER BY ")
        return tables, head, order

    def _rows(self, tables: list[str], head: str, order: str, limit: int, offset: int) -> tuple[int, bytes]:
        shown = ", ".join(f"{name} AS ({TABLES[name].sql(self.world, TIME_ZONE)})" for name in dict.fromkeys(tables))
        try:
            [(total,)] = self.world.rows(f"WITH {shown} SELECT count(*) FROM ({head}) told")
            found = self.world.rows(f"WITH {shown} {_PAGE.format(head=head, order=order)}", [limit, offset])
        except duckdb.Error:
            raise Refused(self.error(400, "Invalid search query. Check fields and conditions.", "q")) from None
        return int(total), ",".join(body for (body,) in found).encode()

    def _links(self, request: Request, limit: int, offset: int, total: int) -> list[dict[str, str]]:
        def link(relation: str, at: int) -> dict[str, str]:
            return {"rel": relation, "href": f"{origin(request)}{QUERY_PATH}?limit={limit}&offset={at}"}

        following = [link("next", offset + limit), link("last", (total - 1) // limit * limit)] if offset + limit < total else []
        before = [link("previous", max(offset - limit, 0)), link("first", 0)] if offset else []
        return [*before, *following, link("self", offset)]


_RESOURCES = {name: table.resource for name, table in TABLES.items()}
# Every value is shown as a text; a date nobody formats comes in the notation of the account, which has no time of day.
_SHOWN = """CASE WHEN typeof(COLUMNS('.*')) IN ('DATE', 'TIMESTAMP') THEN strftime(TRY_CAST(COLUMNS('.*')::VARCHAR AS TIMESTAMP), '%-m/%-d/%Y')
ELSE COLUMNS('.*')::VARCHAR END AS "\\0\""""
_PAGE = f"""SELECT json_merge_patch(json_merge_patch('{{{{"links":[]}}}}', to_json(texts)), '{{{{"place":null}}}}')::VARCHAR
FROM (SELECT {_SHOWN} FROM (
    SELECT *, row_number() OVER (ORDER BY {{order}}) AS place FROM (SELECT * FROM ({{head}}) ORDER BY {{order}} LIMIT $1 OFFSET $2)
)) texts ORDER BY place::BIGINT"""
_LOGIN = "Invalid login attempt. For more details, see the Login Audit Trail in the NetSuite UI."
_BUSY = "Concurrent request limit exceeded. Request blocked."
_ERRORS = {
    400: ("Bad Request", "INVALID_PARAMETER", "The request is not valid."),
    401: ("Unauthorized", "INVALID_LOGIN", _LOGIN),
    403: ("Forbidden", "INSUFFICIENT_PERMISSION", "Permission Violation: the role may not do this."),
    404: ("Not Found", "NONEXISTENT_ID", "The record or path does not exist."),
    429: ("Too Many Requests", "CONCURRENCY_LIMIT_EXCEEDED", _BUSY),
    503: ("Service Unavailable", "SERVICE_UNAVAILABLE", "The account is not available for now."),
}


def _is_signed(assertion: str, audience: str) -> bool:
    """Whether an assertion is ours, meant for this endpoint, fresh, and signed by the certificate's key."""
    try:
        header, claims, signature = (_decoded(part) for part in assertion.split("."))
        told: dict[str, Any] = {**json.loads(header), **json.loads(claims)}
        public = private_key().public_key()
        pair = encode_dss_signature(int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))
        public.verify(pair, assertion.rpartition(".")[0].encode(), ec.ECDSA(hashes.SHA256()))
    except (ValueError, TypeError, InvalidSignature):
        return False
    expected = {"alg": "ES256", "kid": CERTIFICATE_ID, "iss": CLIENT_ID, "aud": audience}
    is_fresh = isinstance(told.get("iat"), int) and told["iat"] - 60 <= time.time() < told.get("exp", 0) <= told["iat"] + 3_600
    return is_fresh and all(told.get(name) == value for name, value in expected.items()) and "rest_webservices" in told["scope"]


def _decoded(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


SERVER = NetSuite
