"""The two questionnaires Aurora Home sends, with their fixed ids, in SurveyMonkey's wire shape."""

from __future__ import annotations

import json
from dataclasses import dataclass

import duckdb


@dataclass(frozen=True, slots=True)
class Question:
    """One question; `scale` is (lowest, highest) for a rating, None for an open answer."""

    id: int
    heading: str
    scale: tuple[int, int] | None = None
    ends: tuple[str, str] = ("", "")

    def choice_id(self, score: int) -> int:
        """The id of the choice that stands for `score`."""
        lowest = self.scale[0] if self.scale else 0
        return self.id * 100 + score - lowest + 1

    def wire(self) -> dict[str, object]:
        """The question as `/surveys/{id}/details` tells it."""
        family = "matrix" if self.scale else "open_ended"
        shape: dict[str, object] = {
            "id": str(self.id), "family": family, "subtype": "rating" if self.scale else "essay", "position": self.id % 10,
            "visible": True, "required": None, "headings": [{"heading": self.heading}],
        }  # fmt: skip
        return shape | ({"answers": self._answers(*self.scale)} if self.scale else {})

    def _answers(self, lowest: int, highest: int) -> dict[str, object]:
        texts = {lowest: self.ends[0], highest: self.ends[1]}
        choices = [
            {
                "id": str(self.choice_id(score)), "text": texts.get(score) or str(score), "position": score - lowest + 1,
                "weight": str(score), "visible": True, "is_na": False, "description": "",
            }
            for score in range(lowest, highest + 1)
        ]  # fmt: skip
        return {"rows": [{"id": str(self.id * 10), "text": "", "position": 1, "visible": True}], "choices": choices}


@dataclass(frozen=True, slots=True)
class Survey:
    """A questionnaire of one page."""

    id: int
    title: str
    page_id: int
    questions: tuple[Question, ...]

    def pages(self, heading: str = "") -> str:
        """The nested `pages` of the survey's details, as JSON text; `heading` is the page's own title."""
        page = {
            "id": str(self.page_id), "title": heading, "description": "", "position": 1, "question_count": len(self.questions),
            "questions": [question.wire() for question in self.questions],
        }  # fmt: skip
        return json.dumps([page], separators=(",", ":"))


NPS = Question(
    610000001, "How likely are you to recommend Aurora Home?", (0, 10), ("Not at all likely - 0", "Extremely likely - 10")
)
NPS_COMMENT = Question(610000002, "What is the reason for your score?")
CSAT = Question(610000003, "How satisfied are you with the help you got?", (1, 5), ("Very dissatisfied", "Very satisfied"))
CES = Question(610000004, "Aurora Home made it easy to handle my issue.", (1, 7), ("Strongly disagree", "Strongly agree"))
SUPPORT_COMMENT = Question(610000005, "Anything you would like to tell us?")

RECOMMENDATION = Survey(410000001, "How likely are you to recommend Aurora Home?", 510000001, (NPS, NPS_COMMENT))
AFTER_SUPPORT = Survey(410000002, "After your support contact", 510000002, (CSAT, CES, SUPPORT_COMMENT))


def register(connection: duckdb.DuckDBPyConnection) -> None:
    """The table `questionnaire(id, title, question_count, pages, revised_pages)` for the planting SQL."""
    connection.execute(
        "create temp table questionnaire (id varchar, title varchar, question_count int, pages varchar, revised_pages varchar)"
    )
    connection.executemany(
        "insert into questionnaire values ($1, $2, $3, $4, $5)",
        [[str(s.id), s.title, len(s.questions), s.pages(), s.pages("We are listening")] for s in (RECOMMENDATION, AFTER_SUPPORT)],
    )
