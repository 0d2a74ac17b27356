"""The invented practice on a given day, as its EHR would export it: always the same for the same day, time and seed."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from exchange.linking.state import SOURCE
from exchange.samples import shapes, tables
from exchange.samples.resources import (
    account,
    appointment,
    copay_item,
    coverage,
    eligibility,
    encounter,
    explanation,
    location,
    npi,
    patient,
    practitioner,
    priced_item,
)
from exchange.samples.roster import (
    ELSEWHERE,
    FAMILY,
    GIVEN,
    GUESTS,
    HERO,
    PARENTS,
    PAYERS,
    PRACTITIONERS,
    SLOTS,
    STREETS,
    Guest,
    Parent,
    Past,
)
from models.basics.clock import utc_text
from models.basics.ids import natural_id
from models.operations import records

PICTURE_TIME = time(9, 41)
"""The time of day that statuses are made for when none is given."""

_DONE_AFTER = timedelta(minutes=60)
_IN_ROOM_AFTER = timedelta(minutes=20)
_CHECKED_IN_AFTER = timedelta(minutes=8)

Resource = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SamplePayment:
    """Money the practice took before the demonstration begins. Names are the source's (`Patient/p-0041877`); `lines`
    are (charge, cents).

    Without lines it stays on account: free, or for `appointment` where one is named.
    """

    patient: str
    appointment: str
    tender: str
    amount_cents: int
    taken_at: datetime
    lines: tuple[tuple[str, int], ...] = ()
    brand: str = ""
    last4: str = ""


@dataclass(frozen=True, slots=True)
class SampleFacts:
    """Whom the desk will see next, by the source's names, and what they owe in cents, today's copay included."""

    patient: str
    appointment: str
    name: str
    mrn: str
    copay_cents: int
    owed_cents: int


@dataclass(frozen=True, slots=True)
class SampleClinic:
    """A practice with its day. Resources, payments and facts use the source's own names; `record_id` makes our ids."""

    practice: records.Practice
    day: date
    now: datetime
    zone: ZoneInfo
    resources: tuple[Resource, ...]
    payments: tuple[SamplePayment, ...]
    next_arrived: SampleFacts
    visits_today: int

    def ndjson(self) -> bytes:
        """Every resource on a line of its own."""
        return shapes.ndjson(self.resources)

    def bundles(self) -> dict[str, bytes]:
        """The same resources in every shape of FHIR JSON, by file name."""
        return shapes.bundles(self.resources)

    def csv_patients(self) -> bytes:
        """The patients as a table."""
        return tables.patients(self.resources)

    def csv_appointments(self) -> bytes:
        """The visits of the day as a table."""
        return tables.appointments(self.resources, self.zone)

    def csv_payments(self) -> bytes:
        """What the practice took before today as its old program's table: every payment, and a few given back."""
        return tables.payments(self.payments, self.zone)

    def record_id(self, tenant: str, name: str, source: str = SOURCE) -> str:
        """The id an import gives to what the source calls `name` (`Type/id`)."""
        kind, _, source_id = name.partition("/")
        return natural_id(tenant, source, kind, source_id)


def clinic(day: date, now: datetime | None = None, zone: str = "America/New_York", seed: int = 1) -> SampleClinic:
    """The practice on `day`. Statuses are as of `now` (aware; default 9:41 on the clinic's clock): earlier visits are
    done, in the room or checked in, one patient is late, the next one has arrived and owes a copay and a balance."""
    place = ZoneInfo(zone)
    moment = now or datetime.combine(day, PICTURE_TIME, place)
    maker = _Maker(day, moment.astimezone(place), place, random.Random(seed))
    return maker.make()


def practice(zone: str) -> records.Practice:
    """The invented practice."""
    name = "Alder Street Family Medicine"
    return records.Practice(
        id=natural_id("practice", name), name=name, timezone=zone, address=("214 Alder Street, Suite 3",),
        phone="(555) 010-2200", npi=npi(123456789), tin="12-3456789", location_code="01",
        receipt_message="Thank you for visiting Alder Street Family Medicine.",
        refund_policy="Ask at the front desk about refunds within 60 days.",
    )  # fmt: skip


class _Maker:
    """Builds the practice step by step; one random stream, so that a seed means one practice."""

    def __init__(self, day: date, now: datetime, zone: ZoneInfo, chance: random.Random) -> None:
        self._day, self._now, self._zone, self._chance = day, now, zone, chance
        self._resources: list[Resource] = []
        self._payments: list[SamplePayment] = []

    def make(self) -> SampleClinic:
        self._resources += [practitioner(key, *names, number) for number, (key, names) in
                            enumerate(PRACTITIONERS.items(), start=1)]  # fmt: skip
        self._resources.append(location("main", "Alder Street"))
        starts = [self._at(self._day, text) for text in SLOTS]
        guests, hero_place = _seated(starts, self._now)
        for place, (guest, starts_at) in enumerate(zip(guests, starts, strict=True)):
            self._guest(guest, starts_at, self._status(place, hero_place, starts_at))
        for parent in PARENTS:
            self._parent(parent)
        for number in range(ELSEWHERE):
            self._elsewhere(number)
        hero = GUESTS[HERO]
        open_balance = sum(_share(past) - past.paid_cents for past in hero.past)
        copay = hero.copay_cents or 0
        facts = SampleFacts(f"Patient/p-{hero.mrn}", f"Appointment/a-{hero.mrn}-today",
                            f"{hero.given} {hero.family}", hero.mrn, copay, copay + open_balance)  # fmt: skip
        return SampleClinic(practice(self._zone.key), self._day, self._now.astimezone(UTC), self._zone,
                            tuple(self._resources), tuple(self._payments), facts, len(SLOTS))  # fmt: skip

    def _at(self, day: date, text: str) -> datetime:
        hour, minute = (int(part) for part in text.split(":"))
        return datetime.combine(day, time(hour, minute), self._zone)

    def _status(self, place: int, hero_place: int, starts_at: datetime) -> str:
        """Where a visit is by `now`: the hero has arrived, the visit just before is late, the one after is awaited."""
        since = self._now - starts_at
        if place == hero_place:
            return "arrived"
        if place == hero_place - 1:
            return "booked"
        if place > hero_place:
            return "arrived" if since > timedelta(minutes=5) else "booked"
        if since > _DONE_AFTER:
            return "fulfilled"
        return "in-room" if since > _IN_ROOM_AFTER else "checked-in" if since > _CHECKED_IN_AFTER else "arrived"

    def _guest(self, guest: Guest, starts_at: datetime, status: str) -> None:
        name = guest.mrn
        phone = guest.phone or f"555010{self._chance.randrange(1000, 9999)}"
        street = f"{self._chance.randrange(2, 900)} {self._chance.choice(STREETS)}"
        member = f"{self._chance.randrange(10**8, 10**9)}"
        self._resources.append(
            patient(name, guest.given, guest.family, guest.born, guest.sex, phone, guest.email, street)
        )
        self._insure(name, guest.payer, guest.copay_cents, member, self_pay=bool(guest.self_pay_cents))
        for past in guest.past:
            self._past(name, guest.who, past)
        visit = f"{name}-today"
        self._resources.append(appointment(visit, name, guest.who, guest.title, starts_at, status))
        self._resources.append(encounter(visit, name, guest.who, guest.title, starts_at, status, booked=True))
        self._charge(guest, name, visit, starts_at, status)
        if guest.credit_cents:
            self._paid(SamplePayment(f"Patient/p-{name}", "", "check", guest.credit_cents, self._ago(42)))
        if guest.prepaid_cents:
            self._paid(SamplePayment(f"Patient/p-{name}", f"Appointment/a-{visit}", "card", guest.prepaid_cents,
                                     self._ago(5), (), "Visa", "1881"))  # fmt: skip

        if guest.ahead:
            self._ahead(name, guest)

    def _ahead(self, name: str, guest: Guest) -> None:
        """A visit to come, and what was paid for it."""
        assert guest.ahead is not None
        visit = f"{name}-ahead"
        starts_at = self._at(self._day + timedelta(days=guest.ahead.days), "10:30")
        self._resources.append(appointment(visit, name, guest.who, guest.ahead.title, starts_at, "booked"))
        if guest.ahead.prepaid_cents:
            self._paid(SamplePayment(f"Patient/p-{name}", f"Appointment/a-{visit}", "card", guest.ahead.prepaid_cents,
                                     self._ago(5), (), "Visa", "1881"))  # fmt: skip

    def _parent(self, parent: Parent) -> None:
        """Who gets the bill for others of the day."""
        name = parent.mrn
        self._resources.append(
            patient(name, parent.given, parent.family, parent.born, parent.sex, parent.phone, "", "12 Birch Lane")
        )
        for past in parent.past:
            self._past(name, "okafor", past)
        self._resources += [account(mrn, name) for mrn in parent.dependents]

    def _charge(self, guest: Guest, name: str, visit: str, starts_at: datetime, status: str) -> None:
        """Today's own charge; who is checked in or further has paid the copay at the desk."""
        if guest.self_pay_cents:
            self._resources.append(priced_item(visit, name, "Office visit, new patient", "99203", guest.self_pay_cents,
                                               starts_at))  # fmt: skip
        if not guest.copay_cents or not guest.charged:
            return
        words = f"Copay, {guest.title[0].lower()}{guest.title[1:]}"
        self._resources.append(copay_item(visit, name, words, guest.copay_cents, starts_at))
        if status in {"checked-in", "in-room", "fulfilled"}:
            card = self._chance.random() < 0.7
            self._paid(SamplePayment(
                f"Patient/p-{name}", f"Appointment/a-{visit}", "card" if card else "cash", guest.copay_cents,
                (starts_at - timedelta(minutes=4)).astimezone(UTC), ((f"ChargeItem/copay-{visit}", guest.copay_cents),),
                "Visa" if card else "", f"{self._chance.randrange(10_000):04d}" if card else "",
            ))  # fmt: skip

    def _insure(self, name: str, payer: str, copay_cents: int | None, member: str, *, self_pay: bool = False) -> None:
        if not payer and not self_pay:
            return
        self._resources.append(coverage(name, payer, copay_cents, member, self._day, self_pay=self_pay))
        if payer:
            checked_at = utc_text(self._at(self._day, "8:05").astimezone(UTC))
            self._resources.append(eligibility(name, checked_at, copay_cents))

    def _past(self, name: str, who: str, past: Past) -> None:
        """A visit of the past with what the payer decided about it, and what was paid since."""
        visit = f"{name}-{past.days}"
        hour = self._chance.choice(("9:30", "10:45", "13:15", "15:00"))
        starts_at = self._at(self._day - timedelta(days=past.days), hour)
        self._resources.append(encounter(visit, name, who, past.title, starts_at, "fulfilled", booked=False))
        self._resources.append(explanation(visit, name, who, past, starts_at))
        if past.paid_cents:
            line = (f"ExplanationOfBenefit/x-{visit}/1", past.paid_cents)
            self._paid(SamplePayment(f"Patient/p-{name}", "", "card", past.paid_cents, self._ago(max(past.days - 1, 1)),
                                     (line,), "Visa", "4242"))  # fmt: skip

    def _elsewhere(self, number: int) -> None:
        """Somebody who does not come today."""
        chance = self._chance
        given, family = chance.choice(GIVEN), chance.choice(FAMILY)
        name = f"{45_000 + number:07d}"
        born = date(1935, 1, 1) + timedelta(days=chance.randrange(80 * 365))
        self._resources.append(patient(
            name, given, family, born.isoformat(), chance.choice(("female", "male")),
            f"555010{chance.randrange(1000, 9999)}", "", f"{chance.randrange(2, 900)} {chance.choice(STREETS)}",
        ))  # fmt: skip
        payer, copay_cents = chance.choice(PAYERS)
        self._insure(name, payer, copay_cents, f"{chance.randrange(10**8, 10**9)}")
        who = chance.choice(("okafor", "reyes", "fischer"))
        days = chance.randrange(30, 200)
        share = chance.choice((0, 0, 0, 1250, 3000, 4875))
        self._past(name, who, Past(days, "Office visit", "Office visit, established", "99213", 11200,
                                   coinsurance_cents=share))  # fmt: skip

    def _paid(self, payment: SamplePayment) -> None:
        self._payments.append(payment)

    def _ago(self, days: int) -> datetime:
        return self._at(self._day - timedelta(days=days), "10:20").astimezone(UTC)


def _share(past: Past) -> int:
    return 0 if past.pending else past.copay_cents + past.coinsurance_cents + past.deductible_cents


def _seated(starts: list[datetime], now: datetime) -> tuple[list[Guest], int]:
    """The guests in the order of the slots with the hero in the one that comes next, and which one that is."""
    coming = next((place for place, start in enumerate(starts) if start > now), len(starts) - 1)
    place = max(coming, 1)
    guests = list(GUESTS)
    guests[HERO], guests[place] = guests[place], guests[HERO]
    return guests, place
