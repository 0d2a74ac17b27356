"""Plays a case twice: at a desk alone, and at a desk that shares a hub with a second one; and compares.

Alone everything stays pending. Shared, every act is pushed to the hub, judged there, and pulled by both desks; then
the first desk, the hub and the second desk must have the same accounts, and the picture must be the lone desk's.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from models.basics.clock import FixedClock
from models.basics.errors import RuleBroken
from models.operations import records
from models.store.hub import HubStore
from models.store.session import Session
from tests.cases.desk import CaseDesk, Names, noon
from tests.cases.picture import Picture, accounts, holds, picture
from tests.cases.reading import OFFLINE, Act, Case
from tests.cases.verbs import prepare, rules_of, visit_record
from tests.support import stores
from tests.support.stores import PRACTICE, TENANT, sync


class Difference(Exception):
    """A case came out otherwise than it says; one line for every difference."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def play(case: Case) -> None:
    """Play a case both ways; where two desks do things without each other, with a hub alone. Raises Difference."""
    if case.takes_two:
        with tempfile.TemporaryDirectory(prefix="copaydesk-case-") as folder:
            _play_shared(case, Path(folder))
        return
    with tempfile.TemporaryDirectory(prefix="copaydesk-case-") as folder:
        alone = _play_alone(case, Path(folder))
    with tempfile.TemporaryDirectory(prefix="copaydesk-case-") as folder:
        shared = _play_shared(case, Path(folder))
    lines = _differences("with a hub", shared, alone)
    if lines:
        raise Difference("alone and with a hub it comes out differently:", *lines)


def _play_alone(case: Case, folder: Path) -> Picture:
    clock = FixedClock(noon(case.today))
    with _closing(stores.lone_desk(folder, at=clock)) as store:
        desk = CaseDesk(store, clock, Names())
        desk.record(PRACTICE)
        _run(case, desk, desk, lambda *_order: None)
        _verified("the desk alone", store.verify(deep=True), desk)
        return picture(desk)


def _play_shared(case: Case, folder: Path) -> Picture:
    clock = FixedClock(noon(case.today))
    hub = stores.sqlite_hub(folder, clock)
    with _closing(stores.joined_desk(hub, folder, "first", clock)) as one, _closing(
        stores.joined_desk(hub, folder, "second", clock)
    ) as two:  # fmt: skip
        names = Names()
        first, second = CaseDesk(one, clock, names), CaseDesk(two, clock, names)
        sync(hub, one, two)
        _run(case, first, second, lambda *order: sync(hub, *(each.store for each in order or (first, second))))
        for name, desk in (("the first desk", first), ("the second desk", second)):
            _verified(name, desk.store.verify(deep=True), desk)
        _verified("the hub", hub.verify(TENANT, deep=True))
        lying = {row.id: (row.debits, row.credits) for row in accounts(first)}
        if lying != {row.id: (row.debits, row.credits) for row in accounts(second)} or lying != _at_hub(hub):
            raise Difference("the desks and the hub do not have the same accounts")
        seen = picture(first)
        lines = _differences("second desk", picture(second), seen)
        if lines:
            raise Difference("the second desk shows something else:", *lines)
    return seen


InStep = Callable[..., None]
"""Everything is sent and read; called with two desks, they send in that order."""


def _run(case: Case, desk: CaseDesk, elsewhere: CaseDesk, in_step: InStep) -> None:
    _furnish(case, desk)
    in_step()
    for act in (*case.given, *case.acts):
        _do(act, desk, elsewhere, in_step)
        in_step()
        _check(act.expect, picture(desk), f"after {act.place}")
    _check(case.expect, picture(desk), "at the end")


def _furnish(case: Case, desk: CaseDesk) -> None:
    """Everybody and every visit a case names, and its settings."""
    people = {each["id"]: each.get("guarantor", "") for each in case.patients}
    people |= {each["patient"]: people.get(each["patient"], "") for each in case.visits}
    for act in case.every_act:
        for who in (act.values.get("patient"), act.values.get("into")):
            if who:
                people.setdefault(who, "")
    desk.record(
        *(records.Patient(id=who, family="Quillfeather", given=who.title(), guarantor_id=guarantor)
          for who, guarantor in people.items()),
        *(records.Practitioner(id=each["id"], name=f"Dr. {each['id'].title()}",
                               auto_allocate=each.get("auto_allocate", False)) for each in case.providers),
        *(visit_record(desk, each) for each in case.visits),
        records.Rules(**{"refund_limit_cents": 0, "adjust_limit_cents": 0, **rules_of(case.settings)}),
    )  # fmt: skip


def _offline(act: Act, first: CaseDesk, second: CaseDesk, in_step: InStep) -> None:
    """Two desks work without each other; then the line comes back, at the one before it does at the other."""
    for desk, other, acts in ((first, second, act.first), (second, first, act.second)):
        for each in acts:
            _do(each, desk, other, lambda *_order: None)
            _check(each.expect, picture(desk), f"after {each.place}")
            first.clock.advance(60)
    in_step(*((second, first) if act.values.get("arrives") == "second" else (first, second)))


def _do(act: Act, desk: CaseDesk, elsewhere: CaseDesk, in_step: InStep) -> None:
    """Look, let happen what happens elsewhere meanwhile, then do it; and again where the case says so."""
    if act.name == OFFLINE:
        _offline(act, desk, elsewhere, in_step)
        return
    made, enter = desk.count(), None
    try:
        enter = prepare(desk, act.name, act.values)
        for other in act.meanwhile:
            in_step()
            _do(other, elsewhere, desk, in_step)
            in_step()
        made = desk.count()
        enter()
    except RuleBroken as broken:
        if broken.message_key != act.refused:
            expected = f"to be refused as {act.refused}" if act.refused else "to be done"
            raise Difference(f"{act.place}: expected {expected}, it was refused as {broken.message_key}") from broken
        if desk.count() != made:
            raise Difference(f"{act.place}: refused, and yet something was written") from broken
        return
    if act.refused:
        raise Difference(f"{act.place}: expected to be refused as {act.refused}, it was done")
    if act.twice:
        _again(act, desk, enter)


def _again(act: Act, desk: CaseDesk, enter: Callable[[], None]) -> None:
    """Enter a second time on the same dialog: nothing more is written."""
    made, said = desk.count(), "done"
    with suppress(RuleBroken):
        try:
            enter()
        except RuleBroken as broken:
            said = broken.message_key
            raise
    if said != act.twice or desk.count() != made:
        raise Difference(f"{act.place}: a second Enter expected as {act.twice}, it was {said}, "
                         f"{desk.count() - made} operations more")  # fmt: skip


FLAT = {"money": "lies", "attention": "open"}
"""Expectations that name amounts themselves, and where the picture has them."""


def _check(expected: Mapping[str, Any], seen: Picture, when: str) -> None:
    lines = []
    for what, them in expected.items():
        for name, values in them.items():
            there = seen[what][FLAT[what]].get(name) if what in FLAT else seen[what].get(name)
            if there is None:
                lines.append(f"{when}: there is no {what} {name}")
                continue
            pairs = {"": values}.items() if what in FLAT else values.items()
            for key, value in pairs:
                is_now = there if what in FLAT else there[key]
                if is_now != value:
                    label = " ".join(part for part in (what, name, key) if part)
                    lines.append(f"{when}: {label} is {_shown(is_now, what)}, expected {_shown(value, what)}")
    if lines:
        raise Difference(*lines)


def _differences(whose: str, seen: Picture, other: Picture) -> list[str]:
    lines = []
    for what, them in other.items():
        for name, values in them.items():
            there = seen.get(what, {}).get(name, {})
            lines += [f"{what} {name} {key} is {_shown(there.get(key), what)} {whose}, {_shown(value, what)} otherwise"
                      for key, value in values.items() if there.get(key) != value]  # fmt: skip
    return lines


def _shown(value: Any, what: str) -> str:
    if what == "attention" or isinstance(value, bool) or not isinstance(value, int):
        return str(value) or "nothing"
    return f"{'-' if value < 0 else ''}{abs(value) // 100}.{abs(value) % 100:02d}"


def _verified(whose: str, failures: Sequence[object], desk: CaseDesk | None = None) -> None:
    wrong = [str(each) for each in failures] + (holds(accounts(desk)) if desk else [])
    if wrong:
        raise Difference(f"{whose} breaks what must hold: {'; '.join(wrong)}")


def _at_hub(hub: HubStore) -> dict[str, tuple[int, int]]:
    with hub._engine.connect() as connection:
        found = Session(connection).rows("SELECT id, debits, credits FROM account WHERE tenant = :t", t=TENANT)
    return {name: (debits, cents) for name, debits, cents in found}


@contextmanager
def _closing(store: Any) -> Iterator[Any]:
    try:
        yield store
    finally:
        store.close()
