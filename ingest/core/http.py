"""Talks to one vendor: credentials, bounded retries by the error's meaning, call budgets, and decoding by orjson.

Built on dlt's RESTClient and its paginators. Every request has a time limit; every retry is bounded, jittered and honours
Retry-After; an answer that is not JSON is retried, then kept in the quarantine folder and reported.
"""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
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

from ingest.core.errors import IngestError, QuotaUsedUp
from ingest.core.settings import variable
from ingest.core.spec import Basic, Bearer, Budget, ErrorRule, NoAuth, OwnAuth, Source, Verdict

_TRANSIENT = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)
_DEFAULT_RULES = (
    ErrorRule(401, Verdict.DENIED),
    ErrorRule(403, Verdict.DENIED),
    ErrorRule(408, Verdict.RETRY),
    ErrorRule(429, Verdict.RETRY),
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")


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

    def __init__(self, source: Source, settings: dict[str, str], keep_undecodable: Callable[[bytes], str]) -> None:
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
        self._clock_address = self.base_url or settings.get("clock_url", "")
        self._keep_undecodable = keep_undecodable
        self._timeout = runtime.request_timeout
        self._pacers = [_Pacer(budget, source) for budget in source.budgets]
        self._retrying = Retrying(
            wait=_WaitAsTold(multiplier=runtime.request_backoff_factor, max=runtime.request_max_retry_delay),
            stop=stop_after_attempt(runtime.request_max_attempts),
            retry=retry_if_exception_type(_TRANSIENT) | retry_if_result(self._is_transient),
            retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
        )

    def vendor_clock(self) -> datetime:
        """The vendor's time, asked once from the Date header of its address; this machine's when it does not tell."""
        if self._clock is None and not self._clock_address:
            self._clock = datetime.now(UTC)
        if self._clock is None:
            try:
                self._clock = _clock_of(self.session.head(self._clock_address, timeout=self._timeout))
            except requests.RequestException:
                return datetime.now(UTC)  # the first real request will report the failure, with retries
        return self._clock

    def fetch(self, method: str, path_or_url: str, *, is_json: bool = True, **request: Any) -> requests.Response:
        """One request with the same credentials, budgets, retries and errors as a page; `is_json=False` for files to download.

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
        except requests.HTTPError as error:
            raise self._denied(f"the token request was refused ({error.response.status_code})") from error
        self._raise_unless_ok(response)
        return response

    def _attempt(self, request: requests.Request, is_json: bool, **kwargs: Any) -> requests.Response:
        for pacer in self._pacers:
            pacer.take()
        self.calls += 1
        request.hooks = {}
        response = super()._send_request(request, timeout=self._timeout, **kwargs)
        if response.ok and is_json:
            _decode(response)
        return response

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
        if response.ok and not getattr(response, "undecodable", False):
            return
        place = _place(response.url)
        if response.ok:
            kept = self._keep_undecodable(response.content)
            told = response.headers.get("Content-Type", "no content type")
            raise IngestError(
                f"{self.source.name}: the answer of {place} is not JSON ({told}, {len(response.content)} bytes)",
                f"Kept at {kept}. Run again: the cursor has not moved, nothing is lost.",
            )
        verdict, words = self.verdict(response), _words(response)
        if verdict is Verdict.QUOTA:
            raise QuotaUsedUp(
                f"{self.source.name}: the vendor's allowance of calls is used up ({words})",
                "A later run resumes where this one stopped.",
            )
        if verdict is Verdict.DENIED:
            raise self._denied(f"{place} answered {response.status_code} ({words})")
        raise IngestError(f"{self.source.name}: {place} answered {response.status_code} ({words})", "Run again; nothing is lost.")

    def _denied(self, what: str) -> IngestError:
        names = " or ".join(variable(self.source, s) for s in self.source.settings if s.secret)
        return IngestError(f"{self.source.name}: access denied: {what}", f"Check {names} and the permissions behind it.")


class _WaitAsTold(wait_random_exponential):
    """Jittered exponential waiting, or what Retry-After says when the vendor says it (at most `max`)."""

    def __call__(self, retry_state: RetryCallState) -> float:
        outcome = retry_state.outcome
        response = None if outcome is None or outcome.failed else outcome.result()
        told = response.headers.get("Retry-After", "") if response is not None else ""
        if told.strip().isdigit():
            return float(min(int(told), self.max))
        return super().__call__(retry_state)


class _Pacer:
    """Keeps calls within one budget: waits for the window to free, or reports the allowance as used up."""

    def __init__(self, budget: Budget, source: Source) -> None:
        self.budget, self.source = budget, source
        self._sent: deque[float] = deque()

    def take(self) -> None:
        window, now = self.budget.per.total_seconds(), time.monotonic()
        while self._sent and now - self._sent[0] >= window:
            self._sent.popleft()
        if len(self._sent) >= self.budget.calls:
            wait = window - (now - self._sent[0])
            if wait > self.budget.patience.total_seconds():
                raise QuotaUsedUp(
                    f"{self.source.name}: {self.budget.calls} calls per {self.budget.per} are used up",
                    f"The next run may start in {wait:.0f} seconds and resumes where this one stopped.",
                )
            time.sleep(wait)
            self._sent.popleft()
        self._sent.append(time.monotonic())


def _decode(response: requests.Response) -> None:
    """Decodes the body once, fast; paginators and selectors then share it through `response.json()`."""
    try:
        body = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        response.undecodable = True  # type: ignore[attr-defined]
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


def _words(response: requests.Response) -> str:
    """The vendor's own message, shortened and without e-mail addresses."""
    text = " ".join(response.text.split())[:160]
    return _EMAIL.sub("<e-mail>", text) or "no message"
