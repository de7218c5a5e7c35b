"""A few records of Qualtrics and Sprout Social, written by hand, and both vendors served from them inside the test's process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ingest import registry
from ingest.sandbox.servers.app import build, servers
from ingest.sandbox.servers.state import COMPANY, START
from ingest.sandbox.servers.world import World
from ingest.sources.qualtrics import QUALTRICS
from ingest.sources.sprout_social import SPROUT_SOCIAL
from tests.loopback import serving
from tests.sandbox.chat_company import Served
from tests.sandbox.small_company import Rows, at, write_company

SOURCES = {source.name: source for source in (QUALTRICS, SPROUT_SOCIAL)}
NEXT_DAY = START + timedelta(days=1)
LATER, GONE, EDITED = START + timedelta(hours=3), START + timedelta(hours=5), START + timedelta(hours=6)
POSTS, MESSAGES = 7, 7


def _response(number: int, survey: str = "SV_1", **values: Any) -> dict[str, Any]:
    """A response recorded `number` hours into the past's first day; `nps` is its answer to QID1."""
    stamp = values.pop("recorded_at", at(hours=number))
    told = {
        "startDate": f"{stamp:%Y-%m-%dT%H:%M:%SZ}",
        "endDate": f"{stamp:%Y-%m-%dT%H:%M:%SZ}",
        "recordedDate": f"{stamp:%Y-%m-%dT%H:%M:%S}.000Z",
        "_recordId": f"R_{number:03}",
        "status": 0,
        "ipAddress": "203.0.113.7",
        "finished": 1,
        "progress": 100,
        "recipientEmail": f"p{number}@example.com",
        "QID1": values.pop("nps", number % 11),
        "QID1_NPS_GROUP": 3,
        "QID3_TEXT": "Fine.",
    }
    return {
        "id": f"R_{number:03}",
        "survey_id": survey,
        "answer_values": json.dumps(told),
        "recorded_at": stamp,
        "_visible_at": stamp,
        **values,
    }


def _post(number: int) -> dict[str, Any]:
    stamp = at(-1 - 12 * number)
    text = f"Post {number}"
    return {
        **{"guid": f"{5000 + number}", "profile_id": 1, "network": "TWITTER", "text": text, "impressions": number, "tags": "[]"},
        **{"created_at": stamp, "_visible_at": stamp},
    }


def _message(number: int, **values: Any) -> dict[str, Any]:
    stamp = at(-90 + 12 * number)
    return {
        **{"guid": f"{9000 + number}", "profile_id": 1, "group_id": 11, "network": "TWITTER", "post_category": "POST"},
        **{"post_type": "TWITTER_MENTION", "text": "Hello", "profile_guid": "tw:1", "from_guid": f"tw:{number}"},
        **{"from_name": "Somebody", "from_screen_name": f"Some_{number}", "sentiment": "NEUTRAL", "tags": "[]"},
        **{"created_at": stamp, "_visible_at": stamp},
        **values,
    }


def _day(number: int, **values: Any) -> dict[str, Any]:
    stamp = datetime(2026, 6, 29, tzinfo=UTC) - timedelta(days=80 * number)
    return {
        **{"profile_id": 1, "network": "twitter", "reported_on": stamp.date(), "reported_at": stamp, "impressions": number},
        **{"followers": 100, "_visible_at": stamp + timedelta(hours=29)},
        **values,
    }


def opinion_company() -> Rows:
    """Two surveys with five and two responses, and one profile with messages, posts and days of 16 months beside an idle one."""
    question = '{"QID1":{"QuestionText":"?","Choices":{"1":{"Display":"low"}},"RecodeValues":{"1":"0"}}}'
    surveys = [{"id": f"SV_{n}", "name": f"Survey {n}", "created_at": at(-80), "modified_at": at(-70)} for n in (1, 2)]
    late = _message(500, created_at=at(9.8), _visible_at=LATER)
    return {
        "qualtrics__surveys": surveys,
        "qualtrics__survey_definitions": [
            {"id": s["id"], "name": s["name"], "question_count": 1, "questions": question, "modified_at": at(-70)}
            for s in surveys
        ],
        "qualtrics__responses": [
            *(_response(n) for n in range(1, 6)),
            *(_response(n, "SV_2") for n in (11, 12)),
            _response(6, recorded_at=LATER),
            _response(2, _visible_at=GONE, _is_gone=True),
            _response(3, nps=0, _visible_at=EDITED),
        ],
        "sprout_social__clients": [{"id": 77, "name": "Aurora Home"}],
        "sprout_social__profiles": [
            {"id": 1, "customer_id": 77, "network": "twitter", "native_name": "AuroraHome", "groups": "[11, 12]"},
            {"id": 2, "customer_id": 77, "network": "google_my_business", "native_name": "Aurora", "groups": "[11]"},
        ],
        "sprout_social__messages": [
            *(_message(n) for n in range(MESSAGES)),
            late,
            {**late, "sentiment": "NEGATIVE", "_visible_at": EDITED},
            _message(1, _visible_at=GONE, _is_gone=True),
        ],
        "sprout_social__post_metrics": [
            *(_post(n) for n in range(POSTS)),
            {**_post(0), "impressions": 999, "_visible_at": LATER},
        ],
        "sprout_social__profile_metrics": [*(_day(n) for n in range(6)), {**_day(0), "impressions": 1, "_visible_at": LATER}],
    }


@contextmanager
def serving_opinions(directory: Path) -> Iterator[Served]:
    """Both vendors on loopback; their limits stand until `reset`."""
    registry.SOURCES.update({name: source for name, source in SOURCES.items() if name not in registry.SOURCES})
    write_company(directory, opinion_company())
    world = World(directory / COMPANY, START)
    made: Any = servers(directory, world, SOURCES)
    with serving(build(directory, world, made)) as url:  # type: ignore[arg-type]
        yield Served(url, world, made)
