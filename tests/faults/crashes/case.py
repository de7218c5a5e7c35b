"""A special case of the crash matrix: what befalls the machine, how often, and what went wrong after all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.crashes.company import Company


@dataclass(frozen=True, slots=True)
class Case:
    """`trial` tells what was not as it should be. is_small: needs nothing but the company's small state."""

    name: str
    number: int
    trial: Callable[[Company], list[str]]
    is_small: bool = False
