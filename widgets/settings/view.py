"""Draws Settings: pages at the left, the rows of one page at the right. Says what was changed; writes nothing.

A page is made when it is first opened: all of them at once would keep the window from its keys for half a second."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from widgets import icons, theme
from widgets.common import Card, Divider, Text, paint
from widgets.common.focus_ring import Ringed
from widgets.settings.rows import ChoiceRow, SettingRow, SwitchRow, TextRow
from widgets.settings.state import CHOICE, SECTIONS, SWITCH, TEXT, Row, Section
from widgets.theme import S4, S8, S10, S12, S16, S20, Themed

Refused = Mapping[str, str]

OPTION_LETTERS = 200


class _PageButton(Ringed, Themed, QAbstractButton):
    def __init__(self, section: Section) -> None:
        super().__init__()
        self.section = section
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setAccessibleName(section.title)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.follow_theme()

    def restyle(self) -> None:
        self.setFixedHeight(theme.current().px(38))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        from PySide6.QtCore import QRectF

        look, area, on = theme.current(), QRectF(self.rect()), self.isChecked()
        with paint.smooth(QPainter(self)) as painter:
            if on:
                paint.rounded(painter, area, look.radius("control"), look.colour("selected"))
            side = look.size("icon")
            icons.paint(painter, QRectF(S10, (area.height() - side) / 2, side, side), self.section.icon,
                        "accent" if on else "muted")  # fmt: skip
            words = QRectF(S10 + side + S10, 0, area.width() - side - 3 * S10, area.height())
            style, ink = ("body_strong", "accent") if on else ("body", "text2")
            paint.draw_text(painter, words, self.section.title, style, ink)


_MAKERS: dict[str, Callable[[Row], SettingRow]] = {
    SWITCH: lambda row: SwitchRow(row.title, row.hint),
    CHOICE: lambda row: ChoiceRow(row.title, row.hint, row.choices, type(row.option.default)),
    TEXT: lambda row: TextRow(row.title, row.hint, OPTION_LETTERS),
}


class SettingsView(Themed, QWidget):
    """The page. `changed(option key, value)`; `page_wanted(name)` before a page is shown, so that what belongs to it
    can be made, `page_opened(name)` after. `add_page` puts a page of another kind under its section's name."""

    changed = Signal(str, object)
    page_wanted = Signal(str)
    page_opened = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Settings")
        self._rows: dict[str, SettingRow] = {}
        self._values: Mapping[str, Any] = {}
        self._refused: Refused = {}
        self._stack = QStackedWidget()
        self._pages: dict[str, QWidget] = {}
        self._bodies: dict[str, QVBoxLayout] = {}
        self._buttons: dict[str, _PageButton] = {}
        self._group = QButtonGroup(self)
        self._body = QVBoxLayout(self)
        self._lay_out()
        self.follow_theme()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(Text("Settings", "title"))
        head.addStretch(1)
        head.addWidget(Text("Changes save as you make them", "caption", "muted"))
        self._nav = Card(inset=S8)
        self._nav.body.setSpacing(2)
        for section in SECTIONS:
            button = _PageButton(section)
            button.clicked.connect(lambda _checked=False, name=section.name: self.open_page(name))
            self._buttons[section.name] = button
            self._group.addButton(button)
            self._nav.body.addWidget(button)
        self._nav.body.addStretch(1)
        self._columns = QHBoxLayout()
        self._columns.addWidget(self._nav)
        self._columns.addWidget(self._stack, 1)
        self._body.addLayout(head)
        self._body.addLayout(self._columns, 1)

    def add_page(self, name: str, page: QWidget) -> None:
        """Show `page` when the section `name` is chosen."""
        self._pages[name] = page
        self._stack.addWidget(page)

    def add_above(self, name: str, part: QWidget) -> None:
        """Show `part` over the rows of the section `name`."""
        self._body_of(name).insertWidget(0, part)

    def add_below(self, name: str, part: QWidget) -> None:
        """Show `part` under the rows of the section `name`."""
        body = self._body_of(name)
        body.insertWidget(body.count() - 1, part)  # the stretch stays last

    def _body_of(self, name: str) -> QVBoxLayout:
        """Where the parts of a section with rows lie; its page is made by the first who asks."""
        if name not in self._bodies:
            self.add_page(name, self._page(next(section for section in SECTIONS if section.name == name)))
            self._show_rows()
        return self._bodies[name]

    def _page(self, section: Section) -> QWidget:
        card = Card(inset=S20)
        card.body.addWidget(Text(section.rows_title or section.title, "heading"))
        card.body.addSpacing(S4)
        for number, row in enumerate(section.rows):
            if number:
                card.body.addWidget(Divider("hairline"))
            made = _MAKERS[row.kind](row)
            made.changed.connect(lambda value, key=row.option.key: self.changed.emit(key, value))
            self._rows[row.option.key] = made
            card.body.addWidget(made)
        holder = QWidget()
        body = QVBoxLayout(holder)
        body.setContentsMargins(0, 0, S12, 0)
        body.setSpacing(S12)
        body.addWidget(card)
        body.addStretch(1)
        self._bodies[section.name] = body
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(holder)
        scroll.viewport().setAutoFillBackground(False)
        holder.setAutoFillBackground(False)
        return scroll

    def open_page(self, name: str) -> None:
        """Show one page."""
        self.page_wanted.emit(name)
        if name not in self._pages:
            self._body_of(name)
        self._buttons[name].setChecked(True)
        self._stack.setCurrentWidget(self._pages[name])
        self.page_opened.emit(name)

    def row(self, key: str) -> SettingRow:
        """The row of an option whose page was opened."""
        return self._rows[key]

    @property
    def page_name(self) -> str:
        """Which page is shown."""
        return next((name for name, button in self._buttons.items() if button.isChecked()), "")

    def show_values(self, values: Mapping[str, Any]) -> None:
        """Show the options' values, on pages that are opened later too."""
        self._values = dict(values)
        self._show_rows()

    def show_refused(self, refused: Refused) -> None:
        """Say what was refused, by option; the others lose their error."""
        self._refused = dict(refused)
        self._show_rows()

    def _show_rows(self) -> None:
        for key, row in self._rows.items():
            if key in self._values:
                row.show_value(self._values[key])
            row.show_error(self._refused.get(key, ""))

    def take_focus(self) -> None:
        """Put the focus on the list of pages."""
        name = self.page_name or SECTIONS[0].name
        self._buttons[name].setFocus(Qt.FocusReason.OtherFocusReason)

    def restyle(self) -> None:
        look = theme.current()
        inset, gap = look.size("page_inset_y"), look.size("gap")
        self._body.setContentsMargins(S20, inset, S20, inset)
        self._body.setSpacing(gap)
        self._columns.setSpacing(S16)
        self._nav.setFixedWidth(look.px(206))
        self.update()
