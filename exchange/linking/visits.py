"""Visits: booked ones and what happened at them, one record for both."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from exchange.drafts import Key, Ref, ScheduleDraft, SlotDraft, VisitDraft
from exchange.fhir.visits import minutes_between
from exchange.linking.insurance import Coverages
from exchange.linking.people import Patients, Staff
from exchange.linking.state import Placed, Run, moment_of
from exchange.values import clinic_day, moment_text
from models.basics.errors import ImportRefused
from models.operations import records

_RANK = {"scheduled": 0, "cancelled": 1, "no_show": 1, "arrived": 2, "checked_in": 3, "in_room": 4, "done": 5}
"""How far a visit is: who is seen after all was not cancelled."""
_FROM_BOOKING = ("title", "reason", "practitioner_id", "location_id", "minutes")


class Visits:
    """Plans the visits of the run, and finds them for charges."""

    def __init__(self, run: Run, patients: Patients, staff: Staff, coverages: Coverages, zone: ZoneInfo) -> None:
        self._run, self._patients, self._staff, self._coverages = run, patients, staff, coverages
        self._zone = zone
        self._booked: dict[Key, Key] = {}
        self._last_days: dict[str, str] = {}
        self._by_day: dict[tuple[str, str], set[str]] = {}
        self._slots: dict[Key, SlotDraft] = {}
        self._schedules: dict[Key, ScheduleDraft] = {}

    def take(self) -> None:
        """Plan every visit of the run."""
        self._slots = {placed.draft.key: placed.draft for placed in self._run.drafts(SlotDraft)}
        self._schedules = {placed.draft.key: placed.draft for placed in self._run.drafts(ScheduleDraft)}
        groups: dict[str, list[Placed[VisitDraft]]] = {}
        for placed in self._run.drafts(VisitDraft):
            draft = placed.draft
            if draft.appointment is not None and draft.appointment.key is not None:
                self._booked[draft.key] = draft.appointment.key
            groups.setdefault(self.id_of(draft.key), []).append(placed)
        for visit_id, group in groups.items():
            self._take_group(visit_id, group)

    def id_of(self, key: Key) -> str:
        """The id of the visit behind an appointment or encounter: an encounter of a booked visit is that visit."""
        return self._run.id_of(self._booked.get(key, key))

    def _take_group(self, visit_id: str, group: list[Placed[VisitDraft]]) -> None:
        """Booking and encounter of one visit, each by its newest word."""
        newest: dict[str, Placed[VisitDraft]] = {}
        for placed in group:
            other = newest.get(placed.draft.key.kind)
            if other is None or moment_of(placed.draft) >= moment_of(other.draft):
                newest[placed.draft.key.kind] = placed
        made: list[tuple[Placed[VisitDraft], records.Appointment]] = []

        def complete(placed: Placed[VisitDraft]) -> None:
            made.append((placed, self._completed(placed, visit_id)))

        before = len(self._run.refusals)
        self._run.each(newest.values(), "appointment", complete)
        refused = len(self._run.refusals) - before
        if not made:
            self._run.repeats["appointment"] += len(group) - refused
            return
        self._run.repeats["appointment"] += len(group) - refused - 1
        made.sort(key=lambda item: item[0].draft.key.kind)  # Appointment before Encounter
        placed, record = made[0]
        if len(made) > 1:
            record = self._joined(record, made[1][1])
            placed = max((made[0][0], made[1][0]), key=lambda item: item.file)
        elif placed.draft.appointment is not None:
            record = self._upon_booking(record, visit_id)
        last_days = [item[0].draft.last_day for item in made]
        self._keep(placed, self._with_coverage(record), max(last_days))

    def _completed(self, placed: Placed[VisitDraft], visit_id: str) -> records.Appointment:
        draft = placed.draft
        record, practitioner, location = self._timed(draft)
        return replace(
            record, id=visit_id, patient_id=self._patients.find(draft.patient, draft.path),
            practitioner_id=self._staff.practitioner(practitioner, placed),
            location_id=self._staff.location(location, placed),
        )  # fmt: skip

    def _timed(self, draft: VisitDraft) -> tuple[records.Appointment, Ref | None, Ref | None]:
        """The record with its time, from its slots where it has none itself; and who and where."""
        if draft.record.starts_at:
            return draft.record, draft.practitioner, draft.location
        found = [self._slots[ref.key] for ref in draft.slots if ref.key in self._slots]
        if not found:
            raise ImportRefused("import.slot_unknown", path=draft.slots[0].path if draft.slots else draft.path)
        first = min(found, key=lambda slot: slot.starts_at)
        last = max(found, key=lambda slot: slot.starts_at)
        record = replace(
            draft.record, starts_at=moment_text(first.starts_at, first.path),
            service_date=clinic_day(first.starts_at, self._zone, first.path),
            minutes=draft.record.minutes or minutes_between(first.starts_at, last.ends_at),
        )  # fmt: skip
        schedule = self._schedules.get(first.schedule.key) if first.schedule and first.schedule.key else None
        actors = {ref.kind: ref for ref in reversed(schedule.actors)} if schedule else {}
        return (
            record,
            draft.practitioner or actors.get("Practitioner"),
            draft.location or actors.get("Location"),
        )

    def _joined(self, booking: records.Appointment, encounter: records.Appointment) -> records.Appointment:
        """The booking with what the encounter knows further: how far the visit is, and what the booking lacks."""
        filled = {name: getattr(booking, name) or getattr(encounter, name) for name in _FROM_BOOKING}
        further = max((booking.status, encounter.status), key=lambda status: _RANK[status])
        if encounter.status == "cancelled":
            further = "cancelled"
        return replace(booking, status=further, **filled)

    def _upon_booking(self, encounter: records.Appointment, visit_id: str) -> records.Appointment:
        stored: records.Appointment | None = self._run.known.stored("appointment", visit_id)
        return self._joined(stored, encounter) if stored else encounter

    def _with_coverage(self, record: records.Appointment) -> records.Appointment:
        """The plan that counts on that day, and its copay while the visit may still cost one."""
        insured = self._coverages.on(record.patient_id, record.service_date)
        if insured is None or insured.self_pay:
            return record
        said = record.copay_cents if record.copay_cents is not None else insured.record.copay_cents
        return replace(record, coverage_id=record.coverage_id or insured.record.id, copay_cents=said)

    def _keep(self, placed: Placed[VisitDraft], record: records.Appointment, last_day: str) -> None:
        self._run.plan(placed, "appointment", record)
        self._last_days[record.id] = max(last_day, record.service_date)
        self._by_day.setdefault((record.patient_id, record.service_date), set()).add(record.id)

    # For charges ----------------------------------------------------------------------------------------------

    def find(self, ref: Ref | None, patient_id: str, day: str) -> str:
        """The id of the visit a line belongs to; empty when it names none.

        A visit nobody knows yet keeps its own id, so that the two meet when it comes; unless the patient was here
        exactly once that day.
        """
        if ref is None or ref.key is None:
            return ""
        visit_id = self.id_of(ref.key)
        if self._run.record("appointment", visit_id) is not None:
            return visit_id
        that_day = self._by_day.get((patient_id, day), set()) | set(self._run.known.visits_on(patient_id, day))
        return next(iter(that_day)) if len(that_day) == 1 else visit_id

    def day_of(self, visit_id: str, day: str) -> str:
        """The day of service of a line of that visit: the visit's own day, or a later one inside a longer stay.

        Line and visit may be written on different clocks, or years apart after a re-dating: a visit counts as one.
        """
        visit: records.Appointment | None = self._run.record("appointment", visit_id) if visit_id else None
        if visit is None:
            return day
        last = self._last_days.get(visit_id, visit.service_date)
        return day if visit.service_date < day <= last else visit.service_date
