"""Today: the day's visits with what is due, and the decision column of one visit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.clinic import Clinic
from app.from_home import from_home
from app.heads import coverage_head, day_text, days_text, patient_head, visit_head
from app.method import card_text
from app.payables import Due, VisitMoney, due_cents, dues
from app.settings import PAST_DUE_DAYS, Settings
from app.views import EXPECTED_STATES, DueLine, DueState, Person, SideView, TodayRow, TodayView, VisitState
from app.visits import Visits
from models.basics.clock import parse_utc, utc_text
from models.basics.errors import RuleBroken
from models.basics.money import show_cents
from models.operations.records import Appointment, AppointmentProfile
from models.rules.billing import BILLING_STATUS_WORDS, copay_mark
from models.rules.collecting import Part
from models.rules.estimate import age_level
from models.rules.visits import has_come, is_over
from models.store.queries import attention, collect, plans, recorded, requests, rows, today
from models.store.queries.rows import ChargeRow, LotRow, VisitRow
from models.store.queries.today import DayRow


class Schedule:
    """The day as the desk sees it. Blocks for a few milliseconds: call it on the `reads` lane."""

    def __init__(self, clinic: Clinic, settings: Settings) -> None:
        self._clinic, self._settings = clinic, settings
        self._visits = Visits(clinic)

    def day(self, day: date | None = None) -> TodayView:
        """One day, today without an argument: rows in order of time, four figures, and the row to select."""
        clinic = self._clinic
        today_is = clinic.today()
        shown = day or today_is
        book = _read(clinic, shown)
        known = [_row(clinic, book, found, self._settings.get(PAST_DUE_DAYS)) for found in book.visits]
        copays = [_copay(book, found) for found in book.visits]
        if shown == today_is:  # their credit is asked for behind the screen, in case the line breaks
            clinic.holds.listed([row.patient.patient_id for row in known if row.credit_cents > 0 and row.due_cents > 0])
        return TodayView(
            day=shown, is_today=shown == today_is, as_of=clinic.now(), now=clinic.now(), rows=tuple(known),
            arrived=sum(has_come(found.visit.status) for found in book.visits),
            copays_collected_cents=sum(paid for paid, _ in copays),
            copays_expected_cents=sum(asked for _, asked in copays),
            collected_cents=book.taken.cents, payments=book.taken.payments, attention=book.attention,
            attention_confirming=len(book.in_doubt),
            practitioners=tuple(sorted({row.visit.practitioner for row in known if row.visit.practitioner})),
            next_index=next_index(known) if shown == today_is else -1,
        )  # fmt: skip

    def side(self, appointment_id: str) -> SideView:
        """The decision column for one visit. Raises RuleBroken `visit.not_found` when it was taken out meanwhile."""
        clinic, tenant = self._clinic, self._clinic.tenant
        with clinic.store.reader() as reader:
            visit = rows.visit(reader, tenant, appointment_id)
            person = rows.patient(reader, tenant, visit.patient_id) if visit else None
            if visit is None or person is None:
                raise RuleBroken("visit.not_found")
            insured = rows.coverage(reader, tenant, person.id)
            money = VisitMoney(
                collect.charged_on_visit(reader, tenant, visit.id), collect.prepaid_for(reader, tenant, visit.id),
                insured.copay_cents if insured and insured.status == "active" else None,
            )  # fmt: skip
            charges = collect.open_charges(reader, tenant, person.id)
            figures = collect.figures(reader, tenant, person.id)
            doubt = today.in_doubt(reader, tenant)
            quiet = today.not_collecting(reader, tenant, visit.service_date)
            own = collect.charges_of_visit(reader, tenant, visit.id)
            paid = _paid_for_visit(own, money.prepaid_cents)
            record = recorded.one(reader, tenant, Appointment, visit.id)
            kind = recorded.one(reader, tenant, AppointmentProfile, record.profile_id) if record else None
            last = today.last_paid(reader, tenant, person.id)
            link_cents, link_until = self._asked_by_link(reader, visit)
            home = from_home(clinic, reader, person.id)
        found = dues(clinic, visit, money, charges, self._settings.get(PAST_DUE_DAYS))
        due = due_cents(found)
        return SideView(
            patient=patient_head(person, clinic.today()), visit=visit_head(visit, clinic),
            coverage=coverage_head(insured, clinic),
            lines=tuple(_due_line(clinic, each) for each in found if each.selected), total_cents=due,
            credit_cents=figures.credit_cents, prepaid_cents=figures.prepaid_cents,
            due_state=_due_state(due, paid, in_doubt=_doubts(doubt, visit), quiet=visit.id in quiet),
            last_paid=_last_paid(clinic, last), copay=_copay_mark(visit, record, own, money),
            consents=kind.consents if kind else (),
            billing=BILLING_STATUS_WORDS.get(self._visits.card(appointment_id).billing_status, ""),
            link_cents=link_cents, link_until=link_until, from_home=home,
        )  # fmt: skip

    def _asked_by_link(self, reader: Any, visit: VisitRow) -> tuple[int, date | None]:
        """What the newest link that can still be used asks for a visit, and the last day it works; 0 for none."""
        from models.store.queries import links, online  # no link is looked for before the first screen stands
        from models.store.queries.insured import asking

        clinic = self._clinic
        payer = online.payer_of(asking(reader), clinic.tenant, visit.patient_id)
        open_ = [row for row in links.of_patients(reader, clinic.tenant, [payer])
                 if not (row.online_id or row.revoked_at)]  # fmt: skip
        if not open_:
            return 0, None
        standings = links.Standings(reader, clinic.tenant, utc_text(clinic.clock.now()), clinic.today())
        for row in links.about_visit(reader, clinic.tenant, open_, visit.id):
            now = standings.of(row)
            if now.payable:
                return now.due_cents, clinic.local(row.expires_at).date()
        return 0, None

    def check_in(self, appointment_id: str, person: Person) -> None:
        """The patient stands at the desk and is checked in. Doing it twice is nothing. Lane `store`. Raises as
        `Visits.set_status` does."""
        self._visits.set_status(appointment_id, "checked_in", person)


# The day's book ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Book:
    """Everything the day's rows are made of, by patient and by visit."""

    visits: list[DayRow]
    charges: dict[str, list[ChargeRow]]
    visit_charges: dict[str, list[ChargeRow]]
    lots: dict[str, list[LotRow]]
    prepaid: dict[str, int]
    in_doubt: dict[str, int]
    quiet: set[str]
    taken: today.Taken
    overdue: dict[str, int]
    attention: int = 0
    on_plan: frozenset[str] = frozenset()


def _read(clinic: Clinic, shown: date) -> _Book:
    tenant, day = clinic.tenant, shown.isoformat()
    with clinic.store.reader() as reader:
        found = [row for row in today.visits(reader, tenant, day) if row.visit.status != "cancelled"]
        charges: dict[str, list[ChargeRow]] = defaultdict(list)
        by_visit: dict[str, list[ChargeRow]] = defaultdict(list)
        lots: dict[str, list[LotRow]] = defaultdict(list)
        prepaid: dict[str, int] = defaultdict(int)
        for charge in today.charges(reader, tenant, day):
            charges[charge.patient_id].append(charge)
            if charge.appointment_id:
                by_visit[charge.appointment_id].append(charge)
        for lot in today.lots(reader, tenant, day):
            lots[lot.patient_id].append(lot)
            if lot.appointment_id:
                prepaid[lot.appointment_id] += lot.cents
        return _Book(
            found, charges, by_visit, lots, prepaid, today.in_doubt(reader, tenant),
            today.not_collecting(reader, tenant, day), today.taken(reader, tenant, day),
            requests.overdue_at(reader, tenant, day, clinic.today().isoformat()),
            attention.count(reader, tenant, clinic.today().isoformat(), clinic.identity.device_id),
            plans.on_plan(reader, tenant, [row.visit.patient_id for row in found]),
        )  # fmt: skip


def _row(clinic: Clinic, book: _Book, found: DayRow, past_due_days: int) -> TodayRow:
    visit, own = found.visit, book.visit_charges.get(found.visit.id, [])
    prepaid = max(book.prepaid.get(visit.id, 0), 0)
    money = VisitMoney(sum(charge.responsibility_cents for charge in own), prepaid, found.plan_copay_cents)
    due = due_cents(dues(clinic, visit, money, book.charges.get(visit.patient_id, []), past_due_days))
    paid = _paid_for_visit(own, prepaid)
    state = _due_state(due, paid, in_doubt=_doubts(book.in_doubt, visit), quiet=visit.id in book.quiet)
    lots = book.lots.get(visit.patient_id, [])
    return TodayRow(
        visit_head(visit, clinic), patient_head(found.patient, clinic.today()),
        max(sum(lot.cents for lot in lots if not lot.appointment_id), 0), prepaid, state, due, paid,
        book.overdue.get(visit.id, 0), _plan_age(clinic, found),
        visit.patient_id in book.on_plan,
    )  # fmt: skip


def _plan_age(clinic: Clinic, found: DayRow) -> str:
    if not found.plan_asked_at:
        return "" if found.plan_asked_at is None else age_level(None)
    at = parse_utc(found.plan_asked_at)
    answered_on = at.astimezone(clinic.zone).date().isoformat()
    return age_level(int((clinic.clock.now() - at).total_seconds()), answered_on, found.visit.service_date)


def _copay(book: _Book, found: DayRow) -> tuple[int, int]:
    """(collected, expected) copay of a visit: of its copay charges, else what the plan asks and what is prepaid."""
    own = book.visit_charges.get(found.visit.id, [])
    if not own and found.visit.status == "no_show":
        return 0, 0
    return _copay_of(found.visit, own, found.plan_copay_cents, book.prepaid.get(found.visit.id, 0))


def _copay_of(
    visit: VisitRow, own: Sequence[ChargeRow], plan_copay_cents: int | None, prepaid_cents: int
) -> tuple[int, int]:  # fmt: skip
    """(paid, asked) copay of a visit, whether it will be or not."""
    if own:
        copays = [charge for charge in own if charge.kind == "copay"]
        return sum(c.paid_cents for c in copays), sum(c.responsibility_cents for c in copays)
    asked = visit.copay_cents if visit.copay_cents is not None else plan_copay_cents
    expected = asked or 0
    return min(max(prepaid_cents, 0), expected), expected


def _copay_mark(visit: VisitRow, record: Appointment | None, own: Sequence[ChargeRow], money: VisitMoney) -> str:
    """The COPAY indicator of a visit that is or will be."""
    paid, asked = _copay_of(visit, own, money.plan_copay_cents, money.prepaid_cents)
    return "" if record is None or is_over(visit.status) else copay_mark(record.payment_profile, asked, paid)


def _paid_for_visit(own: Iterable[ChargeRow], prepaid_cents: int) -> int:
    return sum(charge.paid_cents for charge in own) + prepaid_cents


def _doubts(in_doubt: dict[str, int], visit: VisitRow) -> bool:
    return visit.id in in_doubt or visit.patient_id in in_doubt


def _due_state(due: int, paid: int, *, in_doubt: bool, quiet: bool) -> DueState:
    if in_doubt:
        return DueState.CONFIRMING
    if due:
        return DueState.NOT_COLLECTING if quiet else DueState.DUE
    return DueState.PAID if paid else DueState.NOTHING


def next_index(known: Sequence[TodayRow]) -> int:
    """The row to select: who arrived first and owes, else who was checked in and owes, else the next who is expected
    and owes; -1 when nobody owes."""
    for states in ((VisitState.ARRIVED,), (VisitState.CHECKED_IN,), EXPECTED_STATES):
        for index, row in enumerate(known):
            if row.visit.state in states and row.due_state is DueState.DUE:
                return index
    return -1


def _due_line(clinic: Clinic, due: Due) -> DueLine:
    """A reason why something is due: `Copay, office visit`, or `Balance from Mar 2` with `Lab panel · 73 days`."""
    payable = due.payable
    if payable.part is not Part.BALANCE:
        return DueLine(due.title, "", payable.owes_cents)
    title = f"Balance from {day_text(payable.service_date, clinic.today())}"
    return DueLine(title, f"{due.title} · {days_text(due.days)}", payable.owes_cents)


def _last_paid(clinic: Clinic, last: tuple[int, str, str, str, str] | None) -> str:
    """`$30.00 on Feb 11, Visa 4242`, or nothing."""
    if last is None:
        return ""
    cents, taken_at, tender, brand, last4 = last
    how = card_text(brand, last4) if tender == "card" else tender
    return f"{show_cents(cents)} on {day_text(clinic.local(taken_at).date(), clinic.today())}, {how}"
