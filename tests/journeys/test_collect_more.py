"""Collect for a family, in advance, by the practice's own ways and with its fields: posted, shown, printed, undone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.posting import payment_id_of
from app.views import CollectEnd, CollectSheet, PaymentFields, TenderKind
from app.ways import Ways
from models.basics.errors import RuleBroken
from models.operations.bodies import Collect, RefundElsewhere
from models.operations.kinds import KINDS
from models.operations.records import Appointment
from receipts.layouts.common import said
from tests.support.clinic import DAY, MARIA, PRIYA, TestClinic
from tests.support.counter import Counter, counter, rosa_with_copay_and_balance

TODAY = date(2026, 5, 14)


def a_family(clinic: TestClinic) -> None:
    """Domain row N27: Rosa stands for Ben; her oldest charge, then Ben's, then her newer one."""
    clinic.patient()
    clinic.patient("ben", "Ben", birth_date="2015-01-02", mrn="0041878", guarantor_id="rosa")
    clinic.charge(6000, "2026-01-10", charge_id="r1")
    clinic.charge(4000, "2026-02-10", "ben", charge_id="b1")
    clinic.charge(5000, "2026-03-10", charge_id="r2")


def ahead(clinic: TestClinic) -> None:
    """Rosa with a visit today, one in two weeks, and Ben with one of his own."""
    rosa_with_copay_and_balance(clinic)
    clinic.patient("ben", "Ben", birth_date="2015-01-02", mrn="0041878", guarantor_id="rosa")
    clinic.patient("eve", "Eve", birth_date="1990-01-02", mrn="0041999")
    for name, patient in (("later", "rosa"), ("bens", "ben"), ("eves", "eve")):
        clinic.put(Appointment(id=name, patient_id=patient, starts_at="2026-05-28T15:00:00.000Z",
                               service_date="2026-05-28", title="Follow-up", practitioner_id="okafor"))  # fmt: skip


def figures(desk: Counter, patient_id: str = "rosa") -> tuple[int, int, int, int]:
    """Allocated, unallocated, prepaid of it, statement balance."""
    from models.store.queries import collect

    with desk.desk.store.reader() as reader:
        now = collect.figures(reader, "alder", patient_id)
    return now.allocated_cents, now.unallocated_cents, now.prepaid_cents, now.statement_balance_cents


def everything(sheet: CollectSheet) -> dict[str, int]:
    """All lines of a sheet, whole."""
    return {line.key: line.owes_cents for line in sheet.lines}


def refused(call: Any) -> str:
    """The key it is refused with."""
    with pytest.raises(RuleBroken) as error:
        call()
    return error.value.message_key


# The family ---------------------------------------------------------------------------------------------------------


def test_n27_one_payment_is_split_over_the_family_oldest_first(tmp_path: Path) -> None:
    with counter(tmp_path, a_family) as desk:
        sheet = desk.sheet("rosa", "")
        assert [(line.key, line.patient) for line in sheet.lines] == [("r1", ""), ("b1", "Ben"), ("r2", "")]
        assert [line.selected for line in sheet.lines] == [True, False, True]
        assert sheet.owed_in_all_cents == 11000
        preview = desk.desk.checkout.distribute(sheet, everything(sheet), False)
        taken = desk.collect(desk.request(sheet, TenderKind.CASH, amounts=everything(sheet), tendered_cents=15000))
        assert taken.amount_cents == 15000
        posted = "SELECT credit, amount_cents FROM transfer WHERE code = 'allocate' ORDER BY n"
        assert desk.rows(posted) == [("AR:r1", 6000), ("AR:b1", 4000), ("AR:r2", 5000)]
        assert figures(desk) == (11000, 0, 0, 0)
        assert preview.after == desk.desk.accounts.ledger("rosa").figures
        assert figures(desk, "ben") == (4000, 0, 0, 0)
        assert taken.receipt is not None
        assert [line.patient for line in taken.receipt.lines] == ["", "Ben", ""]
        assert [row.under for row in said(taken.receipt).items][1] == (("for Ben, Feb 10, 2026", ""),)
        desk.holds()


def test_a_family_pays_part_of_it_in_the_same_order(tmp_path: Path) -> None:
    with counter(tmp_path, a_family) as desk:
        sheet = desk.sheet("ben", "")
        assert [(line.key, line.patient) for line in sheet.lines] == [("r1", "Rosa"), ("b1", ""), ("r2", "Rosa")]
        amounts = {"r1": 1000, "b1": 4000}
        preview = desk.desk.checkout.distribute(sheet, amounts, False)
        assert (preview.owed_before_cents, preview.owed_after_cents) == (15000, 10000)
        desk.collect(desk.request(sheet, TenderKind.CHECK, amounts=amounts, check_no="7"))
        assert figures(desk) == (1000, 0, 0, 10000)
        assert figures(desk, "ben") == (4000, 0, 0, 0)
        desk.holds()


def test_strangers_do_not_stand_on_the_sheet(tmp_path: Path) -> None:
    def two(clinic: TestClinic) -> None:
        a_family(clinic)
        clinic.patient("eve", "Eve", mrn="0041999")
        clinic.charge(9900, "2026-01-02", "eve", charge_id="e1")

    with counter(tmp_path, two) as desk:
        assert "e1" not in everything(desk.sheet("rosa", ""))
        sheet = desk.sheet("rosa", "")
        request = desk.request(sheet, TenderKind.CASH, amounts={"e1": 9900})
        assert refused(lambda: desk.collect(request)) == "collect.line_unknown"


def test_the_copay_of_a_sibling_is_set_aside_for_the_siblings_visit(tmp_path: Path) -> None:
    def siblings(clinic: TestClinic) -> None:
        a_family(clinic)
        clinic.visit("rosas")
        clinic.coverage("rosa", 3000)
        clinic.visit("bens", "ben", minutes=30, title="Well child")
        clinic.coverage("ben", 2500)

    with counter(tmp_path, siblings) as desk:
        sheet = desk.sheet("rosa", "rosas")
        lines = {line.key: line for line in sheet.lines}
        assert (lines["copay:bens"].patient, lines["copay:bens"].owes_cents) == ("Ben", 2500)
        amounts = {"copay:rosas": 3000, "copay:bens": 2500}
        preview = desk.desk.checkout.distribute(sheet, amounts, False)
        desk.collect(desk.request(sheet, TenderKind.CASH, amounts=amounts))
        assert figures(desk) == (0, 3000, 3000, 11000)
        assert figures(desk, "ben") == (0, 2500, 2500, 4000)
        assert preview.after == desk.desk.accounts.ledger("rosa").figures
        clinic = TestClinic.over(desk.desk.store, desk.clock)
        clinic.charge(2500, DAY, "ben", charge_id="b2", visit="bens", kind="copay")
        assert figures(desk, "ben") == (2500, 0, 0, 4000)
        desk.holds()


def test_the_patients_credit_may_pay_for_the_family(tmp_path: Path) -> None:
    def with_credit(clinic: TestClinic) -> None:
        a_family(clinic)
        clinic.paid(12000)

    with counter(tmp_path, with_credit) as desk:
        sheet = desk.sheet("rosa", "")
        preview = desk.desk.checkout.distribute(sheet, everything(sheet), True)
        assert (preview.credit_used_cents, preview.to_collect_cents) == (12000, 3000)
        taken = desk.collect(desk.request(sheet, TenderKind.CASH, amounts=everything(sheet), use_credit=True))
        assert preview.after == desk.desk.accounts.ledger("rosa").figures
        assert figures(desk, "ben") == (4000, 0, 0, 0)
        assert taken.can_undo
        desk.undo(taken)
        assert figures(desk) == (0, 12000, 0, 11000)
        assert figures(desk, "ben") == (0, 0, 0, 4000)
        desk.holds()


def test_credit_that_moved_on_stops_the_undo_and_nothing_is_given_back(tmp_path: Path) -> None:
    from models.operations.bodies import Move, MoveLine

    def with_credit(clinic: TestClinic) -> None:
        a_family(clinic)
        clinic.paid(6000)

    with counter(tmp_path, with_credit) as desk:
        sheet = desk.sheet("rosa", "")
        taken = desk.collect(desk.request(sheet, TenderKind.CASH, amounts={"r1": 6000, "r2": 5000}, use_credit=True))
        with desk.desk.store.write() as tx:
            line = MoveLine(lot_payment_id="early", amount_cents=6000, from_charge_id="r1", to_charge_id="b1")
            entry = tx.record(Move(move_id="m", patient_id="rosa", lines=(replace(line, amount_cents=4000),)),
                              person_id="maria", business_date=DAY)  # fmt: skip
        assert entry.verdict == "accepted"
        assert refused(lambda: desk.undo(taken)) == "undo.credit_moved"
        assert [row[2] for row in desk.payments()] == ["", ""]
        desk.holds()


# In advance ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "rosa", "ben"),
    [("", (0, 2000, 0), (0, 0, 0)), ("later", (0, 2000, 2000), (0, 0, 0)), ("bens", (0, 0, 0), (0, 2000, 2000))],
    ids=["credit", "a visit", "a visit of the family"],
)
def test_s3_02_money_in_advance_for_any_visit(tmp_path: Path, place: str, rosa: Any, ben: Any) -> None:
    with counter(tmp_path, ahead) as desk:
        sheet = desk.sheet("rosa", "")
        assert [choice.appointment_id for choice in sheet.visits] == ["today", "bens", "later"]
        preview = desk.desk.checkout.distribute(sheet, {}, False, 2000, place)
        taken = desk.collect(desk.request(sheet, TenderKind.CASH, amounts={}, extra_cents=2000, extra_for=place))
        assert figures(desk)[:3] == rosa
        assert figures(desk, "ben")[:3] == ben
        assert preview.after == desk.desk.accounts.ledger("rosa").figures
        assert taken.receipt is not None
        assert [(line.kind, line.service_date) for line in taken.receipt.lines] == [
            ("prepayment", "May 28, 2026") if place else ("credit", "")
        ]
        desk.holds()


def test_s3_04_money_for_a_visit_pays_its_charges_as_soon_as_there_are_some(tmp_path: Path) -> None:
    """With a balance paid in the same act; the charge is of a day to come, and of that very visit (S0-19)."""
    with counter(tmp_path, ahead) as desk:
        sheet = desk.sheet()
        amounts = {"charge-2026-03-02": 4500}
        desk.collect(desk.request(sheet, TenderKind.CASH, amounts=amounts, extra_cents=2000, extra_for="later"))
        assert figures(desk) == (4500, 2000, 2000, 0)
        clinic = TestClinic.over(desk.desk.store, desk.clock)
        clinic.charge(5000, "2026-05-28", charge_id="next", visit="later")
        assert figures(desk) == (6500, 0, 0, 3000)
        desk.holds()


def test_s3_01_a_charge_of_a_visit_to_come_is_paid_by_money_taken_for_it(tmp_path: Path) -> None:
    """Alone, and with an older balance in one payment; free credit never goes there (S0-19)."""

    def charged(clinic: TestClinic) -> None:
        ahead(clinic)
        clinic.charge(5000, "2026-05-28", charge_id="next", visit="later")
        clinic.paid(1000)

    with counter(tmp_path, charged) as desk:
        assert "next" not in everything(desk.sheet())
        sheet = desk.sheet("rosa", "later")
        line = next(line for line in sheet.lines if line.key == "next")
        assert line.ahead
        preview = desk.desk.checkout.distribute(sheet, {"next": 5000}, True)
        assert preview.credit_used_cents == 0
        amounts = {"next": 2000, "charge-2026-03-02": 4500}
        preview = desk.desk.checkout.distribute(sheet, amounts, False)
        desk.collect(desk.request(sheet, TenderKind.CASH, amounts=amounts))
        assert figures(desk) == (6500, 1000, 0, 3000)
        assert preview.after == desk.desk.accounts.ledger("rosa").figures
        sheet = desk.sheet("rosa", "later")
        desk.collect(desk.request(sheet, TenderKind.CASH, amounts={"next": 3000}))
        assert figures(desk) == (9500, 1000, 0, 0)
        desk.holds()


def test_s3_01_an_earlier_visit_may_get_money_while_its_charges_are_awaited(tmp_path: Path) -> None:
    """One that owes is paid by its lines; one long ago, or that was none, is not offered."""

    def past(clinic: TestClinic) -> None:
        ahead(clinic)
        for name, days, status in (("last-week", 7, "done"), ("owing", 9, "done"), ("old", 120, "done"),
                                   ("missed", 5, "no_show")):  # fmt: skip
            day = TODAY - timedelta(days=days)
            clinic.visit(name, minutes=-60 * 24 * days, service_date=day.isoformat(), status=status)
        clinic.charge(900, "2026-05-05", charge_id="owing", visit="owing")

    with counter(tmp_path, past) as desk:
        sheet = desk.sheet("rosa", "")
        assert [choice.appointment_id for choice in sheet.visits] == ["today", "bens", "later", "last-week"]
        desk.collect(desk.request(sheet, TenderKind.CASH, amounts={}, extra_cents=2000, extra_for="last-week"))
        assert figures(desk)[:3] == (0, 2000, 2000)
        clinic = TestClinic.over(desk.desk.store, desk.clock)
        clinic.charge(1500, "2026-05-07", charge_id="came", visit="last-week")
        assert figures(desk)[:3] == (1500, 500, 500)
        request = desk.request(desk.sheet("rosa", ""), TenderKind.CASH, amounts={}, extra_cents=1, extra_for="owing")
        assert refused(lambda: desk.collect(request)) == "collect.prepay_charged"
        desk.holds()


@pytest.mark.parametrize("place", ["eves", "nowhere", "gone"])
def test_money_is_not_taken_for_a_visit_of_a_stranger_or_one_that_will_not_be(tmp_path: Path, place: str) -> None:
    def with_gone(clinic: TestClinic) -> None:
        ahead(clinic)
        clinic.visit("gone", status="cancelled", minutes=60)

    with counter(tmp_path, with_gone) as desk:
        sheet = desk.sheet("rosa", "")
        assert place not in {choice.appointment_id for choice in sheet.visits}
        request = desk.request(sheet, TenderKind.CASH, amounts={}, extra_cents=2000, extra_for=place)
        assert refused(lambda: desk.collect(request)) == "collect.prepay_gone"
        assert desk.payments() == []


def test_charges_of_a_cancelled_visit_are_not_asked_for(tmp_path: Path) -> None:
    def cancelled(clinic: TestClinic) -> None:
        ahead(clinic)
        clinic.visit("gone", status="cancelled", minutes=-600, service_date="2026-05-13")
        clinic.charge(700, "2026-05-13", charge_id="never", visit="gone")

    with counter(tmp_path, cancelled) as desk:
        assert "never" not in everything(desk.sheet())


def test_n11_what_went_back_elsewhere_is_not_offered_as_credit(tmp_path: Path) -> None:
    def given_back(clinic: TestClinic) -> None:
        rosa_with_copay_and_balance(clinic)
        clinic.paid(20000)
        clinic.put(RefundElsewhere(refund_id="x", patient_id="rosa", amount_cents=18000, tender="external"))

    with counter(tmp_path, given_back) as desk:
        sheet = desk.sheet()
        assert sheet.credit_cents == 2000
        preview = desk.desk.checkout.distribute(sheet, everything(sheet), True)
        assert preview.credit_used_cents == 2000
        desk.collect(desk.request(sheet, TenderKind.CASH, use_credit=True))
        assert preview.after == desk.desk.accounts.ledger("rosa").figures
        assert desk.desk.schedule.day().rows[0].credit_cents == 0
        assert [found.credit_cents for found in desk.desk.find.search("Quillfeather")] == [0]
        desk.holds()


# Fields and ways ----------------------------------------------------------------------------------------------------


def test_s0_04_and_s0_08_every_field_is_written_down_and_printed(tmp_path: Path) -> None:
    with counter(tmp_path, rosa_with_copay_and_balance) as desk:
        flex = Ways(desk.desk.clinic).add("Flex spending card", "Confirmation number", PRIYA)
        sheet = desk.sheet()
        assert sheet.practitioners == (("okafor", "Dr. Okafor"),)
        fields = PaymentFields("coinsurance", TODAY - timedelta(days=2), "okafor", "  sent by   post ")
        taken = desk.collect(desk.request(sheet, TenderKind.OTHER, method_id=flex, trace_no=" 118 ", fields=fields))
        assert taken.method_text == "Flex spending card 118"
        assert desk.rows(
            "SELECT tender, method_id, trace_no, payment_type, received_date, practitioner_id, memo, business_date "
            "FROM payment"
        ) == [("other", flex, "118", "coinsurance", "2026-05-12", "okafor", "sent by post", DAY)]
        assert desk.rows("SELECT id, debits + pending_debits FROM account WHERE code = 'OTH'") == [
            (f"OTH:{flex}", 7500)
        ]
        assert taken.receipt is not None
        words = said(taken.receipt)
        assert ("Received", "May 12, 2026", ()) in [tuple(row) for row in words.facts]
        assert ("Note", "sent by post", ()) in [tuple(row) for row in words.facts]
        assert words.tenders[0] == ("Flex spending card", "$75.00", (("Confirmation number", "118"),))
        void = desk.undo(taken)
        assert void.receipt is not None
        assert said(void.receipt).tenders[0].left == "Flex spending card"
        assert desk.rows("SELECT debits + pending_debits - credits - pending_credits FROM account "
                         "WHERE code = 'OTH'") == [(0,)]  # fmt: skip
        desk.holds()


@pytest.mark.parametrize(
    ("amounts", "extra", "said_type", "stored"),
    [
        ({"copay:today": 3000}, 0, None, "copay"),
        ({"copay:today": 3000, "charge-2026-03-02": 4500}, 0, None, ""),
        ({"copay:today": 3000}, 500, None, ""),
        ({}, 500, None, ""),
        ({"copay:today": 3000}, 0, "", ""),
        ({"charge-2026-03-02": 100}, 0, "other", "other"),
    ],
)
def test_s0_05_the_type_follows_from_what_is_paid_unless_it_is_said(
    tmp_path: Path, amounts: dict[str, int], extra: int, said_type: str | None, stored: str
) -> None:
    with counter(tmp_path, rosa_with_copay_and_balance) as desk:
        fields = PaymentFields(payment_type=said_type)
        desk.collect(desk.request(desk.sheet(), TenderKind.CASH, amounts=amounts, extra_cents=extra, fields=fields))
        assert desk.rows("SELECT payment_type FROM payment") == [(stored,)]


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ({"fields": PaymentFields("refund")}, "collect.type_unknown"),
        ({"fields": PaymentFields(received_on=TODAY + timedelta(days=1))}, "collect.received_later"),
        ({"fields": PaymentFields(received_on=TODAY - timedelta(days=400))}, "collect.received_long_ago"),
        ({"fields": PaymentFields(practitioner_id="nobody")}, "collect.provider_gone"),
        ({"fields": PaymentFields(note="x" * 201)}, "collect.note_long"),
        ({"fields": PaymentFields(note="card 4111 1111 1111 1111")}, "collect.card_number"),
        ({"trace_no": ""}, "collect.method_number"),
        ({"trace_no": "4111111111111111"}, "collect.card_number"),
        ({"trace_no": "9" * 41}, "collect.method_number"),
        ({"method_id": "cash"}, "collect.method_gone"),
        ({"method_id": ""}, "collect.method_gone"),
        ({"tender": TenderKind.CASH, "amounts": {}, "extra_cents": 0}, "amount.zero"),
    ],
)
def test_what_cannot_be_said_of_a_payment_is_refused_and_nothing_is_written(
    tmp_path: Path, more: dict[str, Any], key: str
) -> None:
    with counter(tmp_path, rosa_with_copay_and_balance) as desk:
        flex = Ways(desk.desk.clinic).add("Flex spending card", "Confirmation number", PRIYA)
        known = {"method_id": flex, "trace_no": "118", **more}
        tender = known.pop("tender", TenderKind.OTHER)
        request = desk.request(desk.sheet(), tender, **known)
        assert refused(lambda: desk.collect(request)) == key
        assert desk.payments() == []


def test_s0_09_nothing_of_a_payment_changes_once_it_is_posted(tmp_path: Path) -> None:
    """No operation edits a payment; one that comes again under its id changes nothing but is looked at."""
    assert not any(name.startswith("payment.") and name.split(".")[1] in {"put", "edit", "update", "change"}
                   for name in KINDS)  # fmt: skip
    with counter(tmp_path, rosa_with_copay_and_balance) as desk:
        sheet = desk.sheet()
        taken = desk.collect(desk.request(sheet, TenderKind.CASH))
        assert taken.payment_id == payment_id_of("alder", sheet.attempt_id)
        columns = "amount_cents, tender, received_date, payment_type, method_id, patient_id, number"
        before = desk.rows(f"SELECT {columns} FROM payment")
        with desk.desk.store.write() as tx:
            entry = tx.record(
                Collect(payment_id=taken.payment_id, patient_id="rosa", tender="check", amount_cents=1, number="x",
                        receipt_no="x", received_date="2020-01-01"),
                person_id=MARIA.staff_id, business_date=DAY,
            )  # fmt: skip
        assert entry.verdict == "excepted"
        assert desk.rows(f"SELECT {columns} FROM payment") == before
        again = desk.collect(desk.request(sheet, TenderKind.CHECK, check_no="7", amounts={"copay:today": 1}))
        assert (again.end, again.amount_cents) == (CollectEnd.TAKEN, 7500)
        assert desk.rows(f"SELECT {columns} FROM payment") == before
