"""Profiles: named sets of codes, and kinds of visits that fill in a new visit by themselves (S0-34 … S0-36). A profile
lists charges; it never takes money (S0-38)."""

from __future__ import annotations

from dataclasses import replace

from app.clinic import Clinic
from app.refusals import need
from app.views import Person
from app.visit_views import ProfileBook
from models.basics.errors import RuleBroken
from models.basics.money import LARGEST_ENTRY_CENTS
from models.operations.records import PAYMENT_PROFILES, AppointmentProfile, BillingProfile, ProfileLine
from models.rules.codes import LONGEST_CODE, is_diagnosis, tidy
from models.rules.rights import Right
from models.store.queries import recorded

LONGEST_NAME, LONGEST_TEXT = 60, 120
MOST_LINES = 40
MOST_UNITS = 99
MINUTES = range(5, 8 * 60 + 1)
COLORS = ("", "blue", "green", "violet", "yellow", "red")
"""Colours of a kind of visit, by the names of the theme's own."""


class Profiles:
    """Reads and changes the practice's profiles. `book` on the `reads` lane, the rest on `store`."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic

    def book(self) -> ProfileBook:
        """Every profile, those in use first, by name."""
        clinic = self._clinic
        with clinic.store.reader() as reader:
            billing = recorded.everything(reader, clinic.tenant, BillingProfile, "active DESC, name, id")
            visits = recorded.everything(reader, clinic.tenant, AppointmentProfile, "active DESC, name, id")
            rules = recorded.rules(reader, clinic.tenant)
        return ProfileBook(tuple(billing), tuple(visits), rules.custom_statuses)

    def save_billing(self, profile: BillingProfile, person: Person) -> BillingProfile:
        """Keep a set of codes, at every desk; visits booked before stay as they are. Returns it as it is kept.

        Raises RuleBroken, nothing written: `staff.right_missing`, `profile.name_missing`, `profile.name_used`,
        `profile.no_lines`, `profile.line_incomplete` (line), `profile.line_amount` (line), `profile.diagnosis` (code).
        """
        made = replace(
            profile, name=_line(profile.name, LONGEST_NAME), lines=_lines(profile.lines),
            diagnoses=tuple(_diagnosis(code) for code in profile.diagnoses if code.strip()),
        )  # fmt: skip
        if made.active and not made.lines:
            raise RuleBroken("profile.no_lines")
        self._put(made, person)
        return made

    def save_appointment(self, profile: AppointmentProfile, person: Person) -> AppointmentProfile:
        """Keep a kind of visit, at every desk. Returns it as it is kept.

        Raises RuleBroken, nothing written: `staff.right_missing`, `profile.name_missing`, `profile.name_used`,
        `profile.minutes` (least, most), `profile.not_known` (a connected profile, payment profile or colour).
        """
        if profile.minutes and profile.minutes not in MINUTES:
            raise RuleBroken("profile.minutes", least=MINUTES.start, most=MINUTES.stop - 1)
        if profile.payment_profile not in PAYMENT_PROFILES or profile.color not in COLORS:
            raise RuleBroken("profile.not_known")
        made = replace(
            profile, name=_line(profile.name, LONGEST_NAME), reason=_line(profile.reason, LONGEST_TEXT),
            consents=tuple(_line(each, LONGEST_NAME) for each in profile.consents if each.strip()),
        )  # fmt: skip
        self._put(made, person)
        return made

    def _put(self, made: BillingProfile | AppointmentProfile, person: Person) -> None:
        need(Right.SET_UP, person)
        if not made.name:
            raise RuleBroken("profile.name_missing")
        clinic = self._clinic
        with clinic.store.write() as tx:
            known = recorded.everything(tx.reader, clinic.tenant, type(made))
            if any(each.id != made.id and each.active and each.name.casefold() == made.name.casefold()
                   for each in known) and made.active:  # fmt: skip
                raise RuleBroken("profile.name_used")
            if isinstance(made, AppointmentProfile) and made.billing_profile_id:
                connected = recorded.one(tx.reader, clinic.tenant, BillingProfile, made.billing_profile_id)
                if connected is None:
                    raise RuleBroken("profile.not_known")
            if made not in known:
                tx.record(made, person_id=person.staff_id, business_date=clinic.today().isoformat())


def _lines(lines: tuple[ProfileLine, ...]) -> tuple[ProfileLine, ...]:
    if len(lines) > MOST_LINES:
        raise RuleBroken("profile.too_many_lines", most=MOST_LINES)
    return tuple(_checked(number, line) for number, line in enumerate(lines, start=1))


def _checked(number: int, line: ProfileLine) -> ProfileLine:
    code, words = tidy(line.code), _line(line.description, LONGEST_TEXT)
    if not code or len(code) > LONGEST_CODE or not words:
        raise RuleBroken("profile.line_incomplete", line=number)
    if not 1 <= line.units <= MOST_UNITS or not 0 <= line.price_cents * line.units <= LARGEST_ENTRY_CENTS:
        raise RuleBroken("profile.line_amount", line=number, most=MOST_UNITS)
    return replace(line, code=code, description=words, modifiers=tidy(line.modifiers)[:LONGEST_CODE])


def _diagnosis(code: str) -> str:
    made = tidy(code)
    if not is_diagnosis(made):
        raise RuleBroken("profile.diagnosis", code=made[:LONGEST_CODE])
    return made


def _line(text: str, most: int) -> str:
    return " ".join(text.split())[:most]
