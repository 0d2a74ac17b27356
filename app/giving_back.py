"""Writing down money that goes back: refunds set aside, paid out, fallen, handed back; corrections; their receipts.

Like `app.posting` for money that comes in: every call happens inside a `store.write()` of its caller. Whoever learns
later how a card refund ended (an answer asked for after a crash, a person) writes it down with the same code.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from app.clinic import Clinic
from app.posting import Posting, desk_of
from app.refund_views import REASON_WORDS
from models.ledger.figures import Figures
from models.ledger.states import Entry, Transfer
from models.operations import bodies
from models.operations.tasks import TaskResolved
from models.store.queries import collect, receipts, refunds, staff, tasks
from models.store.queries.refunds import ReceiptItemRow, RefundRow, TakenRow
from receipts.compose import SaleLine, SaleTender, compose
from receipts.document import ReceiptDocument

if TYPE_CHECKING:  # SQLAlchemy is loaded behind the first screen
    from models.store.transaction import Tx

_OUT = frozenset({"refund", "correct"})
"""Codes of transfers that take money out of a payment's lots."""
_SETTLED = {"recovered": "Money that had gone out comes back", "given_back": "Money that had come in is handed back"}
"""What a receipt says where cash settles what was in question."""


@dataclass(frozen=True, slots=True)
class Who:
    """Who acts, and who lent a right (an id, or empty)."""

    person_id: str
    person_name: str
    supervisor: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """So many cents of a payment went back from a charge, from what was set aside for a visit, or (neither) from free
    credit."""

    charge_id: str
    appointment_id: str
    cents: int


@dataclass(frozen=True, slots=True)
class Written:
    """What was written down, with its receipt. `after` is the payer's account once it is committed."""

    receipt_no: str
    document: ReceiptDocument
    print_job_id: str
    after: Figures


class GivingBack:
    """Writes refunds and corrections down."""

    def __init__(self, clinic: Clinic, posting: Posting) -> None:
        self._clinic, self._posting = clinic, posting
        self._running: set[str] = set()
        self._lock = threading.Lock()

    @contextmanager
    def running(self, refund_id: str) -> Iterator[None]:
        """Inside, this refund is on its way: nobody is asked to look after it."""
        with self._lock:
            self._running.add(refund_id)
        try:
            yield
        finally:
            with self._lock:
                self._running.discard(refund_id)

    def unfinished(self, reader: Any) -> tuple[RefundRow, ...]:
        """Refunds this desk set aside and did not hand out, but for those on their way right now."""
        found = refunds.unfinished(reader, self._clinic.tenant, self._clinic.identity.device_id)
        with self._lock:
            return tuple(row for row in found if row.refund_id not in self._running)

    def request(self, tx: Tx, body: bodies.RefundRequest, who: Who) -> Entry:
        """Set money aside to go back. Returns its entry, which may be rejected."""
        return self._record(tx, body, who, group=body.refund_id)

    def paid(
        self, tx: Tx, refund: RefundRow, who: Who, *, card: bodies.CardFacts | None = None, attempt_id: str = "",
        before: Entry | None = None,
    ) -> Written:  # fmt: skip
        """The money of a refund left the house: the fact, its REFUND receipt, and the drawer for cash. `before` is the
        request when it is part of the same transaction."""
        receipt_no = tx.next_receipt_no()
        drawer = self._clinic.identity.device_id if refund.tender == "cash" else ""
        body = bodies.RefundPaid(
            refund_id=refund.refund_id, payment_id=refund.payment_id, patient_id=refund.patient_id,
            amount_cents=refund.amount_cents, tender=refund.tender, receipt_no=receipt_no, drawer=drawer,
            check_no=refund.check_no, method_id=refund.method_id, attempt_id=attempt_id, card=card,
        )  # fmt: skip
        entry = self._record(tx, body, who, group=refund.refund_id)
        entries = [each for each in (before, entry) if each is not None]
        after = self._after(tx.reader, refund.patient_id, entries)
        done = replace(refund, receipt_no=receipt_no, brand=card.brand if card else "",
                       last4=card.last4 if card else "", auth_code=card.auth_code if card else "")  # fmt: skip
        taken = parts_of(before) if before is not None else self._parts(tx.reader, refund.request_op_id)
        document = self._document(tx.reader, done, taken, who.person_name, after, card)
        job_id = self._posting.spool(tx, refund.refund_id, document)
        if refund.tender == "cash":
            self._posting.pulse(tx, refund.refund_id, who.person_id, "cash refund")
        return Written(receipt_no, document, job_id, after)

    def failed(self, tx: Tx, refund_id: str, patient_id: str, reason: str, who: Who) -> None:
        """A refund did not happen: its money lies again where it lay. `reason` is a word of ours."""
        self._record(tx, bodies.RefundFailed(refund_id=refund_id, patient_id=patient_id, reason=reason), who,
                     group=refund_id)  # fmt: skip

    def undone(self, tx: Tx, refund: RefundRow, reason: str, who: Who) -> Written:
        """The patient handed cash back: the fact, its receipt, and the drawer to lay it in."""
        receipt_no = tx.next_receipt_no()
        body = bodies.RefundUndone(refund_id=refund.refund_id, patient_id=refund.patient_id, reason=reason,
                                   receipt_no=receipt_no, drawer=self._clinic.identity.device_id)  # fmt: skip
        entry = self._record(tx, body, who, group=f"undo {refund.refund_id}")
        after = self._after(tx.reader, refund.patient_id, [entry])
        sale = self._posting.sale(tx.reader, refund.patient_id, who.person_name, after)
        document = compose(replace(
            sale, kind="refund_undone", receipt_no=receipt_no, payment_number=refund.number,
            refers_to=refund.receipt_no.partition("+")[0], reason=reason,
            lines=self._lines(tx.reader, refund, self._parts(tx.reader, refund.request_op_id)),
            tenders=(SaleTender(tender=refund.tender, amount_cents=refund.amount_cents),),
        ))  # fmt: skip
        job_id = self._posting.spool(tx, refund.refund_id, document)
        self._posting.pulse(tx, refund.refund_id, who.person_id, "refund handed back")
        return Written(receipt_no, document, job_id, after)

    def settled(self, tx: Tx, body: TaskResolved, who: Who) -> None:
        """Money in question moved in cash at this desk (`how` is recovered or given_back): the fact, its receipt, and
        the drawer it goes into or comes from."""
        said = replace(body, receipt_no=tx.next_receipt_no(), drawer=self._clinic.identity.device_id, tender="cash")
        entry = self._record(tx, said, who, group=body.task_id)
        whose = body.patient_id
        after = self._after(tx.reader, whose, [entry]) if whose else None
        self._posting.spool(tx, body.task_id, self._settling(tx.reader, said, who.person_name, after))
        self._posting.pulse(tx, body.task_id, who.person_id, _SETTLED[body.how].lower())

    def _settled_before(self, reader: Any, task_id: str, names: dict[str, str]) -> ReceiptDocument | None:
        row = tasks.settled_in_cash(reader, self._clinic.tenant, task_id)
        if row is None:
            return None
        body = TaskResolved(task_id=task_id, patient_id=row.patient_id, how=row.how, reason=row.reason,
                            amount_cents=row.cents, receipt_no=row.receipt_no)  # fmt: skip
        made = self._settling(reader, body, names.get(row.by, ""), None, self._clinic.local(row.at), row.day)
        here = row.device == self._clinic.identity.device_id
        return made if here else replace(made, station="Another desk")

    def _settling(
        self, reader: Any, body: TaskResolved, cashier: str, after: Figures | None, at: datetime | None = None,
        day: str = "",
    ) -> ReceiptDocument:  # fmt: skip
        sale = self._posting.sale(reader, body.patient_id, cashier, after)
        sale = replace(sale, taken_at=at or sale.taken_at, business_date=day or sale.business_date)
        line = SaleLine(amount_cents=body.amount_cents, kind="other", description=_SETTLED[body.how])
        return compose(replace(
            sale, kind=body.how, receipt_no=body.receipt_no, reason=body.reason, lines=(line,),
            tenders=(SaleTender(tender="cash", amount_cents=body.amount_cents),),
        ))  # fmt: skip

    def correct(self, tx: Tx, body: bodies.Correct, who: Who, tender: SaleTender, refers_to: str) -> Written:
        """A payment was entered too high: the fact and its CORRECTION receipt (S0-11). No drawer opens."""
        entry = self._record(tx, body, who, group=body.correction_id)
        after = self._after(tx.reader, body.patient_id, [entry])
        sale = self._posting.sale(tx.reader, body.patient_id, who.person_name, after)
        document = compose(replace(
            sale, kind="correction", receipt_no=body.receipt_no, payment_number=body.number, refers_to=refers_to,
            reason=body.reason, tenders=(tender,),
            lines=self._said(tx.reader, parts_of(entry), body.amount_cents),
        ))  # fmt: skip
        return Written(body.receipt_no, document, self._posting.spool(tx, body.correction_id, document), after)

    def describe(self, reader: Any, refund_id: str) -> ReceiptDocument | None:
        """The receipt of a refund, a correction or cash that settled a task, written down earlier or elsewhere, from
        what is in the books now; without balances, which have moved on. None when there is none, or no money went
        back."""
        row = refunds.refund(reader, self._clinic.tenant, refund_id)
        names = staff.staff_names(reader, self._clinic.tenant)
        if row is None:
            return self._settled_before(reader, refund_id, names)
        if not row.receipt_no or row.kind == "elsewhere":
            return None
        here = row.device == self._clinic.identity.device_id
        card = bodies.CardFacts(brand=row.brand, last4=row.last4, auth_code=row.auth_code)
        taken = self._parts(reader, row.request_op_id)
        document = self._document(reader, row, taken, names.get(row.settled_by or row.requested_by, ""), None,
                                  card if row.tender == "card" else None)  # fmt: skip
        return document if here else replace(document, station=desk_of(row.number))

    # Inside -----------------------------------------------------------------------------------------------------------

    def _record(self, tx: Tx, body: object, who: Who, group: str) -> Entry:
        return tx.record(body, person_id=who.person_id, business_date=self._clinic.today().isoformat(), group=group,
                         supervisor=who.supervisor)  # fmt: skip

    def _after(self, reader: Any, patient_id: str, entries: Iterable[Entry]) -> Figures:
        before = collect.figures(reader, self._clinic.tenant, patient_id)
        moved = [transfer for entry in entries for transfer in entry.transfers]
        return before + collect.moved(reader, self._clinic.tenant, patient_id, moved)

    def _parts(self, reader: Any, op_id: str) -> tuple[Part, ...]:
        return _parts_taken(refunds.taken_by(reader, self._clinic.tenant, op_id)) if op_id else ()

    def _document(
        self, reader: Any, row: RefundRow, taken: tuple[Part, ...], cashier: str, after: Figures | None,
        card: bodies.CardFacts | None,
    ) -> ReceiptDocument:  # fmt: skip
        source = receipts.payment(reader, self._clinic.tenant, row.payment_id)
        sale = self._posting.sale(reader, row.patient_id, cashier, after)
        when = self._clinic.local(row.settled_at) if row.settled_at else sale.taken_at
        tender = SaleTender(tender=row.tender, amount_cents=row.amount_cents, check_no=row.check_no, card=card)
        return compose(replace(
            sale, kind="correction" if row.kind == "correction" else "refund",
            receipt_no=row.receipt_no.partition("+")[0],
            payment_number=row.number, refers_to=source.receipt_no.partition("+")[0] if source else "",
            reason=REASON_WORDS.get(row.reason, row.reason), lines=self._lines(reader, row, taken),
            tenders=(tender,), taken_at=when,
            business_date=row.settled_business_date or row.business_date or sale.business_date,
        ))  # fmt: skip

    def _lines(self, reader: Any, row: RefundRow, taken: tuple[Part, ...]) -> tuple[SaleLine, ...]:
        return self._said(reader, taken, row.amount_cents)

    def _said(self, reader: Any, taken: Iterable[Part], amount_cents: int) -> tuple[SaleLine, ...]:
        """What went back, line by line: what charges had, what waited for visits, credit; the rest by no name."""
        taken, tenant = list(taken), self._clinic.tenant
        items = refunds.charges(reader, tenant, [part.charge_id for part in taken if part.charge_id])
        visits = refunds.visits(reader, tenant, [part.appointment_id for part in taken if part.appointment_id])
        lines = [_line(part, items.get(part.charge_id) or visits.get(part.appointment_id)) for part in taken]
        rest = amount_cents - sum(line.amount_cents for line in lines)
        if rest > 0:
            lines.append(SaleLine(amount_cents=rest, kind="other", description="Payment given back"))
        return tuple(lines)


def parts_of(entry: Entry) -> tuple[Part, ...]:
    """Where an entry's money came from, before it is written."""
    return _parts_taken(_taken(transfer) for transfer in entry.transfers)


def _taken(transfer: Transfer) -> TakenRow:
    return TakenRow(transfer.code, transfer.amount_cents, transfer.debit.charge_id, transfer.debit.appointment_id)


def _parts_taken(transfers: Iterable[TakenRow]) -> tuple[Part, ...]:
    """Released charges first, then what was set aside for visits, then free credit. What was released passed through
    free credit on its way out, so it is not counted there again."""
    charges: dict[str, int] = defaultdict(int)
    lots: dict[str, int] = defaultdict(int)
    for each in transfers:
        if each.code == "release":
            charges[each.charge_id] += each.cents
        elif each.code in _OUT:
            lots[each.appointment_id] += each.cents
    free = lots.pop("", 0) - sum(charges.values())
    parts = [Part(charge_id, "", cents) for charge_id, cents in charges.items()]
    parts += [Part("", appointment_id, cents) for appointment_id, cents in lots.items()]
    return tuple(parts + ([Part("", "", free)] if free > 0 else []))


def _line(part: Part, item: ReceiptItemRow | None) -> SaleLine:
    if item is None:
        return SaleLine(amount_cents=part.cents, kind="other", description="Credit on account")
    return SaleLine(amount_cents=part.cents, kind=item.kind, description=item.description or "Visit",
                    service_date=item.service_date, provider=item.practitioner, code=item.code)  # fmt: skip
