"""The phases of a run as pieces of work that can be repeated: what each does, where it begins and ends, what it leaves."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any
from unittest.mock import patch

import dagster as dg
import dlt

from ingest.core.load import ingest
from ingest.core.paths import Paths
from orchestration.assets.identity import STEP as IDENTITY
from orchestration.assets.publish import KEY
from orchestration.cli import main
from orchestration.run import run_job
from tests.faults.crashes import contents
from tests.faults.crashes.contents import Contents
from tests.faults.crashes.killing import Phase, Work

READ = ("hubspot", "zendesk_support", "web_events")  # pages with parents, an incremental export, files
PUBLICATION = "__".join(KEY.path)
FIRST_HALF, SECOND_HALF = "transform_before_identity", "transform_after_identity"


@dataclass(frozen=True, slots=True)
class Kind:
    """A phase: the work it is killed in (and repeated by), the saved state it begins from, what to compare afterwards.

    command: the work as a user starts it; points: how many of the matrix; variants: how many kinds of points there are, by the number's remainder;
    recovery: the ordinary next run, where that is not the same work again.
    """

    name: str
    begins_from: str
    work: Callable[[Paths, int], Work]
    found: Callable[[Paths], Contents]
    command: Work
    points: int
    variants: int = 1
    recovery: Callable[[Paths, int], Work] | None = None

    def __str__(self) -> str:
        return self.name


def reading(step: str, sources: Sequence[str]) -> Callable[[Paths, int], Work]:
    """Reads sources side by side, or one of them alone; the phase is a step of one. The point's number picks which."""

    def at(paths: Paths, number: int) -> Work:
        def work(phase: Phase) -> None:
            source = sources[number % len(sources)]
            is_alone = number % (2 * len(sources)) >= len(sources)
            with _told(phase, dlt.Pipeline, step, lambda pipeline, *_: pipeline.pipeline_name == source):
                report = ingest([source] if is_alone else sources, paths=paths)
            if report.failures:
                raise RuntimeError(str(report.failures))

        return work

    return at


def _step(name: str, owner: str, method: str) -> Callable[[Paths, int], Work]:
    """One step of the graph, run as Dagster runs it; the phase is a call inside it."""

    def at(paths: Paths, number: int) -> Work:
        def work(phase: Phase) -> None:
            with _told(phase, *_found(owner, method), _is_no_parsing):
                one_step(paths, name)(phase)

        return work

    return at


@contextmanager
def only(name: str) -> Iterator[None]:
    """Jobs run one step alone: its assets with their checks."""
    from orchestration import definitions

    step = next(
        asset for asset in definitions.defs.assets or () if isinstance(asset, dg.AssetsDefinition) and asset.op.name == name
    )
    with patch.object(dg, "execute_job", partial(dg.execute_job, asset_selection=list(step.keys))):
        yield


def cx(*arguments: str, step: str = "") -> Work:
    """A command as a user gives it, of one step alone where one is named; its exit code is the child's."""

    def work(phase: Phase) -> None:
        with only(step) if step else nullcontext():
            code = main(arguments)
        if code:
            os._exit(code)

    return work


def _publishing(paths: Paths, number: int) -> Work:
    def work(phase: Phase) -> None:
        with _told(phase, *_found("orchestration.publish", "publish")), only(PUBLICATION):
            run_job("publish", paths)

    return work


def job(paths: Paths, name: str) -> Work:
    """A whole job; `daily` recovers everything, from the vendors to the publication."""

    def work(phase: Phase) -> None:
        run_job(name, paths)

    return work


def one_step(paths: Paths, name: str) -> Work:
    """A step of the graph, with nothing told of it."""

    def work(phase: Phase) -> None:
        with only(name):
            run_job("build", paths)

    return work


def _is_no_parsing(_: Any, *arguments: Any) -> bool:
    return not (arguments and isinstance(arguments[0], list) and "parse" in arguments[0])


def _found(owner: str, name: str) -> tuple[Any, str]:
    import importlib

    module, _, inner = owner.partition(":")
    found = importlib.import_module(module)
    return (getattr(found, inner) if inner else found), name


@contextmanager
def _told(phase: Phase, owner: Any, method: str, is_meant: Callable[..., bool] = lambda *_: True) -> Iterator[None]:
    """Tells the phase's beginning and end around a call, which itself stays as it is."""
    original = getattr(owner, method)

    def telling(first: Any, *arguments: Any, **named: Any) -> Any:
        if not is_meant(first, *arguments):
            return original(first, *arguments, **named)
        with phase.on():
            return original(first, *arguments, **named)

    with patch.object(owner, method, telling):
        yield


def _published(paths: Paths) -> Contents:
    return contents.published(paths.published)


def _of_half(schemas: Sequence[str]) -> Callable[[Paths], Contents]:
    return lambda paths: contents.built(paths, schemas)


KINDS = (
    *(
        Kind(name, "small", reading(step, READ), lambda paths: contents.landed(paths, READ), cx("ingest", *READ), 40, 2 * len(READ))
        for name, step in (("extract", "extract"), ("normalise", "normalize"), ("load", "load"))
    ),
    Kind(
        "dbt, first half", "first half", _step(FIRST_HALF, "orchestration.transformer:Transformer", "_invoke"),
        _of_half(("reference", "staging", "identity")), cx("build", step=FIRST_HALF), 8,
    ),
    Kind("identity", "identity", _step(IDENTITY, "orchestration.identity.resolve", "resolve"), contents.resolved, cx("build", step=IDENTITY), 32),
    Kind(
        "dbt, second half", "second half", _step(SECOND_HALF, "orchestration.transformer:Transformer", "_invoke"),
        _of_half(("customer_360", "marts")), cx("build", step=SECOND_HALF), 4,
    ),
    Kind("publish", "publish", _publishing, _published, cx("publish"), 36, recovery=lambda paths, _: job(paths, "publish")),
)  # fmt: skip
