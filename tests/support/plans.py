"""Payment plans of a clinic with a portal: written down at its desk, sent by link or put into force there."""

from __future__ import annotations

from datetime import date, timedelta

from models.basics.ids import new_id
from models.operations import plans
from models.rules.agreement import Agreed, agreement, sha256
from models.rules.plans import Frequency, Instalment, nth_due
from tests.support.links import issue
from tests.support.portal import Clinic


class Plan:
    """An agreement of Rosa's 80.00 less 8.00, in three payments of 24.00, one a month."""

    def __init__(self, clinic: Clinic, *, begins_in: int = 0) -> None:
        self.clinic, self.plan_id, self.charge = clinic, new_id(), clinic.charges["rosa"]
        found = clinic.hub.hub.portal.clinics.find(clinic.tenant)
        self.today: date = found.today(clinic.hub.clock.now())
        self.first = self.today + timedelta(days=begins_in)
        self.sha256 = ""
        self.put(2_400)

    def put(self, *cents: int, method: str = "other") -> None:
        """The desk writes the terms down: so much each time, three times, or these amounts."""
        amounts = cents * 3 if len(cents) == 1 else cents
        lines = [Instalment(n + 1, nth_due(self.first, n, Frequency.MONTHLY), each) for n, each in enumerate(amounts)]
        text = agreement(Agreed(clinic="Alder Street Family Medicine", lines=lines, signed_on=self.today,
                                encounter_cents=8_000, discount_cents=800))  # fmt: skip
        self.sha256 = sha256(text)
        self.clinic.put(plans.PlanPut(
            plan_id=self.plan_id, patient_id=self.clinic.rosa, charge_ids=(self.charge,), encounter_cents=8_000,
            discount_cents=800, discount_group="PR", discount_reason="44", terms="plan-1", terms_sha256=self.sha256,
            method=method, text=text, lines=tuple(
                plans.PlanLine(no=each.no, due_date=each.due.isoformat(), amount_cents=each.cents) for each in lines),
        ))  # fmt: skip

    def send(self, note: str = "As we said") -> str:
        """A link to agree to it; its id."""
        return issue(self.clinic, 7_200, subject="plan", subject_id=self.plan_id, note=note)
