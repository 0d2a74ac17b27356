"""Settings for the window."""

from __future__ import annotations

from widgets.importing.presenter import ImportPresenter
from widgets.importing.view import ImportView
from widgets.screens import Kit, Page, Place
from widgets.settings.presenter import SettingsPresenter
from widgets.settings.state import IMPORT, SECTIONS
from widgets.settings.view import SettingsView


class SettingsPage:
    """The page; `item` of a place names the page of Settings."""

    money_in_flight = False

    def __init__(self, kit: Kit) -> None:
        self.widget = SettingsView()
        importing = ImportView()
        self.widget.add_page(IMPORT, importing)
        self._presenter = SettingsPresenter(
            self.widget, bridge=kit.bridge, lane=kit.desk.lanes["store"], settings=kit.desk.settings
        )
        self._importing = ImportPresenter(
            importing, bridge=kit.bridge, lane=kit.desk.lanes["net"], importing=kit.desk.importing,
            person_id=lambda: kit.session.acting.staff_id,
        )  # fmt: skip

    def enter(self, place: Place) -> None:
        """Show the values, and the page that was asked for."""
        self._presenter.show()
        self.widget.open_page(place.item or self.widget.page_name or SECTIONS[0].name)
        self.widget.take_focus()

    def leave(self) -> None:
        """Everything was saved as it was made."""

    def changed(self, _change: object) -> None:
        """Data says nothing about settings."""


def make(kit: Kit) -> Page:
    """The page with its presenters."""
    return SettingsPage(kit)
