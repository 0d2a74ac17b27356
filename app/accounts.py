"""A patient's account: the five figures, what they come from, and where the money lies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import orjson

from app.clinic import Clinic
from app.heads import clock_text, day_text, patient_head
from app.method import method_text
from app.payables import VisitMoney, due_cents, dues
from app.settings import PAST_DUE_DAYS, Settings
from app.views import ChargeLine, LedgerView, LogLine, PaymentLine, VisitLine
from models.basics.clock import parse_utc
from models.basics.errors import RuleBroken
from models.store.queries import collect, ledger, rows, staff, today
from models.store.queries.ledger import LogRow, PaymentRow
from models.store.queries.rows import ChargeRow, VisitRow

LOG_LINES = 200


class Accounts:
    """Reads whole accounts. A few milliseconds: call it on the `reads` lane."""

    def __init__(self, clinic: Clinic, settings: Settings) -> None:
        self._clinic, self._settings = clinic, settings

    def ledger(self, patient_id: str) -> LedgerView:
        """Everything on the account of one patient. Raises RuleBroken `collect.patient_gone`."""
        clinic, tenant = self._clinic, self._clinic.tenant
        today_is = clinic.today()
        with clinic.store.reader() as reader:
            person = rows.patient(reader, tenant, patient_id)
            if person is None:
                raise RuleBroken("collect.patient_gone")
            figures = collect.figures(reader, tenant, patient_id)
            visits = ledger.visits(reader, tenant, patient_id)
            charges = ledger.charges(reader, tenant, patient_id)
            prepaid = ledger.prepaid_by_visit(reader, tenant, patient_id)
            payments = ledger.payments(reader, tenant, patient_id)
            log = ledger.log(reader, tenant, patient_id, LOG_LINES)
            names = staff.staff_names(reader, tenant)
            here = today.visits_of(reader, tenant, patient_id, today_is.isoformat())
            insured = rows.coverage(reader, tenant, patient_id)
        stations = _stations(clinic, payments)
        visit = next((each for each in here if each.status != "cancelled"), None)
        own = [charge for charge in charges if visit is not None and charge.appointment_id == visit.id]
        money = VisitMoney(
            sum(charge.responsibility_cents for charge in own), prepaid.get(visit.id, 0) if visit else 0,
            insured.copay_cents if insured and insured.status == "active" else None,
        )  # fmt: skip
        lines = visit_lines(clinic, visits, charges, prepaid, today_is)
        standing = [payment for payment in payments if not payment.reversed_at]
        return LedgerView(
            patient=patient_head(person, today_is), figures=figures, payments_count=len(standing),
            first_payment=min((clinic.local(each.taken_at).date() for each in standing), default=None),
            visits_paid=sum(line.paid_cents > 0 for line in lines), visits=tuple(lines),
            payments=tuple(_payment_line(clinic, each, visits, names, stations) for each in payments),
            charges=tuple(_charge_line(c) for c in charges if c.responsibility_cents or c.insurance_pending),
            log=tuple(_log_lines(clinic, log, names, stations)),
            insurance_pending=sum(bool(each.insurance_pending) for each in charges),
            due_today_cents=due_cents(dues(clinic, visit, money, charges, self._settings.get(PAST_DUE_DAYS))),
            appointment_id=visit.id if visit else "",
        )  # fmt: skip


# Visits -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Heap:
    """The charges of one visit (or of none, on one day)."""

    visit: VisitRow | None
    day: date
    charges: tuple[ChargeRow, ...]


def visit_lines(
    clinic: Clinic, visits: Sequence[VisitRow], charges: Sequence[ChargeRow], prepaid: dict[str, int], today_is: date
) -> list[VisitLine]:
    """Every visit with money on it or still to come, and every day with charges of no visit; newest first."""
    by_visit: dict[str, list[ChargeRow]] = defaultdict(list)
    loose: dict[str, list[ChargeRow]] = defaultdict(list)
    known = {visit.id for visit in visits}
    for charge in charges:
        if charge.responsibility_cents or charge.insurance_pending or charge.owed_cents:
            (by_visit[charge.appointment_id] if charge.appointment_id in known else loose[charge.service_date]).append(
                charge
            )
    heaps = [
        _Heap(visit, date.fromisoformat(visit.service_date), tuple(by_visit.get(visit.id, ())))
        for visit in visits
        if visit.id in by_visit or visit.id in prepaid
        or (visit.service_date >= today_is.isoformat() and visit.status not in ("cancelled", "no_show"))
    ] + [_Heap(None, date.fromisoformat(day), tuple(found)) for day, found in loose.items()]  # fmt: skip
    heaps.sort(key=lambda heap: heap.day, reverse=True)
    return [_visit_line(clinic, heap, prepaid, today_is) for heap in heaps]


def _visit_line(clinic: Clinic, heap: _Heap, prepaid: dict[str, int], today_is: date) -> VisitLine:
    owed = sum(charge.responsibility_cents for charge in heap.charges)
    balance = sum(charge.owed_cents for charge in heap.charges)
    first = heap.charges[0] if heap.charges else None
    title = (heap.visit.title if heap.visit else "") or (first.description if first else "") or "Visit"
    return VisitLine(
        heap.visit.id if heap.visit else "", heap.day, title, _subtitle(clinic, heap, today_is), owed, owed - balance,
        balance, prepaid.get(heap.visit.id, 0) if heap.visit else 0, _state(heap, owed, balance, today_is),
        max((today_is - heap.day).days, 0),
    )  # fmt: skip


def _state(heap: _Heap, owed: int, balance: int, today_is: date) -> str:
    if not heap.charges:
        return "no_charges"
    if balance <= 0:
        return "paid" if owed else "open"
    if heap.day == today_is:
        return "due_today"
    return "overdue" if heap.day < today_is else "open"


def _subtitle(clinic: Clinic, heap: _Heap, today_is: date) -> str:
    who = (heap.visit.practitioner if heap.visit else "") or next((c.practitioner for c in heap.charges), "")
    if heap.visit is not None and heap.day == today_is:
        what = "Copay" if any(charge.kind == "copay" for charge in heap.charges) else _codes(heap.charges)
        at = f"today {clock_text(clinic.local(heap.visit.starts_at))}"
        return " · ".join(part for part in (what or "No charges yet", at) if part)
    return " · ".join(part for part in (_codes(heap.charges) or "No charges yet", who) if part)


def _codes(charges: Iterable[ChargeRow]) -> str:
    found = list(dict.fromkeys(charge.code or charge.description for charge in charges))
    more = f" and {len(found) - 2} more" if len(found) > 2 else ""
    return ", ".join(found[:2]) + more


# Payments, charges, log -------------------------------------------------------------------------------------------


def _payment_line(
    clinic: Clinic, row: PaymentRow, visits: Sequence[VisitRow], names: dict[str, str], stations: dict[str, str]
) -> PaymentLine:
    visit = next((each for each in visits if each.id == row.earmarked_visit), None)
    waits = f"{day_text(date.fromisoformat(visit.service_date), clinic.today())} visit" if visit else (
        "a visit" if row.earmarked_visit else "")  # fmt: skip
    standing = 0 if row.reversed_at else row.amount_cents
    return PaymentLine(
        payment_id=row.payment_id, number=row.number, receipt_no=row.receipt_no, taken_at=clinic.local(row.taken_at),
        method_text=method_text(row.tender, brand=row.brand, last4=row.last4, check_no=row.check_no),
        amount_cents=row.amount_cents, allocated_cents=max(standing - row.unspent_cents, 0),
        unspent_cents=row.unspent_cents, earmarked_for=waits, state="voided" if row.reversed_at else "paid",
        by=names.get(row.actor, ""), station=stations.get(row.device, ""), pending=row.seq == 0,
    )  # fmt: skip


def _charge_line(row: ChargeRow) -> ChargeLine:
    return ChargeLine(
        date.fromisoformat(row.service_date), row.code, row.description or row.code or "Charge", row.allowed_cents,
        row.responsibility_cents, row.paid_cents, row.owed_cents, bool(row.insurance_pending),
    )  # fmt: skip


def _log_lines(
    clinic: Clinic, log: Iterable[LogRow], names: dict[str, str], stations: dict[str, str]
) -> Iterable[LogLine]:
    for row in log:
        op = orjson.loads(row.op)
        body = op["body"]
        act = ACTS.get(row.kind, "act.other")
        if row.kind == "visit.status":
            act = VISIT_ACTS.get(body.get("status", ""), "act.visit_moved")
        if row.verdict in ("rejected", "quarantined"):
            act = "act.refused"
        cents = _log_cents(row, body)
        yield LogLine(
            parse_utc(op["device_time"]).astimezone(clinic.zone), act, names.get(row.actor, ""),
            stations.get(row.device, ""), cents, body.get("number", ""), row.seq == 0,
        )  # fmt: skip


def _log_cents(row: LogRow, body: dict[str, object]) -> int | None:
    if row.granted is not None and row.kind == "payment.allocate":
        return row.granted
    for name in ("amount_cents", "responsibility_cents"):
        if isinstance(found := body.get(name), int):
            return found
    lines = body.get("lines")
    if isinstance(lines, list):
        return sum(int(line.get("amount_cents", 0)) for line in lines)
    return None


ACTS = {
    "payment.collect": "act.collected",
    "payment.allocate": "act.allocated",
    "payment.auto_allocate": "act.auto_allocated",
    "payment.release": "act.released",
    "payment.reverse": "act.undone",
    "charge.put": "act.charge",
    "visit.not_collecting": "act.not_collecting",
    "appointment.put": "act.visit",
    "patient.put": "act.patient",
    "coverage.put": "act.coverage",
}
"""Kinds of operations to the words of the log."""

VISIT_ACTS = {
    "arrived": "act.visit_arrived",
    "checked_in": "act.visit_checked_in",
    "in_room": "act.visit_in_room",
    "done": "act.visit_done",
    "no_show": "act.visit_no_show",
}


def _stations(clinic: Clinic, payments: Iterable[PaymentRow]) -> dict[str, str]:
    """Names of desks by device: our own, and others by the number their payments carry."""
    known = {"hub": "Hub"}
    for row in payments:
        parts = row.number.split("-")
        if len(parts) == 3 and parts[1].isdigit():
            known.setdefault(row.device, f"Desk {parts[1]}")
    known[clinic.identity.device_id] = clinic.identity.desk_name
    return known
