"""Credit set aside for a desk: asked for behind the screen, spent firmly offline until the desk's own deadline, given
back, expired, broken; and what of the rest may be spent while the line is down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.clinic import Clinic
from app.fills import Fills
from app.holds import AGAIN_AFTER_S, FIRM_FOR
from app.lanes import Job
from app.money_views import FillPreview, MoveOrder
from app.moves import MoveFrom, Moves
from app.views import CollectRequest, TenderKind
from models.basics.clock import FixedClock
from models.basics.errors import RuleBroken
from models.operations import records
from models.operations.bodies import VisitStatus
from models.operations.holds import HoldAsk, HoldReturned
from models.rules.collecting import Lot
from models.store.desk import DeskStore
from models.store.expiring import LASTS
from models.store.hub import HubStore
from models.store.queries import collect as queries
from models.store.queries.holding import provisional
from tests.cases.desk import MANAGER, CaseDesk, Names
from tests.support import stores
from tests.support.acts import allocate, collect
from tests.support.clinic import tasks_of
from tests.support.stores import TENANT, TODAY, pull, push
from tests.unit.models.store.takings import ask, state

ANN = records.Patient(id="ann", family="Quillfeather", given="Ann", birth_date="1984-03-14")


class Line:
    """Stands for the line: there, or not."""

    def __init__(self) -> None:
        self.online = True

    def state(self) -> Line:
        return self


class AtOnce:
    """A lane whose work is done when it is given."""

    def submit(self, work: Any, **_ends: Any) -> None:
        work(Job())


@dataclass
class Place:
    """A desk with its line."""

    store: DeskStore
    clinic: Clinic
    line: Line

    def do(self, *acts: object) -> None:
        self.store.sends_at_once = self.line.online
        with self.store.write() as tx:
            for act in acts:
                tx.record(act, person_id="maria", business_date=TODAY)

    def lots(self) -> dict[str, tuple[int, int]]:
        """By payment what may be spent here now, and how much of it provisionally."""
        with self.store.reader() as reader:
            rows = [Lot(row.payment_id, row.appointment_id, row.cents)
                    for row in queries.lots(reader, TENANT, "ann")]  # fmt: skip
            found = self.clinic.holds.lots(reader, "ann", rows)
        return {lot.payment_id: (lot.cents, lot.provisional_cents) for lot in found}

    def in_use(self) -> list[int]:
        with self.store.reader() as reader:
            return [each.cents for each in self.clinic.holds.in_use(reader, "ann")]


@dataclass
class Two:
    hub: HubStore
    clock: FixedClock
    one: Place
    two: Place

    def in_step(self) -> None:
        for place in (self.one, self.two):
            if place.line.online:
                push(place.store, self.hub)
        for _ in range(2):  # what a desk does when it reads is sent, too
            for place in (self.one, self.two):
                if place.line.online:
                    pull(place.store, self.hub)
                    push(place.store, self.hub)
        assert self.hub.verify(TENANT, deep=True) == []
        for place in (self.one, self.two):
            assert place.store.verify(deep=True) == []
        if self.one.line.online and self.two.line.online:
            for place in (self.one, self.two):
                pull(place.store, self.hub)
            assert state(self.one.store) == state(self.two.store)

    def held(self) -> int:
        return int(sum(row[0] for row in ask(self.one.store, "SELECT held FROM account")))


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[Two]:
    clock = FixedClock(datetime(2026, 3, 16, 15, 0, tzinfo=UTC))
    hub = stores.sqlite_hub(tmp_path, clock)
    places = []
    for n in (1, 2):
        store = stores.joined_desk(hub, tmp_path, f"desk-{n}", clock)
        line = Line()
        clinic = Clinic(store, clock)
        clinic.holds.connect(line, AtOnce())  # type: ignore[arg-type]
        places.append(Place(store, clinic, line))
    two = Two(hub, clock, *places)
    charges = [records.Charge(id=name, patient_id="ann", service_date="2026-03-03", description="Lab panel",
                              responsibility_cents=4000) for name in ("c1", "c2", "c3")]  # fmt: skip
    two.one.do(ANN, *charges, collect("p1", "ann", 10_000))
    two.in_step()
    yield two
    for place in places:
        place.store.close()
    hub.close()


def opened(desks: Two, place: Place) -> None:
    """Somebody opens Ann at a desk, and the answer has come."""
    place.clinic.holds.opened("ann")
    desks.in_step()
    desks.in_step()


def test_opening_a_patient_sets_their_credit_aside(desks: Two) -> None:
    opened(desks, desks.one)
    assert desks.held() == 10_000
    assert desks.one.lots() == {"p1": (10_000, 0)}
    assert desks.two.lots() == {}
    assert desks.two.in_use() == [10_000]
    assert desks.one.in_use() == []


def test_what_another_desk_holds_cannot_be_spent(desks: Two) -> None:
    opened(desks, desks.one)
    desks.two.do(allocate("p1", "ann", ("c1", 4000)))
    desks.in_step()
    assert ask(desks.one.store, "SELECT verdict, reason FROM log WHERE kind = 'payment.allocate'") == [
        ("rejected", "in_use")
    ]


def test_who_holds_credit_moves_it_and_sees_beforehand_what_will_be(desks: Two) -> None:
    """The account was opened, so its credit is held here: the panel offers it to this desk, and to no other."""
    opened(desks, desks.one)
    moves = Moves(desks.one.clinic)
    sheet = moves.open(MoveFrom("ann"))
    assert [source.cents for source in sheet.sources] == [10_000]
    preview = moves.preview(MoveOrder(sheet, sheet.sources[0].key, sheet.proposed, 4000))
    assert (preview.left_cents, preview.after.unallocated_cents) == (6000, 6000)
    moves.do(preview, MANAGER)
    with pytest.raises(RuleBroken, match=r"move\.nothing_there"):
        Moves(desks.two.clinic).open(MoveFrom("ann"))


def test_a_hold_is_spent_firmly_offline_and_the_hub_honours_it(desks: Two) -> None:
    opened(desks, desks.one)
    desks.one.line.online = False
    assert desks.one.lots() == {"p1": (10_000, 0)}
    desks.one.do(allocate("p1", "ann", ("c1", 4000)))
    assert desks.one.lots() == {"p1": (6000, 0)}
    desks.two.do(allocate("p1", "ann", ("c2", 4000)))  # without asking: refused
    desks.in_step()
    desks.one.line.online = True
    desks.in_step()
    assert ask(desks.one.store, "SELECT verdict FROM log WHERE kind = 'payment.allocate' ORDER BY seq") == [
        ("rejected",), ("accepted",)
    ]  # fmt: skip
    assert desks.held() == 6000
    assert ask(desks.one.store, "SELECT granted_cents, used_cents, returned_cents FROM hold") == [(10_000, 4000, 0)]


def test_past_its_own_deadline_a_desk_spends_provisionally_before_the_hub_lets_go(desks: Two) -> None:
    opened(desks, desks.one)
    desks.one.line.online = False
    desks.clock.advance((FIRM_FOR - timedelta(seconds=1)).total_seconds())
    assert desks.one.lots() == {"p1": (10_000, 0)}
    desks.clock.advance(1)
    assert desks.one.lots() == {"p1": (10_000, 10_000)}
    assert desks.hub.expire_holds(TENANT) == 0  # the hub waits longer
    desks.clock.advance((LASTS - FIRM_FOR).total_seconds())
    assert desks.hub.expire_holds(TENANT) == 1
    assert desks.hub.expire_holds(TENANT) == 0
    desks.one.line.online = True
    desks.in_step()
    assert desks.held() == 0
    assert ask(desks.one.store, "SELECT ended FROM hold") == [("expired",)]


def test_signing_off_gives_everything_back(desks: Two) -> None:
    opened(desks, desks.one)
    desks.one.clinic.holds.give_back()
    desks.in_step()
    assert desks.held() == 0
    assert desks.two.lots() == {"p1": (10_000, 0)}


def test_an_idle_desk_gives_back_what_another_one_asks_for(desks: Two) -> None:
    opened(desks, desks.one)
    desks.one.clinic.holds.opened("somebody else")
    opened(desks, desks.two)
    assert desks.held() == 0
    desks.clock.advance(AGAIN_AFTER_S + 1)
    opened(desks, desks.two)
    assert desks.two.lots() == {"p1": (10_000, 0)}
    assert ask(desks.one.store, "SELECT device FROM hold WHERE ended = ''") == [(desks.two.store.identity.device_id,)]  # type: ignore[union-attr]


def test_a_supervisor_breaks_the_hold_of_a_desk_that_is_gone(desks: Two) -> None:
    opened(desks, desks.one)
    desks.one.line.online = False
    desks.one.do(allocate("p1", "ann", ("c1", 4000)))
    [(hold_id,)] = ask(desks.two.store, "SELECT hold_id FROM hold")
    desks.two.clinic.holds.break_(hold_id, "Desk 1 fell into the fountain", "priya")
    desks.two.do(allocate("p1", "ann", ("c2", 4000), ("c3", 4000)))
    desks.in_step()
    desks.one.line.online = True
    desks.in_step()
    assert ask(desks.one.store, "SELECT verdict, granted FROM log WHERE kind = 'payment.allocate' ORDER BY seq") == [
        ("accepted", 8000), ("reduced", 2000)
    ]  # fmt: skip
    assert ask(desks.one.store, "SELECT what, amount_cents FROM task") == [("credit_used", 2000)]


def test_who_asked_in_vain_sees_where_the_credit_is_and_a_manager_frees_it(desks: Two) -> None:
    opened(desks, desks.one)
    desks.two.clinic.holds.opened("ann")
    push(desks.two.store, desks.hub)
    pull(desks.two.store, desks.hub)
    tasks = tasks_of(desks.two.clinic)
    with desks.two.store.reader() as reader:
        [item] = tasks.items(reader)
    assert (item.kind, item.amount_cents) == ("in_use", 10_000)
    with pytest.raises(RuleBroken):
        tasks.free(item.item_id, "", MANAGER)
    tasks.free(item.item_id, "Desk 1 is at home", MANAGER)
    push(desks.two.store, desks.hub)
    pull(desks.two.store, desks.hub)
    with desks.two.store.reader() as reader:
        assert tasks.items(reader) == ()
    assert desks.two.lots() == {"p1": (10_000, 0)}


def test_offline_without_a_hold_credit_is_provisional_up_to_the_practices_limit(desks: Two) -> None:
    desks.two.line.online = False
    assert desks.two.lots() == {"p1": (10_000, 10_000)}
    desks.one.do(records.Rules(provisional_credit_cents=2500))
    desks.two.line.online = True
    desks.in_step()
    desks.two.line.online = False
    assert desks.two.lots() == {"p1": (2500, 2500)}
    desks.one.do(records.Rules(provisional_credit_cents=0))
    desks.two.line.online = True
    desks.in_step()
    desks.two.line.online = False
    assert desks.two.lots() == {}


def offline(desks: Two, limit_cents: int = 2500) -> Place:
    """A desk without the line that holds nothing, in a practice with such a limit."""
    desks.one.do(records.Rules(provisional_credit_cents=limit_cents, auto_allocate=True),
                 records.Practitioner(id="okafor", name="Dr. Okafor", auto_allocate=True))  # fmt: skip
    desks.in_step()
    desks.two.line.online = False
    return desks.two


def ordered(sheet: Any, cents: int, place: str = "") -> MoveOrder:
    return MoveOrder(sheet, sheet.source_key, place or sheet.proposed, cents)


def unsure(place: Place) -> int:
    with place.store.reader() as reader:
        return provisional(reader, TENANT, "ann")


@pytest.mark.parametrize("whole", [False, True])
def test_a_move_offline_goes_no_further_than_the_limit_and_is_pending(desks: Two, whole: bool) -> None:
    place = offline(desks)
    moves = Moves(place.clinic)
    sheet = moves.open(MoveFrom("ann"))
    assert (sheet.sources[0].cents, sheet.sources[0].may_go_cents) == (10_000, 2500)
    with pytest.raises(RuleBroken) as refused:
        moves.preview(ordered(sheet, 2501))
    assert (refused.value.message_key, refused.value.facts) == ("credit.beyond_limit", {"possible_cents": 2500})
    preview = moves.preview(ordered(sheet, 2500))
    assert preview.provisional_cents == 2500
    moves.do(preview, MANAGER)
    assert unsure(place) == 2500
    if whole:  # what went is part of the limit, in whatever way more is to go
        again = moves.open(MoveFrom("ann"))
        assert again.sources[0].may_go_cents == 0
        with pytest.raises(RuleBroken, match=r"credit\.needs_hub"):
            moves.preview(ordered(again, 1))
        assert place.lots() == {}
    place.line.online = True
    desks.in_step()
    assert unsure(place) == 0
    assert ask(desks.one.store, "SELECT verdict FROM log WHERE kind = 'payment.move'") == [("accepted",)]


def test_a_hold_or_what_was_never_sent_moves_firmly_offline(desks: Two) -> None:
    opened(desks, desks.two)
    place = offline(desks, 0)
    moves = Moves(place.clinic)
    preview = moves.preview(ordered(moves.open(MoveFrom("ann")), 4000))
    assert preview.provisional_cents == 0
    moves.do(preview, MANAGER)
    place.do(collect("p2", "ann", 4000))
    sheet = moves.open(MoveFrom("ann", "p2"))
    assert moves.preview(ordered(sheet, 4000)).provisional_cents == 0


def test_off_a_visit_money_goes_freely_but_not_to_another_one(desks: Two) -> None:
    """Becoming credit spends nothing; paying something else with it does."""
    desks.one.do(allocate("p1", "ann", ("c1", 4000)))
    place = offline(desks, 0)
    moves = Moves(place.clinic)
    sheet = moves.open(MoveFrom("ann", charge_id="c1"))
    assert sheet.sources[0].may_go_cents == 0
    with pytest.raises(RuleBroken, match=r"credit\.needs_hub"):
        moves.preview(ordered(sheet, 100))
    preview = moves.preview(ordered(sheet, 4000, "credit"))
    assert preview.provisional_cents == 0
    moves.do(preview, MANAGER)
    assert unsure(place) == 0


@pytest.mark.parametrize("by_rule", [False, True])
def test_a_fill_offline_takes_what_may_go_and_is_pending(desks: Two, by_rule: bool) -> None:
    desks.one.do(records.Appointment(id="v", patient_id="ann", starts_at="2026-03-03T15:00:00.000Z", status="done",
                                     service_date="2026-03-03", practitioner_id="okafor"),
                 *(records.Charge(id=name, patient_id="ann", service_date="2026-03-03", description="Lab panel",
                                  responsibility_cents=4000, appointment_id="v") for name in ("d1", "d2")))  # fmt: skip
    place = offline(desks, 6000)
    fills = Fills(place.clinic)

    def preview() -> FillPreview:
        return fills.auto("ann") if by_rule else fills.preview(fills.open("ann"), {"d1", "d2"})

    first = preview()
    assert (first.cents, first.provisional_cents) == (6000, 6000)
    fills.do(first, MANAGER)
    assert unsure(place) == 6000
    assert fills.open("ann").out_of_reach_cents == 4000
    if by_rule:
        with pytest.raises(RuleBroken, match=r"credit\.needs_hub"):
            preview()
    else:
        assert preview().cents == 0
    place.line.online = True
    desks.in_step()
    assert (unsure(place), preview().provisional_cents) == (0, 0)


def test_what_was_seen_on_the_line_does_not_go_beyond_the_limit_once_it_is_down(desks: Two) -> None:
    place = offline(desks)
    place.line.online = True
    moves, fills = Moves(place.clinic), Fills(place.clinic)
    moved = moves.preview(ordered(moves.open(MoveFrom("ann")), 4000))
    filled = fills.preview(fills.open("ann"), {"c1"})
    place.line.online = False
    before = ask(place.store, "SELECT count(*) FROM outbox")
    for act in (lambda: moves.do(moved, MANAGER), lambda: fills.do(filled, MANAGER)):
        with pytest.raises(RuleBroken, match=r"credit\.beyond_limit"):
            act()
    assert ask(place.store, "SELECT count(*) FROM outbox") == before


def test_what_was_taken_here_and_never_sent_is_firm(desks: Two) -> None:
    desks.two.line.online = False
    desks.two.do(records.Patient(id="bea", family="Quillfeather"), collect("p2", "ann", 500))
    assert desks.two.lots() == {"p1": (10_000, 10_000), "p2": (500, 0)}


def test_a_fact_takes_what_is_held_and_ends_the_hold(desks: Two) -> None:
    from tests.support.money_acts import paid

    opened(desks, desks.one)
    desks.two.do(paid("r1", "p1", 7000))
    desks.in_step()
    assert desks.held() == 3000
    assert ask(desks.one.store, "SELECT returned_cents FROM hold") == [(7000,)]


def test_without_credit_nothing_is_asked(desks: Two) -> None:
    before = ask(desks.one.store, "SELECT count(*) FROM outbox")
    desks.one.clinic.holds.opened("nobody")
    assert ask(desks.one.store, "SELECT count(*) FROM outbox") == before


def test_the_days_list_asks_once(desks: Two) -> None:
    desks.one.clinic.holds.listed(["ann"])
    desks.in_step()
    assert desks.held() == 10_000
    before = ask(desks.one.store, "SELECT count(*) FROM outbox")
    desks.one.clinic.holds.listed(["ann"])
    assert ask(desks.one.store, "SELECT count(*) FROM outbox") == before


def test_a_receipt_says_that_credit_is_pending(tmp_path: Path) -> None:
    """Collect offline: what another desk may spend too is marked on the sheet, in the operation and on the receipt."""
    clock = FixedClock(datetime(2026, 3, 16, 19, 0, tzinfo=UTC))
    store = stores.lone_desk(tmp_path, at=clock)
    desk = CaseDesk(store, clock, Names())
    charge = records.Charge(id="c1", patient_id="ann", service_date=TODAY, description="Lab panel",
                            responsibility_cents=3000)  # fmt: skip
    desk.record(stores.PRACTICE, ANN, charge, collect("p1", "ann", 4000))
    line = Line()
    line.online = False
    desk.clinic.holds.connect(line, AtOnce())  # type: ignore[arg-type]
    firm = desk.checkout.open("ann")
    assert desk.checkout.distribute(firm, {"c1": 3000}, use_credit=True).provisional_cents == 0  # never sent
    with store.write() as tx:
        tx.session.run("UPDATE outbox SET attempted_at = 'then'")
    sheet = desk.checkout.open("ann")
    assert desk.checkout.distribute(sheet, {"c1": 3000}, use_credit=True).provisional_cents == 3000
    request = CollectRequest(sheet=sheet, amounts={"c1": 3000}, use_credit=True, tender=TenderKind.CASH, person=MANAGER)
    told = desk.checkout.collect(request, Job())
    assert told.facts["provisional_cents"] == 3000
    assert told.receipt is not None
    assert told.receipt.pending_confirmation
    with store.reader() as reader:
        assert provisional(reader, TENANT, "ann") == 3000
    store.close()


def test_a_hold_that_was_asked_for_before_the_program_started_is_not_firm(desks: Two) -> None:
    opened(desks, desks.one)
    again = Clinic(desks.one.store, desks.clock)
    again.holds.connect(desks.one.line, AtOnce())  # type: ignore[arg-type]
    desks.one.line.online = False
    place = Place(desks.one.store, again, desks.one.line)
    assert place.lots() == {"p1": (10_000, 10_000)}


# What fell due meanwhile ------------------------------------------------------------------------------------------

TODAYS = records.Appointment(id="v", patient_id="ann", starts_at="2026-03-16T15:30:00.000Z", service_date=TODAY,
                             practitioner_id="okafor")  # fmt: skip


def due(charge_id: str, cents: int = 4000, day: str = TODAY) -> records.Charge:
    return records.Charge(id=charge_id, patient_id="ann", service_date=day, description="Lab panel",
                          responsibility_cents=cents, practitioner_id="okafor")  # fmt: skip


def by_rule(desks: Two, on: bool = True) -> None:
    """Credit goes by rule to what falls due."""
    desks.one.do(records.Rules(auto_allocate=on),
                 records.Practitioner(id="okafor", name="Dr. Okafor", auto_allocate=True), TODAYS)  # fmt: skip
    desks.in_step()


def paid_to(desks: Two) -> dict[str, int]:
    """By charge the cents that pay it."""
    query = ("SELECT c.id, c.responsibility_cents - a.debits + a.credits FROM charge c JOIN account a "
             "ON a.id = 'AR:' || c.id")  # fmt: skip
    return {str(charge_id): int(cents) for charge_id, cents in ask(desks.two.store, query) if cents}


def returned(desks: Two) -> None:
    desks.one.clinic.holds.give_back()


def expired(desks: Two) -> None:
    desks.clock.advance(LASTS.total_seconds() + 1)
    assert desks.hub.expire_holds(TENANT) == 1


def broken(desks: Two) -> None:
    [(hold_id,)] = ask(desks.two.store, "SELECT hold_id FROM hold WHERE ended = ''")
    desks.two.clinic.holds.break_(hold_id, "Desk 1 is at home", "priya")


def asked_again(desks: Two) -> None:
    desks.one.do(HoldAsk(ask_id="again", patient_id="ann", amount_cents=10_000))


@pytest.mark.parametrize("end", [returned, expired, broken, asked_again])
def test_s0_18_what_fell_due_while_credit_was_held_is_paid_by_rule_when_the_hold_ends(desks: Two, end: Any) -> None:
    by_rule(desks)
    opened(desks, desks.one)
    desks.two.do(due("d1"), due("d2", 5000), due("ahead", day="2026-03-17"))
    desks.in_step()
    assert paid_to(desks) == {}  # another desk holds it
    end(desks)
    desks.in_step()
    assert paid_to(desks) == {"d1": 4000, "d2": 5000}
    assert desks.held() == (1000 if end is asked_again else 0)
    assert ask(desks.one.store, "SELECT max(used_cents) FROM hold") == [(0,)]
    assert ask(desks.one.store, 'SELECT count(*) FROM log WHERE op LIKE \'%"why":"used"%\'') == [(0,)]
    assert ask(desks.one.store, "SELECT DISTINCT verdict FROM log WHERE kind = 'payment.auto_allocate'") == [
        ("accepted",)
    ]  # fmt: skip


def test_s0_18_so_is_what_falls_due_because_the_patient_came(desks: Two) -> None:
    by_rule(desks)
    desks.two.do(replace(due("d1", day="2026-03-17"), appointment_id="w"),
                 replace(TODAYS, id="w", service_date="2026-03-17"))  # fmt: skip
    desks.in_step()
    assert paid_to(desks) == {}  # its day is still to come
    opened(desks, desks.one)
    desks.clock.advance(86_400 - 3600)
    desks.two.do(due("d2"))
    with desks.two.store.write() as tx:
        tx.record(VisitStatus(appointment_id="w", patient_id="ann", status="arrived"), person_id="maria",
                  business_date="2026-03-17")  # fmt: skip
    desks.in_step()
    with desks.one.store.write() as tx:
        [(hold_id,)] = tx.reader.execute("SELECT hold_id FROM hold").fetchall()
        tx.record(HoldReturned(hold_ids=(hold_id,)), person_id="", business_date="2026-03-17")
    desks.in_step()
    assert paid_to(desks) == {"d1": 4000, "d2": 4000}


def test_what_was_owed_before_or_was_freed_by_hand_stays_as_it_is_when_a_hold_ends(desks: Two) -> None:
    by_rule(desks, on=False)
    desks.one.do(due("before"))
    by_rule(desks)
    opened(desks, desks.one)
    desks.one.do(due("d1"))  # the desk's own hold pays it
    desks.in_step()
    assert paid_to(desks) == {"d1": 4000}
    moves = Moves(desks.one.clinic)
    moves.do(moves.preview(ordered(moves.open(MoveFrom("ann", charge_id="d1")), 4000, "credit")), MANAGER)
    desks.in_step()
    desks.one.clinic.holds.give_back()
    desks.in_step()
    assert paid_to(desks) == {}


def test_without_the_rule_nothing_is_paid_when_a_hold_ends(desks: Two) -> None:
    by_rule(desks, on=False)
    opened(desks, desks.one)
    desks.two.do(due("d1"))
    desks.in_step()
    desks.one.clinic.holds.give_back()
    desks.in_step()
    assert paid_to(desks) == {}


def hold_ids(desks: Two, payment_id: str) -> tuple[str, ...]:
    return tuple(
        str(row[0]) for row in ask(desks.one.store, f"SELECT hold_id FROM hold WHERE payment_id = '{payment_id}'")
    )


def test_a_desk_alone_lets_rule_spend_nothing(desks: Two) -> None:
    by_rule(desks)
    opened(desks, desks.one)
    desks.two.do(due("d1"))
    desks.in_step()
    desks.two.line.online = False
    desks.one.do(HoldReturned(hold_ids=hold_ids(desks, "p1")))
    assert ask(desks.one.store, "SELECT pending_credits FROM account WHERE id = 'AR:d1'") == [(0,)]
    assert desks.one.store.verify(deep=True) == []


def test_rule_leaves_what_the_desk_itself_still_holds(desks: Two) -> None:
    by_rule(desks)
    desks.one.do(collect("p2", "ann", 500))
    desks.in_step()
    opened(desks, desks.one)
    desks.two.do(due("d1", 12_000))
    desks.in_step()
    desks.one.do(HoldReturned(hold_ids=hold_ids(desks, "p1")))
    desks.in_step()
    assert (paid_to(desks), desks.held()) == ({"d1": 10_000}, 500)


def test_rule_leaves_what_another_desk_holds(desks: Two, tmp_path: Path) -> None:
    by_rule(desks)
    for place in (desks.one, desks.two):
        place.do(HoldAsk(ask_id="a", patient_id="ann", amount_cents=5000))
        desks.in_step()
    third = stores.joined_desk(desks.hub, tmp_path, "desk-3", desks.clock)
    pull(third, desks.hub)
    with third.write() as tx:
        tx.record(due("d1", 10_000), person_id="maria", business_date=TODAY)
    push(third, desks.hub)
    third.close()
    desks.in_step()
    assert (paid_to(desks), desks.held()) == ({}, 10_000)
    desks.one.clinic.holds.give_back()
    desks.in_step()
    assert (paid_to(desks), desks.held()) == ({"d1": 5000}, 5000)
    desks.two.clinic.holds.give_back()
    desks.in_step()
    assert (paid_to(desks), desks.held()) == ({"d1": 10_000}, 0)
