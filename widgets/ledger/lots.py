"""Money on account: what lies free or set aside of each payment, what waits to be netted, and where each may go."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from models.basics.money import show_cents
from widgets import theme
from widgets.common import AmountLabel, Card, Divider, KeycapButton, Pill, Role, Text
from widgets.common.focus_ring import Ringed
from widgets.common.when import spoken_cents
from widgets.ledger.offer import Offer
from widgets.ledger.state import LedgerState, Lot
from widgets.theme import S2, S6, S8, S10, S12, S16, Themed

ICONS = {"move": "arrow-right", "refund": "undo-2", "receipt": "printer", "net_out": "arrow-left-right"}
MOST_BOXES = 16
"""More money than in so many payments is told as a sum."""
_ROOMY = 376
"""From here on a box has room for the icons of its buttons."""
WORDS = {"move": "Move", "refund": "Refund", "receipt": "Receipt", "net_out": "Net out"}


class LotBox(Themed, QWidget):
    """Money of one payment. The chosen one is what single letters are about: its buttons carry their keys.

    `picked` follows a click beside the buttons or the focus; `asked(Offer)` one of the buttons.
    """

    picked = Signal(str)
    asked = Signal(object)

    def __init__(self, lot: Lot, keys: dict[str, QAction], *, chosen: bool, narrow: bool = False,
                 parent: QWidget | None = None) -> None:  # fmt: skip
        super().__init__(parent)
        self.lot, self.chosen, self._narrow = lot, chosen, narrow
        first = QHBoxLayout()
        first.setSpacing(S8)
        first.addWidget(Text(lot.line.number, "table_strong"))
        first.addWidget(Pill(lot.badge, lot.meaning, square=True))
        first.addStretch(1)
        words = QVBoxLayout()
        words.setSpacing(S2)
        words.addLayout(first)
        words.addWidget(Text(lot.words, "caption", "muted", elide=True))
        amount = AmountLabel(lot.line.cents, "heading_s")
        amount.setAccessibleName(f"{lot.line.number}, {lot.badge}, {spoken_cents(lot.line.cents)}")
        top = QHBoxLayout()
        top.setSpacing(S8)
        top.addLayout(words, 1)
        top.addWidget(amount)
        top.setContentsMargins(0, 0, S8, 0)
        low = QHBoxLayout()
        low.setSpacing(S8)
        self.buttons = {offer.act: self._button(offer, keys) for offer in lot.offers}
        for button in self.buttons.values():
            low.addWidget(button)
        low.addStretch(1)
        self._body = QVBoxLayout(self)
        self._body.addLayout(top)
        self._body.addLayout(low)
        self.follow_theme()

    def restyle(self) -> None:
        compact = theme.current().compact
        above, below = (S6, S6) if compact else (S10, S8)
        self._body.setContentsMargins(S16, above, S8, below)  # the link's words, not its button, end at the inset
        self._body.setSpacing(S6 if compact else S8)

    def _button(self, offer: Offer, keys: dict[str, QAction]) -> KeycapButton:
        key = keys.get(offer.act) if self.chosen else None
        role = Role.LINK if offer.act == "receipt" else Role.PRIMARY if key and offer.act == "move" else Role.PLAIN
        words = WORDS[offer.act]
        button = KeycapButton(words, role=role, action=key, icon="" if self._narrow else ICONS[offer.act],
                              size="control_tiny")  # fmt: skip
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if key is None:
            button.clicked.connect(lambda _on=False: self.asked.emit(offer))
        button.setAccessibleName(f"{words} of {self.lot.line.number}, {spoken_cents(self.lot.line.cents)}")
        return button

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.picked.emit(self.lot.key)
        event.accept()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self.chosen:
            QPainter(self).fillRect(self.rect(), theme.current().colour("selected"))


class LotsCard(Card):
    """All of them, with their sum; many scroll. Up and Down choose while the list has the focus."""

    picked = Signal(str)
    asked = Signal(object)

    def __init__(self, keys: dict[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(inset=0, clip=True, parent=parent)
        self._keys = keys
        self._narrow = False
        self._state: LedgerState | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self._sum = AmountLabel(0, "heading_s", "ok_text")
        head = QHBoxLayout()
        head.setContentsMargins(S16, S10, S16, S10)
        head.addWidget(Text("Money on account", "heading_s"))
        head.addStretch(1)
        head.addWidget(self._sum)
        self._none = Text("Nothing on account. Prepayments and what is left of payments lie here.", "table", "muted",
                          wrap=True)  # fmt: skip
        self._none.setContentsMargins(S16, S12, S16, S16)
        self._shown: tuple[object, ...] = ()
        self.boxes: list[LotBox] = []
        self._scroll = _LotScroll(self._step)
        self._in_use = Text("", "caption", "warn_text", wrap=True)
        self._in_use.setContentsMargins(S16, 0, S16, S10)
        waits = QHBoxLayout()  # a line of its own: beside the sum it would be cut
        waits.setContentsMargins(S16, 0, S16, S10)
        waits.addWidget(Pill("Pending confirmation", "warn", square=True))
        waits.addStretch(1)
        self._waits = QWidget()
        self._waits.setLayout(waits)
        self.body.addLayout(head)
        self.body.addWidget(self._waits)
        self.body.addWidget(self._in_use)
        self.body.addWidget(Divider("hairline"))
        self.body.addWidget(self._none)
        self.body.addWidget(self._scroll, 1)

    def set_room(self, width: int) -> None:
        """Be `width` pixels wide; where that is little, buttons go without icons."""
        self.setFixedWidth(width)
        narrow = width < theme.current().px(_ROOMY)
        if narrow != self._narrow:
            self._narrow = narrow
            if self._state is not None:
                self.draw(self._state)

    def draw(self, state: LedgerState) -> None:
        """Show the lots of `state`, each with what it can take."""
        self._state = state
        cents = state.view.figures.unallocated_cents if state.view else 0
        self._sum.set_cents(cents, "ok_text" if cents > 0 else "bad_text" if cents < 0 else "muted")
        self._waits.setVisible(state.view is not None and state.view.pending_cents > 0)
        in_use = [f"{show_cents(each.cents)} in use at {each.desk}" for each in state.view.in_use] if state.view else []
        self._in_use.setText(" · ".join(in_use))
        self._in_use.setVisible(bool(in_use))
        self._none.setVisible(not state.lots)
        self._scroll.setVisible(bool(state.lots))
        chosen = state.chosen
        shown = (state.lots, chosen.key if chosen else "", self._narrow)
        if shown == self._shown:
            return
        self._shown = shown
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.boxes = []
        for at, lot in enumerate(state.lots[:MOST_BOXES]):
            if at:
                column.addWidget(Divider("hairline"))
            box = LotBox(lot, self._keys, chosen=lot is chosen, narrow=self._narrow)
            box.picked.connect(self.picked)
            box.asked.connect(self.asked)
            self.boxes.append(box)
            column.addWidget(box)
        rest = state.lots[MOST_BOXES:]
        if rest:
            left = show_cents(sum(lot.line.cents for lot in rest))
            words = f"{len(rest):,} more with {left} in all. The list of payments has every one of them."
            more = Text(words, "caption", "muted", wrap=True)
            more.setContentsMargins(S16, S12, S16, S12)
            column.addWidget(Divider("hairline"))
            column.addWidget(more)
        column.addStretch(1)
        self._scroll.show_inner(inner, [box for box in self.boxes if box.lot is chosen])

    def take_focus(self) -> None:
        """Put the focus into the list, where arrow keys choose."""
        self._scroll.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def has_lots(self) -> bool:
        """Is there anything to choose?"""
        return bool(self.boxes)

    def _step(self, by: int) -> None:
        lots = [box.lot.key for box in self.boxes]
        at = next((n for n, box in enumerate(self.boxes) if box.chosen), 0)
        if lots:
            self.picked.emit(lots[min(max(at + by, 0), len(lots) - 1)])


class _LotScroll(Ringed, QScrollArea):
    def __init__(self, step: Callable[[int], None]) -> None:
        super().__init__()
        self._step = step
        self.setAccessibleName("Money on account")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)

    def show_inner(self, inner: QWidget, chosen: list[LotBox]) -> None:
        before = self.takeWidget()
        if before is not None:
            before.hide()
            before.deleteLater()  # not at once: a box may be answering a click right now
        self.setWidget(inner)
        inner.setAutoFillBackground(False)
        self.updateGeometry()
        for box in chosen:
            inner.adjustSize()
            self.ensureWidgetVisible(box, 0, 0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Boxes of another height, after a change of the theme, want another room."""
        if watched is self.widget() and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        self._step(step)

    def sizeHint(self) -> QSize:
        inner = self.widget()
        return QSize(200, inner.sizeHint().height() if inner is not None else 0)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, min(self.sizeHint().height(), theme.current().px(48)))  # a panel below goes first
