"""What screens see of payment requests that go to patients by link: a list of them, one that may be sent, many at once.
Amounts are cents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.messages import Way
from app.views import PatientHead
from models.rules.campaigns import LASTS_DAYS, Age, LeftOut

LIKED = "liked"
"""A bulk request goes each patient's own way, and otherwise where there is an address."""


class AskState(StrEnum):
    """Where a request stands. WAITING: the hub has not sent it. SETTLED: nothing is owed any more, by another way.
    LEFT_OUT: the hub found no reason to ask. PROCESSING: the patient's bank was asked and has not answered."""

    WAITING = "waiting"
    SENT = "sent"
    REMINDED = "reminded"
    FAILED = "failed"
    PROCESSING = "processing"
    PAID = "paid"
    SETTLED = "settled"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    LEFT_OUT = "left_out"


OPEN = frozenset({AskState.WAITING, AskState.SENT, AskState.REMINDED, AskState.FAILED})
"""States in which a patient may still be asked: it can be taken back."""
SENDABLE = OPEN - {AskState.WAITING}
"""States in which it may be sent once more."""


class Which(StrEnum):
    """What the list shows."""

    ALL = ""
    OPEN = "open"
    REMINDED = "reminded"
    FAILED = "failed"
    PAID = "paid"
    OVER = "over"


SHOWS: dict[Which, frozenset[AskState]] = {
    Which.ALL: frozenset(AskState), Which.OPEN: OPEN, Which.REMINDED: frozenset({AskState.REMINDED}),
    Which.FAILED: frozenset({AskState.FAILED}),
    Which.PAID: frozenset({AskState.PROCESSING, AskState.PAID, AskState.SETTLED}),
    Which.OVER: frozenset({AskState.CANCELLED, AskState.EXPIRED, AskState.LEFT_OUT}),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class AskLine:
    """A request as it stands. `told`: how often the patient was written to, of `times` in all; `next_on` the day of the
    next reminder; `reason` a message key where it failed or was left out; `pending`: the hub has not heard of it."""

    ask_id: str
    patient: PatientHead
    amount_cents: int
    state: AskState
    at: datetime
    campaign: str
    channel: str
    address: str
    told: int
    times: int
    told_on: date | None
    next_on: date | None
    note: str
    link_id: str
    reason: str = ""
    snoozed_until: date | None = None
    pending: bool = False


@dataclass(frozen=True, slots=True)
class AsksView:
    """One page of the list: `counts` say how many of all stand how, before the filter. `more`: there is another page
    after this one."""

    lines: tuple[AskLine, ...]
    counts: tuple[tuple[AskState, int], ...]
    today: date
    more: bool = False


@dataclass(frozen=True, slots=True)
class AskSheet:
    """A request that may be sent. `ask_id` is made once, so that a second Enter sends nothing twice. `patient` is who
    pays: the guarantor; `owed_cents` what may be asked of the account, beside plans. `why_not` is a message key (empty:
    it can be sent); `known` are requests of theirs that are open."""

    ask_id: str
    patient: PatientHead
    owed_cents: int
    email: Way
    text: Way
    channel: str
    why_not: str = ""
    known: tuple[AskLine, ...] = ()

    def way(self, channel: str) -> Way:
        """The way of a channel (email, text)."""
        return self.text if channel == "text" else self.email


@dataclass(frozen=True, slots=True)
class AskChoice:
    """What the person decided: how much, as typed cents (0: all that is owed), where it goes, days of reminders, words
    for the page and the portal, and whether a statement goes along (which the patient agreed to)."""

    channel: str
    address: str
    amount_cents: int = 0
    remind_after: tuple[int, ...] = ()
    note: str = ""
    statement: bool = False
    expires_days: int = LASTS_DAYS


@dataclass(frozen=True, slots=True)
class SnoozeSheet:
    """Who may be left out of bulk requests: the account's guarantor, and up to which day they are now (None: they are
    not)."""

    patient: PatientHead
    until: date | None


@dataclass(frozen=True, slots=True)
class ManyWish:
    """Whom a bulk request is for: who owes so much or more, since so long."""

    least_cents: int = 1
    ages: frozenset[Age] = frozenset(Age)
    channel: str = LIKED


@dataclass(frozen=True, slots=True)
class ManyLine:
    """One of many: asked for `cents`, or left out. `channel` and `address` say where it goes; `agreed`: by e-mail, and
    the patient agreed that papers go to that address."""

    patient: PatientHead
    cents: int
    oldest: date | None
    left: LeftOut | None = None
    channel: str = ""
    address: str = ""
    snoozed_until: date | None = None
    agreed: bool = False


@dataclass(frozen=True, slots=True)
class ManySheet:
    """A bulk request before it is sent. `campaign_id` is made once: whoever begins again with it asks nobody twice."""

    campaign_id: str
    wish: ManyWish
    asked: tuple[ManyLine, ...]
    left: tuple[ManyLine, ...]
    why_not: str = ""

    @property
    def cents(self) -> int:
        """What is asked for in all."""
        return sum(line.cents for line in self.asked)

    @property
    def papers(self) -> int:
        """How many of those who are asked a statement can go to."""
        return sum(line.agreed for line in self.asked)


@dataclass(frozen=True, slots=True)
class ManyChoice:
    """What the person decided for all of them; a `statement` goes along to those who agreed to papers by e-mail."""

    name: str
    remind_after: tuple[int, ...] = ()
    note: str = ""
    expires_days: int = LASTS_DAYS
    statement: bool = False
