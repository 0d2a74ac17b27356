"""The tender pay link: what Collect would take now is asked by a link instead; nothing counts as paid (S0-43).

Charges that are chosen are what the link is for, to the cent. What has no charge yet (a copay in advance, money beyond
the lines) becomes a payment that is asked for, with the link that takes it: so the visit shows that it is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from app.link_views import LinkChoice, LinkLine, LinkOffer
from app.links import PLAN, Links
from app.payment_requests import PaymentRequests
from app.request_views import RequestForm
from app.views import CollectSheet, Person
from models.basics.ids import new_id
from models.rules.plans import answered

REQUEST, BALANCE = "request", "balance"


@dataclass(frozen=True, slots=True)
class LinkOrder:
    """What Collect would take: `amounts` by line, `extra_cents` beyond them, `cents` of it in money (credit on account
    may cover the rest)."""

    sheet: CollectSheet
    amounts: Mapping[str, int]
    extra_cents: int
    cents: int

    @property
    def parts(self) -> tuple[tuple[str, int], ...]:
        """(charge, cents) where money for charges alone is asked, and all of it; else none."""
        lines = [line for line in self.sheet.lines if self.amounts.get(line.key)]
        bare = self.extra_cents or not all(line.charge_id for line in lines)
        if bare or sum(self.amounts.values()) != self.cents:
            return ()
        return tuple((line.charge_id, self.amounts[line.key]) for line in lines)


class LinkAtCollect:
    """`offer` on the `reads` lane, `ask` on `store`."""

    def __init__(self, links: Links, requests: PaymentRequests) -> None:
        self._links, self._requests = links, requests

    def offer(self, order: LinkOrder) -> LinkOffer:
        """The link that would be made. Raises as `Links.offer`."""
        sheet, patient_id = order.sheet, order.sheet.patient.patient_id
        if sheet.asked is not None:
            plan_id, _ = answered(sheet.asked.request_id)
            subject, subject_id = (PLAN, plan_id) if plan_id else (REQUEST, sheet.asked.request_id)
            return self._links.offer(subject, patient_id, subject_id)
        if order.parts:
            made = self._links.offer(BALANCE, patient_id, charge_ids=[charge_id for charge_id, _ in order.parts])
            owes = {item.charge_id: item.amount_cents for item in made.items}
            if all(cents <= owes.get(charge_id, 0) for charge_id, cents in order.parts):
                return replace(made, owed_cents=order.cents)
        return self._links.offer(REQUEST, patient_id, new_id(), asked_cents=order.cents)

    def ask(self, order: LinkOrder, offer: LinkOffer, choice: LinkChoice, person: Person) -> LinkLine:
        """Make the link and send it; the payment it asks for is written down first where nothing asks for it yet.
        Raises as `Links.issue` and `PaymentRequests.save`."""
        sheet = order.sheet
        if offer.subject == REQUEST and sheet.asked is None:
            visit = sheet.visit.appointment_id if sheet.visit is not None else ""
            amount = f"{order.cents // 100}.{order.cents % 100:02d}"
            form = RequestForm(offer.subject_id, sheet.patient.patient_id, amount, visit)
            self._requests.save(form, person, submit=True)
        parts = order.parts if offer.subject == BALANCE else ()
        return self._links.issue(offer, replace(choice, parts=parts), person)
