"""The trained model: how often each level of likeness is seen among records of one person (m) and of two (u).

Learned without labels by `training.py`, kept as JSON: `model.json` beside this file came with the code, a model trained on
the own data lies in the data directory and is used instead. Settings for Splink are built from the conditions and these
numbers, so that the same JSON serves every engine Splink knows.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ingest.core.errors import CxError
from orchestration.identity.comparisons import COMPARISONS, Comparison
from orchestration.identity.features import spelled_out

PACKAGED = Path(__file__).with_name("model.json")
FILE_NAME = "identity_model.json"
TERMS = ("first_name", "last_name", "place")


@dataclass(frozen=True, slots=True)
class Odds:
    """How often a level is seen among records of one person, and among records of two."""

    m: float
    u: float

    @property
    def bits(self) -> float:
        return math.log2(self.m / self.u)


@dataclass(frozen=True)
class Model:
    """levels: odds per comparison and label. common: for a column, how likely two random records hold the same value.

    partners: how many other records of the same person a record has on average; with n records the chance that two of
    them are one person is partners / n. n_records: how many it was trained on.
    """

    levels: Mapping[str, Mapping[str, Odds]]
    common: Mapping[str, float]
    partners: float
    n_records: int

    @property
    def trained_on(self) -> str:
        return f"{self.n_records} records"

    @cached_property
    def version(self) -> str:
        """Changes with every number."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()[:8]

    def bits(self, comparison: Comparison) -> list[float]:
        """The weight of each level in bits, level 0 first."""
        return [self.levels[comparison.name][label].bits for label in comparison.labels()]

    def chance(self, n_records: int) -> float:
        """How likely two of so many records are one person."""
        return min(self.partners / max(n_records, 2), 0.5)

    def prior_bits(self, n_records: int) -> float:
        """What a pair weighs before it is compared."""
        chance = self.chance(n_records)
        return math.log2(chance / (1 - chance))

    def own_bits(self, n_records: int) -> float:
        """What a level that is somebody's own (`comparisons.Level`) weighs more among so many records."""
        return math.log2(max(n_records, 2) / self.n_records)

    def to_json(self) -> str:
        told = {name: {label: asdict(odds) for label, odds in levels.items()} for name, levels in self.levels.items()}
        return json.dumps(
            {"n_records": self.n_records, "partners": self.partners, "common": dict(self.common), "levels": told}, indent=1
        )

    @classmethod
    def from_json(cls, text: str) -> Model:
        """Raises CxError when a level of today's comparisons is missing: the model belongs to another version."""
        told = json.loads(text)
        levels = {name: {label: Odds(**odds) for label, odds in found.items()} for name, found in told["levels"].items()}
        wanted = {(comparison.name, label) for comparison in COMPARISONS for label in comparison.labels()}
        missing = sorted(wanted - {(name, label) for name, found in levels.items() for label in found})
        if missing or "n_records" not in told:
            raise CxError(f"the identity model knows nothing of {[*missing, 'n_records'][0]}", "Train it again: `cx train`.")
        return cls(levels, told["common"], told["partners"], told["n_records"])


def load(directory: Path | None = None) -> Model:
    """The model trained on the data in `directory` if there is one, else the one that came with the code."""
    own = directory / FILE_NAME if directory is not None else PACKAGED
    return Model.from_json((own if own.exists() else PACKAGED).read_text(encoding="utf-8"))


def save(model: Model, directory: Path) -> None:
    """Keeps a model beside the warehouse, whole or not at all."""
    file = directory / FILE_NAME
    draft = file.with_suffix(".next")
    draft.write_text(model.to_json() + "\n", encoding="utf-8")
    draft.replace(file)


def settings(levels: Mapping[str, Mapping[str, Odds]] | None, chance: float) -> dict[str, Any]:
    """Splink's settings for these comparisons with these odds, or with none, for training; `chance` that two are one person."""
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "number",
        "sql_dialect": "duckdb",
        "probability_two_random_records_match": chance,
        "blocking_rules_to_generate_predictions": ["l.email = r.email"],  # never used: candidate pairs are handed over
        "comparisons": [_comparison(comparison, (levels or {}).get(comparison.name)) for comparison in COMPARISONS],
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": True,
    }


def _comparison(comparison: Comparison, odds: Mapping[str, Odds] | None) -> dict[str, Any]:
    unknown = {"sql_condition": spelled_out(comparison.unknown), "label_for_charts": "unknown", "is_null_level": True}
    levels: list[dict[str, Any]] = [unknown]
    levels += [{"sql_condition": spelled_out(level.condition), "label_for_charts": level.label} for level in comparison.levels]
    levels += [{"sql_condition": "ELSE", "label_for_charts": "differs"}]
    for level in levels[1:] if odds else ():
        told = odds[level["label_for_charts"]] if odds else Odds(1, 1)
        level |= {"m_probability": told.m, "u_probability": told.u}
    return {"output_column_name": comparison.name, "comparison_levels": levels}
