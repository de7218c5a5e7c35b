"""What is said in public about us and about the brands we are compared with."""

from __future__ import annotations

from collections.abc import Iterable

from ingest.sandbox.told import Post
from ingest.sandbox.truth.shape import Fact, Window, amount, ratio

OWN_QUERY = 8001


def social(window: Window, posts: list[Post]) -> Iterable[Fact]:
    own = [post for post in posts if post.query_id == OWN_QUERY]
    reach, engagements = sum(post.reach for post in own), sum(post.engagements for post in own)
    scored = [post.sentiment for post in own if post.sentiment]
    yield amount("mention_volume", "standard", window, float(len(own)), len(own))
    yield amount("reach", "standard", window, float(reach), len(own))
    yield ratio("engagement_rate", "standard", window, engagements, reach, len(own))
    yield ratio(
        "net_sentiment", "standard", window, scored.count("positive") - scored.count("negative"), len(scored), len(scored)
    )
    yield ratio("share_of_voice", "standard", window, len(own), len(posts), len(posts))
    loud = [tone for tone in scored if tone != "neutral"]
    balance = loud.count("positive") - loud.count("negative")
    yield ratio("net_sentiment", "without_neutral", window, balance, len(loud), len(loud))
    yield ratio("sentiment_coverage", "standard", window, len(scored), len(own), len(own))
