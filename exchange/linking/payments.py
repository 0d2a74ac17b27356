"""Payments: whose, for what, and which payment a refund or correction takes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from exchange.drafts import Key, PaymentDraft
from exchange.linking.people import Patients, Staff
from exchange.linking.state import Placed, Run
from exchange.linking.visits import Visits
from exchange.money import TAKEN, MoneyElsewhere
from models.basics.errors import ImportRefused
from models.operations import records

_LINE_KINDS = ("LineItem", "ClaimTransaction", "ChargeItem", "ExplanationOfBenefit")
"""What a line item's id may name, in the order it is looked for."""


@dataclass(slots=True)
class _Source:
    """A payment of the run that may still be given back. `left_cents` shrinks as refunds are tied to it."""

    money: MoneyElsewhere
    left_cents: int


class Payments:
    """Plans the payments of the run: what came in first, then what went back."""

    def __init__(self, run: Run, patients: Patients, staff: Staff, visits: Visits) -> None:
        self._run, self._patients, self._staff, self._visits = run, patients, staff, visits
        self._sources: dict[str, dict[str, _Source]] = {}

    def take(self) -> None:
        """Plan every payment. One that is here already with the same patient and amount changes nothing; with others it
        is refused: a payment never changes, there is a correction for that (S0-09)."""
        winners = list(self._run.winners(PaymentDraft, "payment").values())
        for incoming in (True, False):
            chosen = [placed for placed in winners if (placed.draft.record.way == TAKEN) is incoming]
            chosen.sort(key=lambda placed: (placed.draft.record.posted_on, placed.draft.key.id))
            self._run.each(chosen, "payment", self._take_one)

    def _take_one(self, placed: Placed[PaymentDraft]) -> None:
        run, draft = self._run, placed.draft
        patient_id = self._patients.find(draft.patient, draft.path)
        money = replace(draft.record, id=run.id_of(draft.key), patient_id=patient_id)
        stored = run.known.stored("payment", money.id)
        if stored is not None and not (
            run.same_person(stored.patient_id, patient_id) and stored.amount_cents == money.amount_cents
        ):
            raise ImportRefused("import.payment_changed", path=draft.path)
        charge_id, appointment_id = self._what_for(draft, patient_id, money.posted_on)
        money = replace(
            money, charge_id=charge_id, appointment_id=appointment_id, method_id=self._method(draft, placed),
            practitioner_id=self._staff.practitioner(draft.practitioner, placed),
        )  # fmt: skip
        if money.way == TAKEN:
            self._of(patient_id)[money.id] = _Source(money, stored.left_cents if stored else money.amount_cents)
        elif stored is None:
            money = replace(money, payment_id=self._source_of(money))
        run.plan(placed, "payment", money)

    # For what ---------------------------------------------------------------------------------------------------

    def _what_for(self, draft: PaymentDraft, patient_id: str, day: str) -> tuple[str, str]:
        """(charge, visit) a row names. The visit follows from the line item where it is not said (S0-08)."""
        charge = self._charge(draft.line_item) if draft.line_item else None
        if charge is not None:
            if not self._one_family(charge.patient_id, patient_id):
                raise ImportRefused("import.charge_of_another_patient", path=draft.path)
            return charge.id, charge.appointment_id
        if draft.line_item and draft.visit is None:
            raise ImportRefused("import.charge_unknown", path=draft.path)
        visit_id = self._visits.find(draft.visit, patient_id, day)
        visit: records.Appointment | None = self._run.record("appointment", visit_id) if visit_id else None
        if visit is not None and not self._run.same_person(visit.patient_id, patient_id):
            raise ImportRefused("import.visit_of_another_patient", path=draft.path)
        return "", visit_id

    def _charge(self, source_id: str) -> records.Charge | None:
        for kind in _LINE_KINDS:
            found: records.Charge | None = self._run.record("charge", self._run.id_of(Key(kind, source_id)))
            if found is not None:
                return found
        return None

    def _one_family(self, patient_id: str, other_id: str) -> bool:
        return self._run.same_person(self._payer(patient_id), self._payer(other_id))

    def _payer(self, patient_id: str) -> str:
        own = self._run.survivor(patient_id)
        person: records.Patient | None = self._run.record("patient", own)
        return (person.guarantor_id if person else "") or own

    # How --------------------------------------------------------------------------------------------------------

    def _method(self, draft: PaymentDraft, placed: Placed[PaymentDraft]) -> str:
        """The id of the method: one every desk knows, or the practice's own of that name. A new one is not offered at
        the desk until somebody says so."""
        if not draft.method:
            return draft.record.method_id
        known = self._run.known.called("method", draft.method)
        if known:
            return known
        record_id = self._run.id_of(Key("Method", draft.method.casefold()))
        if self._run.record("method", record_id) is None:
            self._run.plan(placed, "method", records.Method(id=record_id, name=draft.method, active=False))
            self._run.implied["method"] += 1
        return record_id

    # Which payment ------------------------------------------------------------------------------------------------

    def _of(self, patient_id: str) -> dict[str, _Source]:
        """The payments of a patient that came in by files: of this run, and what the store has of earlier ones."""
        if patient_id not in self._sources:
            self._sources[patient_id] = {
                known.id: _Source(
                    MoneyElsewhere(
                        id=known.id, patient_id=patient_id, way=TAKEN, amount_cents=known.amount_cents,
                        method_id=known.method_id, appointment_id=known.appointment_id,
                    ),
                    known.left_cents,
                )
                for known in self._run.known.payments_elsewhere(patient_id)
            }  # fmt: skip
        return self._sources[patient_id]

    def _source_of(self, money: MoneyElsewhere) -> str:
        """The payment a refund or correction is of, where only one can be meant: of the same visit and line item, by
        the same method where that decides, with so much left. A refund that names no visit stays by itself (S3-06)."""
        if not money.appointment_id:
            return ""
        fitting = [
            source for source in self._of(money.patient_id).values()
            if source.money.appointment_id == money.appointment_id and source.left_cents >= money.amount_cents
            and money.charge_id in ("", source.money.charge_id)
        ]  # fmt: skip
        source = _only(fitting) or _only([each for each in fitting if each.money.method_id == money.method_id])
        if source is None:
            return ""
        source.left_cents -= money.amount_cents
        return source.money.id


def _only(sources: Sequence[_Source]) -> _Source | None:
    return sources[0] if len(sources) == 1 else None
