"""What is bought: order values, who buys again, what visits lead to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ingest.sandbox.told import Order, Told, Visit
from ingest.sandbox.truth.shape import Fact, Window, euros, is_paid, ratio

CONSTANT_MONTH = date(2026, 1, 1)


def orders(told: Told, month: Window) -> Iterable[Fact]:
    """The month's order and visit KPIs."""
    paid = [order for order in told.orders if is_paid(order)]
    placed = [order for order in paid if order.ordered_on.replace(day=1) == month.day]
    yield from order_values(month, placed)
    buyers = {order.person_id for order in placed}
    again = {order.person_id for order in paid if order.ordered_on < month.day} & buyers
    yield ratio("repeat_purchase_rate", "standard", month, len(again), len(buyers), len(buyers))
    yield from _visits(month, [visit for visit in told.visits if month.holds(visit.started_at)])


def _visits(window: Window, visits: list[Visit]) -> Iterable[Fact]:
    bought = sum(visit.has_purchase for visit in visits)
    yield ratio("session_conversion_rate", "standard", window, bought, len(visits), len(visits))
    carts = [visit for visit in visits if visit.has_cart]
    left = sum(not visit.has_purchase for visit in carts)
    yield ratio("cart_abandonment_rate", "standard", window, left, len(carts), len(carts))


def order_values(window: Window, orders: list[Order]) -> Iterable[Fact]:
    net = sum(euros(order.net_minor, order.source, order.currency, window.day) for order in orders)
    refunded = sum(euros(order.refunded_minor, order.source, order.currency, window.day) for order in orders)
    yield ratio("aov", "standard", window, net, len(orders), len(orders), scale=1)
    yield ratio("aov", "net_of_refunds", window, net - refunded, len(orders), len(orders), scale=1)
    constant = sum(euros(order.net_minor, order.source, order.currency, CONSTANT_MONTH) for order in orders)
    yield ratio("aov", "constant_currency", window, constant, len(orders), len(orders), scale=1)
