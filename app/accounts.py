"""A patient's account, or a whole family's: the five figures, what they come from, and where the money lies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import orjson

from app.account_lines import Books, charge_lines, lot_lines, payment_lines, visit_lines
from app.account_log import log_lines
from app.account_views import LedgerView, LogLine, StatementRow
from app.clinic import Clinic
from app.documents import document_lines
from app.family import FamilyMember, short_names
from app.heads import patient_head
from app.merging import merged_lines
from app.method import method_names
from app.payables import VisitMoney, due_cents, dues
from app.plan_lists import PlanLists
from app.settings import PAST_DUE_DAYS, Settings
from app.tasks import Places
from app.views import CreditInUse
from models.basics.errors import RuleBroken
from models.ledger.figures import Figures
from models.store.queries import collect, family, holding, ledger, messages, people, requests, rows, staff, today
from models.store.queries.ledger import LogRow, PaymentRow

LOG_LINES = 200
"""So many acts of the log are read at first."""


class Accounts:
    """Reads whole accounts. A few milliseconds: call it on the `reads` lane."""

    def __init__(self, clinic: Clinic, settings: Settings) -> None:
        self._clinic, self._settings = clinic, settings

    def ledger(self, patient_id: str, *, whole_family: bool = False, log_length: int = LOG_LINES) -> LedgerView:
        """Everything on the account of one patient, or with `whole_family` on those of everybody on the same bill, as
        one ledger. At most `log_length` acts of the log. Raises RuleBroken `collect.patient_gone`."""
        clinic, tenant = self._clinic, self._clinic.tenant
        with clinic.store.reader() as reader:
            person = rows.person(reader, tenant, patient_id)
            if person is None:
                raise RuleBroken("collect.patient_gone")
            patient_id = person.id
            members = self._members(reader, patient_id)
            together = whole_family and len(members) > 1
            patients = [each.patient.patient_id for each in members] if together else [patient_id]
            mine = people.records_of_all(reader, tenant, patients)
            books = self._books(reader, patients, mine, members)
            statements = ledger.statements(reader, tenant, mine)
            log = self._log(reader, mine, log_length, alone=len(members) == len(patients))
            undone = ledger.undone(reader, tenant, [_op_id(row) for row in log])
            own = next(each for each in members if each.patient.patient_id == patient_id)
            due_today, appointment_id = self._due(reader, patient_id)
            pending, in_use = self._in_question(reader, patients)
            merged = [line for each in patients for line in merged_lines(clinic, reader, each)]
            listed = PlanLists(clinic).of_people(reader, patients)
        if own.figures.credit_cents > 0:
            clinic.holds.opened(patient_id)
        charges = charge_lines(books)
        visits = visit_lines(books, charges)
        payments = payment_lines(books)
        standing = [payment for payment in payments if payment.stands]
        figures = Figures()
        for each in members if together else (own,):
            figures += each.figures
        return LedgerView(
            patient=patient_head(person, books.today), figures=figures, payments_count=len(standing),
            first_payment=min((each.day for each in standing), default=None),
            visits_paid=sum(line.paid_cents > 0 for line in visits), visits=tuple(visits), payments=tuple(payments),
            charges=tuple(charges), log=tuple(log_lines(books, log[:log_length], undone)),
            insurance_pending=sum(charge.insurance_pending for charge in charges), due_today_cents=due_today,
            appointment_id=appointment_id, lots=tuple(lot_lines(books)),
            statements=tuple(_statement(clinic, row, books.staff) for row in statements),
            documents=tuple(document_lines(books, statements)), family=members if len(members) > 1 else (),
            whole_family=together, log_cut=len(log) > log_length, pending_cents=pending, in_use=in_use,
            merged=tuple(merged), records=mine, plans=listed,
        )  # fmt: skip

    def history(self, patient_id: str, payment_id: str, ids: Sequence[str]) -> tuple[LogLine, ...]:
        """Every act that touched one payment or request, newest first: what named one of `ids`, and what moved the
        money of `payment_id`. Raises RuleBroken `collect.patient_gone`."""
        clinic, tenant = self._clinic, self._clinic.tenant
        with clinic.store.reader() as reader:
            person = rows.person(reader, tenant, patient_id)
            if person is None:
                raise RuleBroken("collect.patient_gone")
            members = self._members(reader, person.id)
            mine = people.records(reader, tenant, person.id)
            found = ledger.log_about(reader, tenant, mine, payment_id, ids, LOG_LINES)
            undone = ledger.undone(reader, tenant, [_op_id(row) for row in found])
            return tuple(log_lines(self._books(reader, [person.id], mine, members), found, undone))

    def _in_question(self, reader: Any, patients: Sequence[str]) -> tuple[int, tuple[CreditInUse, ...]]:
        """Cents of credit spent here that the hub has not confirmed, and credit that other desks hold."""
        clinic = self._clinic
        pending = sum(holding.provisional(reader, clinic.tenant, each) for each in patients) if (
            not clinic.holds.online) else 0  # fmt: skip
        found = [each for patient in patients for each in clinic.holds.in_use(reader, patient)]
        places = Places(clinic, reader) if found else None
        return pending, tuple(CreditInUse(places.desk(each.device), each.cents) for each in found) if places else ()

    def _members(self, reader: Any, patient_id: str) -> tuple[FamilyMember, ...]:
        clinic, tenant = self._clinic, self._clinic.tenant
        head = family.guarantor(reader, tenant, patient_id)
        return tuple(
            FamilyMember(patient_head(row, clinic.today()), row.id == head, collect.figures(reader, tenant, row.id))
            for row in family.family(reader, tenant, patient_id)
        )

    def _books(
        self, reader: Any, patients: Sequence[str], mine: Sequence[str], members: Sequence[FamilyMember]
    ) -> Books:  # fmt: skip
        """What the accounts of these people are made of; `mine` are all their records."""
        clinic, tenant = self._clinic, self._clinic.tenant
        shares = ledger.shares(reader, tenant, mine)
        lots = ledger.lots(reader, tenant, mine)
        relatives = len(members) > len(patients)
        if relatives:  # money of one may pay and wait for visits of another
            shares += ledger.shares_elsewhere(reader, tenant, mine)
            lots += ledger.lots_elsewhere(reader, tenant, mine)
        also = _named([*(each.payment_id for each in shares), *(each.payment_id for each in lots)]) if relatives else ()
        payments = ledger.payments(reader, tenant, mine, also)
        items = ledger.items(reader, tenant, mine)
        visits = ledger.visits(reader, tenant, mine)
        known, here = {item.charge_id for item in items}, {visit.id for visit in visits}
        away = [each.charge_id for each in shares if each.charge_id not in known]
        far = [each.appointment_id for each in lots if each.appointment_id not in here]
        return Books(
            clinic=clinic, today=clinic.today(), visits=visits, items=items, shares=shares, payments=payments,
            lots=lots, refunds=ledger.refunds(reader, tenant, mine, also),
            disputes=ledger.disputes(reader, tenant, mine), patients=tuple(patients),
            names=short_names([each.patient for each in members]),
            staff=staff.staff_names(reader, tenant), stations=_stations(clinic, payments),
            methods=method_names(reader, tenant),
            others=ledger.items_of(reader, tenant, _named(away)) if away else (),
            other_visits=ledger.visits_of(reader, tenant, _named(far)) if _named(far) else (),
            messages=messages.of_patients(reader, tenant, mine),
            overdue=requests.overdue(reader, tenant, mine, clinic.today().isoformat()),
        )  # fmt: skip

    def _log(self, reader: Any, mine: Sequence[str], length: int, *, alone: bool) -> list[LogRow]:
        """One more than asked for, where there are more. `alone`: nobody else's acts move money here."""
        tenant = self._clinic.tenant
        own = ledger.log(reader, tenant, mine, length + 1)
        if alone and len(mine) == 1:
            return own
        both = own + ledger.log_of_others(reader, tenant, mine, length + 1)
        return sorted(both, key=lambda row: (row.seq == 0, row.seq), reverse=True)[: length + 1]

    def _due(self, reader: Any, patient_id: str) -> tuple[int, str]:
        """What Collect would ask for today, and today's visit."""
        clinic, tenant = self._clinic, self._clinic.tenant
        here = today.visits_of(reader, tenant, patient_id, clinic.today().isoformat())
        visit = next((each for each in here if each.status != "cancelled"), None)
        charges = collect.open_charges(reader, tenant, patient_id)
        insured = rows.coverage(reader, tenant, patient_id)
        money = VisitMoney(
            collect.charged_on_visit(reader, tenant, visit.id) if visit else 0,
            collect.prepaid_for(reader, tenant, visit.id) if visit else 0,
            insured.copay_cents if insured and insured.status == "active" else None,
        )
        found = dues(clinic, visit, money, charges, self._settings.get(PAST_DUE_DAYS))
        return due_cents(found), visit.id if visit else ""


def _named(ids: Iterable[str]) -> list[str]:
    return sorted({each for each in ids if each})


def _op_id(row: LogRow) -> str:
    """Out of the envelope, whose text is written in one way everywhere."""
    at = row.op.find('"op_id":"') + 9
    return row.op[at : row.op.find('"', at)]


def _statement(clinic: Clinic, row: ledger.StatementRow, names: Mapping[str, str]) -> StatementRow:
    return StatementRow(
        row.statement_id, row.number, clinic.local(row.issued_at), row.channel, row.balance_cents,
        row.unallocated_cents, len(orjson.loads(row.lines or "[]")),
        date.fromisoformat(row.due_date) if row.due_date else None,
        names.get(row.actor, ""), row.seq == 0,
    )  # fmt: skip


def _stations(clinic: Clinic, payments: Iterable[PaymentRow]) -> dict[str, str]:
    """Names of desks by device: our own, and others by the number their payments carry."""
    known = {"hub": "Hub"}
    for row in payments:
        parts = row.number.split("-")
        if len(parts) == 3 and parts[1].isdigit():
            known.setdefault(row.device, f"Desk {parts[1]}")
    known[clinic.identity.device_id] = clinic.identity.desk_name
    return known
