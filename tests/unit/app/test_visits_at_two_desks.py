"""Visits at two desks over a hub: what one books, moves on or charges stands at the other to the cent; acts that meet
are one act, or the hub's order decides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.clinic import Clinic
from app.visit_charges import VisitCharges
from app.visit_views import ChargeForm, NewVisit
from app.visits import Visits
from models.basics.clock import FixedClock
from models.operations.records import Appointment, Charge, Patient, Rules, Series
from models.rules.recurrence import Repeat
from models.store.desk import DeskStore
from models.store.hub import HubStore
from models.store.queries import collect, recorded, visits
from tests.support.clinic import MARIA, PRIYA
from tests.support.stores import TENANT, clock, joined_desk, sqlite_hub, sync
from tests.unit.app.test_visits import OFFICE, ROUTINE

DAY = "2026-03-16"


@dataclass
class Desk:
    """One desk with its stories."""

    store: DeskStore
    clinic: Clinic
    visits: Visits
    charges: VisitCharges

    def put(self, *bodies: Any) -> None:
        with self.store.write() as tx:
            for body in bodies:
                tx.record(body, person_id="maria", business_date=DAY)

    def state(self) -> Any:
        """Everything about visits as it stands here."""
        with self.store.reader() as reader:
            known = recorded.everything(reader, TENANT, Appointment, "id")
            return (
                [(visits.standing(reader, TENANT, each.id)) for each in known],
                recorded.everything(reader, TENANT, Charge, "id"),
                recorded.everything(reader, TENANT, Series, "id"),
                collect.figures(reader, TENANT, "ann"),
            )


def desk_of(store: DeskStore, at: FixedClock) -> Desk:
    clinic = Clinic(store, at)
    story = Visits(clinic)
    return Desk(store, clinic, story, VisitCharges(clinic, story))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[tuple[HubStore, Desk, Desk, FixedClock]]:
    """A hub and two desks that know the same patient, codes and rules."""
    at = clock()
    hub = sqlite_hub(tmp_path, at)
    pair = [desk_of(joined_desk(hub, tmp_path, name, at), at) for name in ("one", "two")]
    pair[0].put(Patient(id="ann", family="Quillfeather", given="Ann"), OFFICE, ROUTINE, Rules(no_show_fee_cents=5000))
    sync(hub, *(desk.store for desk in pair))
    yield hub, pair[0], pair[1], at
    for desk in pair:
        assert desk.store.verify(deep=True) == []
        desk.store.close()
    assert hub.verify(TENANT, deep=True) == []
    hub.close()


def form(**more: Any) -> NewVisit:
    known = {"visit_id": "v", "patient_id": "ann", "day": date(2026, 3, 30), "time": "09:30", "title": "Follow-up",
             "billing_profile_id": "codes", "payment_profile": "cash", **more}  # fmt: skip
    return NewVisit(**known)


def test_s0_37_a_series_booked_at_one_desk_stands_at_the_other(shop) -> None:
    hub, one, two, _at = shop
    repeat = Repeat("weekly", date(2026, 3, 30), date(2026, 4, 20))
    one.visits.book(form(repeat=repeat), MARIA)
    sync(hub, one.store, two.store)
    sync(hub, one.store, two.store)
    assert one.state() == two.state()
    assert len(two.state()[0]) == 4
    assert two.state()[3].statement_balance_cents == 4 * 15500


def test_s0_37_the_same_series_booked_twice_is_one(shop) -> None:
    hub, one, two, _at = shop
    repeat = Repeat("weekly", date(2026, 3, 30), date(2026, 4, 20))
    for desk in (one, two):
        desk.visits.book(form(repeat=repeat), MARIA)
    for _ in range(2):
        sync(hub, one.store, two.store)
    assert one.state() == two.state()
    assert len(one.state()[0]) == 4
    assert one.state()[3].statement_balance_cents == 4 * 15500


def test_h6_cancelled_at_one_desk_while_the_other_changes_its_charge(shop) -> None:
    hub, one, two, _at = shop
    one.visits.book(form(day=date(2026, 3, 16)), MARIA)
    sync(hub, one.store, two.store)
    one.visits.set_status("v", "cancelled", MARIA)
    two.charges.save(ChargeForm("extra", "v", "90686", "Flu vaccine", billed_cents=4500, allowed_cents=4500,
                                patient_cents=4500), MARIA)  # fmt: skip
    for _ in range(2):
        sync(hub, one.store, two.store)
    assert one.state() == two.state()
    assert [each.status for each in one.state()[0]] == ["cancelled"]
    assert one.state()[3].statement_balance_cents == 4500, "typed elsewhere meanwhile: a person looks at it"


def test_the_no_show_fee_asked_at_both_desks_is_one(shop) -> None:
    hub, one, two, _at = shop
    one.visits.book(form(billing_profile_id=""), MARIA)
    sync(hub, one.store, two.store)
    for desk in (one, two):
        desk.visits.set_status("v", "no_show", MARIA)
        desk.visits.charge_no_show("v", 5000, PRIYA)
    for _ in range(2):
        sync(hub, one.store, two.store)
    assert one.state() == two.state()
    assert one.state()[3].statement_balance_cents == 5000


def test_h6_what_waits_is_kept_as_credit_at_one_desk_and_freed_by_the_hub_only_once(shop) -> None:
    from models.operations.bodies import Collect

    hub, one, two, at = shop
    one.visits.book(form(billing_profile_id=""), MARIA)
    one.put(Collect(payment_id="p", patient_id="ann", tender="cash", amount_cents=2500, number="PAY-1-00001",
                    receipt_no="01-1-A-0001", appointment_id="v"))  # fmt: skip
    one.visits.set_status("v", "cancelled", MARIA)
    sync(hub, one.store, two.store)
    at.advance(timedelta(hours=25).total_seconds())
    assert two.visits.keep_as_credit("v", 2500, MARIA) == 2500
    assert hub.free_waiting(TENANT) == 1, "the hub had not heard of it"
    for _ in range(2):
        sync(hub, one.store, two.store)
    assert one.state() == two.state()
    found = one.state()[3]
    assert (found.credit_cents, found.prepaid_cents) == (2500, 0)
    assert hub.free_waiting(TENANT) == 0
