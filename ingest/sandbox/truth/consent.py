"""Of how many customers it is known whether they may be contacted."""

from __future__ import annotations

from collections.abc import Iterable

from ingest.sandbox.told import Told
from ingest.sandbox.truth.acquisition import customers_at
from ingest.sandbox.truth.shape import Fact, Window, is_paid, ratio


def consent(told: Told, complete: list[Window]) -> Iterable[Fact]:
    """Customers at the end of a month of whom somebody had told by then; a contract permits what it takes to serve it."""
    paid = [order for order in told.orders if is_paid(order)]
    for month in complete:
        customers = customers_at(told, paid, month.end)
        known = {person for person in customers if told.decided.get(person, month.end + 1) <= month.end}
        yield ratio("consent_coverage", "marketing", month, len(known), len(customers), len(customers))
        yield ratio("consent_coverage", "service", month, len(customers), len(customers), len(customers))
