"""Charges: whose, of which visit, and what is owed while no payer has spoken."""

from __future__ import annotations

from dataclasses import replace

from exchange.drafts import AccountDraft, ChargeDraft, Key, Ref
from exchange.linking.insurance import Coverages
from exchange.linking.people import Patients, Staff
from exchange.linking.state import Placed, Run
from exchange.linking.visits import Visits
from models.basics.errors import ImportRefused
from models.operations import records

_LONGEST_CHAIN = 8


class Charges:
    """Plans the charges of the run."""

    def __init__(self, run: Run, patients: Patients, staff: Staff, coverages: Coverages, visits: Visits) -> None:
        self._run, self._patients, self._staff = run, patients, staff
        self._coverages, self._visits = coverages, visits
        self._accounts: dict[Key, AccountDraft] = {}
        self._decided: dict[str, set[str]] = {}
        self._lines: dict[str, int] = {}

    def take(self) -> None:
        """Plan every charge: lines the payer decided first, then priced ones, then balances that sum up others."""
        self._accounts = {placed.draft.key: placed.draft for placed in self._run.drafts(AccountDraft)}
        winners = list(self._run.winners(ChargeDraft, "charge").values())
        for priced, summary in ((False, False), (True, False), (False, True)):
            chosen = [p for p in winners if p.draft.priced is priced and p.draft.summary is summary]
            self._run.each(chosen, "charge", self._take_one)

    def _take_one(self, placed: Placed[ChargeDraft]) -> None:
        run, draft = self._run, placed.draft
        record_id = run.id_of(draft.key)
        patient_id = self._patients.find(self._whose(draft), draft.path)
        stored: records.Charge | None = run.known.stored("charge", record_id)
        if stored is not None and not run.same_person(stored.patient_id, patient_id):
            raise ImportRefused("import.charge_of_another_patient", path=draft.path)
        patient_id = stored.patient_id if stored is not None else patient_id  # it was posted under that record
        visit_id = self._visit(draft, stored, patient_id)
        record = replace(
            draft.record, id=record_id, patient_id=patient_id, appointment_id=visit_id,
            service_date=self._visits.day_of(visit_id, draft.record.service_date),
            practitioner_id=self._staff.practitioner(draft.practitioner, placed),
        )  # fmt: skip
        if draft.priced:
            record = self._priced(record)
        elif draft.summary:
            standing_aside = self._explained(record)
            if standing_aside and stored is None:
                run.repeats["charge"] += 1
                return
            record = replace(record, responsibility_cents=0) if standing_aside else record
        else:
            self._decided.setdefault(visit_id, set()).add(record.code)
        if not draft.summary:
            self._lines[visit_id] = self._lines.get(visit_id, 0) + record.responsibility_cents
        run.plan(placed, "charge", record)

    def _whose(self, draft: ChargeDraft) -> Ref | None:
        """The patient the line names, or the one the account names that it is part of."""
        if draft.patient is not None:
            return draft.patient
        through = draft.through
        for _ in range(_LONGEST_CHAIN):
            account = self._accounts.get(through.key) if through and through.key else None
            if account is None:
                break
            if account.patient is not None:
                return replace(account.patient, path=draft.path)
            through = account.part_of
        return None

    def _visit(self, draft: ChargeDraft, stored: records.Charge | None, patient_id: str) -> str:
        """The visit of the line. What was posted once stays where it was posted: the ledger's accounts carry it."""
        if stored is not None:
            return stored.appointment_id
        visit_id = self._visits.find(draft.visit, patient_id, draft.record.service_date)
        visit: records.Appointment | None = self._run.record("appointment", visit_id) if visit_id else None
        if visit is not None and not self._run.same_person(visit.patient_id, patient_id):
            raise ImportRefused("import.visit_of_another_patient", path=draft.path)
        return visit_id

    def _priced(self, record: records.Charge) -> records.Charge:
        """A line with a price only: nothing owed yet while a payer decides, all of it without insurance."""
        if record.code and record.code in self._decided.get(record.appointment_id, set()):
            return replace(record, insurance_pending=False)  # the payer's own line says what is owed
        insured = self._coverages.on(record.patient_id, record.service_date)
        if insured is not None and insured.self_pay:
            return replace(record, responsibility_cents=record.billed_cents, insurance_pending=False)
        return record

    def _explained(self, record: records.Charge) -> bool:
        """Do single lines say what is owed for the visit of this balance?"""
        if not record.appointment_id:
            return False
        stored = sum(charge.responsibility_cents for charge in self._run.known.charges_of_visit(record.appointment_id)
                     if charge.id != record.id)  # fmt: skip
        return self._lines.get(record.appointment_id, 0) + stored > 0
