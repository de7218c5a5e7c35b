"""`python -m tests.faults.crashes` kills every phase at its points, tries the special cases, and prints the matrix.

`--root DIR` keeps the company and the results, so that a call that ends after `--seconds` is gone on with by the next.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.faults.crashes import clocks, daemon, damage, places, together
from tests.faults.crashes.case import Case
from tests.faults.crashes.company import SMALL, company
from tests.faults.crashes.phases import KINDS
from tests.faults.crashes.trials import SEED, Matrix, Result, goes_all_the_way


def main() -> int:
    """Prints the matrix; 0 when everything that was tried recovered."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, help="keeps what was made and found (default: a temporary directory)")
    parser.add_argument("--customers", type=int, default=60)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="ends after the point that passes this time")
    parser.add_argument("--only", action="append", help="a phase, special case or one of its numbers; several times")
    parser.add_argument("--points", type=int, default=1000, help="at most so many of each phase")
    parser.add_argument("--small", action="store_true", help="only what needs no built warehouse, which is ready in seconds")
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="cx-crashes-") as made,
        company(asked.root or Path(made), asked.customers, is_small=asked.small) as tried,
    ):
        matrix = Matrix(tried, asked.seed)
        _try(matrix, asked)
        results = matrix.results()
    for line in table(results):
        print(line)
    return 1 if any(result.wrong for result in results) else 0


def special() -> list[Case]:
    """What befalls a machine besides kills, the quick ones first."""
    found = [case for module in (damage, clocks, together, places, daemon) for case in module.cases()]
    return sorted(found, key=lambda case: not case.is_small)


def _try(matrix: Matrix, asked: argparse.Namespace) -> None:
    until = time.monotonic() + asked.seconds
    done = {(result.kind, result.number) for result in matrix.results()}
    for case in special():
        if (
            (asked.small and not case.is_small)
            or (asked.only and not {case.name, f"{case.name} {case.number}"} & set(asked.only))
            or (case.name, case.number) in done
        ):
            continue
        if time.monotonic() > until:
            return
        print(f"{case.name} {case.number}: {'; '.join(matrix.case(case).wrong) or 'recovered'}", file=sys.stderr, flush=True)
    named = {kind.name: kind for kind in KINDS}
    kinds = [named[name] for name in asked.only or named if name in named]
    points = [(kind, number) for kind in kinds for number in range(min(kind.points, asked.points))]
    for kind, number in sorted(points, key=lambda point: goes_all_the_way(*point)):  # those take minutes
        if asked.small and (kind.begins_from != SMALL or goes_all_the_way(kind, number)):
            continue
        if (kind.name, number) not in done:
            if time.monotonic() > until:
                return
            result = matrix.point(kind, number)
            print(f"{kind} {number}: {'; '.join(result.wrong) or 'recovered'}", file=sys.stderr, flush=True)


def table(results: Sequence[Result]) -> Iterator[str]:
    """Recovered of tried, by phase and by special case."""
    kills = [result for result in results if result.kind in {kind.name for kind in KINDS}]
    yield f"{'killed in':<46}{'by moment':>12}{'by event':>12}{'recovered':>12}{'to publication':>16}"
    for kind in KINDS:
        tried = [result for result in kills if result.kind == kind.name]
        by_event = [result for result in tried if result.event]
        by_moment = [result for result in tried if not result.event]
        whole = [result for result in tried if result.to_publication]
        yield f"{kind.name:<46}{len(by_moment):>12}{len(by_event):>12}{_share(tried):>12}{_share(whole) if whole else '':>16}"
    yield f"{'all kills':<46}{'':>24}{_share(kills):>12}"
    yield ""
    for name in dict.fromkeys(case.name for case in special()):
        tried = [result for result in results if result.kind == name]
        yield f"{name:<46}{'':>24}{_share(tried):>12}"
    for result in results:
        for told in result.wrong:
            yield f"NOT RECOVERED: {result.kind} {result.number}: {told}"


def _share(results: Sequence[Result]) -> str:
    return f"{sum(not result.wrong for result in results)}/{len(results)}"


if __name__ == "__main__":
    sys.exit(main())
