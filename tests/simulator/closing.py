"""The day of a drawer: a float, money put in and taken out, a blind count, the slip for the bank.

A person counts what really lies there. Where this desk has heard of everything that befell its drawer, that is what
the close expects, to the cent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from random import Random
from typing import TYPE_CHECKING, Any

import orjson

from app.close_views import CashCount, Counted
from tests.simulator import oracles
from tests.simulator.desk import PRIYA, SimDesk, in_hand
from tests.simulator.world import Place, chance

if TYPE_CHECKING:
    from tests.simulator.run import Run

_POSTED = frozenset({"accepted", "excepted", "reduced", "duplicate", ""})
"""Verdicts (none yet included) with which a fact stands in the books of its desk."""


def close_day(run: Run, desk: SimDesk, rng: Random) -> str:
    """The drawer is counted and the day closed."""
    view = desk.day.view()
    if view.closed is not None:
        return "closed before"
    if view.opened_at is None:
        open_drawer(run, desk, rng)
        view = desk.day.view()
    place = desk.place("cash")
    lies = run.world.money[place]
    if lies < 0:
        return "more went out than lay there"
    counted = Counted(CashCount(rolls_cents=lies), frozenset(line.payment_id for line in view.checks))
    if chance(rng, 20):
        desk.day.keep(counted)
    seen = desk.day.review(counted)
    expected = _expected(run, desk, place)
    if expected is not None and seen.expected_cents != expected:
        run.wrong(f"{desk.name}: {lies} lie in the drawer, {expected} of it known here, the close expects "
                  f"{seen.expected_cents}")  # fmt: skip
    run.met["drawer counted"] += expected is not None
    drop = seen.cash_to_bank_cents

    def put_away() -> None:
        run.world.money[place] -= drop
        run.world.money[desk.place("check")] += drop

    _written(desk, "day_close", "SELECT count(*) FROM day_close WHERE drawer = ?", put_away,
             lambda: desk.day.close(seen, "counted", PRIYA))  # fmt: skip
    return f"{lies} counted, {seen.difference_cents} off, {drop} to the bank"


def open_drawer(run: Run, desk: SimDesk, rng: Random) -> str:
    """A float for the drawer, out of the safe; the screen says how much of it lies there."""
    float_cents = rng.choice([0, 10_000, 15_000])

    def put_in() -> None:
        cents = int(_last(desk, "drawer.opened")["moved_cents"])
        run.world.money[desk.place("cash")] += cents
        run.world.money[desk.place("check")] -= cents

    _written(desk, "float", _ACTS, put_in, lambda: desk.day.open_drawer(float_cents, PRIYA))
    return f"float {float_cents}"


def drawer_moved(run: Run, desk: SimDesk, rng: Random) -> str:
    """Money goes into the drawer or out of it without a patient."""
    kind, cents = rng.choice(["paid_in", "paid_out"]), rng.choice([500, 2_000])
    signed = cents if kind == "paid_in" else -cents

    def moved() -> None:
        run.world.money[desk.place("cash")] += signed
        run.world.money[desk.place("petty")] -= signed

    _written(desk, kind, _ACTS, moved, lambda: desk.day.move(kind, cents, "stamps", PRIYA))
    return f"{kind} {cents}"


_ACTS = "SELECT count(*) FROM drawer_act WHERE drawer = ?"


def _written(desk: SimDesk, words: str, count: str, moves: Callable[[], None], act: Callable[[], object]) -> None:
    """Money moves once the act is written down: after a death the books say whether it was."""
    before = desk.rows(count, desk.device)

    def after(up: SimDesk) -> None:
        if up.rows(count, up.device) != before:
            moves()

    with in_hand(desk, words, after):
        act()
    moves()


def _last(desk: SimDesk, kind: str) -> dict[str, Any]:
    found = desk.rows("SELECT op FROM outbox WHERE json_extract(op, '$.kind') = ? ORDER BY op_id DESC LIMIT 1", kind)
    body: dict[str, Any] = orjson.loads(found[0][0])["body"]
    return body


def _expected(run: Run, desk: SimDesk, place: Place) -> int | None:
    """What of the cash that lies in a drawer its desk can know of. None where a person could not say either: a copy of
    the desk is at the same drawer, somebody is switched off, something waits for what nobody has."""
    if run.copied or run.hub_restored or run.carried or not all(each.alive for each in run.desks) or run.aside(desk):
        return None
    own = list(_told(desk, "SELECT op, verdict, reason FROM outbox"))
    if any(reason.endswith("missing_dependency") for _, _, reason in own):
        return None
    news = [*_elsewhere(run, desk)]
    known = oracles.named_in([op for op, _, _ in own] + [op for op, _, _ in news] + [
        op for op, _, _ in _told(desk, "SELECT op, verdict, reason FROM log")])  # fmt: skip
    here = {op["op_id"] for op, _, _ in own}
    unseen = _moved(place, [op for op, _, _ in news if op["op_id"] not in here], known)
    apart = _moved(place, [op for op, verdict, _ in own if verdict not in _POSTED], known)
    off = desk.rows("SELECT coalesce(sum(CASE debit WHEN ? THEN amount_cents ELSE -amount_cents END), 0) FROM transfer "
                    "WHERE code = 'over_short' AND ? IN (debit, credit)", *[f"CASH:{desk.device}"] * 2)  # fmt: skip
    return run.world.money[place] - unseen - apart + int(off[0][0])


def _elsewhere(run: Run, desk: SimDesk) -> Iterator[tuple[dict[str, Any], str, str]]:
    """What this desk has not heard of: the log beyond its place, and what others have not sent."""
    after, tenant = desk.store.cursor().seq, desk.enrolled.tenant
    for row in run.hub.rows("SELECT op, verdict, reason FROM log WHERE tenant = ? AND seq > ?", tenant, after):
        yield orjson.loads(row[0]), row[1], row[2]
    for other in run.desks:
        if other is not desk:
            yield from _told(other, "SELECT op, verdict, reason FROM outbox WHERE acknowledged_at = ''")


def _told(desk: SimDesk, query: str) -> Iterator[tuple[dict[str, Any], str, str]]:
    for text, verdict, reason in desk.rows(query):
        yield orjson.loads(text), verdict, reason


def _moved(place: Place, ops: Iterable[dict[str, Any]], known: dict[str, Any]) -> int:
    once = {op["op_id"]: op for op in ops}
    return sum(cents for op in once.values() for where, cents in oracles.moved_by(op, known) if where == place[1])
