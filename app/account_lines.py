"""The lines of an account: rows of the store put together as a person reads them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from app.account_views import ChargeLine, LotLine, PaymentLine, PaymentPart, VisitLine
from app.clinic import Clinic
from app.heads import clock_text, day_text
from app.method import method_text
from models.rules.visits import is_over, status_words
from models.store.queries.ledger import DisputeRow, ItemRow, LotRow, PaymentRow, ShareRow
from models.store.queries.messages import MessageRow
from models.store.queries.refunds import RefundRow
from models.store.queries.rows import VisitRow

TYPE_WORDS = {"copay": "Copay", "coinsurance": "Coinsurance", "other": "Other"}
_REVERSED = {"delete": "deleted", "bounced": "bounced"}
_REFUND_WORDS = {
    "requested": "Refund on its way",
    "paid": "Refunded",
    "failed": "Refund did not happen",
    "undone": "Refund handed back",
}
_DISPUTE_WORDS = {
    "": "In dispute",
    "won": "Dispute won",
    "owed_again": "Chargeback, owed again",
    "absorbed": "Chargeback, borne by the practice",
}


@dataclass(frozen=True, slots=True)
class Books:
    """What the store knows of an account (or a family's), as read in one moment; `names` are those of the family."""

    clinic: Clinic
    today: date
    visits: Sequence[VisitRow]
    items: Sequence[ItemRow]
    shares: Sequence[ShareRow]
    payments: Sequence[PaymentRow]
    lots: Sequence[LotRow]
    """On these accounts and, of payments of these patients, on others."""
    refunds: Sequence[RefundRow]
    disputes: Sequence[DisputeRow]
    patients: Sequence[str]
    names: Mapping[str, str]
    staff: Mapping[str, str]
    stations: Mapping[str, str]
    methods: Mapping[str, str]
    others: Sequence[ItemRow] = ()
    other_visits: Sequence[VisitRow] = ()
    messages: Sequence[MessageRow] = ()
    """Newest first."""
    overdue: Mapping[str, int] = field(default_factory=dict)
    """By visit: cents asked for it that are past their due date."""
    message_by_id: dict[str, MessageRow] = field(default_factory=dict)
    visit_by_id: dict[str, VisitRow] = field(default_factory=dict)
    item_by_id: dict[str, ItemRow] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.visit_by_id.update((visit.id, visit) for visit in (*self.visits, *self.other_visits))
        self.item_by_id.update((item.charge_id, item) for item in (*self.items, *self.others))
        self.message_by_id.update((row.message_id, row) for row in self.messages)

    def whose(self, patient_id: str) -> str:
        """The name beside a line, where the list is not one person's own."""
        alone = len(self.patients) == 1 and patient_id == self.patients[0]
        return "" if alone else self.names.get(patient_id, "")

    def visit_words(self, appointment_id: str) -> str:
        """`May 28 Follow-up`, or `a visit` for one that is not known here."""
        visit = self.visit_by_id.get(appointment_id)
        if visit is None:
            return "a visit"
        return f"{day_text(date.fromisoformat(visit.service_date), self.today)} {visit.title or 'Visit'}"

    def visit_day(self, appointment_id: str) -> str:
        """`May 28 visit`."""
        visit = self.visit_by_id.get(appointment_id)
        return f"{day_text(date.fromisoformat(visit.service_date), self.today)} visit" if visit else "a visit"


# Line items and visits --------------------------------------------------------------------------------------------


def charge_lines(books: Books) -> list[ChargeLine]:
    """Every line item with something to say, newest first."""
    adjusted: dict[str, int] = defaultdict(int)
    for share in books.shares:
        if share.code != "CR":
            adjusted[share.charge_id] += share.cents
    today = books.today.isoformat()
    made = []
    for row in books.items:
        if row.responsibility_cents or row.insurance_pending or row.owed_cents or row.kind == "fee":
            let_off = adjusted.get(row.charge_id, 0)
            made.append(ChargeLine(
                row.charge_id, row.patient_id, row.appointment_id, date.fromisoformat(row.service_date), row.code,
                row.description or row.code or "Charge", row.responsibility_cents,
                row.responsibility_cents - let_off - row.owed_cents, row.owed_cents, row.billed_cents,
                row.allowed_cents, row.insurance_paid_cents, let_off, bool(row.insurance_pending), row.practitioner,
                row.kind == "fee", books.whose(row.patient_id), row.service_date > today, bool(row.made_here),
            ))  # fmt: skip
    return made


@dataclass(frozen=True, slots=True)
class _Heap:
    """The charges of one visit (or of none, on one day)."""

    visit: VisitRow | None
    day: date
    patient_id: str
    charges: tuple[ChargeLine, ...]


def visit_lines(books: Books, charges: Sequence[ChargeLine]) -> list[VisitLine]:
    """Every visit with money on it or still to come, and every day with charges of no visit; newest first."""
    prepaid: dict[str, int] = defaultdict(int)
    for lot in books.lots:
        if lot.code == "CRE":
            prepaid[lot.appointment_id] += lot.cents
    by_visit: dict[str, list[ChargeLine]] = defaultdict(list)
    loose: dict[tuple[date, str], list[ChargeLine]] = defaultdict(list)
    known = {visit.id for visit in books.visits}
    for charge in charges:
        if charge.appointment_id in known:
            by_visit[charge.appointment_id].append(charge)
        else:
            loose[charge.service_date, charge.patient_id].append(charge)
    today = books.today.isoformat()
    heaps = [
        _Heap(visit, date.fromisoformat(visit.service_date), visit.patient_id, tuple(by_visit.get(visit.id, ())))
        for visit in books.visits
        if visit.id in by_visit or prepaid.get(visit.id) or visit.id in books.overdue
        or (visit.service_date >= today and not is_over(visit.status))
    ] + [_Heap(None, day, patient_id, tuple(found)) for (day, patient_id), found in loose.items()]  # fmt: skip
    heaps.sort(key=lambda heap: heap.day, reverse=True)
    return [_visit_line(books, heap, prepaid.get(heap.visit.id, 0) if heap.visit else 0) for heap in heaps]


def _visit_line(books: Books, heap: _Heap, prepaid_cents: int) -> VisitLine:
    owed = sum(charge.responsibility_cents - charge.adjusted_cents for charge in heap.charges)
    balance = sum(charge.balance_cents for charge in heap.charges)
    first = heap.charges[0] if heap.charges else None
    title = (heap.visit.title if heap.visit else "") or (first.description if first else "") or "Visit"
    return VisitLine(
        heap.visit.id if heap.visit else "", heap.day, title, _subtitle(books, heap), owed, owed - balance, balance,
        prepaid_cents, _state(books, heap, owed, balance), max((books.today - heap.day).days, 0), heap.charges,
        heap.patient_id, books.whose(heap.patient_id), books.overdue.get(heap.visit.id, 0) if heap.visit else 0,
    )  # fmt: skip


def _state(books: Books, heap: _Heap, owed: int, balance: int) -> str:
    if not heap.charges:
        return "no_charges"
    if balance <= 0:
        return "paid" if owed else "open"
    if heap.day == books.today:
        return "due_today"
    return "overdue" if heap.day < books.today else "open"


def _subtitle(books: Books, heap: _Heap) -> str:
    visit = heap.visit
    who = (visit.practitioner if visit else "") or next((c.practitioner for c in heap.charges if c.practitioner), "")
    what = _codes(heap.charges) or "No charges yet"
    if visit is not None and is_over(visit.status):
        return " · ".join(part for part in (status_words(visit.status), what, who) if part)
    if visit is not None and heap.day == books.today:
        what = "Copay" if any(charge.code.upper() == "COPAY" for charge in heap.charges) else what
        return f"{what} · today {clock_text(books.clinic.local(visit.starts_at))}"
    return " · ".join(part for part in (what, who) if part)


def _codes(charges: Iterable[ChargeLine]) -> str:
    found = list(dict.fromkeys(charge.code or charge.description for charge in charges))
    more = f" and {len(found) - 2} more" if len(found) > 2 else ""
    return ", ".join(found[:2]) + more


# Payments ---------------------------------------------------------------------------------------------------------


def payment_lines(books: Books) -> list[PaymentLine]:
    """Every payment of these accounts, and those of others that paid something here; newest first."""
    shares: dict[str, list[ShareRow]] = defaultdict(list)
    lots: dict[str, list[LotRow]] = defaultdict(list)
    refunds: dict[str, list[RefundRow]] = defaultdict(list)
    disputes: dict[str, list[DisputeRow]] = defaultdict(list)
    for share in books.shares:
        if share.code == "CR":
            shares[share.payment_id].append(share)
    for lot in books.lots:
        if lot.code != "RFU":
            lots[lot.payment_id].append(lot)
    for refund in books.refunds:
        refunds[refund.payment_id].append(refund)
    for dispute in books.disputes:
        disputes[dispute.payment_id].append(dispute)
    return [
        _payment_line(books, row, (
            *_paid_parts(books, shares.get(row.payment_id, ())), *_lying_parts(books, lots.get(row.payment_id, ())),
            *_gone_parts(books, refunds.get(row.payment_id, ())),
            *_disputed_parts(disputes.get(row.payment_id, ())),
        ))
        for row in books.payments
    ]  # fmt: skip


def _payment_line(books: Books, row: PaymentRow, parts: tuple[PaymentPart, ...]) -> PaymentLine:
    clinic = books.clinic
    sums: dict[str, int] = defaultdict(int)
    for part in parts:
        if part.kind not in ("refund", "correction") or part.state in ("paid", "requested"):
            sums[part.kind] += part.cents
    left = sums["charge"] + sums["visit"] + sums["credit"]
    returned = row.amount_cents - left if row.reversed_at and left else sums["refund"] + sums["correction"]
    rest = row.amount_cents - returned - left
    if row.patient_id not in books.patients and rest > 0 and not row.reversed_at:
        parts = (*parts, PaymentPart("other", rest, f"With {books.names.get(row.patient_id, 'the family')}",
                                     "In the payer's own account"))  # fmt: skip
    return PaymentLine(
        payment_id=row.payment_id, number=row.number, receipt_no=row.receipt_no.partition("+")[0],
        taken_at=clinic.local(row.taken_at), method_text=way_text(books, row), amount_cents=row.amount_cents,
        allocated_cents=sums["charge"], unspent_cents=sums["visit"] + sums["credit"],
        state=_payment_state(row, returned, left, parts),
        by=books.staff.get(row.actor, ""), station=books.stations.get(row.device, ""), pending=row.seq == 0,
        patient_id=row.patient_id, tender=row.tender, type_words=TYPE_WORDS.get(row.payment_type, ""),
        received=_day(row.received_date), trace_no=row.trace_no, memo=row.memo, practitioner=row.practitioner,
        returned_cents=returned, posted_on=_day(row.business_date), parts=parts,
        whose=books.whose(row.patient_id), same_day=row.business_date == books.today.isoformat(),
    )  # fmt: skip


def way_text(books: Books, row: PaymentRow | RefundRow) -> str:
    """How money moved: `Visa •••• 1881`, `Check 2281`, `Flex spending card`."""
    return method_text(row.tender, brand=row.brand, last4=row.last4, check_no=row.check_no,
                       method=books.methods.get(row.method_id, ""),
                       trace_no=row.trace_no if isinstance(row, PaymentRow) else "")  # fmt: skip


def _payment_state(row: PaymentRow, returned: int, left: int, parts: Iterable[PaymentPart]) -> str:
    """How a payment stands; one whose card gave back less than all of it still stands with the rest."""
    if row.reversed_at and not left:
        return _REVERSED.get(row.reversed_act, "voided")
    if any(part.kind == "dispute" and part.state == "open" for part in parts):
        return "disputed"
    if returned <= 0:
        return "paid"
    return "refunded" if returned >= row.amount_cents else "partly_refunded"


def _paid_parts(books: Books, shares: Iterable[ShareRow]) -> Iterator[PaymentPart]:
    known = [(books.item_by_id[share.charge_id], share.cents) for share in shares
             if share.charge_id in books.item_by_id]  # fmt: skip
    for item, cents in sorted(known, key=lambda each: (each[0].service_date, each[0].charge_id)):
        day = day_text(date.fromisoformat(item.service_date), books.today)
        name = item.description or item.code or "Charge"
        under = " · ".join(part for part in (item.code, item.practitioner, books.whose(item.patient_id)) if part)
        yield PaymentPart("charge", cents, f"{day} {name}", under, item.charge_id, item.appointment_id)


def _lying_parts(books: Books, lots: Iterable[LotRow]) -> Iterator[PaymentPart]:
    for lot in sorted(lots, key=lambda lot: (lot.code != "CRE", lot.appointment_id)):
        if lot.code == "CRE":
            yield PaymentPart("visit", lot.cents, books.visit_words(lot.appointment_id), "Set aside for this visit",
                              appointment_id=lot.appointment_id)  # fmt: skip
        else:
            yield PaymentPart("credit", lot.cents, "Credit on account", "Free for any visit")


def _gone_parts(books: Books, refunds: Iterable[RefundRow]) -> Iterator[PaymentPart]:
    today = books.today.isoformat()
    for row in refunds:
        day = books.clinic.local(row.settled_at or row.requested_at).date()
        if row.kind == "correction":
            yield PaymentPart("correction", row.amount_cents, "Corrected", f"{row.number} · {_short(books, day)}",
                              refund_id=row.refund_id, state="paid", number=row.number)  # fmt: skip
            continue
        under = " · ".join(part for part in (row.number, _short(books, day), way_text(books, row)) if part)
        counted = books.clinic.is_closed(row.drawer or row.device, row.settled_business_date)
        undo = row.state == "paid" and row.tender == "cash" and row.settled_business_date == today and not counted
        sent_back = row.state == "undone" and row.tender in ("card", "online")
        words = "Refund sent back by the bank" if sent_back else _REFUND_WORDS.get(row.state, "Refund")
        yield PaymentPart("refund", row.amount_cents, words, under,
                          refund_id=row.refund_id, state=row.state, number=row.number, can_undo=undo)  # fmt: skip


def _disputed_parts(disputes: Iterable[DisputeRow]) -> Iterator[PaymentPart]:
    for row in disputes:
        yield PaymentPart("dispute", row.amount_cents, _DISPUTE_WORDS.get(row.outcome, "Dispute"), "",
                          dispute_id=row.dispute_id, state=row.outcome or "open")  # fmt: skip


def _short(books: Books, day: date) -> str:
    return day_text(day, books.today)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


# Money on account -------------------------------------------------------------------------------------------------


def lot_lines(books: Books) -> list[LotLine]:
    """What may be spent or waits, free credit first, each kind oldest first; then refunds that wait to be netted."""
    payments = {row.payment_id: row for row in books.payments}
    refunds = {row.refund_id: row for row in books.refunds}
    made = []
    for lot in books.lots:
        if lot.patient_id not in books.patients:
            continue
        payment = payments.get(lot.payment_id)
        where = f"for {books.visit_day(lot.appointment_id)}" if lot.appointment_id else ""
        if lot.code == "RFU":
            refund = refunds.get(lot.account_id.split(":")[1])
            if refund is not None:
                day = date.fromisoformat(refund.received_date or refund.business_date)
                made.append(LotLine("elsewhere", lot.cents, refund.number or "Refund", day,
                                    way_text(books, refund), refund_id=refund.refund_id, where=where,
                                    appointment_id=lot.appointment_id, whose=books.whose(lot.patient_id),
                                    patient_id=lot.patient_id))  # fmt: skip
        elif payment is not None and lot.cents > 0:
            kind = "prepaid" if lot.code == "CRE" else "credit"
            day = date.fromisoformat(payment.received_date or payment.business_date)
            made.append(LotLine(kind, lot.cents, payment.number or "Payment", day, way_text(books, payment),
                                payment.payment_id, "", lot.appointment_id, where,
                                books.whose(payment.patient_id), lot.patient_id))  # fmt: skip
    order = {"credit": 0, "prepaid": 1, "elsewhere": 2}
    return sorted(made, key=lambda lot: (order[lot.kind], lot.day, lot.number, lot.key))
