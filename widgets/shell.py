"""The frame of the window: menu bar, rail, top bar, banner, content, status bar. Lays out; decides nothing."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QCursor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QMenu, QMenuBar, QStackedWidget, QVBoxLayout, QWidget

from resources import tokens
from widgets import theme
from widgets.commands import MENUS, Commands
from widgets.common import Banner, Text
from widgets.common.announce import announce
from widgets.common.overlay import FLOOR
from widgets.rail import Rail
from widgets.screens import SCREENS
from widgets.status_bar import StatusBar
from widgets.theme import S16, Themed
from widgets.top_bar import TopBar
from widgets.watch import LineBanner

BANNER_ICONS: Final = {"warn": "cloud-off", "bad": "circle-alert", "info": "refresh-cw", "ok": "wifi"}


class MenuRow(Themed, QWidget):
    """The menu bar with the clinic and this desk at its right. Folds to nothing in compact mode: its letters and the
    button of the top bar still open the menus. Lives in the system's own bar on macOS."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar = QMenuBar(self)
        self._place = Text("", "table", "muted")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, S16, 1)
        row.addWidget(self.bar, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._place)
        self.follow_theme()

    def show_place(self, practice: str, desk: str) -> None:
        """The clinic and this desk."""
        self._place.setText(f"{practice}  ·  {desk}")

    def restyle(self) -> None:
        look = theme.current()
        self.bar.setFont(look.font("body"))
        self._place.setVisible(not look.compact)
        self.setFixedHeight(0 if look.compact or self.bar.isNativeMenuBar() else look.size("menu_bar"))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, painter = theme.current(), QPainter(self)
        painter.fillRect(self.rect(), look.colour("surface"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, look.colour("border"))


class Shell(Themed, QWidget):
    """The window's frame around `stack`. `rail_chosen(screen)`, `light_pressed(key)`, `try_now` come from its parts."""

    rail_chosen = Signal(str)
    light_pressed = Signal(str)

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(FLOOR)  # the lock covers it, and with it every overlay that is open
        self._commands = commands
        self.menu_row = MenuRow()
        entries = tuple(screen for screen in SCREENS.values() if screen.rail)
        self.rail = Rail(entries, commands["lock"])
        self.top_bar = TopBar(commands["find"], commands["walk_in"])
        self.banner = Banner("warn", strip=True, action=commands["sync"], button="Try now", icon="cloud-off")
        self.banner.hide()
        self.stack = QStackedWidget()
        self.status_bar = StatusBar()
        self._lay_out()
        self.rail.chosen.connect(self.rail_chosen)
        self.status_bar.pressed.connect(self.light_pressed)
        self.top_bar.menu_pressed.connect(self._open_menu)
        self._page_actions: list[QAction] = []
        self.follow_theme()

    def _lay_out(self) -> None:
        right = QVBoxLayout()
        right.setSpacing(0)
        right.setContentsMargins(0, 0, 0, 0)
        right.addWidget(self.top_bar)
        right.addWidget(self.banner)
        content = QHBoxLayout()
        content.setSpacing(0)
        content.addWidget(self.stack, 1)
        content.addStretch(0)
        right.addLayout(content, 1)
        right.addWidget(self.status_bar)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        grid.addWidget(self.menu_row, 0, 0, 1, 2)
        grid.addWidget(self.rail, 1, 0)
        grid.addLayout(right, 1, 1)
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(1, 1)

    # Menus ----------------------------------------------------------------------------------------------------

    def fill_menus(self, page_actions: list[QAction]) -> None:
        """Fill the menus with the window's commands and those of the page that is shown."""
        self._page_actions = page_actions
        bar = self.menu_row.bar
        bar.clear()
        for name, title in MENUS.items():
            menu = self._menu(name, title)
            if not menu.isEmpty():
                bar.addMenu(menu)

    def _menu(self, name: str, title: str) -> QMenu:
        menu = QMenu(title, self.menu_row.bar)
        own = [action for action in self._page_actions if action.property("menu") == name]
        for action in own:
            menu.addAction(action)
        listed = self._commands.of_menu(name)
        if own and listed:
            menu.addSeparator()
        for number, (command, action) in enumerate(listed):
            if command.separate and number:
                menu.addSeparator()
            menu.addAction(action)
        return menu

    def _open_menu(self) -> None:
        folded = QMenu(self)
        for name, title in MENUS.items():
            menu = self._menu(name, title)
            if not menu.isEmpty():
                folded.addMenu(menu)
        button = self.top_bar.menu
        spot = button.mapToGlobal(button.rect().bottomLeft()) if button.isVisible() else QCursor.pos()
        folded.aboutToHide.connect(folded.deleteLater)
        folded.popup(spot)

    # The rest -------------------------------------------------------------------------------------------------

    def show_banner(self, said: LineBanner | None) -> None:
        """Show the line's banner, or none, and say it aloud. Without a command to try there is no button."""
        self.banner.setVisible(said is not None)
        if said is not None:
            news = (said.title, said.text) != (self.banner.title.text(), self.banner.text.text())
            offer = "Try now" if said.offers and self._commands["sync"].isVisible() else ""
            self.banner.set(said.title, said.text, said.note, meaning=said.meaning, icon=BANNER_ICONS[said.meaning],
                            button=offer)  # fmt: skip
            if news:
                announce(self.banner, f"{said.title} {said.text}", urgent=said.meaning == "bad")

    def restyle(self) -> None:
        self._fit()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.rail.set_narrow(self.width() < theme.current().px(tokens.NARROW_RAIL_BELOW))
        self.stack.setMaximumWidth(max(theme.current().px(tokens.SIZE["content_most"]), 1))

    def paintEvent(self, _event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme.current().colour("canvas"))
