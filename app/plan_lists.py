"""Payment plans in lists: of a patient, of everybody, what happened to them (S4-03, S4-04)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from app.clinic import Clinic
from app.message_lines import show_address
from app.plan_standings import late_since, stand_all
from app.plan_views import PlanHappened, PlanListed
from models.basics.money import show_cents
from models.rules.numbers import plan_number
from models.rules.people import display_name
from models.rules.plan_standing import PlanStanding, PlanStatus, State
from models.rules.plans import sum_of
from models.store.queries import collect, family, kept_cards, links, messages, online, plans, rows
from models.store.queries.insured import asking
from models.store.queries.plans import PlanEventRow, PlanRow

_EVENTS = {
    "put": ("Payment Plan Pending", "Dormant"), "changed": ("Payment Plan Changed", "Dormant"),
    "accepted": ("Payment Plan Accepted", "Authorized"), "activated": ("Payment Plan Setup", "Active"),
    "skipped": ("Plan Payment Skipped", "Skipped"), "method": ("Payment Method Changed", "Active"),
    "cancelled": ("Payment Plan Cancelled", "Cancelled"), "replaced": ("Payment Plan Replaced", "Cancelled"),
    "closed": ("Payment Plan Closed", "Closed"),
    "reopened": ("Payment Plan Reopened", "Active"),
}  # fmt: skip
"""What a history calls an event, and its status (S4-03)."""
_SENT_BY = {"text": "texted to", "email": "emailed to"}
_SENT = {"waiting": "Pending", "sent": "Sent", "failed": "Not sent"}
_CHARGES = {"declined": "Declined", "unknown": "Pending"}


class PlanLists:
    """Lane `reads`."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic

    def running(self) -> tuple[PlanListed, ...]:
        """Plans in force and drafts of everybody: what is late first, the latest on top."""
        clinic = self._clinic
        with clinic.store.reader() as reader:
            found = self._listed(reader, plans.running(reader, clinic.tenant))
        return tuple(sorted(found, key=_urgent))

    def of_patient(self, patient_id: str) -> tuple[PlanListed, ...]:
        """Every plan of a patient and their family, and what is owed without one (S4-05)."""
        clinic = self._clinic
        with clinic.store.reader() as reader:
            members = [row.id for row in family.family(reader, clinic.tenant, patient_id)] or [patient_id]
            return self.of_people(reader, members)

    def of_people(self, reader: Any, members: Sequence[str]) -> tuple[PlanListed, ...]:
        """The same for people by the records they go by."""
        found = self._listed(reader, plans.plans_of(reader, self._clinic.tenant, members))
        drafted = {listed.patient_id for listed in found if listed.status is PlanStatus.DORMANT}
        dormant = [self._without(reader, each) for each in members if each not in drafted]
        return (*found, *(each for each in dormant if each is not None))

    def late(self, reader: Any) -> tuple[PlanListed, ...]:
        """Plans of which something should have come, or whose card nobody could charge; the latest first."""
        found = self._listed(reader, plans.running(reader, self._clinic.tenant))
        return tuple(sorted((each for each in found if each.late_cents or each.trouble), key=_urgent))

    def history(self, patient_id: str, plan_id: str = "") -> tuple[PlanHappened, ...]:
        """What happened to the plans of a patient (or one of them), newest first, in the field's words (S4-03); of the
        whole patient also kept cards and payments that were for no plan. A link that was sent is one line a channel."""
        clinic = self._clinic
        with clinic.store.reader() as reader:
            known = [row for row in plans.plans_of(reader, clinic.tenant, [patient_id])
                     if plan_id in ("", row.plan_id)]  # fmt: skip
            found = [_event(clinic, each) for each in _events(reader, clinic, known)]
            found += self._payments(reader, patient_id, plan_id)
            found += self._links(reader, patient_id, plan_id)
            if not plan_id:
                found += [
                    PlanHappened(clinic.local(card.kept_at), "", "Payment profile created", "", None)
                    for card in kept_cards.cards_of(reader, clinic.tenant, patient_id)
                ]
        return tuple(sorted(found, key=lambda each: each.at, reverse=True))

    def _links(self, reader: Any, patient_id: str, plan_id: str) -> list[PlanHappened]:
        """Messages that carried a link: about this plan, or all (S4-07)."""
        clinic, found = self._clinic, list[PlanHappened]()
        payer = online.payer_of(asking(reader), clinic.tenant, patient_id)
        subjects = {row.link_id: row.subject_id if row.subject == "plan" else ""
                    for row in links.of_patients(reader, clinic.tenant, [payer])}  # fmt: skip
        for row in messages.of_patients(reader, clinic.tenant, [payer]) if subjects else ():
            paper = next((each for each in orjson.loads(row.papers or "[]") if each["source_id"] in subjects), None)
            about = subjects[paper["source_id"]] if paper else ""
            if paper is None or plan_id not in ("", about):
                continue
            sent = f"{_SENT_BY[row.channel]} {show_address(row.channel, row.address)}"
            words = f"QuickPay link {sent} for balance of {show_cents(paper['amount_cents'])}"
            number = plan_number(about) if about else ""
            found.append(PlanHappened(clinic.local(row.asked_at), number, words, _SENT[row.state], None, about))
        return found

    def _payments(self, reader: Any, patient_id: str, plan_id: str) -> list[PlanHappened]:
        clinic, found = self._clinic, list[PlanHappened]()
        for paid in plans.payments_of(reader, clinic.tenant, [patient_id]):
            if plan_id and paid.plan_id != plan_id:
                continue
            cents = paid.cents if paid.plan_id else paid.amount_cents
            if cents <= 0:
                continue
            status = "Reversed" if paid.reversed_at else f"Approved {show_cents(cents)}"
            number = plan_number(paid.plan_id) if paid.plan_id else ""
            event = "Plan Payment" if paid.plan_id else "Other Payment"
            found.append(PlanHappened(clinic.local(paid.taken_at), number, event, status, cents, paid.plan_id))
        return found

    def _listed(self, reader: Any, found: Sequence[PlanRow]) -> list[PlanListed]:
        active = [row for row in found if row.status == PlanStatus.ACTIVE]
        standings = stand_all(self._clinic, reader, active)
        return [self._one(reader, row, standings.get(row.plan_id)) for row in found]

    def _one(self, reader: Any, row: PlanRow, now: PlanStanding | None) -> PlanListed:
        """`now` is how one in force stands."""
        status, lines = PlanStatus(row.status), row.instalments
        usual = lines[1 if row.down_cents and len(lines) > 1 else 0].cents
        kind = "AR Payment Plan" if len(lines) > 1 else "AR One Time Payment"
        listed = PlanListed(
            row.plan_id, row.patient_id, plan_number(row.plan_id), self._name(reader, row.patient_id), kind, status,
            usual, sum_of(lines) if status is PlanStatus.DORMANT else 0,
        )  # fmt: skip
        if now is None:
            return listed
        first = now.next
        trouble = next((each.state.value for each in now.lines if each.state in (State.FAILED, State.CONFIRMING)), "")
        return PlanListed(
            row.plan_id, row.patient_id, listed.number, listed.name, kind, status, usual, now.owed_cents,
            first.line.due if first else None, first.open_cents if first else 0, now.late_cents, late_since(now),
            trouble, sum(1 for each in now.lines if each.open_cents),
        )  # fmt: skip

    def _without(self, reader: Any, patient_id: str) -> PlanListed | None:
        """What a patient owes that is on no plan yet."""
        clinic, today = self._clinic, self._clinic.today().isoformat()
        owed = sum(row.owed_cents for row in collect.open_charges(reader, clinic.tenant, patient_id)
                   if not row.plan_id and row.payable and row.service_date <= today)  # fmt: skip
        if not owed:
            return None
        return PlanListed("", patient_id, "", self._name(reader, patient_id), "AR", PlanStatus.DORMANT, None, owed)

    def _name(self, reader: Any, patient_id: str) -> str:
        person = rows.person(reader, self._clinic.tenant, patient_id)
        return display_name(family=person.family, given=person.given, suffix=person.suffix) if person else ""


def _events(reader: Any, clinic: Clinic, known: Sequence[PlanRow]) -> list[PlanEventRow]:
    """What happened but for charges that went well: those are payments."""
    ids = [row.plan_id for row in known]
    return [each for each in plans.events(reader, clinic.tenant, ids) if each.outcome != "charged"] if ids else []


def _event(clinic: Clinic, row: PlanEventRow) -> PlanHappened:
    at, number = clinic.local(row.made_at), plan_number(row.plan_id)
    if row.event == "charge":
        return PlanHappened(at, number, "Plan Payment", _CHARGES[row.outcome], row.amount_cents, row.plan_id)
    event, status = _EVENTS[row.event]
    return PlanHappened(at, number, event, status, None, row.plan_id)


def _urgent(listed: PlanListed) -> tuple[bool, bool, str, str]:
    since = listed.late_since or listed.next_due
    return not listed.late_cents, not listed.trouble, since.isoformat() if since else "9", listed.name
