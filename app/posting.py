"""Writing a payment down: operations, numbers, receipt and print jobs, in the one transaction of its caller.

The same function serves the desk at the moment of payment and whoever finds a card's answer later, so that there is one
way for money to be posted, and a payment found twice is posted once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from app import asked_for
from app.autofill import fill_rest
from app.clinic import Clinic
from app.drawer import has_drawer
from app.method import method_name
from app.plan import Plan, PlanLine
from app.settings import PRINTER_URL, Settings
from models.basics.errors import RuleBroken
from models.basics.ids import natural_id
from models.ledger.figures import Figures
from models.ledger.states import Entry, Transfer, Verdict
from models.operations.bodies import Allocate, AllocationLine, CardFacts, Collect, Reverse, Undo, VisitStatus
from models.operations.codec import to_json
from models.rules.collecting import Share, Spend, distribute, is_for_visit_only
from models.rules.people import display_name, first_name
from models.store.queries import collect, methods, receipts, refunds, rows
from models.store.queries.receipts import PaidRow
from models.store.queries.refunds import HeldRow
from models.store.queries.rows import PatientRow
from models.store.rows import PrintJobRow
from receipts.compose import Sale, SaleLine, SaleTender, compose
from receipts.document import ReceiptDocument

if TYPE_CHECKING:  # SQLAlchemy is loaded behind the first screen
    from models.store.transaction import Tx


@dataclass(frozen=True, slots=True)
class PaidLine:
    """What one line got in the end."""

    line: PlanLine
    cents: int


@dataclass(frozen=True, slots=True)
class Posted:
    """A payment as it was written down. `kept_cents` is what no line took."""

    plan: Plan
    payment_id: str
    number: str
    receipt_no: str
    amount_cents: int
    card: CardFacts | None
    paid: tuple[PaidLine, ...]
    kept_cents: int
    after: Figures
    document: ReceiptDocument
    print_job_id: str
    left_cents: int


def payment_id_of(tenant: str, attempt_id: str) -> str:
    """The payment of a sheet: the same id however often it is tried, so that it can be written down once only."""
    return natural_id(tenant, attempt_id, "payment")


class Posting:
    """Writes payments down. Every call happens inside a `store.write()` of the caller."""

    def __init__(self, clinic: Clinic, settings: Settings) -> None:
        self._clinic, self._settings = clinic, settings

    def post(self, tx: Tx, plan: Plan, amount_cents: int, card: CardFacts | None = None) -> Posted:
        """Post `amount_cents` of a plan (less than asked after a part approval): money in, money to its lines, visit
        checked in, receipt and drawer spooled. Money that a line no longer needs stays on the account."""
        clinic, reader = self._clinic, tx.reader
        before = collect.figures(reader, clinic.tenant, plan.patient_id)
        spends = [Spend(spend.payment_id, spend.key, spend.cents) for spend in plan.spends]
        shares, rest = distribute(plan.payables(), plan.amounts(), spends, amount_cents)
        payment_id = payment_id_of(clinic.tenant, plan.attempt_id) if amount_cents else ""
        number, receipt_no = (self._number(tx, plan, amount_cents) if amount_cents else ""), tx.next_receipt_no()
        asked_for.begins(tx, plan, card=False)
        entries: list[Entry] = []
        home = _home(plan, shares, rest)
        if amount_cents:
            entries.append(self._record(tx, plan, self._collect(plan, payment_id, number, receipt_no, amount_cents,
                                                                 card, home)))  # fmt: skip
            lines = _allocations(plan, shares, rest, home)
            if lines:
                entries.append(self._record(tx, plan, self._allocate(plan, payment_id, lines)))
        for lot_payment_id, lines in _credit_allocations(plan).items():
            entries.append(self._record(tx, plan, self._allocate(plan, lot_payment_id, lines)))
        if plan.check_in and plan.appointment_id:
            entries.append(self._record(tx, plan, VisitStatus(
                appointment_id=plan.appointment_id, patient_id=plan.patient_id, status="checked_in",
                by_payment=True)))  # fmt: skip
        transfers = [transfer for entry in entries for transfer in entry.transfers]
        filled = fill_rest(tx, clinic, plan, payment_id, transfers) if payment_id else None
        more: tuple[PlanLine, ...] = ()
        if filled is not None:
            transfers, more = [*transfers, *filled.entry.transfers], filled.lines
        after = added(before, collect.moved(reader, clinic.tenant, plan.patient_id, transfers))
        paid = _paid(replace(plan, lines=(*plan.lines, *more)) if more else plan, transfers, shares, home)
        document = self._document(reader, plan, paid, rest, number, receipt_no, amount_cents, card, after)
        job_id = self._spool(tx, plan, payment_id, document)
        kept = amount_cents + plan.credit_cents - sum(line.cents for line in paid)
        left = plan.due_cents - amount_cents
        return Posted(plan, payment_id, number, receipt_no, amount_cents, card, paid, kept, after, document, job_id,
                      left)  # fmt: skip

    def reverse(
        self, tx: Tx, undo: Undoing, card: CardFacts | None = None, card_cents: int = 0
    ) -> tuple[ReceiptDocument, str]:  # fmt: skip
        """Take a whole payment back: the reversal, its receipt (VOID, DELETED, CHECK RETURNED), and the drawer when
        cash goes back; that of a deleted payment never lay there. `card_cents` is what a reader says it gave back."""
        clinic, payment, reader = self._clinic, undo.payment, tx.reader
        before = collect.figures(reader, clinic.tenant, payment.patient_id)
        lines = self._applied(reader, payment)
        receipt_no = tx.next_receipt_no()
        returned = self._credit_back(tx, undo, card)
        cents = card_cents or goes_back(payment, refunds.held(reader, clinic.tenant, payment.payment_id))
        if sum(line.amount_cents for line in lines) > cents:  # part of it stays where it lies
            lines = _taken_back(cents)
        body = Reverse(
            payment_id=payment.payment_id, patient_id=payment.patient_id, reason=undo.reason,
            reversal_id=natural_id(clinic.tenant, payment.payment_id, "reversal"), receipt_no=receipt_no,
            drawer=clinic.identity.device_id if payment.tender == "cash" else "", card=card, act=undo.act,
            given_back_cents=cents,
        )  # fmt: skip
        entry = tx.record(body, person_id=undo.person_id, business_date=clinic.today().isoformat(), group=undo.group,
                          supervisor=undo.supervisor)  # fmt: skip
        transfers = (*returned, *entry.transfers)
        after = added(before, collect.moved(reader, clinic.tenant, payment.patient_id, transfers))
        document = compose(replace(
            self.sale(reader, payment.patient_id, undo.person_name, after),
            receipt_no=receipt_no, payment_number=payment.number, lines=lines, kind=undo.act,
            refers_to=payment.receipt_no, tenders=(self._tender(reader, payment, card, cents),),
            reason="Returned by the bank" if undo.act == "bounced" else "",
        ))  # fmt: skip
        job_id = self.spool(tx, payment.payment_id, document) if undo.on_paper else ""
        if payment.tender == "cash" and undo.act == "void":
            self.pulse(tx, payment.payment_id, undo.person_id, "cash returned")
        return document, job_id

    def _credit_back(self, tx: Tx, undo: Undoing, card: CardFacts | None) -> tuple[Transfer, ...]:
        """Give back what credit was spent in the same act as a payment that is voided. Raises RuleBroken
        `undo.credit_moved` where that is no longer there; never for a card, whose void has happened."""
        if undo.act != "void":
            return ()
        body = credit_back(tx.reader, self._clinic.tenant, undo.payment)
        if body is None:
            return ()
        entry = tx.record(body, person_id=undo.person_id, business_date=self._clinic.today().isoformat(),
                          group=undo.group, supervisor=undo.supervisor)  # fmt: skip
        if entry.verdict is Verdict.REJECTED and card is None:
            raise RuleBroken("undo.credit_moved")
        return entry.transfers

    def describe(self, reader: Any, payment: PaidRow, names: dict[str, str]) -> ReceiptDocument:
        """The receipt of a payment taken earlier or elsewhere, from what is in the books now. Balances are left out:
        they have moved on since. What another program took says the day alone: nobody here took it."""
        clinic = self._clinic
        lines, went = self._applied(reader, payment), 0
        if payment.reversed_at:
            went = receipts.went_back(reader, clinic.tenant, payment.payment_id)
            lines = _taken_back(went)
        here = payment.device == clinic.identity.device_id
        document = compose(replace(
            self.sale(reader, payment.patient_id, names.get(payment.actor, ""), None),
            receipt_no=payment.reversal_receipt_no or payment.receipt_no.partition("+")[0], lines=lines,
            payment_number=payment.number, kind=(payment.reversed_act or "void") if payment.reversed_at else "payment",
            refers_to=payment.receipt_no if payment.reversed_at else "",
            business_date=payment.business_date, taken_at=clinic.local(payment.reversed_at or payment.taken_at),
            station=clinic.identity.desk_name if here else desk_of(payment.number),
            tenders=(self._tender(reader, payment, None, went),), requested_cents=payment.requested_cents,
            received_date=payment.received_date, note=payment.memo,
        ))  # fmt: skip
        if payment.tender != "external":
            return document
        return replace(document, taken_at=document.taken_on, zone="", cashier="", station="")

    def _applied(self, reader: Any, payment: PaidRow) -> tuple[SaleLine, ...]:
        """Where the money of a payment lies now, as lines of a receipt."""
        tenant = self._clinic.tenant
        found = receipts.applied(reader, tenant, payment.payment_id)
        others = {row.patient_id for row in found} - {payment.patient_id}
        people = {other: rows.patient(reader, tenant, other) for other in others}
        names = {other: row.given or row.family for other, row in people.items() if row is not None}
        return tuple(SaleLine(amount_cents=row.cents, kind=row.kind, description=row.description,
                              service_date=row.service_date, provider=row.practitioner, code=row.code,
                              patient=names.get(row.patient_id, ""))
                     for row in found)  # fmt: skip

    def _tender(self, reader: Any, payment: PaidRow, card: CardFacts | None, cents: int = 0) -> SaleTender:
        """How a payment was made, with the words of the practice's own way to pay; `cents` of it where not all."""
        part = 0 if cents == payment.amount_cents else cents
        tender, tenant = tender_of(payment, card, part), self._clinic.tenant
        if not payment.method_id:
            return tender
        row = methods.method(reader, tenant, payment.method_id)
        return replace(tender, name=method_name(reader, tenant, payment.method_id), trace_no=payment.trace_no,
                       trace_label=row.reference if row else "")  # fmt: skip

    def _number(self, tx: Tx, plan: Plan, amount_cents: int) -> str:
        return asked_for.number(tx.reader, tx.tenant, plan, amount_cents) or tx.next_payment_number()

    # Operations ---------------------------------------------------------------------------------------------------

    def _record(self, tx: Tx, plan: Plan, body: object) -> Entry:
        return tx.record(body, person_id=plan.person_id, group=plan.attempt_id, business_date=plan.business_date,
                         basis_seq=plan.basis_seq)  # fmt: skip

    def _collect(
        self, plan: Plan, payment_id: str, number: str, receipt_no: str, amount_cents: int, card: CardFacts | None,
        home: str,
    ) -> Collect:  # fmt: skip
        return Collect(
            payment_id=payment_id, patient_id=plan.patient_id, tender=plan.tender, amount_cents=amount_cents,
            number=number, receipt_no=receipt_no, appointment_id=home,
            tendered_cents=plan.tendered_cents, change_cents=plan.change_cents, requested_cents=plan.due_cents,
            check_no=plan.check_no, check_name=plan.check_name,
            drawer=self._clinic.identity.device_id if plan.tender == "cash" else "", attempt_id=plan.attempt_id,
            card=card, memo=plan.note, payment_type=plan.payment_type, method_id=plan.method_id,
            trace_no=plan.trace_no, received_date=plan.received_date, practitioner_id=plan.practitioner_id,
            request_id=plan.request_id,
        )  # fmt: skip

    def _allocate(self, plan: Plan, lot_payment_id: str, lines: Sequence[AllocationLine]) -> Allocate:
        return Allocate(
            allocation_id=natural_id(self._clinic.tenant, plan.attempt_id, lot_payment_id),
            lot_payment_id=lot_payment_id, patient_id=plan.patient_id, lines=tuple(lines),
            provisional_cents=dict(plan.provisional).get(lot_payment_id, 0),
        )  # fmt: skip

    # Paper --------------------------------------------------------------------------------------------------------

    def _document(
        self, reader: Any, plan: Plan, paid: Iterable[PaidLine], rest: int, number: str, receipt_no: str,
        amount_cents: int, card: CardFacts | None, after: Figures,
    ) -> ReceiptDocument:  # fmt: skip
        lines = [
            SaleLine(amount_cents=each.cents, kind=_receipt_kind(each.line), description=_description(each.line),
                     service_date=each.line.service_date, provider=each.line.provider or plan.practitioner,
                     code=each.line.code, patient=each.line.patient)
            for each in paid if each.cents
        ]  # fmt: skip
        if rest and plan.extra_appointment_id:
            lines.append(SaleLine(amount_cents=rest, kind="prepayment", service_date=plan.extra_date,
                                  provider=plan.practitioner, patient=plan.extra_patient))  # fmt: skip
        tenders = []
        if amount_cents:
            tenders.append(SaleTender(tender=plan.tender, amount_cents=amount_cents, card=card, check_no=plan.check_no,
                                      tendered_cents=plan.tendered_cents, change_cents=plan.change_cents,
                                      name=plan.method_name, trace_no=plan.trace_no,
                                      trace_label=plan.trace_label))  # fmt: skip
        if plan.credit_cents:
            tenders.append(SaleTender(tender="credit", amount_cents=plan.credit_cents))
        return compose(replace(
            self.sale(reader, plan.patient_id, plan.person_name, after), receipt_no=receipt_no,
            payment_number=number, lines=tuple(lines), tenders=tuple(tenders), business_date=plan.business_date,
            requested_cents=plan.due_cents if card else 0, received_date=plan.received_date, note=plan.note,
            pending_confirmation=plan.provisional_cents > 0,
        ))  # fmt: skip

    def sale(self, reader: Any, patient_id: str, cashier: str, after: Figures | None) -> Sale:
        """What every receipt begins with: clinic, this moment, who, whom; lines and tenders are still to be added."""
        clinic = self._clinic
        person = rows.patient(reader, clinic.tenant, patient_id) or PatientRow(patient_id, *[""] * 8)
        return Sale(
            practice=clinic.practice, receipt_no="", payment_number="", taken_at=clinic.now(),
            business_date=clinic.today().isoformat(), station=clinic.identity.desk_name, cashier=first_name(cashier),
            patient_name=display_name(family=person.family, given=person.given, suffix=person.suffix),
            account_no=person.mrn, lines=(),
            tenders=(), after=after,
        )  # fmt: skip

    def _spool(self, tx: Tx, plan: Plan, payment_id: str, document: ReceiptDocument) -> str:
        if plan.tender == "cash" and plan.due_cents:
            self.pulse(tx, payment_id, plan.person_id, "cash payment")
        return self.spool(tx, payment_id, document) if plan.print_receipt else ""

    def spool(self, tx: Tx, payment_id: str, document: ReceiptDocument) -> str:
        """Queue a receipt of a payment (or refund: `payment_id` is its id then). Returns the job's id, empty without a
        printer."""
        if not self._settings.get(PRINTER_URL):
            return ""
        job_id = tx.new_id()
        tx.add_print_job(PrintJobRow(job_id=job_id, kind="receipt", document=to_json(document),
                                     payment_id=payment_id))  # fmt: skip
        return job_id

    def pulse(self, tx: Tx, payment_id: str, person_id: str, reason: str) -> None:
        """Queue one pulse of the drawer, where there is one."""
        if has_drawer(self._settings):
            tx.add_print_job(PrintJobRow(job_id=tx.new_id(), kind="drawer", payment_id=payment_id,
                                         document={"reason": reason, "by": person_id}))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Undoing:
    """A payment to be taken back, by whom and why. `act` is one of REVERSE_ACTS; `supervisor` lent a right; `on_paper`:
    its receipt is printed."""

    payment: PaidRow
    person_id: str
    person_name: str
    reason: str
    act: str = "void"
    supervisor: str = ""
    group: str = ""
    on_paper: bool = True


def _taken_back(cents: int) -> tuple[SaleLine, ...]:
    """A reversal as one line, where it cannot say of what."""
    return (SaleLine(amount_cents=cents, kind="other", description="Payment taken back"),)


def goes_back(payment: PaidRow, held: HeldRow) -> int:
    """Cents that go when a payment is taken back whole: what it really was, as far as this desk knows."""
    return max(payment.amount_cents - held.corrected_cents, 0)


def credit_back(reader: Any, tenant: str, payment: PaidRow) -> Undo | None:
    """What gives back the credit that was spent in the same act as a payment; None where none was."""
    ops = receipts.spent_with(reader, tenant, payment.payment_id)
    if not ops:
        return None
    return Undo(undo_id=natural_id(tenant, payment.payment_id, "credit"), patient_id=payment.patient_id, op_ids=ops)


def added(first: Figures, second: Figures) -> Figures:
    """Two sets of figures added up."""
    return Figures(
        first.responsibility_cents + second.responsibility_cents, first.allocated_cents + second.allocated_cents,
        first.unallocated_cents + second.unallocated_cents, first.prepaid_cents + second.prepaid_cents,
    )  # fmt: skip


def _home(plan: Plan, shares: Sequence[Share], rest: int) -> str:
    """The visit the whole payment is earmarked to: the sheet's own or the one paid in advance, where every cent of the
    tender is for it; else empty."""
    if rest and plan.extra_appointment_id not in ("", plan.appointment_id):
        return plan.extra_appointment_id if not any(share.tender_cents for share in shares) else ""
    if not plan.appointment_id or (rest and not plan.extra_appointment_id):
        return ""
    return plan.appointment_id if is_for_visit_only(plan.payables(), shares, plan.appointment_id) else ""


def _allocations(plan: Plan, shares: Iterable[Share], rest: int, home: str) -> list[AllocationLine]:
    """Where the new money goes. What is for a visit without charges, or for one still to come, is set aside for it
    first, unless the whole payment is for that visit and lies there by itself."""
    by_key = {line.key: line for line in plan.lines}
    aside: dict[str, int] = defaultdict(int)
    if plan.extra_appointment_id:
        aside[plan.extra_appointment_id] += rest
    lines = []
    for share in (share for share in shares if share.tender_cents):
        line = by_key[share.key]
        if line.charge_id:
            lines.append(AllocationLine(charge_id=line.charge_id, amount_cents=share.tender_cents))
        if line.ahead or not line.charge_id:
            aside[line.appointment_id] += share.tender_cents
    return [
        AllocationLine(charge_id="", amount_cents=cents, appointment_id=visit)
        for visit, cents in aside.items() if cents and visit != home
    ] + lines  # fmt: skip


def _credit_allocations(plan: Plan) -> dict[str, list[AllocationLine]]:
    by_key = {line.key: line for line in plan.lines}
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for spend in plan.spends:
        found[spend.payment_id][spend.key] += spend.cents
    return {
        payment_id: [
            AllocationLine(charge_id=by_key[key].charge_id, amount_cents=cents,
                           appointment_id="" if by_key[key].charge_id else by_key[key].appointment_id)
            for key, cents in parts.items()
        ]
        for payment_id, parts in found.items()
    }  # fmt: skip


def _paid(
    plan: Plan, transfers: Iterable[Transfer], shares: Iterable[Share], home: str
) -> tuple[PaidLine, ...]:  # fmt: skip
    """What each line really got: what was posted to its charge, or set aside for its visit."""
    got: dict[str, int] = defaultdict(int)
    for transfer in transfers:
        if transfer.code == "allocate":
            got[transfer.credit.charge_id] += transfer.amount_cents
        elif transfer.code == "earmark":
            got[f"visit {transfer.credit.appointment_id}"] += transfer.amount_cents
    waiting = {share.key: share.tender_cents for share in shares} if home else {}
    found = []
    for line in plan.lines:
        if line.charge_id:
            found.append(PaidLine(line, got[line.charge_id]))
        else:
            aside = got[f"visit {line.appointment_id}"] + waiting.get(line.key, 0)
            found.append(PaidLine(line, min(aside, line.cents)))
    return tuple(found)


def _receipt_kind(line: PlanLine) -> str:
    """The word before the description: copay, balance of an earlier visit, or what the charge is."""
    if line.part in ("copay", "expected_copay"):
        return "copay"
    return "balance" if line.part == "balance" else line.kind


def _description(line: PlanLine) -> str:
    return line.visit_title if line.part in ("copay", "expected_copay") else line.title


def tender_of(payment: PaidRow, card: CardFacts | None, cents: int = 0) -> SaleTender:
    """How a payment was made, as its receipts say it; `card` is the reader's answer to a void, `cents` the part the
    receipt is about."""
    facts = CardFacts(
        brand=payment.brand, last4=payment.last4, entry_mode=payment.entry_mode,
        auth_code=(card.auth_code if card and card.auth_code else payment.auth_code), host_ref=payment.host_ref,
        aid=payment.aid, app_label=payment.app_label, cvm=payment.cvm, tvr=payment.tvr, tsi=payment.tsi,
    )  # fmt: skip
    return SaleTender(
        tender=payment.tender, amount_cents=cents or payment.amount_cents, check_no=payment.check_no,
        card=facts if payment.tender in ("card", "external") else None,
        tendered_cents=0 if card or cents else payment.tendered_cents,
        change_cents=0 if card or cents else payment.change_cents,
    )  # fmt: skip


def desk_of(number: str) -> str:
    """The desk a number was handed out at, as it says itself: `Desk 2` of `PAY-2-00017`; empty for others."""
    parts = number.split("-")
    return f"Desk {parts[1]}" if len(parts) == 3 else ""
