"""Payment requests that go to patients by link: who of many is asked, who is not and why (S1-17), and when the hub
reminds of one (S1-16). Nothing here knows a store, an address or a clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

MOST_REMINDERS = 2
"""So many reminders a request may have (S1-16)."""
LONGEST_AFTER = 60
"""So many days after a request its last reminder may come."""
FROM_HOUR, TO_HOUR = 9, 19
"""Between these hours of the practice's day (the last one not included) a patient is written to by the hub alone."""


LASTS_DAYS = 30
"""So long the link of a request holds unless another day is chosen: longer than its reminders usually take."""


class LeftOut(StrEnum):
    """Why somebody is not asked, in the order in which it is looked at: the first one that holds is told."""

    NOT_GUARANTOR = "not_guarantor"
    ON_PLAN = "on_plan"
    NOTHING_OWED = "nothing_owed"
    BELOW_MINIMUM = "below_minimum"
    OTHER_AGE = "other_age"
    SNOOZED = "snoozed"
    ASKED_ALREADY = "asked_already"
    NO_BIRTH_DATE = "no_birth_date"
    NO_ADDRESS = "no_address"


class Age(StrEnum):
    """How long the oldest part of a balance has been owed, in days since its visit."""

    TO_30 = "0-30"
    TO_60 = "31-60"
    TO_90 = "61-90"
    OVER_90 = "90+"


_UP_TO = ((30, Age.TO_30), (60, Age.TO_60), (90, Age.TO_90))


def age_of(oldest: date, today: date) -> Age:
    """The bucket of what has been owed since `oldest`."""
    days = (today - oldest).days
    return next((age for most, age in _UP_TO if days <= most), Age.OVER_90)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who owes something on a day. For a guarantor `owed_cents` is what the family owes beside plans, less
    what lies on the account and what is on its way from home; for anybody else it is their own. `oldest` is the day of
    the oldest charge of it, `asked`: a request by link is open; `known`: there is a birth date, without
    which no link opens; `reachable`: and an address to write to."""

    patient_id: str
    owed_cents: int
    oldest: date | None
    guarantor: bool = True
    on_plan: bool = False
    snoozed_until: date | None = None
    asked: bool = False
    known: bool = True
    reachable: bool = True


@dataclass(frozen=True, slots=True)
class Wish:
    """Whom a practice wants to ask: who owes `least_cents` or more, since as long as one of `ages` says."""

    least_cents: int = 1
    ages: frozenset[Age] = frozenset(Age)


def left_out(who: Candidate, wish: Wish, today: date) -> LeftOut | None:
    """Why somebody is not asked (S1-17); None: they are."""
    checks: Iterable[tuple[bool, LeftOut]] = (
        (not who.guarantor, LeftOut.NOT_GUARANTOR),
        (who.on_plan, LeftOut.ON_PLAN),
        (who.owed_cents <= 0 or who.oldest is None, LeftOut.NOTHING_OWED),
        (who.owed_cents < wish.least_cents, LeftOut.BELOW_MINIMUM),
        (who.oldest is not None and age_of(who.oldest, today) not in wish.ages, LeftOut.OTHER_AGE),
        (who.snoozed_until is not None and today <= who.snoozed_until, LeftOut.SNOOZED),
        (who.asked, LeftOut.ASKED_ALREADY),
        (not who.known, LeftOut.NO_BIRTH_DATE),
        (not who.reachable, LeftOut.NO_ADDRESS),
    )
    return next((reason for holds, reason in checks if holds), None)


# Reminders --------------------------------------------------------------------------------------------------------


def sound(after: Sequence[int]) -> bool:
    """May a request be reminded of so many days after it was sent? At most MOST_REMINDERS, one after the other."""
    rising = all(earlier < later for earlier, later in pairwise(after))
    return len(after) <= MOST_REMINDERS and rising and all(0 < days <= LONGEST_AFTER for days in after)


def next_reminder(after: Sequence[int], sent_on: date, told: int, told_on: date) -> date | None:
    """The day of the next reminder of a request that was sent on `sent_on` and of which the patient was told `told`
    times (1: the request itself), last on `told_on`. Where a reminder was late, the one after it keeps its distance.
    None: there is no further one."""
    done = told - 1
    if not 0 <= done < len(after):
        return None
    distance = after[done] - (after[done - 1] if done else 0)
    return max(sent_on + timedelta(days=after[done]), told_on + timedelta(days=distance))


def may_write(hour: int) -> bool:
    """Is this an hour of the practice's day at which the hub writes to patients by itself?"""
    return FROM_HOUR <= hour < TO_HOUR
