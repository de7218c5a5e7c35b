"""Alerts after a run: to a webhook, by e-mail, or not at all, as the settings say.

    CX_ALERT_WEBHOOK      address that takes {"title", "text", "lines"} as JSON (chat systems show `text`)
    CX_ALERT_EMAIL_TO     who is written to, separated by commas; needs
    CX_SMTP_URL           smtp://, smtp+starttls:// or smtps://, with user:password@ where the server asks for it
    CX_ALERT_EMAIL_FROM   sender (default cx@localhost)

An alert names gates, checks, sources and KPIs, never what a row holds: reasons stay in `cx status`. One that cannot be sent is
told to the caller, who logs it; it never fails a run.
"""

from __future__ import annotations

import json
import os
import smtplib
import ssl
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote, urlsplit

import requests

from ingest.core.paths import Paths

WEBHOOK, EMAIL_TO, SMTP_URL, EMAIL_FROM = "CX_ALERT_WEBHOOK", "CX_ALERT_EMAIL_TO", "CX_SMTP_URL", "CX_ALERT_EMAIL_FROM"
_SECONDS = 10.0
_MOST_LINES = 30
_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_ANOMALIES = """
    select kpi_id, variant, grain, period_start::varchar, value, expected_value from kpi_daily
    where is_anomaly and segment_type = 'all' and is_complete
        and period_start >= (select max(period_start) from kpi_daily where is_complete) - interval 6 days
    order by period_start desc, kpi_id, variant
"""


@dataclass(frozen=True, slots=True)
class Alert:
    title: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        more = [f"and {len(self.lines) - _MOST_LINES} more"] if len(self.lines) > _MOST_LINES else []
        return "\n".join([self.title, *(f"- {line}" for line in self.lines[:_MOST_LINES]), *more])


def is_wanted() -> bool:
    """Whether any setting asks for alerts."""
    return bool(os.environ.get(WEBHOOK) or os.environ.get(EMAIL_TO))


def send(alert: Alert) -> list[str]:
    """Sends by every channel that is set. What went wrong comes back in words, without addresses and passwords."""
    problems = []
    channels: dict[str, Callable[[str, Alert], None]] = {WEBHOOK: _to_webhook, EMAIL_TO: _by_email}
    for setting, channel in channels.items():
        value = os.environ.get(setting)
        if value:
            try:
                channel(value, alert)
            except Exception as error:  # whatever happens to an alert, the run goes on
                problems.append(f"the alert by {setting} was not sent: {_in_words(error)}")
    return problems


def held(found: Iterable[tuple[str, str, str]]) -> Alert | None:
    """(gate, subject, reason) as a run's hold hook finds them; the reasons are left out, they may quote what a row holds."""
    lines = tuple(f"gate {gate}: {subject}" for gate, subject, _ in found)
    return Alert("Nothing was published: a gate holds it back (`cx status` says why)", lines) if lines else None


def anomalies(paths: Paths) -> Alert | None:
    """KPIs of the last complete week that are far from what was expected, each told once."""
    from orchestration.reader import query

    _, rows = query(paths, _ANOMALIES)
    memory = paths.root / "alerts" / "told.json"
    told = set(_told_before(memory))
    fresh = [row for row in rows if _name(row) not in told]
    if not fresh:
        return None
    memory.parent.mkdir(parents=True, exist_ok=True)
    beside = memory.with_suffix(".tmp")
    beside.write_text(json.dumps([_name(row) for row in rows]), encoding="utf-8")
    beside.replace(memory)
    lines = tuple(f"{row[0]} ({row[1]}) on {row[3]}: {_figure(row[4])}, expected {_figure(row[5])}" for row in fresh)
    return Alert(f"{len(fresh)} KPI figure{'' if len(fresh) == 1 else 's'} far from what was expected", lines)


def _told_before(memory: Path) -> Sequence[str]:
    found: list[str] = json.loads(memory.read_text(encoding="utf-8")) if memory.exists() else []
    return found


def _name(row: Sequence[object]) -> str:
    return "/".join(str(part) for part in row[:4])


def _figure(value: object) -> str:
    return f"{value:,.2f}" if isinstance(value, float) else str(value)


def _to_webhook(url: str, alert: Alert) -> None:
    told = {"title": alert.title, "text": alert.text, "lines": list(alert.lines)}
    requests.post(url, json=told, timeout=_SECONDS, allow_redirects=False).raise_for_status()


def _by_email(addresses: str, alert: Alert) -> None:
    server = urlsplit(os.environ.get(SMTP_URL, ""))
    if server.scheme not in _PORTS or not server.hostname:
        raise ValueError(f"{SMTP_URL} is not an address such as smtp+starttls://user:password@mail.example.com:587")
    message = EmailMessage()
    message["Subject"] = alert.title
    message["From"] = os.environ.get(EMAIL_FROM, "cx@localhost")
    message["To"] = ", ".join(address.strip() for address in addresses.split(","))
    message.set_content(alert.text)
    port = server.port or _PORTS[server.scheme]
    context = ssl.create_default_context()
    with (
        smtplib.SMTP_SSL(server.hostname, port, timeout=_SECONDS, context=context)
        if server.scheme == "smtps"
        else smtplib.SMTP(server.hostname, port, timeout=_SECONDS)
    ) as connection:
        if server.scheme == "smtp+starttls":
            connection.starttls(context=context)
        if server.username:
            connection.login(unquote(server.username), unquote(server.password or ""))
        connection.send_message(message)


def _in_words(error: Exception) -> str:
    """The kind of error and its status; texts of libraries quote addresses, which may hold tokens."""
    if isinstance(error, requests.HTTPError):
        return f"it answered {error.response.status_code}"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"the mail server answered {error.smtp_code}"
    return str(error) if isinstance(error, ValueError) and str(error).startswith(SMTP_URL) else type(error).__name__
