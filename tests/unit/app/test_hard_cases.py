"""The hard cases of two desks (H1, H4, H5, H7, H15, H16): each desk works without the line, the hub judges, and both
desks tell the same story, with the sentence a receptionist reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from app.clinic import Clinic
from app.giving_back import GivingBack
from app.posting import Posting
from app.settings import DRAWER, PRINTER_URL, Settings
from app.views import AttentionItem, Person
from app.words import sentence
from models.basics.clock import FixedClock
from models.basics.errors import RuleBroken
from models.operations import bodies, records
from models.rules.rights import rights_of
from models.store.desk import DeskStore
from models.store.hub import HubStore
from models.store.queries import given
from tests.support import stores
from tests.support.acts import allocate, collect
from tests.support.clinic import tasks_of
from tests.support.stores import TENANT, TODAY, pull, push
from tests.unit.models.store.takings import ask, balances, state

MANAGER = Person("priya", "Priya Nair", "Manager", "PN", manager=True, rights=rights_of("manager"))
MARIA = Person("maria", "Maria Delgado", "Front desk", "MD", manager=False, rights=rights_of("receptionist"))
ANN = records.Patient(id="ann", family="Quillfeather", given="Ann", birth_date="1984-03-14")
STAFF = tuple(records.Staff(id=who.staff_id, name=who.name, role="manager" if who.manager else "receptionist")
              for who in (MANAGER, MARIA))  # fmt: skip


def owes(charge_id: str, cents: int) -> records.Charge:
    return records.Charge(id=charge_id, patient_id="ann", service_date="2026-03-03", description="Lab panel",
                          responsibility_cents=cents)  # fmt: skip


def refund_paid(refund_id: str, payment_id: str, cents: int) -> bodies.RefundPaid:
    return bodies.RefundPaid(refund_id=refund_id, payment_id=payment_id, patient_id="ann", amount_cents=cents,
                             tender="cash", receipt_no=f"R-{refund_id}", drawer="drawer-1")  # fmt: skip


@dataclass
class Two:
    """Two desks of a hub, and a line that stands only while they are in step."""

    hub: HubStore
    clock: FixedClock
    one: DeskStore
    two: DeskStore

    def do(self, desk: DeskStore, *acts: object, who: str = "maria") -> None:
        self.clock.advance(60)
        with desk.write() as tx:
            for act in acts:
                tx.record(act, person_id=who, business_date=TODAY)

    def in_step(self) -> None:
        """The first desk sends first; then both read. Everything must hold everywhere, and both show the same."""
        for desk in (self.one, self.two):
            push(desk, self.hub)
        for desk in (self.one, self.two):
            pull(desk, self.hub)
        assert self.hub.verify(TENANT, deep=True) == []
        for desk in (self.one, self.two):
            assert desk.verify(deep=True) == []
        assert state(self.one) == state(self.two)

    def items(self, desk: DeskStore | None = None) -> tuple[AttentionItem, ...]:
        desk = desk or self.two
        with desk.reader() as reader:
            return tasks_of(Clinic(desk, self.clock)).items(reader)

    def resolve(self, item: AttentionItem, how: str, reason: str = "", person: Person = MANAGER) -> None:
        self.clock.advance(60)
        tasks_of(Clinic(self.two, self.clock)).resolve(item.item_id, how, reason, person)
        self.in_step()


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[Two]:
    clock = FixedClock(datetime(2026, 3, 16, 15, 0, tzinfo=UTC))
    hub = stores.sqlite_hub(tmp_path, clock)
    two = Two(hub, clock, *(stores.joined_desk(hub, tmp_path, f"desk-{n}", clock) for n in (1, 2)))
    two.do(two.one, ANN, *STAFF, owes("c1", 4000), owes("c2", 4000),
           collect("PAY-1-00001", "ann", 4000))  # fmt: skip
    two.in_step()
    yield two
    for desk in (two.one, two.two):
        desk.close()
    hub.close()


def words(item: AttentionItem) -> str:
    said = sentence(item.words, item.facts)
    return f"{said.title}. {said.body}"


def test_h1_two_desks_spend_the_same_credit(desks: Two) -> None:
    desks.do(desks.one, allocate("PAY-1-00001", "ann", ("c1", 4000)))
    desks.do(desks.two, allocate("PAY-1-00001", "ann", ("c2", 4000)))
    desks.in_step()
    for desk in (desks.one, desks.two):
        [item] = desks.items(desk)
        assert (item.kind, item.amount_cents) == ("credit_used", 4000)
    assert words(item) == ("Credit was used at two desks. $40.00 credit was already used at Desk 1 (10:02 AM). "
                           "Lab panel, Mar 3 now owes $40.00.").replace("10:02 AM", "9:02 AM")  # fmt: skip
    assert [side.title for side in item.sides] == ["This desk", "The credit"]
    desks.do(desks.two, collect("PAY-2-00001", "ann", 4000), allocate("PAY-2-00001", "ann", ("c2", 4000)))
    desks.in_step()
    assert desks.items() == ()  # the visit is paid: nobody has to close anything


def test_h1_part_of_the_credit_was_left(desks: Two) -> None:
    desks.do(desks.one, allocate("PAY-1-00001", "ann", ("c1", 3000)))
    desks.do(desks.two, allocate("PAY-1-00001", "ann", ("c2", 4000)))
    desks.in_step()
    [item] = desks.items()
    assert (item.kind, item.amount_cents, item.facts["granted_cents"]) == ("credit_used", 3000, 1000)
    desks.resolve(item, "left_owed", person=MARIA)
    assert desks.items(desks.one) == ()


def test_h2_money_beyond_what_was_owed_any_more_is_told_with_both_sides(desks: Two) -> None:
    desks.do(desks.one, owes("c1", 3250))
    desks.do(desks.two, collect("PAY-2-00001", "ann", 4000), allocate("PAY-2-00001", "ann", ("c1", 4000)))
    desks.in_step()
    [item] = desks.items()
    assert (item.kind, item.amount_cents) == ("paid_over", 750)
    here, there = item.sides
    assert [row.cents for row in here.rows] == [4000, 4000, 0]
    assert [(row.cents, row.strong) for row in there.rows] == [(3250, True), (0, False), (0, False)]
    desks.resolve(item, "kept", person=MARIA)
    assert desks.items() == ()


def test_h4_a_refund_reopens_what_another_desk_paid(desks: Two) -> None:
    desks.do(desks.one, allocate("PAY-1-00001", "ann", ("c1", 4000)))
    desks.do(desks.two, refund_paid("r1", "PAY-1-00001", 3000))
    desks.in_step()
    [item] = [each for each in desks.items() if each.kind == "reopened"]
    assert item.amount_cents == 3000
    assert words(item) == (
        "A refund reopened a visit. The refund at this desk (9:03 AM, Maria D.) took $30.00 that had paid "
        "Lab panel, Mar 3. It owes $30.00 again."
    )
    desks.resolve(item, "left_owed", person=MARIA)
    assert desks.items() == ()


def test_h5_refunded_twice_is_a_task_of_that_amount_until_money_says_otherwise(desks: Two) -> None:
    desks.do(desks.one, refund_paid("r1", "PAY-1-00001", 4000))
    desks.do(desks.two, refund_paid("r2", "PAY-1-00001", 4000))
    desks.in_step()
    [item] = desks.items(desks.one)
    assert (item.kind, item.amount_cents) == ("over_refunded", 4000)
    assert "$80.00 was returned on a $40.00 payment" in words(item)
    tasks = tasks_of(Clinic(desks.two, desks.clock))
    for how, reason, person, key in (
        ("kept", "", MANAGER, "attention.not_found"), ("borne", "", MANAGER, "attention.reason_missing"),
        ("borne", "both were sure", MARIA, "staff.right_missing"), ("set_against", "x", MANAGER, "attention.no_credit"),
    ):  # fmt: skip
        with pytest.raises(RuleBroken) as broken:
            tasks.resolve(item.item_id, how, reason, person)
        assert broken.value.message_key == key
    desks.resolve(item, "recovered", "Ann brought it back", MARIA)
    assert desks.items() == ()
    assert balances(desks.one)["OVR:PAY-1-00001"] == (4000, 4000)


IN_CASH = {
    "recovered": ((refund_paid("r1", "PAY-1-00001", 4000), refund_paid("r2", "PAY-1-00001", 4000)), 4000,
                  "RECEIVED BACK"),
    "given_back": ((collect("PAY-1-00001", "ann", 1500, receipt_no="R-9"),), 1500, "HANDED BACK"),
}  # fmt: skip


@pytest.mark.parametrize("how", IN_CASH)
def test_h5_h16_cash_that_settles_a_question_prints_its_receipt_and_opens_the_drawer(desks: Two, how: str) -> None:
    acts, cents, banner = IN_CASH[how]
    desks.do(desks.two, *acts)
    desks.in_step()
    [item] = desks.items()
    settings, clinic = Settings(None), Clinic(desks.two, desks.clock)
    settings.for_now({PRINTER_URL: "sim:printer", DRAWER: True})
    desks.clock.advance(60)
    tasks_of(clinic, settings).resolve(item.item_id, how, "Ann was here", MARIA)
    desks.in_step()  # and every receipt has its number and its fact (I22)
    [(number,)] = ask(desks.one, "SELECT receipt_no FROM task WHERE receipt_no <> ''")
    jobs = ask(desks.two, "SELECT kind, payment_id, document FROM print_job ORDER BY kind")
    assert [(kind, source) for kind, source, _ in jobs] == [("drawer", item.item_id), ("receipt", item.item_id)]
    paper = orjson.loads(jobs[1][2])
    assert (paper["banner"], paper["receipt_no"], paper["reason"]) == (banner, number, "Ann was here")
    assert paper["total_cents"] == (cents if how == "recovered" else -cents)
    assert [line["amount_cents"] for line in paper["lines"]] == [paper["total_cents"]]
    with desks.two.reader() as reader:  # it is in the list of receipts, and can be given again at either desk
        [line] = [row for row in given.of_days(reader, TENANT, "2026-03-01", "2026-03-31") if row.kind == how]
        assert [row for row in given.of_patient(reader, TENANT, "ann") if row.kind == how] == [line]
    assert (line.number, line.cents, line.source_id) == (number, paper["total_cents"], item.item_id)
    for desk in (desks.one, desks.two):
        there = Clinic(desk, desks.clock)
        with desk.reader() as reader:
            again = GivingBack(there, Posting(there, Settings(None))).describe(reader, item.item_id)
        assert again is not None
        assert (again.receipt_no, again.total_cents, again.banner) == (number, paper["total_cents"], banner)


def test_h5_money_handed_back_settles_the_task_by_itself(desks: Two) -> None:
    desks.do(desks.one, refund_paid("r1", "PAY-1-00001", 4000))
    desks.do(desks.two, refund_paid("r2", "PAY-1-00001", 4000))
    desks.in_step()
    desks.do(desks.two, bodies.RefundUndone(refund_id="r2", patient_id="ann", reason="slip", receipt_no="R-u",
                                            drawer="drawer-1"))  # fmt: skip
    desks.in_step()
    assert desks.items() == ()


def test_h7_insurance_paid_more(desks: Two) -> None:
    desks.do(desks.one, allocate("PAY-1-00001", "ann", ("c1", 4000)))
    desks.in_step()
    desks.do(desks.two, owes("c1", 2000))
    desks.in_step()
    [item] = desks.items()
    assert (item.kind, item.amount_cents) == ("insurer_paid", 2000)
    assert words(item).startswith("Insurance paid more: $20.00 credit.")
    desks.resolve(item, "kept", person=MARIA)
    assert desks.items() == ()


def test_h15_a_bank_takes_back_what_a_visit_was_paid_with(desks: Two) -> None:
    card = collect("PAY-1-00002", "ann", 4000, tender="card")
    desks.do(desks.one, card, allocate("PAY-1-00002", "ann", ("c2", 4000)))
    desks.in_step()
    dispute = bodies.DisputeOpened(dispute_id="d", payment_id="PAY-1-00002", patient_id="ann", amount_cents=4000)
    desks.do(desks.two, dispute)
    desks.do(desks.two, bodies.DisputeClosed(dispute_id="d", patient_id="ann", outcome="owed_again"))
    desks.in_step()
    [item] = desks.items(desks.one)
    assert (item.kind, item.amount_cents) == ("taken_back", 4000)
    assert "It owes $40.00 again" in words(item)


EARLY: dict[str, tuple[object, str, int]] = {
    "refund": (refund_paid("r1", "late", 1500), "money_out", 1500),
    "dispute": (bodies.DisputeOpened(dispute_id="d", payment_id="late", patient_id="ann", amount_cents=1500),
                "money_out", 1500),
    "reversal": (bodies.Reverse(payment_id="late", patient_id="ann", reason="slip", reversal_id="v", receipt_no="R-v",
                                drawer="drawer-1"), "not_known", 0),
    "correction": (bodies.Correct(correction_id="k", payment_id="late", patient_id="ann", amount_cents=500,
                                  reason="slip", number="COR-1", receipt_no="R-k"), "not_known", 0),
}  # fmt: skip


@pytest.mark.parametrize("name", EARLY)
def test_h16_a_fact_before_its_payment_counts_once_that_arrives(desks: Two, name: str) -> None:
    fact, what, cents = EARLY[name]
    tender = "card" if name == "dispute" else "cash"
    desks.do(desks.two, fact)
    desks.in_step()
    [item] = desks.items(desks.one)
    assert (item.kind, item.amount_cents) == (what, cents)
    assert "arrives" in words(item)
    desks.do(desks.one, collect("late", "ann", 4000, tender=tender))
    desks.in_step()
    assert desks.items(desks.one) == ()
    lies = balances(desks.one)
    in_order = _in_order(desks.hub, collect("late", "ann", 4000, tender=tender), fact)
    for account, (debits, cents_in) in in_order.items():
        if account != "SUSP":
            there = lies.get(account, (0, 0))
            assert there[1] - there[0] == cents_in - debits, account
    assert lies.get("SUSP", (0, 0))[0] == lies.get("SUSP", (0, 0))[1]


def _in_order(_hub: HubStore, *acts: object) -> dict[str, tuple[int, int]]:
    """What the same acts come to in their natural order, on top of what the fixture took."""
    from models.ledger.memory import memory_book
    from models.ledger.posting import settle
    from tests.support.acts import OpMaker

    draft, maker = memory_book(), OpMaker()
    for act in (ANN, owes("c1", 4000), owes("c2", 4000), collect("PAY-1-00001", "ann", 4000), *acts):
        settle(maker.make(act), draft)
    return {name: (delta.debits, delta.credits) for name, delta in draft.deltas.items()}


def test_h16_money_for_a_payment_that_never_arrives_is_settled_by_a_person(desks: Two) -> None:
    desks.do(desks.two, refund_paid("r1", "never", 1500))
    desks.in_step()
    [item] = desks.items()
    desks.resolve(item, "borne", "nobody knows")
    assert desks.items() == ()
    assert balances(desks.one)["LOSS"] == (1500, 0)
    assert balances(desks.one)["SUSP"] == (1500, 1500)


def test_h16_a_decision_about_what_was_never_seen_falls(desks: Two) -> None:
    desks.do(desks.two, allocate("never", "ann", ("c1", 100)))
    desks.in_step()
    assert ask(desks.two, "SELECT verdict, reason FROM log ORDER BY seq DESC LIMIT 1") == [
        ("rejected", "missing_dependency")
    ]


def test_i15_sees_money_in_question_without_its_task(desks: Two) -> None:
    desks.do(desks.two, refund_paid("r1", "never", 1500))
    desks.in_step()
    with desks.two.write() as tx:
        tx.session.run("UPDATE task SET settled_cents = 1")
    assert [failure.invariant for failure in desks.two.verify()] == ["I15"]


def test_only_the_hub_opens_tasks_and_grants_holds(desks: Two) -> None:
    from models.operations.holds import HoldGranted

    forged = HoldGranted(hold_id="h", ask_id="a", device="x", patient_id="ann", payment_id="PAY-1-00001",
                         amount_cents=1, cause_op_id="")  # fmt: skip
    desks.do(desks.two, forged)
    desks.in_step()
    assert ask(desks.one, "SELECT verdict, reason FROM log ORDER BY seq DESC LIMIT 1") == [
        ("quarantined", "derived_by_hub")
    ]
    assert ask(desks.one, "SELECT count(*) FROM hold") == [(0,)]


def test_h4_what_the_person_saw_is_nobodys_surprise(desks: Two) -> None:
    from tests.support.money_acts import request

    desks.do(desks.one, allocate("PAY-1-00001", "ann", ("c1", 4000)))
    desks.in_step()
    seen = replace(request("r1", "PAY-1-00001", 3000), reopens_cents=3000)
    desks.do(desks.two, seen, refund_paid("r1", "PAY-1-00001", 3000))
    desks.in_step()
    assert desks.items() == ()
    desks.do(desks.two, replace(request("r2", "PAY-1-00001", 1000), reopens_cents=400))
    desks.in_step()
    [item] = desks.items()
    assert (item.kind, item.amount_cents) == ("reopened", 600)


def test_h3_the_same_fee_and_the_same_check_in_at_two_desks_count_once(desks: Two) -> None:
    fee = bodies.Fee(charge_id="f1", patient_id="ann", code="NOSHOW", description="No-show", amount_cents=2500,
                     service_date="2026-03-10")  # fmt: skip
    visit = records.Appointment(id="v1", patient_id="ann", starts_at="2026-03-16T16:00:00.000Z",
                                service_date=TODAY)  # fmt: skip
    desks.do(desks.one, visit)
    desks.in_step()
    here = bodies.VisitStatus(appointment_id="v1", patient_id="ann", status="checked_in")
    for desk, who in ((desks.one, "maria"), (desks.two, "priya")):
        desks.do(desk, fee, here, who=who)
    desks.in_step()
    assert balances(desks.one)["AR:f1"] == (2500, 0)
    query = "SELECT actor, verdict FROM log WHERE kind IN ('charge.fee', 'visit.status') ORDER BY seq"
    assert ask(desks.two, query) == [
        ("maria", "accepted"), ("maria", "accepted"), ("priya", "accepted"), ("priya", "accepted")
    ]  # fmt: skip
    assert desks.items() == ()


def test_h14_a_fact_of_a_day_before_is_taken_with_its_own_day(desks: Two) -> None:
    with desks.two.write() as tx:
        tx.record(collect("late", "ann", 500), person_id="maria", business_date="2026-03-13")
    desks.in_step()
    assert ask(desks.one, "SELECT business_date FROM payment WHERE payment_id = 'late'") == [("2026-03-13",)]
    assert ask(desks.one, "SELECT verdict FROM log ORDER BY seq DESC LIMIT 1") == [("accepted",)]
