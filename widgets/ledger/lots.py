"""Money on account: every payment of which something is left, and where it may go."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from widgets import theme
from widgets.common import AmountLabel, Card, Divider, KeycapButton, Role, Text, paint
from widgets.common.when import spoken_cents
from widgets.ledger.state import LedgerState, Lot
from widgets.theme import S2, S8, S12, S16, Themed


class WordBadge(Themed, QWidget):
    """A square badge with a word in the colours of a meaning."""

    def __init__(self, words: str, meaning: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words, self._meaning = words, meaning
        self.setAccessibleName(words)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.follow_theme()

    def sizeHint(self) -> QSize:
        size = paint.badge_size(self._words)
        return QSize(round(size.width() + 0.5), round(size.height()))

    def paintEvent(self, _event: QPaintEvent) -> None:
        with paint.smooth(QPainter(self)) as painter:
            paint.paint_badge(painter, QRectF(self.rect()), self._words, self._meaning)


class LotBox(QWidget):
    """One payment of which something is left."""

    receipt_pressed = Signal(str)

    def __init__(self, lot: Lot, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        first = QHBoxLayout()
        first.setSpacing(S8)
        first.addWidget(Text(lot.number, "table_strong"))
        first.addWidget(WordBadge(lot.badge, lot.meaning))
        first.addStretch(1)
        words = QVBoxLayout()
        words.setSpacing(S2)
        words.addLayout(first)
        words.addWidget(Text(lot.line, "caption", "muted", elide=True))
        amount = AmountLabel(lot.cents, "heading_s")
        amount.setAccessibleName(f"{lot.number}, {lot.badge}, {spoken_cents(lot.cents)}")
        top = QHBoxLayout()
        top.setSpacing(S8)
        top.addLayout(words, 1)
        top.addWidget(amount)
        receipt = KeycapButton("Receipt", role=Role.LINK, icon="printer", size="control_tiny")
        receipt.setAccessibleName(f"Receipt of {lot.number}")
        receipt.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        receipt.clicked.connect(lambda: self.receipt_pressed.emit(lot.payment_id))
        low = QHBoxLayout()
        low.addWidget(receipt)
        low.addStretch(1)
        body = QVBoxLayout(self)
        body.setContentsMargins(S8, S12, S16, S8)
        top.setContentsMargins(S8, 0, 0, 0)  # the link's words, not its button, stand under the number
        body.setSpacing(S8)
        body.addLayout(top)
        body.addLayout(low)


class LotsCard(Card):
    """All of them, with their sum; many scroll."""

    receipt_pressed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(inset=0, clip=True, parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self._sum = AmountLabel(0, "heading_s", "ok_text")
        head = QHBoxLayout()
        head.setContentsMargins(S16, S12, S16, S12)
        head.addWidget(Text("Money on account", "heading_s"))
        head.addStretch(1)
        head.addWidget(self._sum)
        self._none = Text("Nothing on account. Prepayments and what is left of payments lie here.", "table", "muted",
                          wrap=True)  # fmt: skip
        self._none.setContentsMargins(S16, S12, S16, S16)
        self._lots: tuple[Lot, ...] | None = None
        self._scroll = _LotScroll()
        self.body.addLayout(head)
        self.body.addWidget(Divider("hairline"))
        self.body.addWidget(self._none)
        self.body.addWidget(self._scroll, 1)

    def draw(self, state: LedgerState) -> None:
        """Show the lots of `state`."""
        cents = state.view.figures.unallocated_cents if state.view else 0
        self._sum.set_cents(cents, "ok_text" if cents else "muted")
        self._none.setVisible(not state.lots)
        self._scroll.setVisible(bool(state.lots))
        if state.lots == self._lots:
            return
        self._lots = state.lots
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for at, lot in enumerate(state.lots):
            if at:
                column.addWidget(Divider("hairline"))
            box = LotBox(lot)
            box.receipt_pressed.connect(self.receipt_pressed)
            column.addWidget(box)
        column.addStretch(1)
        self._scroll.show_inner(inner)


class _LotScroll(QScrollArea):
    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)

    def show_inner(self, inner: QWidget) -> None:
        self.setWidget(inner)
        inner.setAutoFillBackground(False)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        inner = self.widget()
        return QSize(200, inner.sizeHint().height() if inner is not None else 0)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, min(self.sizeHint().height(), theme.current().px(96)))
