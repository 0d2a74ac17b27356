"""Refunds made in other programs without naming their payment: put where the payment lies, so that the two settle
(S3-06, S3-07). Until then they count against the money on account."""

from __future__ import annotations

from datetime import date
from typing import Any

from app.basis import basis_at, only_once, still_so
from app.clinic import Clinic
from app.heads import day_text, patient_head
from app.method import method_text, named_text
from app.refund_views import NetPlace, NetPreview, NetSheet
from app.refusals import insist, need
from app.views import Person
from models.basics.errors import RuleBroken
from models.basics.ids import new_id
from models.operations import bodies
from models.rules.rights import Right
from models.store.queries import collect, moving, refunds, rows
from models.store.queries.refunds import RefundRow
from models.store.rehearsal import Rehearsal


class Netting:
    """The story. `open`, `preview` on `reads`, `place` on `store`."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic

    def open(self, refund_id: str) -> NetSheet:
        """A refund that waits, and where it can go: payments with free credit, oldest first, then visits with money set
        aside. Raises RuleBroken `refund.net_gone` when nothing of it waits any more, `refund.net_nowhere`."""
        clinic, tenant = self._clinic, self._clinic.tenant
        with clinic.store.reader() as reader:
            row, waiting = self._waiting(reader, refund_id)
            person = rows.patient(reader, tenant, row.patient_id)
            places = self._places(reader, row.patient_id)
            parts = refunds.waits_at(reader, tenant, refund_id)
            seen = basis_at(reader, tenant, row.patient_id, [account_id for account_id, _ in parts])
        if not places:
            raise RuleBroken("refund.net_nowhere")
        head = patient_head(person or rows.PatientRow(row.patient_id, *[""] * 8), clinic.today())
        day = date.fromisoformat(row.received_date or row.business_date)
        words = " ".join(part for part in (method_text(row.tender), row.number) if part)
        return NetSheet(new_id(), refund_id, head, row.amount_cents, waiting, day, words, places, seen)

    def preview(self, sheet: NetSheet, place: NetPlace) -> NetPreview:
        """What netting there would do, by the engine itself. Raises RuleBroken for what cannot be."""
        clinic = self._clinic
        with clinic.store.reader() as reader:
            rehearsal = Rehearsal(reader, clinic.tenant, clinic.identity.device_id, clinic.today().isoformat())
            entry = insist(rehearsal.act(_body(sheet, place)))
            before = collect.figures(reader, clinic.tenant, sheet.patient.patient_id)
            after = rehearsal.after(before, sheet.patient.patient_id)
        netted = sum(transfer.amount_cents for transfer in entry.transfers if transfer.code == "net_out")
        return NetPreview(before, after, netted, sheet.waiting_cents - netted)

    def place(self, sheet: NetSheet, place: NetPlace, person: Person, supervisor: Person | None = None) -> int:
        """Put it there; the cents that settled. Raises RuleBroken, nothing written: `staff.right_missing`,
        `account.changed`, `account.done_before`, what the ledger refuses."""
        clinic = self._clinic
        lent = need(Right.PAYMENTS, person, supervisor)
        with clinic.store.write() as tx:
            only_once(tx.reader, clinic.tenant, sheet.act_id)
            still_so(tx.reader, clinic.tenant, sheet.seen)
            entry = insist(tx.record(_body(sheet, place), person_id=person.staff_id, group=sheet.act_id,
                                     business_date=clinic.today().isoformat(), supervisor=lent))  # fmt: skip
        return sum(transfer.amount_cents for transfer in entry.transfers if transfer.code == "net_out")

    def _waiting(self, reader: Any, refund_id: str) -> tuple[RefundRow, int]:
        row = refunds.refund(reader, self._clinic.tenant, refund_id)
        waiting = sum(cents for _, cents in refunds.waits_at(reader, self._clinic.tenant, refund_id))
        if row is None or waiting <= 0:
            raise RuleBroken("refund.net_gone")
        return row, waiting

    def _places(self, reader: Any, patient_id: str) -> tuple[NetPlace, ...]:
        tenant, today = self._clinic.tenant, self._clinic.today()
        lots = collect.lots(reader, tenant, patient_id)
        payments = moving.payments_by_id(reader, tenant, {lot.payment_id for lot in lots})
        visits = moving.visits_by_id(reader, tenant, {lot.appointment_id for lot in lots if lot.appointment_id})
        found, aside = [], dict.fromkeys((lot.appointment_id for lot in lots if lot.appointment_id), 0)
        for lot in lots:
            if lot.appointment_id:
                aside[lot.appointment_id] += lot.cents
                continue
            name = payments[lot.payment_id]
            method = named_text(name)
            day = day_text(self._clinic.local(name.taken_at).date(), today)
            found.append(NetPlace(lot.payment_id, f"{name.number or 'Payment'} \u00b7 {method}", f"{day}, free credit",
                                  lot.cents, payment_id=lot.payment_id))  # fmt: skip
        for appointment_id, cents in aside.items():
            visit = visits.get(appointment_id)
            if visit is not None:
                day = day_text(date.fromisoformat(visit.service_date), today)
                found.append(NetPlace(appointment_id, f"{day} {visit.title or 'Visit'}", "set aside for this visit",
                                      cents, appointment_id=appointment_id))  # fmt: skip
        return tuple(found)


def _body(sheet: NetSheet, place: NetPlace) -> bodies.RefundPlace:
    return bodies.RefundPlace(
        place_id=sheet.act_id, refund_id=sheet.refund_id, patient_id=sheet.patient.patient_id,
        appointment_id=place.appointment_id, lot_payment_id=place.payment_id,
    )  # fmt: skip
