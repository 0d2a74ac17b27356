"""Cards over a real line: approved, declined, cancelled, part approved, too late, wrong answers, no reader."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import orjson
import pytest

from app.attempts import Attempts
from app.lanes import Job
from app.posting import Undoing
from app.refund_views import RefundOrder
from app.settings import CARD_WAIT_S
from app.views import CollectEnd, PaymentFields, TenderKind
from devices.base import Outcome, PaymentResult
from models.basics.errors import PaymentUnavailable, RuleBroken
from models.store.desk import DeskStore
from models.store.queries import receipts
from models.store.rows import AttemptRow
from tests.support.clinic import PRIYA, TestClinic
from tests.support.counter import Counter, counter, rosa_with_copay_and_balance
from tests.support.simulators import PaxProcess, PrinterProcess, pax_running
from tests.support.waiting import until


@pytest.fixture
def desk(tmp_path: Path, terminal: PaxProcess) -> Iterator[Counter]:
    terminal.reset()
    with counter(tmp_path, rosa_with_copay_and_balance, terminal=terminal.url) as here:
        yield here
        here.holds()


def attempts(desk: Counter) -> list[tuple[str, str]]:
    return desk.rows("SELECT state, outcome FROM terminal_attempt ORDER BY created_at, rowid")


def test_card_approved(tmp_path: Path, terminal: PaxProcess, paper: PrinterProcess) -> None:
    terminal.reset()
    with counter(tmp_path, rosa_with_copay_and_balance, terminal=terminal.url, printer=paper.url) as desk:
        taken = desk.collect(desk.request(desk.sheet(), TenderKind.CARD))
        assert (taken.end, taken.amount_cents, taken.tender) == (CollectEnd.TAKEN, 7500, TenderKind.CARD)
        assert taken.method_text == "Visa •••• 4242"
        assert taken.entry_text == "Contactless"
        assert taken.auth_code
        assert taken.can_undo
        assert terminal.captured_cents() == 7500
        assert desk.payments() == [("card", 7500, "")]
        assert attempts(desk) == [("resolved", "approved")]
        assert [step.step for step in desk.steps][:2] == ["arming", "waiting"]
        assert next(step for step in desk.steps if step.step == "waiting").total == 60
        desk.wait_job(taken.print_job_id)
        [receipt] = paper.receipts()[-1:]
        assert "Visa **** 4242" in receipt
        assert f"Auth {taken.auth_code}" in receipt
        assert desk.jobs("drawer") == []
        desk.holds()


def test_what_an_approval_will_ask_is_asked_while_the_card_is_waited_for(
    desk: Counter, terminal: PaxProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is written by it, whatever it is asked about; what it read is at hand when the approval is."""
    store, asked = desk.desk.store, []
    still_known, settle = DeskStore._still_known, Attempts.settle

    def noted(own: DeskStore) -> object:
        found = still_known(own)
        if "settling" in asked:
            asked.append("payment" if any("FROM payment " in str(key) for key in found or ()) else "nothing")
        return found

    def settling(own: Attempts, *what: object, **more: object) -> object:
        asked.append("settling")
        return settle(own, *what, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(DeskStore, "_still_known", noted)
    monkeypatch.setattr(Attempts, "settle", settling)
    attempts_of = desk.desk._attempts
    attempts_of.rehearse("nobody")
    terminal.next("slow-bank:0.3s")
    desk.collect(desk.request(desk.sheet(), TenderKind.CARD))
    assert asked[:2] == ["settling", "payment"]
    assert (desk.payments(), store.verify()) == ([("card", 7500, "")], [])
    with store.write() as tx:
        tx.open_attempt(AttemptRow(attempt_id="x", terminal_ref="9", driver="pax", amount_cents=1, patient_id="rosa",
                                   request={"no": "plan"}))  # fmt: skip
    attempts_of.rehearse("x")
    assert desk.payments() == [("card", 7500, "")]


def test_declined_then_cash(desk: Counter, terminal: PaxProcess) -> None:
    terminal.next("declined")
    declined = desk.collect(desk.request(desk.sheet(), TenderKind.CARD))
    assert declined.end is CollectEnd.DECLINED
    assert "INSUFF FUNDS" in declined.host_text
    assert declined.left_cents == 7500
    assert desk.payments() == []
    taken = desk.collect(desk.request(desk.sheet(), TenderKind.CASH))
    assert taken.end is CollectEnd.TAKEN
    assert desk.payments() == [("cash", 7500, "")]
    assert terminal.captured_cents() == 0


def test_the_patient_cancels(desk: Counter, terminal: PaxProcess) -> None:
    terminal.next("cancelled")
    assert desk.collect(desk.request(desk.sheet(), TenderKind.CARD)).end is CollectEnd.CANCELLED
    assert desk.payments() == []
    assert terminal.captured_cents() == 0


def test_the_terminal_gives_up(desk: Counter, terminal: PaxProcess) -> None:
    terminal.next("card-timeout")
    assert desk.collect(desk.request(desk.sheet(), TenderKind.CARD)).end is CollectEnd.TIMED_OUT
    assert desk.payments() == []


def test_the_clerk_cancels_and_the_desk_cancels_by_itself(tmp_path: Path) -> None:
    with (
        pax_running(present_after_s=60.0) as slow,
        counter(tmp_path, rosa_with_copay_and_balance, terminal=slow.url) as desk,
    ):
        job, answer = desk.start(desk.request(desk.sheet(), TenderKind.CARD))
        slow.wait("present card")
        until(lambda: desk.desk.status.lights()[0].words == "light.reader.waiting")
        job.cancel()
        assert job.finished.wait(20)
        assert answer[0].end is CollectEnd.CANCELLED
        desk.desk.settings._for_now[CARD_WAIT_S.key] = 1
        assert desk.collect(desk.request(desk.sheet(), TenderKind.CARD)).end is CollectEnd.TIMED_OUT
        assert desk.payments() == []
        assert slow.captured_cents() == 0
        assert attempts(desk) == [("resolved", "cancelled"), ("resolved", "cancelled")]


def test_rule_6_part_approval_then_cash_for_the_rest(desk: Counter, terminal: PaxProcess) -> None:
    """Domain row N40: asked 75, approved 50; the copay is paid first; the rest is taken in cash."""
    terminal.next("partial:5000")
    request = desk.request(desk.sheet(), TenderKind.CARD)
    partly = desk.collect(request)
    assert (partly.end, partly.amount_cents, partly.left_cents) == (CollectEnd.PARTLY, 5000, 2500)
    assert [(line.title, line.cents) for line in partly.paid] == [("Copay, office visit", 3000), ("Lab panel", 2000)]
    sheet, amounts = desk.desk.checkout.rest(request, partly)
    assert amounts == {"charge-2026-03-02": 2500}
    rest = desk.collect(desk.request(sheet, TenderKind.CASH, amounts=amounts))
    assert (rest.end, rest.amount_cents, rest.still_owed_cents) == (CollectEnd.TAKEN, 2500, 0)
    assert sorted(desk.payments()) == [("card", 5000, ""), ("cash", 2500, "")]
    assert terminal.captured_cents() == 5000


def test_two_enters_charge_once(desk: Counter, terminal: PaxProcess) -> None:
    """Domain row N51: the same sheet three times gives one charge, one row, the same answer."""
    request = desk.request(desk.sheet(), TenderKind.CARD)
    running = [desk.start(request) for _ in range(3)]
    for job, _ in running:
        assert job.finished.wait(30)
    answers = [answer[0] for _, answer in running]
    assert {answer.payment_id for answer in answers} == {answers[0].payment_id}
    assert [answer.end for answer in answers] == [CollectEnd.TAKEN] * 3
    assert desk.payments() == [("card", 7500, "")]
    assert terminal.captured_cents() == 7500
    assert terminal.requests("T00") == 1


def test_a_declined_sheet_is_not_charged_by_a_late_enter(desk: Counter, terminal: PaxProcess) -> None:
    terminal.next("declined")
    request = desk.request(desk.sheet(), TenderKind.CARD)
    assert desk.collect(request).end is CollectEnd.DECLINED
    assert desk.collect(request).end is CollectEnd.DECLINED
    assert terminal.requests("T00") == 1
    assert desk.collect(desk.request(desk.sheet(), TenderKind.CARD)).end is CollectEnd.TAKEN


def test_an_approval_after_cancel_is_an_approval(desk: Counter, terminal: PaxProcess) -> None:
    terminal.always("abort-ignored")
    terminal.next("slow-bank:1s")
    job, answer = desk.start(desk.request(desk.sheet(), TenderKind.CARD))
    terminal.wait("authorising")
    job.cancel()
    assert job.finished.wait(20)
    assert answer[0].end is CollectEnd.TAKEN
    assert desk.payments() == [("card", 7500, "")]
    assert terminal.captured_cents() == 7500


@pytest.mark.parametrize("fault", ["wrong-reference", "wrong-amount:9900"])
def test_rule_13_a_wrong_answer_is_never_posted(desk: Counter, terminal: PaxProcess, fault: str) -> None:
    terminal.next(fault)
    found = desk.collect(desk.request(desk.sheet(), TenderKind.CARD))
    assert found.end is CollectEnd.UNKNOWN
    assert desk.payments() == []
    assert attempts(desk) == [("unknown", "unknown")]
    sheet = desk.sheet()
    assert sheet.frozen_by_unknown
    with pytest.raises(PaymentUnavailable) as frozen:
        desk.collect(desk.request(sheet, TenderKind.CARD))
    assert frozen.value.message_key == "card.frozen"
    assert desk.collect(desk.request(sheet, TenderKind.CASH)).end is CollectEnd.TAKEN


def test_rule_7_the_same_amount_on_the_same_card_needs_a_yes(desk: Counter, terminal: PaxProcess) -> None:
    """Two children, one card, two equal copays: possible with one explicit yes, and only then."""
    first = desk.collect(desk.request(desk.sheet(), TenderKind.CARD, amounts={"copay:today": 1000}))
    assert first.end is CollectEnd.TAKEN
    terminal.tell("again")
    again = desk.collect(desk.request(desk.sheet(), TenderKind.CARD, amounts={"copay:today": 1000}))
    assert again.end is CollectEnd.DUPLICATE
    assert terminal.captured_cents() == 1000
    terminal.tell("again")
    yes = desk.request(desk.sheet(), TenderKind.CARD, amounts={"copay:today": 1000}, allow_duplicate=True)
    assert desk.collect(yes).end is CollectEnd.TAKEN
    assert terminal.captured_cents() == 2000
    assert [row[1] for row in desk.payments()] == [1000, 1000]


def test_rule_4_no_reader_answers_within_five_seconds_and_cash_works(tmp_path: Path) -> None:
    """Device rule 4: an error in time, the sheet untouched, other tenders usable."""
    nowhere = f"pax+serial://{tmp_path}/no-such-port"
    with counter(tmp_path / "desk", rosa_with_copay_and_balance, terminal=nowhere) as desk:
        started = time.monotonic()
        found = desk.collect(desk.request(desk.sheet(), TenderKind.CARD))
        assert time.monotonic() - started < 5
        assert found.end is CollectEnd.NOT_SENT
        assert found.facts["reason"] == "device.port_absent"
        assert attempts(desk) == [("resolved", "not_sent")]
        assert not desk.sheet().frozen_by_unknown
        assert desk.collect(desk.request(desk.sheet(), TenderKind.CASH)).end is CollectEnd.TAKEN
        desk.holds()


def test_no_reader_set_up(tmp_path: Path) -> None:
    with counter(tmp_path, rosa_with_copay_and_balance) as desk:
        sheet = desk.sheet()
        assert "card" not in sheet.tenders
        with pytest.raises(PaymentUnavailable) as refused:
            desk.collect(desk.request(sheet, TenderKind.CARD))
        assert refused.value.message_key == "card.no_reader"


def test_undo_voids_the_sale_on_the_reader(desk: Counter, terminal: PaxProcess) -> None:
    taken = desk.collect(desk.request(desk.sheet(), TenderKind.CARD))
    undone = desk.undo(taken)
    assert undone.end is CollectEnd.TAKEN
    assert undone.receipt is not None
    assert undone.receipt.banner == "VOID"
    assert terminal.captured_cents() == 0
    [(tender, cents, reversed_at)] = desk.payments()
    assert (tender, cents, bool(reversed_at)) == ("card", 7500, True)
    figures = desk.desk.accounts.ledger("rosa").figures
    assert (figures.total_paid_cents, figures.statement_balance_cents) == (0, 4500)
    assert attempts(desk) == [("resolved", "approved"), ("resolved", "approved")]
    [(body,)] = desk.rows("SELECT op FROM outbox WHERE json_extract(op, '$.kind') = 'payment.reverse'")
    assert orjson.loads(body)["body"]["given_back_cents"] == 7500
    assert desk.sheet().owed_in_all_cents == 7500


def test_what_a_card_company_did_not_give_back_stays_on_the_account(desk: Counter) -> None:
    """A void that is answered with less than was asked: the books have what it gave, the rest is refunded like any."""
    taken = desk.collect(desk.request(desk.sheet(), TenderKind.CARD))
    clinic, attempts = desk.desk.clinic, desk.desk._attempts
    with clinic.store.write() as tx:
        payment = receipts.payment(tx.reader, clinic.tenant, taken.payment_id)
        assert payment is not None
        undo = Undoing(payment, "maria", "Maria", "wrong person")
        reference = attempts.open_void(tx, "void", undo, "pax")
    attempts.settle("void", PaymentResult(outcome=Outcome.PARTIALLY_APPROVED, approved_cents=5000, due_cents=2500,
                                          terminal_ref=reference, auth_code="A2"))  # fmt: skip
    told = desk.desk.recovery.check("void", Job())
    assert (told.end, told.amount_cents, told.requested_cents) == (CollectEnd.TAKEN, 5000, 7500)
    view = desk.desk.accounts.ledger("rosa")
    assert view.figures.total_paid_cents == 2500
    [line] = [each for each in view.payments if each.payment_id == taken.payment_id]
    assert (line.state, line.returned_cents, line.allocated_cents + line.unspent_cents) == (
        "partly_refunded", 5000, 2500,
    )  # fmt: skip
    sheet = desk.desk.refunds.open(taken.payment_id)
    assert sheet.left_cents == 2500
    desk.desk.refunds.refund(RefundOrder(sheet, 2500, "patient_request", "cash", "agreed"), PRIYA, Job())
    assert desk.desk.accounts.ledger("rosa").figures.total_paid_cents == 0
    with pytest.raises(RuleBroken) as refused:
        desk.desk.refunds.open(taken.payment_id)
    assert refused.value.message_key == "refund.taken_back"


def test_a_card_pays_for_a_family_and_a_visit_ahead(tmp_path: Path, terminal: PaxProcess) -> None:
    """What was decided lies in the journal while the bank is asked: lines, whose they are, the visit and the fields.
    A received date is never a card's."""

    def family(clinic: TestClinic) -> None:
        rosa_with_copay_and_balance(clinic)
        clinic.patient("ben", "Ben", birth_date="2015-01-02", mrn="0041878", guarantor_id="rosa")
        clinic.charge(2000, "2026-04-02", "ben", charge_id="bens")
        clinic.visit("bens-next", "ben", minutes=60 * 24 * 14, service_date="2026-05-28", status="scheduled")

    terminal.reset()
    with counter(tmp_path, family, terminal=terminal.url) as desk:
        sheet = desk.sheet()
        amounts = {line.key: line.owes_cents for line in sheet.lines}
        fields = PaymentFields(payment_type="other", received_on=date(2026, 5, 1), note="for the spring")
        request = desk.request(sheet, TenderKind.CARD, amounts=amounts, extra_cents=1500, extra_for="bens-next",
                               fields=fields)  # fmt: skip
        taken = desk.collect(request)
        assert (taken.end, taken.amount_cents) == (CollectEnd.TAKEN, 11000)
        assert terminal.captured_cents() == 11000
        assert desk.rows("SELECT payment_type, received_date, memo FROM payment") == [("other", "", "for the spring")]
        figures = {member.patient.patient_id: member.figures for member in desk.desk.family.members("rosa")}
        assert (figures["rosa"].allocated_cents, figures["rosa"].prepaid_cents) == (4500, 3000)
        assert (figures["ben"].allocated_cents, figures["ben"].prepaid_cents) == (2000, 1500)
        assert taken.receipt is not None
        assert [(line.patient, line.amount_cents) for line in taken.receipt.lines] == [
            ("", 3000), ("", 4500), ("Ben", 2000), ("Ben", 1500),
        ]  # fmt: skip
        voided = desk.undo(taken)
        assert voided.end is CollectEnd.TAKEN
        after = {member.patient.patient_id: member.figures for member in desk.desk.family.members("rosa")}
        assert [each.total_paid_cents for each in after.values()] == [0, 0]
        desk.holds()
