"""Find over the window (F2)."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QWidget

from widgets import theme
from widgets.common.overlay import Overlay
from widgets.find.panel import FindPanel
from widgets.theme import S16, S32

_ROWS = 8
_TOP = 60


class FindOverlay(Overlay):
    """The panel near the top of the window, as high as its matches."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self.finder = FindPanel(self)
        self.panel = self.finder
        self.finder.table.rows_changed.connect(self.place_panel)

    def place_panel(self) -> None:
        look = theme.current()
        width = min(look.px(758), self.width() - 2 * S16)
        rows = min(_ROWS, len(self.finder.table.rows))
        height = min(self.finder.wanted_height(rows), self.height() - _TOP - S32)
        self.finder.setGeometry(QRect((self.width() - width) // 2, min(_TOP, self.height() // 10), width, height))

    def take_focus(self) -> None:
        self.finder.field.setFocus(Qt.FocusReason.OtherFocusReason)
