"""Payment plans as patients see them: what was agreed, what of it is paid, due or late, and what comes next."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import orjson

from models.operations.records import Patient
from models.rules.numbers import plan_number
from models.rules.plan_standing import PlanStanding, PlanStatus, Standing, State, pay_off_cents
from models.rules.plans import interest_of
from models.store.hub_reading import HubReader
from models.store.plan_looking import local_day, stands
from models.store.queries import kept_cards, people, recorded
from models.store.queries.kept_cards import KeptCardRow
from models.store.queries.plans import PlanRow
from receipts.agreement import AgreementDocument, agreement_document
from server.portal.clinic import ClinicFacts

ALL, OTHER = "all", "other"
"""What may be paid beside a certain payment: all that is left, another amount."""


@dataclass(frozen=True, slots=True)
class PlanSeen:
    """A plan as it stands; cents. `card` is what it is paid with (None: the patient pays each time), `whose` the first
    name of a dependent. Of an agreement that waits, `link_id` is the link on which it is agreed to, `ends` (ISO day)
    until when."""

    row: PlanRow
    standing: PlanStanding
    pay_off_cents: int
    unearned_cents: int
    today: date
    card: KeptCardRow | None = None
    whose: str = ""
    link_id: str = ""
    ends: str = ""

    @property
    def number(self) -> str:
        """What people call it."""
        return plan_number(self.row.plan_id)

    @property
    def active(self) -> bool:
        """Is it in force?"""
        return self.row.status == PlanStatus.ACTIVE

    @property
    def status(self) -> str:
        """active, late, closed, cancelled or dormant."""
        return "late" if self.active and self.standing.late else self.row.status

    @property
    def interest_cents(self) -> int:
        """Interest that was agreed."""
        return interest_of(self.row.instalments)

    @property
    def agreed_cents(self) -> int:
        """What its payments add up to."""
        return self.row.encounter_cents - self.row.discount_cents + self.interest_cents

    @property
    def lines(self) -> Sequence[Standing]:
        """Its payments by their day."""
        return self.standing.in_order

    @property
    def open_lines(self) -> Sequence[Standing]:
        """Those that may be paid now."""
        return [each for each in self.lines if each.open_cents] if self.active else ()

    @property
    def next(self) -> Standing | None:
        """The first of them."""
        return self.standing.next if self.active else None

    @property
    def confirming(self) -> bool:
        """Does nobody know yet whether its card was charged?"""
        return any(each.state is State.CONFIRMING for each in self.lines)

    @property
    def processing(self) -> bool:
        """Was a bank asked for a payment of it, and has not answered?"""
        return any(each.state is State.PROCESSING for each in self.lines)

    @property
    def held(self) -> str:
        """Why nothing of it can be paid for a while: `processing`, `confirming`, or empty."""
        return "processing" if self.processing else "confirming" if self.confirming else ""

    @property
    def due(self) -> Sequence[Standing]:
        """Payments whose day has come, and that are open."""
        return [each for each in self.open_lines
                if each.line.due <= self.today and each.state is not State.PROCESSING]  # fmt: skip

    @property
    def due_cents(self) -> int:
        """What they ask."""
        return sum(each.open_cents for each in self.due)

    @property
    def seen(self) -> str:
        """What a form was made from."""
        told = [[each.line.no, each.open_cents] for each in self.lines]
        return hashlib.sha256(orjson.dumps([told, self.pay_off_cents, self.row.status])).hexdigest()[:32]

    def wished(self, what: str, other_cents: int) -> tuple[int, int]:
        """(cents, number of the payment they are for; 0 for all) of what was chosen: a payment by its number, ALL, or
        OTHER with an amount of its own, which counts for what is due first. (0, 0) for what is not there."""
        following = self.next
        if following is None:
            return 0, 0
        if what == ALL or (what == OTHER and other_cents == self.pay_off_cents):
            return self.pay_off_cents, 0
        if what == OTHER:
            return other_cents, following.line.no
        return next(((each.open_cents, each.line.no) for each in self.open_lines if str(each.line.no) == what), (0, 0))


def look_at(reader: HubReader, clinic: ClinicFacts, row: PlanRow, today: date, whose: str = "") -> PlanSeen:
    """A plan as it stands today."""
    now = stands(reader, clinic.tenant, row, today, late_days=clinic.rules.plan_late_days)
    pay_off, unearned = pay_off_cents(now, today)
    card = kept_cards.card(reader, clinic.tenant, row.kept_card_id) if row.kept_card_id else None
    kept = card if card is not None and not card.dropped_at and row.method == "card" else None
    return PlanSeen(row, now, pay_off, unearned, today, kept, whose)


def document_of(reader: HubReader, clinic: ClinicFacts, row: PlanRow) -> AgreementDocument | None:
    """The agreement on paper; None where its patient is gone."""
    survivor = people.survivor(reader, clinic.tenant, row.patient_id)
    patient = recorded.one(reader, clinic.tenant, Patient, survivor)
    if patient is None:
        return None
    accepted_on = local_day(reader, clinic.tenant, row.accepted_at).isoformat() if row.accepted else ""
    return agreement_document(row, patient, clinic.practice, local_day(reader, clinic.tenant, row.put_at).isoformat(),
                              accepted_on)  # fmt: skip
