"""The life of a visit: booked, once or again and again, moved, moved on through its statuses, fallen out (S0-36 …
S0-39). Booking lists charges and takes no money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from app.clinic import Clinic
from app.fees import FEE_WORDS, NO_SHOW, fee_id
from app.heads import patient_head
from app.refusals import account_changed, insist, need
from app.views import Person
from app.visit_charges import listed_on, profile_charges, put_back, take_off
from app.visit_views import BookingPreview, MovedOn, NewVisit, Offer, VisitCard
from models.basics.clock import utc_text
from models.basics.errors import RuleBroken
from models.basics.ids import natural_id, new_id
from models.operations.bodies import Fee, Move, MoveLine, VisitBilling, VisitStatus
from models.operations.records import (
    BILLING_STATUSES,
    Appointment,
    AppointmentProfile,
    BillingProfile,
    Location,
    Practitioner,
    Rules,
    Series,
)
from models.rules.billing import CASH, Bill, billing_status
from models.rules.recurrence import days, fault, instance_key, moment
from models.rules.rights import Right
from models.rules.visits import Stage, may_become, offered, stage_of, status_words
from models.store.queries import collect, recorded, rows, visits
from models.store.queries.visits import Standing

if TYPE_CHECKING:
    from models.store.transaction import Tx

LONGEST_TITLE = 80
MOST_MINUTES = 24 * 60
BACK_DAYS, AHEAD_DAYS = 366, 3 * 366
"""A visit lies at most so far from today: a mistyped year is no visit."""

_GONE = (Stage.NO_SHOW, Stage.CANCELLED)
_MOVABLE = (Stage.PLANNED, Stage.NO_SHOW, Stage.CANCELLED)


class Visits:
    """Books visits and moves them on. `offer`, `preview` and `card` on the `reads` lane, the rest on `store`."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic

    # A new visit --------------------------------------------------------------------------------------------------

    def offer(self, patient_id: str) -> Offer:
        """What a new visit of this patient may be made of. Raises RuleBroken `visit.no_patient`."""
        clinic, tenant = self._clinic, self._clinic.tenant
        with clinic.store.reader() as reader:
            person = rows.person(reader, tenant, patient_id)
            if person is None:
                raise RuleBroken("visit.no_patient")
            kinds = recorded.everything(reader, tenant, AppointmentProfile)
            sets = recorded.everything(reader, tenant, BillingProfile)
            people = recorded.everything(reader, tenant, Practitioner)
            places = recorded.everything(reader, tenant, Location)
            return Offer(
                patient=patient_head(person, clinic.today()), visit_id=new_id(), today=clinic.today(),
                now=clinic.now(), profiles=tuple(each for each in kinds if each.active),
                billing_profiles=tuple(each for each in sets if each.active),
                practitioners=tuple((each.id, each.name) for each in people),
                locations=tuple((each.id, each.name) for each in places),
                covered=is_covered(reader, tenant, person.id),
            )  # fmt: skip

    def preview(self, form: NewVisit) -> BookingPreview:
        """The days and charges `book` would write. Raises RuleBroken for what cannot be booked (see `book`), but for
        times that are taken: those are named as `clashes`."""
        with self._clinic.store.reader() as reader:
            return self._planned(reader, form)

    def book(self, form: NewVisit, person: Person) -> BookingPreview:
        """Book a visit, or every visit of a series, with the charges its profile lists, in one transaction. No money
        moves. Booking the same `visit_id` again is nothing. Returns what was written.

        Raises RuleBroken, nothing written: `staff.right_missing`, `visit.no_patient`, `visit.title_missing`,
        `visit.time`, `visit.minutes`, `visit.day_out_of_range`, `visit.time_taken` (count), `profile.not_known`,
        `series.…` (see `models.rules.recurrence.fault`).
        """
        need(Right.VISITS, person)
        clinic = self._clinic
        with clinic.store.write() as tx:
            plan = self._planned(tx.reader, form)
            made = self._appointments(form, plan)
            if recorded.one(tx.reader, clinic.tenant, Appointment, made[0].id) is not None:
                return plan
            if plan.clashes:
                raise RuleBroken("visit.time_taken", count=len(plan.clashes))
            if form.repeat is not None:
                self._record(tx, _series(form), person, form.visit_id)
            profile = self._codes(tx.reader, form)
            for visit in made:
                self._record(tx, visit, person, form.visit_id)
                covered = is_covered(tx.reader, clinic.tenant, form.patient_id)
                for charge in profile_charges(clinic.tenant, visit, profile, covered=covered):
                    self._record(tx, charge, person, form.visit_id)
        return plan

    def _planned(self, reader: Any, form: NewVisit) -> BookingPreview:
        tenant = self._clinic.tenant
        if rows.patient(reader, tenant, form.patient_id) is None:
            raise RuleBroken("visit.no_patient")
        if not form.title.strip():
            raise RuleBroken("visit.title_missing")
        if not 0 <= form.minutes <= MOST_MINUTES:
            raise RuleBroken("visit.minutes", most=MOST_MINUTES)
        self._check_day(form.day)
        planned: tuple[date, ...] = (form.day,)
        if form.repeat is not None:
            wrong = fault(form.repeat)
            if wrong:
                raise RuleBroken(wrong)
            planned = days(form.repeat)
        self._starts(form.day, form.time)
        codes = self._codes(reader, form)
        sample = self._appointment(form, planned[0])
        listed = profile_charges(tenant, sample, codes, covered=is_covered(reader, tenant, form.patient_id))
        taken = visits.taken_times(reader, tenant, form.patient_id, tuple(day.isoformat() for day in planned))
        clashes = tuple(day for day in planned if self._starts(day, form.time) in taken)
        return BookingPreview(planned, tuple(listed_on(charge) for charge in listed), clashes)

    def _codes(self, reader: Any, form: NewVisit) -> BillingProfile | None:
        tenant = self._clinic.tenant
        if form.profile_id and recorded.one(reader, tenant, AppointmentProfile, form.profile_id) is None:
            raise RuleBroken("profile.not_known")
        if not form.billing_profile_id:
            return None
        profile = recorded.one(reader, tenant, BillingProfile, form.billing_profile_id)
        if profile is None:
            raise RuleBroken("profile.not_known")
        return profile

    def _appointments(self, form: NewVisit, plan: BookingPreview) -> tuple[Appointment, ...]:
        return tuple(self._appointment(form, day) for day in plan.days)

    def _appointment(self, form: NewVisit, day: date) -> Appointment:
        key = instance_key(form.visit_id, day) if form.repeat is not None else ""
        return Appointment(
            id=natural_id(self._clinic.tenant, key) if key else form.visit_id, patient_id=form.patient_id,
            starts_at=self._starts(day, form.time), service_date=day.isoformat(),
            title=_line(form.title), reason=_line(form.reason), minutes=form.minutes,
            practitioner_id=form.practitioner_id, location_id=form.location_id,
            copay_cents=0 if form.payment_profile == CASH else form.copay_cents,
            payment_profile=form.payment_profile, profile_id=form.profile_id,
            series_id=form.visit_id if key else "", instance_key=key,
        )  # fmt: skip

    def _starts(self, day: date, time: str) -> str:
        try:
            return utc_text(moment(day, time, self._clinic.zone))
        except (ValueError, OverflowError) as error:
            raise RuleBroken("visit.time") from error

    def _check_day(self, day: date) -> None:
        away = (day - self._clinic.today()).days
        if not -BACK_DAYS <= away <= AHEAD_DAYS:
            raise RuleBroken("visit.day_out_of_range")

    # One visit in view --------------------------------------------------------------------------------------------

    def card(self, appointment_id: str) -> VisitCard:
        """A visit as its dialogs name it. Raises RuleBroken `visit.not_found`."""
        clinic, tenant = self._clinic, self._clinic.tenant
        with clinic.store.reader() as reader:
            now = _found(reader, tenant, appointment_id)
            visit = now.visit
            person = rows.patient(reader, tenant, visit.patient_id)
            if person is None:
                raise RuleBroken("visit.not_found")
            rules = recorded.rules(reader, tenant)
            charged = collect.charges_of_visit(reader, tenant, appointment_id)
            own = visits.charges(reader, tenant, appointment_id)
            who = recorded.one(reader, tenant, Practitioner, visit.practitioner_id)
            later = self._run(reader, now, following=True)[1:]
            prepaid = collect.prepaid_for(reader, tenant, appointment_id)
        bill = Bill(
            sum(charge.responsibility_cents for charge in own), sum(row.owed_cents for row in charged),
            any(charge.insurance_pending for charge in own), visit.payment_profile, now.billing,
        )  # fmt: skip
        return VisitCard(
            appointment_id=appointment_id, patient=patient_head(person, clinic.today()),
            title=visit.title or visit.reason or "Visit", starts_at=clinic.local(visit.starts_at),
            practitioner=who.name if who else "", status=now.status,
            billing_status=billing_status(bill, paid_in_full_follows=rules.paid_in_full_follows),
            billing_said=now.billing, following=len(later), prepaid_cents=prepaid,
            paid_cents=sum(row.paid_cents for row in charged if row.kind != "fee"),
            listed=sum(charge.made_here and charge.kind != "fee" for charge in own),
            ways=tuple((status, status_words(status)) for status in offered(now.status, rules.custom_statuses)),
            no_show_fee_cents=rules.no_show_fee_cents,
        )  # fmt: skip

    # Moving on ----------------------------------------------------------------------------------------------------

    def set_status(self, appointment_id: str, status: str, person: Person, *, following: bool = False) -> MovedOn:
        """Move a visit on, or put it back; with `following` the visits of its series after it too, where they may.
        Setting it to where it is is nothing.

        When a visit falls out, the charges listed for it at a desk are taken off: what was paid on them stays with the
        visit (or becomes credit, by the practice's rule). When it comes back, they are owed again.
        Raises RuleBroken, nothing written: `staff.right_missing`, `visit.not_found`, `visit.cannot_become` (status).
        """
        need(Right.VISITS, person)
        clinic, tenant = self._clinic, self._clinic.tenant
        with clinic.store.write() as tx:
            rules = recorded.rules(tx.reader, tenant)
            now = _found(tx.reader, tenant, appointment_id)
            if now.status == status and not following:
                return MovedOn(0, status)
            if now.status != status and not may_become(now.status, status, rules.custom_statuses):
                raise RuleBroken("visit.cannot_become", status=status_words(status))
            before = collect.figures(tx.reader, tenant, now.visit.patient_id)
            run = [each for each in self._run(tx.reader, now, following=following)
                   if may_become(each.status, status, rules.custom_statuses)]  # fmt: skip
            for each in run:
                move_on(tx, clinic, each, status, person)
            if following and run and stage_of(status) is Stage.CANCELLED:
                self._end_series(tx, run[0].visit, person)
        return self._moved_on(now, status, len(run), rules, before.credit_cents)

    def _moved_on(self, was: Standing, status: str, count: int, rules: Rules, credit_before: int) -> MovedOn:
        if stage_of(status) not in _GONE:
            return MovedOn(count, status)
        clinic, tenant, visit = self._clinic, self._clinic.tenant, was.visit
        with clinic.store.reader() as reader:
            after = collect.figures(reader, tenant, visit.patient_id)
            waits = collect.prepaid_for(reader, tenant, visit.id)
            asked = any(charge.id == fee_id(tenant, visit.id, NO_SHOW) and charge.responsibility_cents
                        for charge in visits.charges(reader, tenant, visit.id))  # fmt: skip
        fee = rules.no_show_fee_cents if stage_of(status) is Stage.NO_SHOW and not asked else 0
        return MovedOn(count, status, waits, max(after.credit_cents - credit_before, 0), fee)

    def _run(self, reader: Any, now: Standing, *, following: bool) -> list[Standing]:
        """The visit, and with `following` those of its series planned after it that did not begin."""
        visit = now.visit
        if not following or not visit.series_id:
            return [now]
        found = visits.of_series(reader, self._clinic.tenant, visit.patient_id, visit.series_id, visit.instance_key)
        return [now, *(each for each in found if each.visit.id != visit.id and stage_of(each.status) is Stage.PLANNED)]

    def _end_series(self, tx: Tx, first: Appointment, person: Person) -> None:
        """A series whose rest was cancelled ends the day before."""
        series = recorded.one(tx.reader, self._clinic.tenant, Series, first.series_id)
        if series is not None:
            last = date.fromisoformat(first.service_date) - timedelta(days=1)
            ends = max(last.isoformat(), series.starts_on)
            self._record(tx, replace(series, ends_on=min(ends, series.ends_on)), person, first.series_id)

    def move(self, appointment_id: str, day: date, time: str, person: Person, *, following: bool = False) -> int:
        """Put a visit on another day or time; with `following` the rest of its series by as many days, to the same
        time. Keys and listed charges stay with it; money set aside for it stays. Returns how many were moved.

        Raises RuleBroken, nothing written: `staff.right_missing`, `visit.not_found`, `visit.has_begun`, `visit.time`,
        `visit.day_out_of_range`, `visit.time_taken` (count).
        """
        need(Right.VISITS, person)
        clinic, tenant = self._clinic, self._clinic.tenant
        with clinic.store.write() as tx:
            now = _found(tx.reader, tenant, appointment_id)
            if stage_of(now.status) not in _MOVABLE:
                raise RuleBroken("visit.has_begun")
            by = day - date.fromisoformat(now.visit.service_date)
            moved = []
            for each in self._run(tx.reader, now, following=following):
                to = date.fromisoformat(each.visit.service_date) + by
                self._check_day(to)
                there = replace(each.visit, starts_at=self._starts(to, time), service_date=to.isoformat())
                if there != each.visit:
                    moved.append((each, there))
            self._refuse_taken(tx.reader, moved)
            for each, there in moved:
                self._record(tx, there, person, appointment_id)
                back = replace(each, visit=there)
                if each.status != "rescheduled":
                    move_on(tx, clinic, back, "rescheduled", person)
                if stage_of(each.status) not in _GONE:
                    for charge in visits.charges(tx.reader, tenant, there.id):
                        if charge.made_here and charge.service_date != there.service_date:
                            self._record(tx, replace(charge, service_date=there.service_date), person, appointment_id)
        return len(moved)

    def _refuse_taken(self, reader: Any, moved: Sequence[tuple[Standing, Appointment]]) -> None:
        if not moved:
            return
        leaving = {was.visit.starts_at for was, _ in moved}
        dates = tuple({there.service_date for _, there in moved})
        taken = visits.taken_times(reader, self._clinic.tenant, moved[0][1].patient_id, dates) - leaving
        count = sum(there.starts_at in taken for _, there in moved)
        if count:
            raise RuleBroken("visit.time_taken", count=count)

    # Its bill -----------------------------------------------------------------------------------------------------

    def set_billing(self, appointment_id: str, status: str, person: Person) -> None:
        """Say where a visit's bill is (S0-23); empty takes back what was said here, so that it follows the money (and
        what its source says) again. The same again is nothing.

        Raises RuleBroken, nothing written: `staff.right_missing`, `visit.not_found`, `visit.billing_unknown`.
        """
        need(Right.VISITS, person)
        if status not in BILLING_STATUSES:
            raise RuleBroken("visit.billing_unknown")
        clinic = self._clinic
        with clinic.store.write() as tx:
            now = _found(tx.reader, clinic.tenant, appointment_id)
            if now.billing != status:
                body = VisitBilling(appointment_id=appointment_id, patient_id=now.visit.patient_id,
                                    billing_status=status)  # fmt: skip
                self._record(tx, body, person, "")

    def charge_no_show(self, appointment_id: str, cents: int, person: Person) -> None:
        """Ask the practice's fee for a visit nobody came to; money that waits for the visit pays it at once. Asked
        twice, at two desks even, it is one fee.

        Raises RuleBroken, nothing written: `staff.right_missing`, `visit.not_found`, `visit.not_a_no_show`,
        `refused.…` (see `app.refusals`).
        """
        need(Right.VISITS, person)
        clinic, tenant = self._clinic, self._clinic.tenant
        with clinic.store.write() as tx:
            now = _found(tx.reader, tenant, appointment_id)
            if stage_of(now.status) is not Stage.NO_SHOW:
                raise RuleBroken("visit.not_a_no_show")
            fee = Fee(
                charge_id=fee_id(tenant, appointment_id, NO_SHOW), patient_id=now.visit.patient_id, code=NO_SHOW,
                description=FEE_WORDS[NO_SHOW], amount_cents=cents, service_date=clinic.today().isoformat(),
                appointment_id=appointment_id,
            )  # fmt: skip
            insist(self._record(tx, fee, person, ""))

    def keep_as_credit(
        self, appointment_id: str, seen_cents: int, person: Person, supervisor: Person | None = None
    ) -> int:
        """Make what waits for a visit that fell out free credit of its payers, now rather than a day later (H6).
        `seen_cents` is what the person was told, `supervisor` lends the right. Returns the cents that are credit now.

        Raises RuleBroken, nothing written: `staff.right_missing`, `visit.not_found`, `account.changed`, `refused.…`.
        """
        lent = need(Right.PAYMENTS, person, supervisor)
        clinic, tenant = self._clinic, self._clinic.tenant
        with clinic.store.write() as tx:
            visit = _found(tx.reader, tenant, appointment_id).visit
            lots = visits.lots_waiting(tx.reader, tenant, appointment_id)
            cents = sum(part for _, part in lots)
            if cents != seen_cents or not cents:
                raise account_changed(collect.figures(tx.reader, tenant, visit.patient_id))
            body = Move(
                move_id=tx.new_id(), patient_id=visit.patient_id, way="free",
                lines=tuple(MoveLine(lot_payment_id=payment_id, amount_cents=part, from_appointment_id=appointment_id)
                            for payment_id, part in lots),
            )  # fmt: skip
            day = clinic.today().isoformat()
            insist(tx.record(body, person_id=person.staff_id, business_date=day, supervisor=lent))
        return cents

    def _record(self, tx: Tx, body: object, person: Person, group: str) -> Any:
        return tx.record(body, person_id=person.staff_id, business_date=self._clinic.today().isoformat(), group=group)


def move_on(tx: Tx, clinic: Clinic, now: Standing, status: str, person: Person) -> None:
    """Write one visit's new status, and what that means for the charges listed for it. The caller has checked that it
    may become that."""
    day, visit = clinic.today().isoformat(), now.visit
    body = VisitStatus(appointment_id=visit.id, patient_id=visit.patient_id, status=status)
    tx.record(body, person_id=person.staff_id, business_date=day)
    was_gone, is_gone = stage_of(now.status) in _GONE, stage_of(status) in _GONE
    if was_gone is is_gone:
        return
    changed = take_off if is_gone else put_back
    for charge in changed(tx.reader, clinic.tenant, visit):
        tx.record(charge, person_id=person.staff_id, business_date=day)


def is_covered(reader: Any, tenant: str, patient_id: str) -> bool:
    """Does a patient have an active insurance?"""
    cover = rows.coverage(reader, tenant, patient_id)
    return cover is not None and cover.covers


def _found(reader: Any, tenant: str, appointment_id: str) -> Standing:
    found = visits.standing(reader, tenant, appointment_id)
    if found is None:
        raise RuleBroken("visit.not_found")
    return found


def _series(form: NewVisit) -> Series:
    plan = form.repeat
    assert plan is not None
    return Series(
        id=form.visit_id, patient_id=form.patient_id, starts_on=plan.starts_on.isoformat(), starts_time=form.time,
        ends_on=plan.ends_on.isoformat(), repeat=plan.repeat, weekdays=plan.weekdays, every=plan.every,
        minutes=form.minutes, title=_line(form.title), profile_id=form.profile_id,
        practitioner_id=form.practitioner_id, location_id=form.location_id,
    )  # fmt: skip


def _line(text: str) -> str:
    return " ".join(text.split())[:LONGEST_TITLE]
