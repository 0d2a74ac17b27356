"""The table of screens: what the window can show, how each is made, and where the rail names it.

A new screen is a folder with `view.py` and `presenter.py`, a `page.py` whose `make(kit)` puts them together, and a row
here. Makers import when first called, so that nothing is loaded before it is needed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from PySide6.QtWidgets import QWidget

from app.views import Collected, DeskFacts

if TYPE_CHECKING:
    from app.desk import Desk
    from models.store.rows import Change
    from widgets.bridge import Bridge
    from widgets.common.banner import Notices
    from widgets.session import Session


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere the window can be: a screen and what it is about. Ids only; the screen reads the rest itself.

    `select_next` asks Today for the next arrived patient; `collected` is what Approved shows; `item` names a part of a
    screen (a page of Settings, an item of Needs attention, an act to begin in the Ledger: `move:` and the payment), a
    payment or request by its id, or in Collect the request that is collected, with `:` and a tender to begin with.
    """

    screen: str
    patient_id: str = ""
    appointment_id: str = ""
    collected: Collected | None = None
    select_next: bool = False
    item: str = ""


class Page(Protocol):
    """What the window asks of a screen."""

    @property
    def widget(self) -> QWidget:
        """The page, laid into the content area with its own inset. Its `actions()` (made by
        `widgets.common.page_action`) are the commands of this page."""

    @property
    def money_in_flight(self) -> bool:
        """Is a payment on its way? Then the window neither closes nor leaves without asking."""

    def enter(self, place: Place) -> None:
        """The page is shown now, about `place`: read what it needs and put the focus where work begins."""

    def leave(self) -> None:
        """The page is hidden now; what was typed stays with it."""

    def changed(self, change: Change) -> None:
        """Something was written here or came from another desk while the page is shown: read it again."""


class Doors(Protocol):
    """Ways between screens."""

    def go(self, place: Place) -> None:
        """Show `place`; Esc there leads back here."""

    def back(self) -> None:
        """Show where the present page was opened from, Today if nowhere."""

    def replace(self, place: Place) -> None:
        """Show `place` instead of the present page: back leads past it."""

    def commands(self) -> None:
        """Open the list of commands."""


@dataclass(frozen=True, slots=True)
class Kit:
    """What a maker takes parts from. Makers hand single stories to their screen, never the desk."""

    desk: Desk
    facts: Callable[[], DeskFacts]
    bridge: Bridge
    session: Session
    doors: Doors
    notices: Notices
    train: Callable[[], None]
    """Begins training at this desk, or says what is in the way."""


@dataclass(frozen=True, slots=True)
class Screen:
    """One row. `rail` is its entry on the rail (empty: reached from other screens only), `under` the rail entry that
    is lit while it is shown, `keys` its shortcut."""

    name: str
    make: Callable[[Kit], Page]
    rail: str = ""
    icon: str = ""
    under: str = ""
    keys: str = ""


def _today(kit: Kit) -> Page:
    from widgets.today.page import make

    return make(kit)


def _collect(kit: Kit) -> Page:
    from widgets.collect.page import make

    return make(kit)


def _approved(kit: Kit) -> Page:
    from widgets.approved.page import make

    return make(kit)


def _patients(kit: Kit) -> Page:
    from widgets.patients.page import make

    return make(kit)


def _payments(kit: Kit) -> Page:
    from widgets.payments.page import make

    return make(kit)


def _inbox(kit: Kit) -> Page:
    from widgets.inbox.page import make

    return make(kit)


def _payment(kit: Kit) -> Page:
    from widgets.payment.page import make

    return make(kit)


def _claims(kit: Kit) -> Page:
    from widgets.claims.page import make

    return make(kit)


def _links(kit: Kit) -> Page:
    from widgets.links.page import make

    return make(kit)


def _plans(kit: Kit) -> Page:
    from widgets.plans.list_page import make

    return make(kit)


def _plan(kit: Kit) -> Page:
    from widgets.plans.page import make

    return make(kit)


def _ledger(kit: Kit) -> Page:
    from widgets.ledger.page import make

    return make(kit)


def _attention(kit: Kit) -> Page:
    from widgets.attention.page import make

    return make(kit)


def _day_close(kit: Kit) -> Page:
    from widgets.day_close.page import make

    return make(kit)


def _day_sheet(kit: Kit) -> Page:
    from widgets.day_sheet.page import make

    return make(kit)


def _receipts(kit: Kit) -> Page:
    from widgets.receipts.page import make

    return make(kit)


def _settings(kit: Kit) -> Page:
    from widgets.settings.page import make

    return make(kit)


TODAY, COLLECT, APPROVED, PATIENTS, PAYMENTS, CLAIMS, LEDGER, ATTENTION, DAY_CLOSE, REPORTS, RECEIPTS, SETTINGS = (
    "today", "collect", "approved", "patients", "payments", "claims", "ledger", "attention", "day_close", "reports",
    "receipts", "settings",
)  # fmt: skip
PAYMENT, INBOX = "payment", "inbox"
"""One payment, or one request (`Place.item` is its id); the list leads there once the screen is in the table."""

LINKS = "links"
"""Payment links: of everybody, or of one account; `Place.item` is the link in focus."""

PLANS, PLAN = "plans", "plan"
"""Payment plans, and one of them (`Place.item` is its id; empty: a new agreement of the patient)."""

SCREENS: dict[str, Screen] = {
    screen.name: screen
    for screen in (
        Screen(TODAY, _today, rail="Today", icon="calendar-days", keys="Ctrl+1"),
        Screen(PATIENTS, _patients, rail="Patients", icon="users", keys="Ctrl+2"),
        Screen(PAYMENTS, _payments, rail="Payments", icon="receipt-text", keys="Ctrl+3"),
        Screen(INBOX, _inbox, rail="Inbox", icon="inbox", keys="Ctrl+9"),
        Screen(PLANS, _plans, rail="Payment plans", icon="calendar-clock", keys="Ctrl+4"),
        Screen(CLAIMS, _claims, rail="Claims feed", icon="file-text", keys="Ctrl+5"),
        Screen(ATTENTION, _attention, rail="Needs attention", icon="triangle-alert", keys="Ctrl+6"),
        Screen(DAY_CLOSE, _day_close, rail="Day close", icon="wallet", keys="Ctrl+7"),
        Screen(REPORTS, _day_sheet, rail="Reports", icon="chart-column", keys="Ctrl+8"),
        Screen(SETTINGS, _settings, rail="Settings", icon="settings", keys="Ctrl+,"),
        Screen(COLLECT, _collect, under=TODAY),
        Screen(APPROVED, _approved, under=TODAY),
        Screen(PAYMENT, _payment, under=PAYMENTS),
        Screen(LINKS, _links, under=PAYMENTS, keys="Ctrl+Shift+K"),
        Screen(LEDGER, _ledger, under=PATIENTS),
        Screen(PLAN, _plan, under=PLANS),
        Screen(RECEIPTS, _receipts, under=REPORTS, keys="Ctrl+Shift+R"),
    )
}
"""Every screen by name, the rail's in its order."""

PREPARED = (COLLECT, APPROVED, LEDGER, ATTENTION, PATIENTS, CLAIMS)
"""Pages made in the first quiet moments after signing in, the likeliest first."""
