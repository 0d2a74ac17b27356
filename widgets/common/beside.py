"""The column beside a list: how wide it is, and the one panel that may lie in it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from widgets import theme
from widgets.theme import S20


def side_width(page: QWidget, share: float) -> int:
    """How wide the column is on `page`: its `share` of what the insets leave, within what the theme allows."""
    look = theme.current()
    wide = round((page.width() - 2 * S20) * share)
    return min(look.size("side_most"), max(look.size("side_least"), wide))


class Beside:
    """Holds a panel at place `at` of `column`, as wide as `width` says; None while nothing lies there."""

    def __init__(self, column: QVBoxLayout, at: int, width: Callable[[], int]) -> None:
        self._column, self._at, self._width = column, at, width
        self.panel: QWidget | None = None

    def show(self, panel: QWidget) -> None:
        """Lay `panel` there, in place of one that is there."""
        if self.panel is not panel:
            self.drop()
            self.panel = panel
            self._column.insertWidget(self._at, panel)
        self.fit()
        panel.show()

    def drop(self) -> bool:
        """Take the panel away. False: there was none."""
        panel, self.panel = self.panel, None
        if panel is None:
            return False
        panel.hide()
        self._column.removeWidget(panel)
        return True

    def fit(self) -> None:
        """Follow the width of the page."""
        if self.panel is not None:
            self.panel.setFixedWidth(self._width())
