"""Every flow of a desk, killed at every boundary it passes: what stands afterwards is what really happened.

A flow is played once with somebody counting the points it reaches; then once for each of them, with the process ending
there, the real start and recovery, and the books held against the world.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random

from app.lanes import Job
from app.views import CollectRequest, TenderKind
from models.basics.points import Point, visited_by
from tests.simulator import closing, giving, mailing, oracles, paying, rekeying, taking
from tests.simulator import run as runs
from tests.simulator.desk import MARIA, MOST_STEPS, Killed, SimDesk
from tests.simulator.faults import Mood
from tests.simulator.run import Run

Act = Callable[[Run, SimDesk], object]


@dataclass(frozen=True)
class Flow:
    """What lies behind (`before`, nothing dies there) and what is killed (`act`)."""

    act: Act
    before: tuple[Act, ...] = ()


def _sale(tender: TenderKind, how: str = "fine", *, credit: bool = False) -> Act:
    """The copay of today's visit; the reader ends it as `how` says."""

    def act(run: Run, desk: SimDesk) -> object:
        desk.terminal.next = how
        sheet = desk.checkout.open("ann", "v-ann")
        amounts = {line.key: line.owes_cents for line in sheet.lines if line.charge_id == "c-ann"}
        request = CollectRequest(
            sheet=sheet, amounts=amounts, use_credit=credit, tender=tender, person=MARIA, check_no="1044",
            method_id="flex", trace_no="77", extra_cents=0 if credit else 1_000,
        )  # fmt: skip
        words = taking.take(run, desk, request, _Calm())
        desk.bench.work()
        return words

    return act


class _Calm(Random):
    """Nothing by chance: every die shows its worst, so that nothing happens by itself."""

    def __init__(self) -> None:
        super().__init__(0)

    def randrange(self, start: int, stop: int | None = None, step: int = 1) -> int:
        return (start if stop is None else stop) - 1

    def choice(self, seq):  # type: ignore[no-untyped-def]
        return seq[0]


def _on_account(run: Run, desk: SimDesk) -> object:
    """Twenty dollars of credit in cash."""
    sheet = desk.checkout.open("ann", "")
    request = CollectRequest(sheet=sheet, amounts={}, use_credit=False, tender=TenderKind.CASH, person=MARIA,
                             extra_cents=2_000, extra_for="")  # fmt: skip
    return taking.take(run, desk, request, _Calm())


def _offline(run: Run, desk: SimDesk) -> object:
    desk.online = False
    return "no line"


def _by(act: Callable[[Run, SimDesk, Random], str]) -> Act:
    def do(run: Run, desk: SimDesk) -> object:
        words = act(run, desk, _Calm())
        desk.bench.work()
        return words

    return do


def _drawer(run: Run, desk: SimDesk) -> object:
    desk.printing.open_drawer("change for the bus", MARIA)
    desk.bench.work()
    return "open"


def _reprint(run: Run, desk: SimDesk) -> object:
    desk.printing.reprint_last(MARIA)
    desk.bench.work()
    return "copy"


def _push(run: Run, desk: SimDesk) -> object:
    while desk.step("push"):
        pass
    return desk.stopped


def _pull(run: Run, desk: SimDesk) -> object:
    while desk.step("pull"):
        pass
    return desk.stopped


def _other_desk(run: Run, desk: SimDesk) -> object:
    """Desk 2 takes something and sends it."""
    other = run.desks[1]
    words = _sale(TenderKind.CASH)(run, other)
    other.sync()
    return words


def _snapshot(run: Run, desk: SimDesk) -> object:
    desk.exchange.begin_again()
    for _ in range(MOST_STEPS):
        if not desk.step("pull"):
            break
    return desk.stopped


def _recover(run: Run, desk: SimDesk) -> object:
    desk.terminal.silent = 0
    return desk.recovery.check_all(Job())


def _unreachable(run: Run, desk: SimDesk) -> object:
    """Desk 2 takes something and has no line."""
    rekeying.left_lying(run, desk, _Calm())
    return "no line"


CASH, CARD, CHECK, CREDIT = TenderKind.CASH, TenderKind.CARD, TenderKind.CHECK, TenderKind.CREDIT
FLOWS: dict[str, Flow] = {
    "cash": Flow(_sale(CASH)),
    "check": Flow(_sale(CHECK)),
    "own way": Flow(_sale(TenderKind.OTHER)),
    "credit": Flow(_sale(CREDIT, credit=True), (_on_account, _on_account)),
    "card": Flow(_sale(CARD)),
    "card and credit to be confirmed": Flow(_sale(CARD, credit=True), (_on_account, _push, _pull, _offline)),
    "card declined": Flow(_sale(CARD, "declined")),
    "card in part": Flow(_sale(CARD, "part")),
    "card without answer, charged": Flow(_sale(CARD, "silent_after")),
    "card without answer, not charged": Flow(_sale(CARD, "silent_before")),
    "card not sent": Flow(_sale(CARD, "not_sent")),
    "card looked after": Flow(_recover, (_sale(CARD, "silent_after"),)),
    "void cash": Flow(_by(taking.void), (_sale(CASH),)),
    "void card": Flow(_by(taking.void), (_sale(CARD),)),
    "refund cash": Flow(_by(giving.refund), (_sale(CASH),)),
    "refund cash, hub asked": Flow(_by(giving.refund), (_sale(CASH), _push, _pull)),
    "refund card": Flow(_by(giving.refund), (_sale(CARD), _push, _pull)),
    "refund handed back": Flow(_by(giving.refund_handed_back), (_sale(CASH), _push, _pull, _by(giving.refund))),
    "correction": Flow(_by(giving.take_back), (_sale(CASH),)),
    "drawer": Flow(_drawer),
    "money into the drawer": Flow(_by(closing.drawer_moved)),
    "day closed": Flow(_by(closing.close_day), (_sale(CASH), _sale(CHECK))),
    "receipt by e-mail": Flow(_by(mailing.ask), (_sale(CASH),)),
    "entered from paper": Flow(_by(rekeying.rekeyed), (_unreachable,)),
    "reprint": Flow(_reprint, (_sale(CASH),)),
    "send": Flow(_push, (_sale(CASH), _sale(CARD))),
    "fetch own": Flow(_pull, (_sale(CASH), _push)),
    "fetch others'": Flow(_pull, (_sale(CARD), _other_desk)),
    "send and fetch": Flow(lambda run, desk: (_push(run, desk), _pull(run, desk)), (_sale(CASH), _other_desk)),
    "paid from home": Flow(paying.pays_twice, (paying.opened_twice,)),
    "snapshot": Flow(_snapshot, (_sale(CASH), _other_desk)),
}


AT_THE_HUB = frozenset({Point.HUB_BEFORE_COMMIT, Point.HUB_AFTER_COMMIT, Point.BEFORE_ONLINE, Point.AFTER_ONLINE,
                        Point.AFTER_HEARD})  # fmt: skip
"""Boundaries of the hub: it dies there, not the desk."""


@contextmanager
def clinic(seed: int = 7) -> Iterator[Run]:
    """Two desks and a hub in fine weather."""
    with runs.clinic(seed, "calm") as run:
        run.network.weather = ()
        run.weather = Mood(1, cards=0, paper=0, haste=0)
        yield run


def named_points() -> frozenset[Point]:
    """Every boundary there is."""
    return frozenset(Point)


def points_of(name: str) -> list[Point]:
    """The boundaries a flow passes, in order."""
    passed: list[Point] = []
    with clinic() as run:
        desk = _prepared(run, name)
        with visited_by(passed.append, here=True):
            FLOWS[name].act(run, desk)
        passed_by_desk = list(passed)
        _healed(run, name)
        assert not run.failures, f"{name}, nobody killed: {run.failures}"
    return passed_by_desk


def killed_at(name: str, number: int) -> list[str]:
    """What is wrong when the flow ends at its n-th boundary (from 0), and everything was mended."""
    with clinic() as run:
        desk = _prepared(run, name)
        _kill(run, desk, FLOWS[name], number)
        _healed(run, name)
        return list(run.failures)


def _prepared(run: Run, name: str) -> SimDesk:
    desk = run.desks[0]
    for act in FLOWS[name].before:
        act(run, desk)
    return desk


def _kill(run: Run, desk: SimDesk, flow: Flow, number: int) -> None:
    left = number + 1

    def visit(point: Point) -> None:
        nonlocal left
        left -= 1
        if left > 0:
            return
        if point in AT_THE_HUB:
            if left == 0:
                run.hub.plan = [f"{point.value}:gone"]
                run.hub.visit(point)
            return
        raise Killed

    try:
        with visited_by(visit, here=True):
            flow.act(run, desk)
    except Killed:
        desk.die()
        run.start(desk)


def _healed(run: Run, name: str) -> None:
    with visited_by(lambda _point: None):
        run.heal()
        for desk in run.desks:
            _look_after(run, desk)
        run.heal()
    oracles.at_the_end(run)


def _look_after(run: Run, desk: SimDesk) -> None:
    """What waits for a person is finished: refunds set aside are handed out."""
    for _ in range(3):
        run._with(desk, lambda: giving.finish_refund(run, desk, _Calm()))
