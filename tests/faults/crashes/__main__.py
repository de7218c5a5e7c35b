"""`python -m tests.faults.crashes` kills every phase at its points, tries the special cases, and prints the matrix.

`--root DIR` keeps the company and the results, so that a call that ends after `--seconds` is gone on with by the next.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.crashes.company import SMALL, company
from tests.faults.crashes.phases import KINDS
from tests.faults.crashes.trials import SEED, Matrix, goes_all_the_way


def main() -> int:
    """Prints the matrix; 0 when everything that was tried recovered."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, help="keeps what was made and found (default: a temporary directory)")
    parser.add_argument("--customers", type=int, default=60)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="ends after the point that passes this time")
    parser.add_argument("--only", action="append", help="a phase or special case by name; may be given several times")
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


def _try(matrix: Matrix, asked: argparse.Namespace) -> None:
    until = time.monotonic() + asked.seconds
    done = {(result.kind, result.number) for result in matrix.results()}
    for kind in KINDS:
        if asked.only and kind.name not in asked.only:
            continue
        for number in range(min(kind.points, asked.points)):
            if asked.small and (kind.begins_from != SMALL or goes_all_the_way(kind, number)):
                continue
            if (kind.name, number) not in done:
                if time.monotonic() > until:
                    return
                result = matrix.point(kind, number)
                print(f"{kind} {number}: {'; '.join(result.wrong) or 'recovered'}", file=sys.stderr, flush=True)


def table(results):
    for kind in KINDS:
        tried = [result for result in results if result.kind == kind.name]
        yield f"{kind.name:<18} {sum(not result.wrong for result in tried)}/{len(tried)}"


if __name__ == "__main__":
    sys.exit(main())
