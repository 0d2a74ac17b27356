"""The window's commands: one QAction each, used by menu, button, key and palette. Only what does something is listed.

Commands of one page (Collect's tenders, check in) belong to that page (`widgets.common.page_action`); the menus and the
palette show them beside these while the page is open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

MENUS: Final[dict[str, str]] = {
    "file": "&File",
    "patient": "Pat&ient",
    "payment": "Pa&yment",
    "day": "&Day",
    "view": "&View",
    "tools": "T&ools",
    "help": "&Help",
}
"""The menus by name, with their letters."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its name, its words, its keys, its menu. `separate` draws a line before it."""

    name: str
    text: str
    keys: str = ""
    menu: str = ""
    separate: bool = False
    checkable: bool = False


COMMANDS: Final[tuple[Command, ...]] = (
    Command("lock", "&Lock", "Ctrl+Shift+L", "file"),
    Command("settings", "&Settings", "Ctrl+,", "file"),
    Command("import", "Im&port patients and visits…", "", "file", separate=True),
    Command("quit", "&Quit Copaydesk", "Ctrl+Q", "file", separate=True),
    Command("find", "&Find a patient", "F2", "patient"),
    Command("patients", "&Patients", "Ctrl+2", "patient"),
    Command("walk_in", "&Walk-in payment", "F3", "payment"),
    Command("reprint_last", "Last receipt &again", "Ctrl+Shift+P", "payment", separate=True),
    Command("payments", "Pa&yments", "Ctrl+3", "payment"),
    Command("inbox", "&Inbox of payments from home", "Ctrl+9", "payment"),
    Command("plans", "Payment p&lans", "Ctrl+4", "payment"),
    Command("receipts", "&Receipts", "Ctrl+Shift+R", "payment"),
    Command("links", "Payment lin&ks", "Ctrl+Shift+K", "payment"),
    Command("open_drawer", "Open the &drawer…", "Ctrl+D", "payment"),
    Command("today", "&Today", "Ctrl+1", "day"),
    Command("claims", "&Claims feed", "Ctrl+5", "day"),
    Command("attention", "&Needs attention", "Ctrl+6", "day"),
    Command("day_close", "Day &close", "Ctrl+7", "day"),
    Command("reports", "&Reports", "Ctrl+8", "day"),
    Command("commands", "&Commands…", "Ctrl+K", "view"),
    Command("full_screen", "&Full screen", "F11", "view", separate=True, checkable=True),
    Command("sync", "&Sync now", "Ctrl+R", "tools"),
    Command("check_devices", "&Check reader and printer", "", "tools"),
    Command("keys", "&Keys of this screen", "F1", "help"),
    Command("about", "&About Copaydesk", "", "help"),
)
"""Every command of the window itself, in the order of the menus."""


class Commands(QObject):
    """The actions by name. `connect` gives a command its work; one without work stays out of menus and palette."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._actions: dict[str, QAction] = {}
        self._working: set[str] = set()
        for command in COMMANDS:
            action = QAction(command.text, window)
            if command.keys:
                action.setShortcut(QKeySequence(command.keys))
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            action.setAutoRepeat(False)
            action.setCheckable(command.checkable)
            action.setProperty("menu", command.menu)
            action.setVisible(False)
            action.setEnabled(False)
            self._actions[command.name] = action

    def __getitem__(self, name: str) -> QAction:
        """The action of a command. Raises KeyError for a name that is none."""
        return self._actions[name]

    def connect_all(self, works: Mapping[str, Callable[[], object]]) -> None:
        """Give commands their work; from now on they are seen and answer their keys."""
        window = self.parent()
        for name, work in works.items():
            action = self._actions[name]
            action.triggered.connect(lambda _checked=False, work=work: work())
            action.setVisible(True)
            action.setEnabled(True)
            self._working.add(name)
            if isinstance(window, QWidget):
                window.addAction(action)

    def set_enabled(self, enabled: bool) -> None:
        """Switch every working command on or off: nothing works under the lock."""
        for name in self._working:
            self._actions[name].setEnabled(enabled)

    def of_menu(self, menu: str) -> list[tuple[Command, QAction]]:
        """The working commands of a menu, in order."""
        return [(c, self._actions[c.name]) for c in COMMANDS if c.menu == menu and c.name in self._working]

    def all(self) -> list[QAction]:
        """Every working command, for the palette."""
        return [self._actions[command.name] for command in COMMANDS if command.name in self._working]
