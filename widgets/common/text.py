"""Text in the design's type styles, amounts, and the line between things."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget

from models.basics.money import show_cents
from widgets import theme
from widgets.theme import Redressed, Themed

NOT_APPLICABLE = "—"
"""Shown, muted, where an amount does not apply; zero is `$0.00`."""


class Text(Redressed, QLabel):
    """A label in a type style and a colour ink. `elide` cuts one long line with an ellipsis (full text as tool tip),
    `wrap` breaks lines, neither keeps the text's own width."""

    def __init__(
        self,
        text: str = "",
        style: str = "body",
        ink: str = "text",
        *,
        elide: bool = False,
        wrap: bool = False,
        align: Qt.AlignmentFlag | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)  # names may hold any sign, never markup
        self._style, self._ink, self._elide = style, ink, elide
        self.setWordWrap(wrap)
        if elide:
            self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            self.setMinimumWidth(1)
        if align is not None:
            self.setAlignment(align)
        self.follow_theme()

    @property
    def elides(self) -> bool:
        """Is a long text cut with an ellipsis?"""
        return self._elide

    def set_look(self, *, style: str | None = None, ink: str | None = None) -> None:
        """Change type style or colour."""
        self._style, self._ink = style or self._style, ink or self._ink
        self.restyle()

    def restyle(self) -> None:
        look = theme.current()
        self.setFont(look.font(self._style))
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.WindowText, look.colour(self._ink))
        palette.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole.WindowText, look.colour("disabled"))
        self.setPalette(palette)

    def sizeHint(self) -> QSize:
        if not self._elide:
            return super().sizeHint()
        metrics = QFontMetrics(self.font())
        return QSize(metrics.horizontalAdvance(self.text()) + 2, metrics.height())

    def minimumSizeHint(self) -> QSize:
        if not self._elide:
            return super().minimumSizeHint()
        return QSize(min(self.sizeHint().width(), 4 * self.font().pixelSize()), self.sizeHint().height())

    def setText(self, text: str) -> None:
        super().setText(text)
        self._explain()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._explain()

    def _explain(self) -> None:
        if self._elide:
            cut = QFontMetrics(self.font()).horizontalAdvance(self.text()) > self.width()
            self.setToolTip(self.text() if cut else "")

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._elide:
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        shown = QFontMetrics(self.font()).elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.contentsRect(), int(self.alignment() | Qt.AlignmentFlag.AlignVCenter), shown)


class AmountLabel(Text):
    """An amount in cents: right aligned, two decimals, thousands, true minus; None shows that it does not apply."""

    def __init__(
        self,
        cents: int | None = 0,
        style: str = "body_strong",
        ink: str = "text",
        *,
        align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
        parent: QWidget | None = None,
    ) -> None:
        self._plain_ink = ink
        super().__init__("", style, ink, align=align, parent=parent)
        self.set_cents(cents)

    def set_cents(self, cents: int | None, ink: str | None = None) -> None:
        """Show `cents`, from now on in `ink` if given."""
        self._plain_ink = ink or self._plain_ink
        self.setText(NOT_APPLICABLE if cents is None else show_cents(cents))
        self.set_look(ink="muted" if cents is None else self._plain_ink)


class Divider(Themed, QFrame):
    """A hairline between things; vertical if asked."""

    def __init__(self, ink: str = "border", *, vertical: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ink = ink
        if vertical:
            self.setFixedWidth(1)
        else:
            self.setFixedHeight(1)
        self.follow_theme()

    def paintEvent(self, _event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme.current().colour(self._ink))
