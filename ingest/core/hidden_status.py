"""Vendors that hide how a call went: an error inside a 200, or "not ready yet" as a 202.

Credentials wrapped in `HiddenStatus` give each answer the status it means, so that retries, verdicts and messages need to
know nothing of the hiding. It hooks in as digest authentication does, where an answer is judged before anybody reads it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from requests import PreparedRequest, Response
from requests.auth import AuthBase

StatusOf = Callable[[Response], int]


class HiddenStatus(AuthBase):
    """`auth` with answers judged by `status_of`."""

    def __init__(self, auth: AuthBase, status_of: StatusOf) -> None:
        self.auth, self.status_of = auth, status_of

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request = self.auth(request)
        request.register_hook("response", self._judge)  # type: ignore[no-untyped-call]
        return request

    def _judge(self, response: Response, **_: Any) -> Response:
        response.status_code = self.status_of(response)
        return response
