"""Settings for the window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Slot

from widgets.screens import Kit, Page, Place
from widgets.settings.parts import PARTS, Part
from widgets.settings.presenter import SettingsPresenter
from widgets.settings.state import FEES, PROFILES, SECTIONS, STAFF, WAYS
from widgets.settings.view import SettingsView

if TYPE_CHECKING:
    from models.store.rows import Change

_TOPICS: Final = {STAFF: {"staff"}, WAYS: {"method"}, PROFILES: {"billing_profile", "appointment_profile"},
                  FEES: {"fee_schedule"}}  # fmt: skip
"""What is read again, by page, when such records changed here or at another desk."""


class SettingsPage:
    """The page; `item` of a place names the page of Settings. The parts of a page of Settings are made when it is first
    opened, and read what they show once each time Settings is entered."""

    money_in_flight = False

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self.widget = SettingsView()
        self._parts: dict[str, tuple[Part, ...]] = {}
        self._unread: set[str] = set()
        self._presenter = SettingsPresenter(
            self.widget, bridge=kit.bridge, lane=kit.desk.lanes["store"], settings=kit.desk.settings
        )
        self.widget.page_wanted.connect(self._open)

    @Slot(str)
    def _open(self, name: str) -> None:
        if name not in self._parts:
            self._parts[name] = PARTS[name](self.widget, self._kit) if name in PARTS else ()
        if name in self._unread:
            self._unread.remove(name)
            self._read(name)

    def _read(self, name: str) -> None:
        for part in self._parts.get(name, ()):
            part.show()

    def enter(self, place: Place) -> None:
        """Show the values, and the page that was asked for."""
        self._unread = {section.name for section in SECTIONS}
        self._presenter.show()
        self.widget.open_page(place.item or self.widget.page_name or SECTIONS[0].name)
        self.widget.take_focus()

    def leave(self) -> None:
        """Everything was saved as it was made."""

    def changed(self, change: Change) -> None:
        """People may have changed, here or at another desk."""
        for name, topics in _TOPICS.items():
            if change.everything or change.topics & topics:
                self._read(name)


def make(kit: Kit) -> Page:
    """The page with its presenters."""
    return SettingsPage(kit)
