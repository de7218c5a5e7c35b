"""Alerts sent over real HTTP and SMTP on loopback; hooked into the jobs of the small company's real graph."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ingest.core.errors import IngestError
from ingest.core.paths import Paths
from orchestration import automation
from orchestration.gates import read_holds
from orchestration.parts import Parts
from orchestration.reach import alerts
from tests.loopback import serving
from tests.orchestration.conftest import Company, company, instance, parsed_project  # noqa: F401 - fixtures

from .planted import plant


class _Talk(socketserver.StreamRequestHandler):
    """A mail server's side of one delivery."""

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            word = line.split()[0].upper() if line.split() else b""
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                taken = b""
                while not taken.endswith(b"\r\n.\r\n"):
                    taken += self.rfile.readline()
                self.server.taken.append(taken[:-5])  # type: ignore[attr-defined]
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 fine\r\n")
            if word == b"QUIT":
                return


@contextmanager
def mail_server() -> Iterator[tuple[str, list[bytes]]]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Talk) as server:
        server.taken = taken = list[bytes]()  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"smtp://127.0.0.1:{server.server_address[1]}", taken
        server.shutdown()


@contextmanager
def hook(status: int = 200) -> Iterator[tuple[str, list[Any]]]:
    taken: list[Any] = []

    async def take(request: Request) -> Response:
        taken.append(await request.json())
        return Response(status_code=status)

    with serving(Starlette(routes=[Route("/hook", take, methods=["POST"])])) as address:
        yield f"{address}/hook", taken


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (alerts.WEBHOOK, alerts.EMAIL_TO, alerts.SMTP_URL, alerts.EMAIL_FROM):
        monkeypatch.delenv(name, raising=False)


def test_an_alert_goes_to_the_webhook_and_by_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    alert = alerts.held([("landed", "raw_stripe.invoices: volume", "canary@example.com is odd")])
    assert alert is not None and alerts.send(alert) == [] and not alerts.is_wanted()
    with mail_server() as (smtp, mails), hook() as (url, posts):
        monkeypatch.setenv(alerts.WEBHOOK, url)
        monkeypatch.setenv(alerts.EMAIL_TO, "ops@example.com, desk@example.com")
        monkeypatch.setenv(alerts.SMTP_URL, smtp)
        assert alerts.send(alert) == []
    [mail] = [message_from_bytes(told, policy=policy.default) for told in mails]
    assert mail["To"] == "ops@example.com, desk@example.com" and "raw_stripe.invoices: volume" in mail.get_content()
    [post] = posts
    assert post["lines"] == ["gate landed: raw_stripe.invoices: volume"] and "raw_stripe.invoices" in post["text"]
    assert "canary" not in f"{mail}{post}"


def test_what_cannot_be_sent_is_told_without_addresses_and_stops_no_other_channel(monkeypatch: pytest.MonkeyPatch) -> None:
    alert = alerts.Alert("something", ("held",))
    with mail_server() as (smtp, mails), hook(status=500) as (url, _):
        monkeypatch.setenv(alerts.WEBHOOK, f"{url}?token=sesame")
        monkeypatch.setenv(alerts.EMAIL_TO, "ops@example.com")
        monkeypatch.setenv(alerts.SMTP_URL, smtp)
        assert alerts.send(alert) == ["the alert by CX_ALERT_WEBHOOK was not sent: it answered 500"]
    assert len(mails) == 1
    monkeypatch.setenv(alerts.SMTP_URL, "smtp://someone:sesame@127.0.0.1:1")
    monkeypatch.delenv(alerts.WEBHOOK)
    assert alerts.send(alert) == ["the alert by CX_ALERT_EMAIL_TO was not sent: ConnectionRefusedError"]
    monkeypatch.setenv(alerts.SMTP_URL, "mail.example.com")
    assert "CX_SMTP_URL is not an address" in alerts.send(alert)[0]


def _figure(kpi: str, day: str, *, is_anomaly: bool, **changes: Any) -> dict[str, Any]:
    told = {
        "kpi_id": kpi, "variant": "standard", "grain": "day", "period_start": day, "segment_type": "all", "segment": "all",
        "value": 12.5, "expected_value": 40.0, "is_anomaly": is_anomaly, "is_complete": True,
    }  # fmt: skip
    return {**told, **changes}


def test_an_odd_figure_is_told_once(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    figures = [
        _figure("csat", "2026-06-30", is_anomaly=True),
        _figure("nps", "2026-06-30", is_anomaly=False),
        _figure("aov", "2026-05-01", is_anomaly=True),
        _figure("mrr", "2026-06-30", is_anomaly=True, segment_type="country_code", segment="DE"),
    ]
    plant(paths, {"kpi_daily": figures})
    alert = alerts.anomalies(paths)
    assert alert is not None and alert.lines == ("csat (standard) on 2026-06-30: 12.50, expected 40.00",)
    assert alerts.anomalies(paths) is None


def test_a_closed_gate_is_told_and_a_failing_alert_fails_nothing_more(
    company: Company,  # noqa: F811
    instance: dg.DagsterInstance,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    company.landing.failing["desk"] = IngestError("desk: canary@example.com is odd")
    with hook(status=503) as (url, posts):
        monkeypatch.setenv(alerts.WEBHOOK, url)
        assert not company.run("ingest_all", instance).success
    assert [post["lines"] for post in posts] == [["gate extraction: desk"]] and "canary" not in str(posts)
    assert "the alert by CX_ALERT_WEBHOOK was not sent: it answered 503" in caplog.text
    assert [hold.gate for hold in read_holds(company.paths)] == ["extraction"]


def test_odd_figures_are_told_after_the_publication_and_trouble_is_only_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    @dg.op(name="published__publication")
    def publication() -> None: ...

    paths = Paths(tmp_path)
    tell = automation.anomaly_hook(Parts(paths=lambda: paths), "published__publication")
    with hook() as (url, posts):
        monkeypatch.setenv(alerts.WEBHOOK, url)
        tell(dg.build_hook_context(op=publication))  # nothing has been published: that is said, and nothing fails
        assert "the alert could not be made: QueryError" in caplog.text
        plant(paths, {"kpi_daily": [_figure("csat", "2026-06-30", is_anomaly=True)]})
        tell(dg.build_hook_context(op=publication))
    assert [post["title"] for post in posts] == ["1 KPI figure far from what was expected"]
