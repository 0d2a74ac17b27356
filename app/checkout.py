"""Collect: the sheet of one patient, where the money goes, taking it, and taking a payment back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app import asked_for, plan_standings
from app.attempts import Attempts
from app.autofill import shared_out, what_may_be_filled
from app.card_reader import CardReader
from app.clinic import Clinic
from app.fields import no_card_number, prepay_choices
from app.from_home import from_home
from app.heads import coverage_head, patient_head, visit_head
from app.keeping_cards import cards_on_file, keeps_cards, payer_of
from app.lanes import Job
from app.payables import Due
from app.plan import Standing, booked_as, sheet_payables, spendable, standing
from app.posting import Undoing, payment_id_of
from app.refusals import need
from app.settings import PRINT_RECEIPTS, TERMINAL_NAME
from app.tasks import Places
from app.tenders.base import Tender
from app.till import Till
from app.views import (
    AskedFor,
    Collected,
    CollectEnd,
    CollectLine,
    CollectRequest,
    CollectSheet,
    CreditInUse,
    Distribution,
    DistributionRow,
    LineKind,
    NextUp,
    Person,
    TenderKind,
    WayToPay,
)
from devices.base import Capability, Outcome, PaymentResult, ReversalRequest
from models.basics.errors import DeviceError, PaymentUnavailable, RuleBroken, StorageError
from models.basics.ids import natural_id, new_id
from models.basics.points import Point, point
from models.ledger.figures import Figures
from models.ledger.states import Verdict
from models.operations.bodies import NOT_COLLECTING_REASONS, TENDERS, NotCollecting, Undo
from models.rules import change
from models.rules.collecting import Part, Share, distribute, provisional, spend_credit
from models.rules.plans import ASKED
from models.rules.rights import Right
from models.store.queries import collect, methods, receipts, refunds, rows
from models.store.queries.methods import MethodRow
from models.store.queries.receipts import PaidRow
from models.store.queries.refunds import HeldRow


@dataclass(frozen=True, slots=True)
class Parts:
    """What Collect is made of."""

    till: Till
    attempts: Attempts
    reader: CardReader
    tenders: Mapping[TenderKind, Tender]


class Checkout:
    """Taking money. `open` on the `reads` lane; `collect` and `undo` on `lane_for` of the tender; the rest is pure."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._clinic, self._settings = parts.till.clinic, parts.till.settings

    # The sheet ----------------------------------------------------------------------------------------------------

    def open(self, patient_id: str, appointment_id: str = "", request_id: str = "") -> CollectSheet:
        """A fresh sheet, bound to the patient, with an attempt of its own. Without a visit it is a walk-in payment.
        With `request_id` it collects that request, or that payment of a plan (`rules.plans.asked_for`).

        Raises RuleBroken `collect.patient_gone`, `collect.visit_gone`, `request.gone`, `request.not_awaited`,
        `plan.gone`, `plan.not_open`.
        """
        clinic, tenant = self._clinic, self._clinic.tenant
        with clinic.store.looking() as reader:
            asked = _asked(clinic, reader, request_id) if request_id else None
            now = standing(clinic, self._settings, reader, patient_id, appointment_id)
            patient_id = now.patient.id  # the record the person goes by
            figures = collect.figures(reader, tenant, patient_id)
            seq = collect.head_seq(reader, tenant)
            insured = rows.coverage(reader, tenant, patient_id)
            doubt = collect.attempt_in_doubt(reader, tenant, patient_id)
            ways = methods.methods(reader, tenant)
            visits = prepay_choices(clinic, reader, patient_id)
            practitioners = tuple(methods.practitioners(reader, tenant))
            by_rule, held_back = what_may_be_filled(reader, tenant, patient_id)
            in_use = self._in_use(reader, patient_id)
            by_card = self._parts.reader.fitted
            on_file = cards_on_file(clinic, reader, patient_id, self._parts.reader) if by_card else ()
            payer, language = payer_of(reader, tenant, patient_id) if by_card else ("", "")
            home = from_home(clinic, reader, patient_id)
        if figures.credit_cents > 0:
            clinic.holds.opened(patient_id)
        attempt_id = new_id()
        clinic.store.foresee(patient_id, payment_id_of(tenant, attempt_id))
        own = [due.payable for due in now.dues if not due.patient]
        head = patient_head(now.patient, clinic.today())
        sheet = CollectSheet(
            attempt_id=attempt_id, patient=head, visit=visit_head(now.visit, clinic) if now.visit else None,
            coverage=coverage_head(insured, clinic), lines=tuple(_line(due) for due in now.dues),
            owed_in_all_cents=sum(payable.owes_cents for payable in own),
            credit_cents=spendable(own, now.lots), prepaid_cents=figures.prepaid_cents, basis_seq=seq,
            tenders=self._tenders(now, ways, on_file=bool(on_file)), reader_name=self._settings.get(TERMINAL_NAME),
            receipt_default=self._settings.get(PRINT_RECEIPTS) and head.receipt_by in ("", "print"),
            frozen_by_unknown=doubt is not None, lots=now.lots, figures=figures,
            visit_charged=now.visit_charged_cents > 0, ways=_own_ways(ways), visits=visits,
            practitioners=practitioners, by_rule=by_rule, held_back_cents=held_back, in_use=in_use, asked=asked,
            on_file=on_file, can_keep=keeps_cards(self._parts.reader), payer=payer,
            payer_language=language, from_home=home,
        )  # fmt: skip
        self._parts.till.rehearse(sheet)
        return sheet

    def _in_use(self, reader: Any, patient_id: str) -> tuple[CreditInUse, ...]:
        """Credit that other desks hold, under their names."""
        found = self._clinic.holds.in_use(reader, patient_id)
        places = Places(self._clinic, reader) if found else None
        return tuple(CreditInUse(places.desk(each.device), each.cents) for each in found) if places else ()

    def _tenders(self, now: Standing, ways: Sequence[MethodRow], *, on_file: bool) -> tuple[str, ...]:
        """What is offered: the practice may have cut the list down (S0-07)."""
        cut = {row.id for row in ways if not row.active}
        offered = [TenderKind.CARD] if self._parts.reader.fitted else []
        offered += [TenderKind.CASH, TenderKind.CHECK, *([TenderKind.ON_FILE] if on_file else [])]
        offered = [kind for kind in offered if booked_as(kind).value not in cut]
        if _own_ways(ways):
            offered.append(TenderKind.OTHER)
        if now.lots:
            offered.append(TenderKind.CREDIT)
        return tuple(kind.value for kind in offered)

    def distribute(
        self,
        sheet: CollectSheet,
        amounts: Mapping[str, int],
        use_credit: bool,
        extra_cents: int = 0,
        extra_for: str | None = None,
    ) -> Distribution:
        """Where the money would go, live: by visit, with the patient's account before and after. Pure; amounts beyond
        what a line owes count only up to it. `extra_for` as in CollectRequest."""
        payables = sheet_payables(sheet)
        owes = {payable.key: payable.owes_cents for payable in payables}
        wanted = {key: min(max(cents, 0), owes[key]) for key, cents in amounts.items() if key in owes}
        spends = spend_credit(payables, wanted, sheet.lots) if use_credit else ()
        used = sum(spend.cents for spend in spends)
        to_collect = sum(wanted.values()) - used + max(extra_cents, 0)
        shares, rest = distribute(payables, wanted, spends, to_collect)
        waits_for = sheet.extra_for if extra_for is None else extra_for
        over = rest
        if not waits_for and sheet.by_rule:
            today = self._clinic.today().isoformat()
            shares, rest = shared_out(sheet.by_rule, sheet.held_back_cents, shares, rest, today)
        after = _after(sheet, shares, rest, waits_for)
        expected = [line for line in sheet.lines
                    if line.kind is LineKind.EXPECTED_COPAY and line.appointment_id == waits_for]  # fmt: skip
        copay_left = sum(line.owes_cents - wanted.get(line.key, 0) for line in expected)
        towards_copay = min(rest, copay_left)
        family = any(line.patient and line.key in amounts for line in sheet.lines)
        owed = sum(line.owes_cents for line in sheet.lines if line.patient) if family else 0
        owed += sheet.owed_in_all_cents
        return Distribution(
            rows=_rows(sheet, shares, family), owed_before_cents=owed, credit_used_cents=used,
            to_collect_cents=to_collect,
            unallocated_after_cents=after.unallocated_cents, before=sheet.figures, after=after,
            provisional_cents=sum(provisional(spends, sheet.lots).values()),
            owed_after_cents=owed - sum(wanted.values()) - towards_copay - (over - rest),
        )  # fmt: skip

    def quick_amounts(self, cents: int) -> tuple[int, ...]:
        """What a patient will probably hand over. Pure."""
        return change.quick_amounts(cents)

    def change_notes(self, cents: int) -> tuple[tuple[int, int], ...]:
        """`(count, note in cents)` to hand back. Pure."""
        return change.change_notes(cents)

    def lane_for(self, tender: TenderKind) -> str:
        """The lane on which this tender is taken, and taken back. Pure."""
        return self._parts.tenders[tender].lane

    # Taking money -------------------------------------------------------------------------------------------------

    def collect(self, request: CollectRequest, job: Job[Collected]) -> Collected:
        """Take a payment. One sheet pays once: the same one again tells what it did, a new try needs a new sheet.

        Raises RuleBroken (put it right, nothing written), PaymentUnavailable (nothing sent), StorageError (nothing
        written). However a card ends once something was sent comes back as Collected, UNKNOWN included.
        """
        return self._parts.tenders[request.tender].take(request, job)

    def rest(self, request: CollectRequest, collected: Collected) -> tuple[CollectSheet, dict[str, int]]:
        """After a part payment: a new sheet, and of the amounts that were asked what is still owed."""
        visit = request.sheet.visit
        asked = request.sheet.asked
        sheet = self.open(collected.patient.patient_id, visit.appointment_id if visit else "",
                          asked.request_id if asked else "")  # fmt: skip
        before = {line.key: line.owes_cents for line in request.sheet.lines}
        amounts, left = {}, collected.left_cents
        for line in sheet.lines:
            got = before.get(line.key, line.owes_cents) - line.owes_cents
            cents = min(max(request.amounts.get(line.key, 0) - got, 0), line.owes_cents, left)
            if cents:
                amounts[line.key] = cents
                left -= cents
        return sheet, amounts

    def not_collecting(self, sheet: CollectSheet, reason: str, note: str, person: Person) -> None:
        """Nothing is collected for this visit today, and why. Lane `store`. Raises RuleBroken
        `collect.reason_missing`, `collect.visit_gone`."""
        if reason not in NOT_COLLECTING_REASONS:
            raise RuleBroken("collect.reason_missing", field="reason")
        if sheet.visit is None:
            raise RuleBroken("collect.visit_gone")
        body = NotCollecting(
            appointment_id=sheet.visit.appointment_id, patient_id=sheet.patient.patient_id, reason=reason,
            note=note.strip()[:200], due_cents=sum(line.owes_cents for line in sheet.lines if line.selected),
        )  # fmt: skip
        with self._clinic.store.write() as tx:
            tx.record(body, person_id=person.staff_id, business_date=self._clinic.today().isoformat(),
                      basis_seq=sheet.basis_seq)  # fmt: skip

    def next_up(self, but_patient_id: str) -> NextUp | None:
        """Who comes next after this patient: arrived first, and owes something. Lane `reads`."""
        with self._clinic.store.reader() as reader:
            return self._parts.till.telling.next_up(reader, but_patient_id)

    # Taking it back -----------------------------------------------------------------------------------------------

    def undo(
        self, payment_id: str, reason: str, person: Person, job: Job[Collected], supervisor: Person | None = None,
        still: Callable[[Any], None] = lambda _reader: None,
    ) -> Collected:  # fmt: skip
        """Take a whole payment of today back: cash and checks are handed back, a card sale is voided on the reader,
        written down before it is sent. Ends TAKEN when it is taken back.

        Credit that was spent with it is given back too. `still` is asked inside the transaction and raises where the
        account is not as it was seen. Raises RuleBroken: `undo.not_found`, `undo.done_before`, `undo.not_today`,
        `undo.partly_back`, `undo.disputed`, `undo.not_possible`, `undo.credit_moved`, `undo.reason_missing`,
        `collect.card_number`;
        PaymentUnavailable when the card cannot be voided now. Nothing was changed then.
        """
        lent = need(Right.VOID, person, supervisor)
        if not reason.strip():
            raise RuleBroken("undo.reason_missing", field="reason")
        no_card_number(reason, "reason")
        undo = replace(self._undoing(payment_id, reason.strip()[:200], person), supervisor=lent)
        if undo.payment.tender == "card":
            return self._void(undo, job, still)
        clinic, parts = self._clinic, self._parts
        with clinic.store.write() as tx:
            self._check_undo(tx.reader, undo.payment)
            still(tx.reader)
            document, job_id = parts.till.posting.reverse(tx, undo)
        parts.till.paper()
        with clinic.store.reader() as reader:
            return parts.till.telling.undone(reader, undo.payment, document, job_id)

    def undo_credit(self, collected: Collected, person: Person) -> Collected:
        """Give back what credit alone has paid on a sheet: it lies where it lay before. Lane `store`.

        Raises RuleBroken, nothing changed: `undo.not_found`, `undo.done_before`, `undo.credit_moved`.
        """
        clinic, tenant, attempt_id = self._clinic, self._clinic.tenant, collected.attempt_id
        with clinic.store.write() as tx:
            ops = receipts.spent_under(tx.reader, tenant, attempt_id) if attempt_id else ()
            if not ops:
                raise RuleBroken("undo.not_found")
            body = Undo(undo_id=natural_id(tenant, attempt_id, "credit"), patient_id=collected.patient.patient_id,
                        op_ids=ops)  # fmt: skip
            entry = tx.record(body, person_id=person.staff_id, business_date=clinic.today().isoformat())
            if entry.verdict is Verdict.REJECTED:
                done = entry.reason == "already_undone"
                raise RuleBroken("undo.done_before" if done else "undo.credit_moved")
        with clinic.store.reader() as reader:
            return self._parts.till.telling.credit_undone(reader, collected, collected.amount_cents)

    def _undoing(self, payment_id: str, reason: str, person: Person) -> Undoing:
        with self._clinic.store.reader() as reader:
            payment = receipts.payment(reader, self._clinic.tenant, payment_id)
            if payment is None:
                raise RuleBroken("undo.not_found")
            self._check_undo(reader, payment)
        return Undoing(payment, person.staff_id, person.name, reason)

    def _check_undo(self, reader: object, payment: PaidRow) -> None:
        now = receipts.payment(reader, self._clinic.tenant, payment.payment_id) or payment
        if now.reversed_at:
            raise RuleBroken("undo.done_before")
        if now.business_date != self._clinic.today().isoformat():
            raise RuleBroken("undo.not_today")
        check_whole(now, refunds.held(reader, self._clinic.tenant, now.payment_id))
        if not self._parts.till.may_undo(now):
            raise RuleBroken("undo.not_possible")

    def _void(self, undo: Undoing, job: Job[Collected], still: Callable[[Any], None]) -> Collected:
        """Void on the reader: the try is committed, sent once, and settled like a sale."""
        clinic, parts, payment = self._clinic, self._parts, undo.payment
        telling = parts.till.telling
        terminal = parts.reader.terminal()
        if Capability.VOID not in terminal.capabilities:
            raise PaymentUnavailable("card.voids_not_supported")
        attempt_id = new_id()
        with clinic.store.write() as tx:
            self._check_undo(tx.reader, payment)
            still(tx.reader)
            doubt = collect.attempt_in_doubt(tx.reader, clinic.tenant, payment.patient_id)
            if doubt is not None:
                raise PaymentUnavailable("card.frozen", cents=doubt[1])
            reference = parts.attempts.open_void(tx, attempt_id, undo, parts.reader.driver)
        asked = ReversalRequest(attempt_id=attempt_id, terminal_ref=reference, amount_cents=payment.amount_cents,
                                terminal_txn_no=payment.terminal_txn_no, host_ref=payment.host_ref)  # fmt: skip
        point(Point.BEFORE_CARD)
        try:
            result = terminal.reversal(asked, job)
            point(Point.AFTER_CARD)
        except DeviceError as error:
            parts.attempts.not_sent(attempt_id, error.message_key)
            with clinic.store.reader() as reader:
                return parts.till.telling.not_undone(
                    reader, payment, CollectEnd.NOT_SENT, None, reason=error.message_key
                )
        except Exception:  # a bug of ours: the journal says that it is not known
            parts.attempts.settle(attempt_id, PaymentResult(outcome=Outcome.UNKNOWN, reason="bug"))
            raise
        settled = parts.attempts.settle_or_park(attempt_id, result)
        with clinic.store.reader() as reader:
            if isinstance(settled, StorageError):
                told = {"attempt_id": attempt_id, "reason": settled.message_key}
                return telling.not_undone(reader, payment, CollectEnd.UNKNOWN, None, **told)
            if settled.voided is not None:
                return telling.undone(reader, payment, *settled.voided)
            end = CollectEnd.UNKNOWN if result.outcome is Outcome.UNKNOWN else CollectEnd.DECLINED
            return parts.till.telling.not_undone(
                reader, payment, end, result, attempt_id=attempt_id, reason=result.reason
            )


def check_whole(payment: PaidRow, held: HeldRow) -> None:
    """Only a payment of which nothing went back, nor is in dispute, is taken back whole (S0-26). Raises RuleBroken
    `undo.partly_back`, `undo.disputed`."""
    if held.held_cents < payment.amount_cents:
        raise RuleBroken("undo.partly_back", left_cents=held.held_cents)
    if held.disputed_cents:
        raise RuleBroken("undo.disputed", disputed_cents=held.disputed_cents)


def _asked(clinic: Clinic, reader: Any, request_id: str) -> AskedFor:
    if request_id.startswith(ASKED):
        return plan_standings.asked(clinic, reader, request_id)
    row = asked_for.check(clinic, reader, request_id)
    return AskedFor(row.request_id, row.number, row.amount_cents - row.paid_cents, row.appointment_id)


def _line(due: Due) -> CollectLine:
    payable = due.payable
    return CollectLine(
        key=payable.key, kind=LineKind(payable.part.value), title=due.title, subtitle=due.subtitle,
        visit_title=due.visit_title, service_date=payable.service_date, owes_cents=payable.owes_cents,
        selected=due.selected, charge_id=payable.charge_id, appointment_id=payable.appointment_id, days=due.days,
        patient_id=payable.patient_id, patient=due.patient, ahead=payable.ahead,
    )  # fmt: skip


def _rows(sheet: CollectSheet, shares: tuple[Share, ...], family: bool) -> tuple[DistributionRow, ...]:
    """One row for each visit, in the order of the sheet: what it owes, gets, and will owe."""
    given = {share.key: share.cents for share in shares}
    grouped: dict[str, DistributionRow] = {}
    for line in sheet.lines:
        if line.patient and not family:
            continue
        place = line.appointment_id or line.key
        known = grouped.get(place)
        owes = line.owes_cents + (known.owes_cents if known else 0)
        this = given.get(line.key, 0) + (known.this_payment_cents if known else 0)
        named = f"{line.visit_title}, {line.patient}" if line.patient else line.visit_title
        title = known.title if known else named
        grouped[place] = DistributionRow(title, line.service_date, owes, this, owes - this)
    return tuple(grouped.values())


def _own_ways(ways: Sequence[MethodRow]) -> tuple[WayToPay, ...]:
    """The practice's own ways to pay that are offered."""
    return tuple(WayToPay(row.id, row.name, row.reference) for row in ways if row.active and row.id not in TENDERS)


def _after(sheet: CollectSheet, shares: tuple[Share, ...], rest: int, waits_for: str) -> Figures:
    """The five figures of the patient after this payment. What others of the family get stands on their accounts; it
    leaves the patient's only where it was the patient's credit."""
    expected = {line.key for line in sheet.lines if line.kind.value == Part.EXPECTED_COPAY.value}
    visits = {line.key: line.appointment_id for line in sheet.lines}
    others = {line.key for line in sheet.lines if line.patient}
    marked: dict[str, int] = {}
    for lot in sheet.lots:
        if lot.appointment_id:
            marked[lot.appointment_id] = marked.get(lot.appointment_id, 0) + lot.cents
    allocated = unallocated = prepaid = 0
    for share in shares:
        if share.key in others:
            unallocated -= share.credit_cents - min(share.credit_cents, marked.get(visits[share.key], 0))
        elif share.key in expected:
            unallocated += share.tender_cents
            prepaid += share.cents
        else:
            own = min(share.credit_cents, marked.get(visits[share.key], 0)) if visits[share.key] else 0
            marked[visits[share.key]] = marked.get(visits[share.key], 0) - own
            allocated += share.cents
            unallocated -= share.credit_cents
            prepaid -= own
    elsewhere = {choice.appointment_id for choice in sheet.visits if choice.patient}
    unallocated += 0 if waits_for in elsewhere else rest
    prepaid += rest if waits_for and waits_for not in elsewhere else 0
    now = sheet.figures
    return Figures(now.responsibility_cents, now.allocated_cents + allocated, now.unallocated_cents + unallocated,
                   now.prepaid_cents + prepaid)  # fmt: skip
