"""Which page is shown, and the way back. Pages are made when first shown and kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QStackedWidget

from widgets.screens import SCREENS, TODAY, Kit, Page, Place

if TYPE_CHECKING:
    from models.store.rows import Change

_LONGEST = 20
_REST_MS = 60


class Navigator(QObject):
    """The doors between screens. `shown(Place)` follows every change of page, `refused(str)` a way that is closed."""

    shown = Signal(object)
    refused = Signal(str)

    def __init__(self, stack: QStackedWidget, commands: Callable[[], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stack, self._commands = stack, commands
        self._pages: dict[str, Page] = {}
        self._places: dict[str, Place] = {}
        self._history: list[Place] = []
        self._now: Place | None = None
        self._kit: Kit | None = None
        self._wanted: tuple[str, ...] = ()
        self._quiet = QTimer(self, singleShot=True)
        self._quiet.timeout.connect(self._prepare_next)

    def use(self, kit: Kit) -> None:
        """Where pages take their parts from."""
        self._kit = kit

    # Doors ----------------------------------------------------------------------------------------------------

    def go(self, place: Place) -> None:
        """Show `place`; back leads to what is shown now."""
        if self._now is not None and self._now.screen != place.screen:
            self._history.append(self._now)
            del self._history[:-_LONGEST]
        self._show(place)

    def replace(self, place: Place) -> None:
        """Show `place`; back leads past what is shown now."""
        self._show(place)

    def back(self) -> None:
        """Show where this page was opened from; Today where there is nothing behind."""
        now = self._now.screen if self._now else ""
        while self._history and self._history[-1].screen == now:
            self._history.pop()
        self._show(self._history.pop() if self._history else Place(TODAY))

    def top(self, place: Place) -> None:
        """Show a page of the rail: the way back begins anew."""
        self._history.clear()
        self._show(place)

    def commands(self) -> None:
        """Open the palette."""
        self._commands()

    def prepare(self, names: Sequence[str], after_ms: int = 0) -> None:
        """Make these pages before they are wanted, one at a time while nobody does anything, `after_ms` from now: their
        first key is then answered as fast as every other. Ends with `stop_preparing`."""
        self._wanted = tuple(names)
        self._quiet.start(after_ms)

    def stop_preparing(self) -> None:
        """Make no further page before it is wanted: the window goes."""
        self._wanted = ()
        self._quiet.stop()

    @Slot()
    def _prepare_next(self) -> None:
        wanted = [name for name in self._wanted if name not in self._pages]
        if wanted and self._kit is not None:
            self._make(wanted[0])
            self.prepare(wanted[1:], _REST_MS)

    # What is shown --------------------------------------------------------------------------------------------

    @property
    def place(self) -> Place | None:
        """Where the window is."""
        return self._now

    @property
    def page(self) -> Page | None:
        """The page that is shown."""
        return self._pages.get(self._now.screen) if self._now else None

    @property
    def money_in_flight(self) -> bool:
        """Is a payment on its way on any page?"""
        return any(page.money_in_flight for page in self._pages.values())

    def changed(self, change: Change) -> None:
        """Tell the shown page that data changed."""
        if self.page is not None:
            self.page.changed(change)

    def _make(self, name: str) -> Page:
        if self._kit is None:
            raise RuntimeError("the navigator has no kit yet")
        page = self._pages[name] = SCREENS[name].make(self._kit)
        self._stack.addWidget(page.widget)
        return page

    def _show(self, place: Place) -> None:
        page = self._pages.get(place.screen) or self._make(place.screen)
        before = self.page
        running = page.money_in_flight and place != self._places.get(place.screen)
        if before is not None and before is not page:
            before.leave()
        self._stack.setCurrentWidget(page.widget)
        if running:
            place = self._places[place.screen]
            self.refused.emit("A payment is still running here. Finish it first.")
        self._now = place
        self._places[place.screen] = place
        self.shown.emit(place)
        if running:
            page.widget.setFocus()
        else:
            page.enter(place)
