"""What New visit shows and what its fields mean, worked out without a window."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from app.visit_views import BookingPreview, NewVisit, Offer
from models.basics.money import show_cents
from models.operations.records import AppointmentProfile
from models.rules.recurrence import MONTHLY, WEEKLY, Repeat
from models.rules.typed import read_day, read_time, show_time
from widgets.common.when import count_text, day_text, long_day_text

ONCE = "once"
AGAIN: tuple[tuple[str, str], ...] = ((ONCE, "Once"), (WEEKLY, "Weekly"), (MONTHLY, "Monthly"))
WEEKDAY_WORDS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MOST_LINES, MOST_DAYS = 6, 8

NOTHING_CHARGED = "Nothing is charged now. Money is taken when you collect."


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields as they stand. Choices carry ids, the others what was typed."""

    profile_id: str = ""
    title: str = ""
    reason: str = ""
    day: str = ""
    time: str = ""
    minutes: str = "30"
    practitioner_id: str = ""
    location_id: str = ""
    payment_profile: str = ""
    billing_profile_id: str = ""
    again: str = ONCE
    every: str = "1"
    weekdays: tuple[int, ...] = ()
    until: str = ""


def filled(typed: Typed, profile: AppointmentProfile | None) -> Typed:
    """The fields after a kind of visit was chosen: it fills what it knows (S0-34, S0-36) and leaves the rest."""
    if profile is None:
        return replace(typed, profile_id="")
    return replace(
        typed, profile_id=profile.id, title=profile.name, reason=profile.reason or typed.reason,
        minutes=str(profile.minutes) if profile.minutes else typed.minutes,
        payment_profile=profile.payment_profile or typed.payment_profile,
        billing_profile_id=profile.billing_profile_id,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Meant:
    """What the fields mean: the visit, or by field what is wrong with it; and the days as they were understood."""

    form: NewVisit | None
    errors: dict[str, str]
    kind_hint: str = ""
    day_hint: str = ""
    time_hint: str = ""
    until_hint: str = ""


def meant(typed: Typed, offer: Offer) -> Meant:
    """Read the fields."""
    errors: dict[str, str] = {}
    day, time = read_day(typed.day, offer.today), read_time(typed.time)
    if day is None:
        errors["day"] = "Type a day, such as 5/28 or tomorrow." if typed.day.strip() else "Which day?"
    if not time:
        errors["time"] = "Type a time, such as 9:30." if typed.time.strip() else "What time?"
    if not typed.title.strip():
        errors["title"] = "What is it for?"
    minutes = _number(typed.minutes, 0, 24 * 60)
    if minutes is None:
        errors["minutes"] = "Minutes, such as 30."
    repeat, until = _repeat(typed, offer, day, errors)
    hints = (
        _kind_hint(typed.profile_id, offer), long_day_text(day) if day else "", show_time(time) if time else "",
        long_day_text(until) if until else "",
    )  # fmt: skip
    if errors or day is None or minutes is None:
        return Meant(None, errors, *hints)
    form = NewVisit(
        visit_id=offer.visit_id, patient_id=offer.patient.patient_id, day=day, time=time, title=typed.title,
        minutes=minutes, reason=typed.reason, profile_id=typed.profile_id,
        billing_profile_id=typed.billing_profile_id, payment_profile=typed.payment_profile,
        practitioner_id=typed.practitioner_id, location_id=typed.location_id, repeat=repeat,
    )  # fmt: skip
    return Meant(form, errors, *hints)


def _kind_hint(profile_id: str, offer: Offer) -> str:
    """What to tell the patient who would rather book by themselves next time (S0-34)."""
    online = any(each.online for each in offer.profiles if each.id == profile_id)
    return "Patients can book this online too." if online else ""


def _repeat(typed: Typed, offer: Offer, day: date | None, errors: dict[str, str]) -> tuple[Repeat | None, date | None]:
    if typed.again == ONCE:
        return None, None
    until, every = read_day(typed.until, offer.today), _number(typed.every, 1, 52)
    if until is None:
        errors["until"] = "Type the last day."
    if every is None:
        errors["every"] = "1 to 52."
    if until is None or every is None or day is None:
        return None, until
    return Repeat(typed.again, day, until, typed.weekdays if typed.again == WEEKLY else (), every), until


def _number(text: str, least: int, most: int) -> int | None:
    plain = text.strip()
    return int(plain) if plain.isascii() and plain.isdigit() and least <= int(plain) <= most else None


@dataclass(frozen=True, slots=True)
class Summary:
    """What will be booked, at the right: `lines` are (code, words, billed, patient's part or who decides)."""

    head: str
    days: str = ""
    lines: tuple[tuple[str, str, str, str], ...] = ()
    more: str = ""
    total: str = ""
    patient_part: str = ""
    warning: str = ""
    verb: str = "Book visit"


WAITING = Summary("Fill in day and time to see what is booked.")


def summary(preview: BookingPreview, typed: Typed, offer: Offer) -> Summary:
    """The right side for a preview."""
    count = len(preview.days)
    head = long_day_text(preview.days[0]) if count == 1 else count_text(count, "visit", "visits")
    if count == 1:
        head += f", {show_time(read_time(typed.time))}"
    shown = preview.lines[:MOST_LINES]
    rest = len(preview.lines) - len(shown)
    clash = ", ".join(day_text(day, offer.today) for day in preview.clashes[:4])
    each = " each" if count > 1 else ""
    return Summary(
        head=head,
        days=_days(preview.days, offer.today) if count > 1 else "",
        lines=tuple(
            (line.code, line.description if line.units == 1 else f"{line.description} × {line.units}",
             show_cents(line.billed_cents), "Insurance decides" if line.insurance_pending else "Patient pays")
            for line in shown
        ),
        more=f"and {rest} more" if rest else "",
        total=f"{show_cents(preview.billed_cents)}{each}" if preview.lines else "",
        patient_part=f"{show_cents(preview.patient_cents)}{each}" if preview.lines else "",
        warning=f"There is a visit at that time already: {clash}." if clash else "",
        verb="Book visit" if count == 1 else f"Book {count} visits",
    )  # fmt: skip


def _days(days: tuple[date, ...], today: date) -> str:
    words = [day_text(day, today) for day in days]
    if len(words) > MOST_DAYS:
        words = [*words[: MOST_DAYS - 2], "…", words[-1]]
    return ", ".join(words)
