"""Talks to one vendor: credentials, bounded retries by the error's meaning, and decoding by orjson.

Built on dlt's RESTClient and its paginators. Every request has a time limit; every retry is bounded, jittered and honours
Retry-After; an answer that is not JSON is retried, then kept in the quarantine folder and reported.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import orjson
import requests
from dlt.common.configuration import resolve_configuration
from dlt.common.configuration.specs import RuntimeConfiguration
from dlt.sources.helpers.rest_client.auth import BearerTokenAuth, HttpBasicAuth, OAuth2ClientCredentials
from dlt.sources.helpers.rest_client.client import RESTClient
from requests.auth import AuthBase
from tenacity import RetryCallState, Retrying, retry_if_exception_type, retry_if_result, stop_after_attempt
from tenacity.wait import wait_random_exponential

from ingest.core.errors import IngestError, QuotaUsedUp, SourceStopped
from ingest.core.masking import masked
from ingest.core.pacing import Pacer
from ingest.core.settings import variable
from ingest.core.spec import Basic, Bearer, ErrorRule, NoAuth, OwnAuth, Source, Verdict

_TRANSIENT = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)
_PASSING = (408, 429)  # of the answers below 500, those that a later try may better
_DEFAULT_RULES = (
    ErrorRule(401, Verdict.DENIED),
    ErrorRule(403, Verdict.DENIED),
    ErrorRule(408, Verdict.RETRY),
    ErrorRule(429, Verdict.RETRY),
)
_MOST_WORDS = 160


def authentication(source: Source, settings: dict[str, str]) -> AuthBase | None:
    """The requests auth for a source's declaration."""
    auth = source.auth
    if isinstance(auth, NoAuth):
        return None
    if isinstance(auth, OwnAuth):
        return auth.make(settings)
    if isinstance(auth, Bearer):
        return BearerTokenAuth(token=settings[auth.token])
    if isinstance(auth, Basic):
        return HttpBasicAuth(auth.user.format_map(settings), settings[auth.password])
    return OAuth2ClientCredentials(
        access_token_url=settings[auth.token_url],
        client_id=settings[auth.client_id],
        client_secret=settings[auth.client_secret],
        access_token_request_data={"scope": auth.scope},
    )


class VendorClient(RESTClient):
    """A RESTClient for one source and one run. `calls` counts the requests sent."""

    def __init__(
        self, source: Source, settings: dict[str, str], keep_undecodable: Callable[[bytes], str], notes: Path | None = None
    ) -> None:
        runtime = resolve_configuration(RuntimeConfiguration())
        super().__init__(
            base_url=source.base_url.format_map(settings),
            headers=dict(source.headers),
            auth=authentication(source, settings),
            session=requests.Session(),
        )
        self.source = source
        self.calls = 0
        self._clock: datetime | None = None
        self._secrets = [settings[s.name] for s in source.settings if s.secret and settings.get(s.name)]
        self._clock_address = self.base_url or settings.get("clock_url", "")
        self._keep_undecodable = keep_undecodable
        self._timeout = runtime.request_timeout
        self._pacer = Pacer(source, notes)
        self._retrying = Retrying(
            wait=_WaitAsTold(multiplier=runtime.request_backoff_factor, max=runtime.request_max_retry_delay),
            stop=stop_after_attempt(runtime.request_max_attempts),
            retry=retry_if_exception_type((*_TRANSIENT, _NoToken)) | retry_if_result(self._is_transient),
            retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
        )

    def vendor_clock(self) -> datetime:
        """The vendor's time, asked once from the Date header of its address; this machine's when it does not tell.

        Either way it stays the same for the whole run: cursors are compared with it from the first listing to the last.
        """
        if self._clock is None:
            self._clock = self._told_clock() if self._clock_address else datetime.now(UTC)
        return self._clock

    def _told_clock(self) -> datetime:
        patiently = self._retrying.copy(retry=retry_if_exception_type(_TRANSIENT))
        try:
            return _clock_of(patiently(self.session.head, self._clock_address, timeout=self._timeout))
        except requests.RequestException:
            return datetime.now(UTC)  # the first real request will report the failure

    def fetch(self, method: str, path_or_url: str, *, is_json: bool = True, **request: Any) -> requests.Response:
        """One request with the same credentials, budgets, retries and errors as a page; `is_json=False` for files to download,
        which are no pages of HTML.

        `request` takes params, json, data and headers as `requests.Request` does.
        """
        asked = self._create_request(path_or_url, method, auth=self.auth, **request)  # type: ignore[arg-type]
        return self._send_request(asked, is_json=is_json)

    def _send_request(self, request: requests.Request, *, is_json: bool = True, **kwargs: Any) -> requests.Response:
        """Sends with retries; raises IngestError in the vendor's words for anything that is not a decodable success."""
        try:
            response = self._retrying(self._attempt, request, is_json, **kwargs)
            if response.status_code == 401 and isinstance(self.auth, OAuth2ClientCredentials):
                self.auth.access_token = None  # the token may have been revoked before its time: one fresh try
                response = self._retrying(self._attempt, request, is_json, **kwargs)
        except _TRANSIENT as error:
            raise IngestError(
                f"{self.source.name}: no answer from {_place(request.url)} ({type(error).__name__})",
                f"Check {variable(self.source, self.source.settings[0])} and the network; run again, nothing is lost.",
            ) from error
        except _NoToken as error:
            raise SourceStopped(
                f"{self.source.name}: {error}", "The vendor is in trouble; run again later, nothing is lost."
            ) from error
        self._raise_unless_ok(response)
        return response

    def _attempt(self, request: requests.Request, is_json: bool, **kwargs: Any) -> requests.Response:
        self._refresh_token()
        self._pacer.take(request.url)
        self.calls += 1
        request.hooks = {}
        response = super()._send_request(request, timeout=self._timeout, **kwargs)
        if response.ok and is_json:
            _decode(response)
        elif response.ok and "text/html" in response.headers.get("Content-Type", ""):
            response.undecodable = "a file"  # type: ignore[attr-defined]
        return response

    def _refresh_token(self) -> None:
        """Buys an access token where one is due, here and not on the way of a call: its failures mean something else."""
        auth = self.auth
        if not isinstance(auth, OAuth2ClientCredentials) or not (auth.access_token is None or auth.is_token_expired()):
            return
        place = _place(auth.access_token_url)
        try:
            auth.obtain_token()
        except requests.HTTPError as error:
            status = error.response.status_code
            if status >= 500 or status in _PASSING:
                raise _NoToken(f"no access token: {place} answered {status}") from error
            raise SourceStopped(*self._denied(f"the token request was refused ({status})"), status) from error
        except (requests.RequestException, ValueError, TypeError, LookupError, ArithmeticError, AttributeError) as error:
            auth.access_token = None
            raise _NoToken(f"no access token from {place} ({type(error).__name__})") from error
        if auth.access_token in (None, "", "None"):
            auth.access_token = None
            raise _NoToken(f"no access token in the answer of {place}")

    def extract_response(self, response: requests.Response, data_selector: Any) -> list[Any]:
        """The records at a dotted path; an answer without that path is malformed, never an empty page."""
        data = response.json()
        for step in str(data_selector).split(".") if data_selector != "$" else ():
            if not isinstance(data, dict) or step not in data:
                raise IngestError(
                    f"{self.source.name}: the answer of {_place(response.url)} has no field {data_selector!r}",
                    "The vendor may have changed its API; see the connector's declaration.",
                )
            data = data[step]
        return data if isinstance(data, list) else [data]

    def verdict(self, response: requests.Response) -> Verdict:
        """What an error answer means: the source's own rules first, then the defaults."""
        for rule in (*self.source.errors, *_DEFAULT_RULES):
            if rule.status == response.status_code and rule.contains in response.text:
                return rule.verdict
        return Verdict.RETRY if response.status_code >= 500 else Verdict.FAIL

    def _is_transient(self, response: requests.Response) -> bool:
        if response.ok:
            return bool(getattr(response, "undecodable", False))
        return self.verdict(response) is Verdict.RETRY

    def _raise_unless_ok(self, response: requests.Response) -> None:
        wanted = getattr(response, "undecodable", "")
        if response.ok and not wanted:
            return
        place = _place(response.url)
        if response.ok:
            kept = self._keep_undecodable(response.content)
            told = response.headers.get("Content-Type", "no content type")
            raise IngestError(
                f"{self.source.name}: the answer of {place} is not {wanted} ({told}, {len(response.content)} bytes)",
                f"Kept at {kept}. Run again: the cursor has not moved, nothing is lost.",
            )
        verdict, words = self.verdict(response), self._words(response)
        if verdict is Verdict.QUOTA:
            raise QuotaUsedUp(
                f"{self.source.name}: the vendor's allowance of calls is used up ({words})",
                "A later run resumes where this one stopped.",
                response.status_code,
            )
        told = f"{place} answered {response.status_code} ({words})"
        if verdict is Verdict.DENIED:
            raise IngestError(*self._denied(told), response.status_code)
        raise IngestError(f"{self.source.name}: {told}", "Run again; nothing is lost.", response.status_code)

    def _words(self, response: requests.Response) -> str:
        """The vendor's own message, shortened, without addresses, numbers of people and our own secrets."""
        text = " ".join(response.text[: 10 * _MOST_WORDS].split())
        return masked(text, self._secrets)[:_MOST_WORDS] or "no message"

    def _denied(self, what: str) -> tuple[str, str]:
        """Message and remedy."""
        names = " or ".join(variable(self.source, s) for s in self.source.settings if s.secret)
        return f"{self.source.name}: access denied: {what}", f"Check {names} and the permissions behind it."


class _NoToken(Exception):
    """The token endpoint is in trouble, which may pass."""


class _WaitAsTold(wait_random_exponential):
    """Jittered exponential waiting, or what Retry-After says when the vendor says it (at most `max`)."""

    def __call__(self, retry_state: RetryCallState) -> float:
        outcome = retry_state.outcome
        response = None if outcome is None or outcome.failed else outcome.result()
        told = response.headers.get("Retry-After", "") if response is not None else ""
        if told.strip().isdigit():
            return float(min(int(told), self.max))
        return super().__call__(retry_state)


def _decode(response: requests.Response) -> None:
    """Decodes the body once, fast; paginators and selectors then share it through `response.json()`."""
    try:
        body = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        response.undecodable = "JSON"  # type: ignore[attr-defined]
        return
    response.json = lambda **_: body  # type: ignore[method-assign]


def _clock_of(response: requests.Response) -> datetime:
    """The vendor's clock as its Date header tells it; ours when it does not."""
    try:
        return parsedate_to_datetime(response.headers["Date"]).astimezone(UTC)
    except (KeyError, ValueError, TypeError):
        return datetime.now(UTC)


def _place(url: str | None) -> str:
    """The address without its query, which may name people or hold tokens."""
    return (url or "").partition("?")[0]
