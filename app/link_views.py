"""What a desk shows of one-time links."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from app.message_lines import MessageLine
from app.messages import Way
from app.views import PatientHead, Roll
from models.operations.online import OnlineItem
from models.rules.links import PAYABLE, Key, LinkState, LinkWhich
from models.rules.rights import Right
from receipts.layouts.common import Block
from receipts.link_slip import LinkSlip

PAGE = 50
"""So many links are on a page of the list."""


@dataclass(frozen=True, slots=True)
class LinkLine:
    """A link as it stands now. `due_cents` is what it asks now (0 where it cannot be used), `amount_cents` what it was
    made for. `expires_on` is the last day it works; `sent` are the messages that carried it, newest first; `ended_at`
    says when it was paid or taken back. `pending`: the hub has not heard of it. `payment_id` is what it brought."""

    link_id: str
    patient: PatientHead
    subject: str
    subject_id: str
    amount_cents: int
    due_cents: int
    state: LinkState
    issued_at: datetime
    issued_by: str
    expires_on: date
    note: str
    sent: tuple[MessageLine, ...] = ()
    ended_at: datetime | None = None
    ended_by: str = ""
    paid_cents: int = 0
    number: str = ""
    payment_id: str = ""
    posted: bool = False
    pending: bool = False

    @property
    def usable(self) -> bool:
        """Can the patient still pay with it: may it be sent, copied, taken back?"""
        return self.state in PAYABLE


@dataclass(frozen=True, slots=True)
class LinksAsk:
    """A page of the list: `text` is what was typed to narrow it (name, birth date, phone or record number), `which` how
    the links stand; with `patient_id` those of a patient's account. `after` is where the page begins, None at the
    newest; `most` how many links are wanted."""

    text: str = ""
    which: LinkWhich = LinkWhich.ALL
    patient_id: str = ""
    after: Key | None = None
    most: int = PAGE


@dataclass(frozen=True, slots=True)
class LinksPage:
    """Links, newest first. `after` is where what follows begins, None where nothing does. `full` False: so many others
    had to be looked at that the rest is asked for with `after`. `total`: how many there are in all, None where that is
    known only of those that were looked at; `whose` is the patient they were narrowed to."""

    lines: tuple[LinkLine, ...]
    after: Key | None
    full: bool = True
    total: int | None = None
    whose: str = ""


@dataclass(frozen=True, slots=True)
class LinkOffer:
    """A link that may be made. `link_id` is made once, so that a second Enter makes no second link. `patient` is who
    pays: the guarantor. `items` are the charges it would be for, oldest first, with what each owes; `owed_cents` is all
    of it. `why_not` is a message key (empty: it can be made); `known` are links about the same that can still be
    used; `needs` is the right that sending it takes beside taking payments: what an agreement lets off."""

    link_id: str
    patient: PatientHead
    subject: str
    subject_id: str
    items: tuple[OnlineItem, ...]
    owed_cents: int
    email: Way
    text: Way
    preferred: str
    expires_on: date
    why_not: str = ""
    known: tuple[LinkLine, ...] = ()
    needs: Right | None = None

    def way(self, channel: str) -> Way:
        """The way of a channel (email, text)."""
        return self.text if channel == "text" else self.email


@dataclass(frozen=True, slots=True)
class LinkChoice:
    """What the person decided: how much (0: all of it), the last day it works (None: as offered), words for the page
    alone, and where it goes: (channel, address as typed) each; none: it is copied or shown as a code. `parts` says how
    much of each charge, (charge, cents), in place of an amount."""

    amount_cents: int = 0
    expires_on: date | None = None
    note: str = ""
    ways: tuple[tuple[str, str], ...] = ()
    parts: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class LinkAddress:
    """The address of a link, from the hub alone. `here_only`: it leads to this computer alone."""

    link_id: str
    address: str
    here_only: bool = False


@dataclass(frozen=True, slots=True)
class SlipSheet:
    """A slip that may be printed: what it says, where its code leads, and how it will lie on this `roll`. `why_not` is
    a message key (empty: it can be printed)."""

    slip: LinkSlip
    where: LinkAddress
    blocks: tuple[Block, ...]
    roll: Roll
    why_not: str = ""
