"""The pages of the list: one back, one on, and a field that leads to any of them."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QIntValidator
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from widgets import theme
from widgets.common import Field, IconButton, Text
from widgets.theme import S6, S8, Themed


class PageBar(Themed, QWidget):
    """`Page 12 of 23`, where 12 can be typed over. `wanted(page)` counts from 0."""

    wanted = Signal(int)
    left = Signal()

    def __init__(self, before: QAction, after: QAction) -> None:
        super().__init__()
        self.setAccessibleName("Pages")
        self._page = 0
        self.before = IconButton("chevron-left", "Page before", action=before, size="control_small")
        self.after = IconButton("chevron-right", "Next page", action=after, size="control_small")
        self.field = Field("Page", size="control_small")
        self.field.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.field.setValidator(QIntValidator(1, 9_999_999, self))
        self.of = Text("", "table", "text2")
        self._label = Text("Page", "table", "text2")
        self._label.setBuddy(self.field)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S6)
        for part in (self.before, self._label, self.field, self.of, self.after):
            row.addWidget(part)
        row.insertSpacing(1, S8 - S6)
        for button in (self.before, self.after):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys with the row
        self.field.returnPressed.connect(self.go)
        self.follow_theme()

    def restyle(self) -> None:
        look = theme.current()
        self.field.setFixedWidth(look.px(66))
        for button in (self.before, self.after):
            button.setFixedWidth(look.px(36))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def draw(self, page: int, pages: int) -> None:
        """Show page `page` (0) of `pages`; nothing while there are none."""
        self._page = page
        for part in (self._label, self.field, self.of):
            part.setVisible(pages > 0)
        if not self.field.hasFocus() or self.field.text() == str(page + 1):
            self.field.setText(str(page + 1))
        self.field.setEnabled(pages > 1)
        self.field.setAccessibleName(f"Page, of {pages:,}")
        self.of.setText(f"of {pages:,}")

    def take_focus(self) -> None:
        """Type over the page."""
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def go(self) -> None:
        """Take the typed page; the focus goes back to the list."""
        typed = self.field.text()
        self.left.emit()
        if typed.isdecimal() and int(typed) >= 1:
            self.wanted.emit(int(typed) - 1)
        self.field.setText(str(self._page + 1))
