"""The move panel: in place under Money on account, with where the money goes, how much, and what that leaves."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from widgets import theme
from widgets.common import AmountField, Card, Choice, ErrorText, KeycapButton, Role, Text
from widgets.common.own_keys import OwnKeys
from widgets.common.pill import pending_pill
from widgets.ledger.move_state import MoveState
from widgets.theme import S8, S12, S16, Themed


class MovePanel(Themed, QWidget):
    """Draws one `MoveState` and says what the clerk did. Enter on a choice goes on to the amount, Enter on the amount
    moves; Esc gives up."""

    source_chosen = Signal(str)
    place_chosen = Signal(str)
    item_chosen = Signal(str)
    amount_typed = Signal(object)
    confirmed = Signal()
    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Move money")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self._card = Card(inset=S16, line="accent")
        self._title = Text("", "heading_s")
        self._origin = Text("", "table", "muted", elide=True, align=Qt.AlignmentFlag.AlignRight)
        self.source = Choice("From", narrow=True)
        self.place = Choice("To visit", narrow=True)
        self.item = Choice("Line item", narrow=True)
        self.amount = AmountField("Amount to move")
        self._labels = {name: Text(words, "table", "text2") for name, words in _LABELS.items()}
        self._after = Text("", "body_strong", wrap=True)
        self._stays = Text("", "caption", "muted", wrap=True)
        self._pending = pending_pill()
        self._error = ErrorText()
        self.move_button = KeycapButton("Move", role=Role.PRIMARY, action=_shown(self, "Move", "Return"))
        self.cancel_button = KeycapButton("Cancel", role=Role.LINK, action=_shown(self, "Cancel", "Esc"))
        self._lay_out()
        self.source.chosen.connect(self.source_chosen)
        self.place.chosen.connect(self.place_chosen)
        self.item.chosen.connect(self.item_chosen)
        self.amount.typed.connect(self.amount_typed)
        self.move_button.clicked.connect(lambda _checked=False: self.confirmed.emit())
        self.cancel_button.clicked.connect(lambda _checked=False: self.cancelled.emit())
        self._keys = OwnKeys(self, enter=self._entered, escape=self.cancelled.emit)
        self.follow_theme()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(S12)
        head.addWidget(self._title)
        head.addWidget(self._origin, 1)
        grid = QGridLayout()
        grid.setHorizontalSpacing(S12)
        grid.setVerticalSpacing(S8)
        grid.setColumnStretch(1, 1)
        for row, name in enumerate(_LABELS):
            grid.addWidget(self._labels[name], row, 0)
            grid.addWidget(getattr(self, name), row, 1, 1, 1)
        amount = QHBoxLayout()
        amount.setSpacing(S12)
        amount.addWidget(self.amount)
        amount.addWidget(self._after, 1)
        grid.addLayout(amount, len(_LABELS) - 1, 1)
        self._grid = QWidget()
        grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setLayout(grid)
        low = QHBoxLayout()
        low.setSpacing(S8)
        low.addWidget(self.move_button, 1)
        low.addWidget(self.cancel_button)
        body = self._card.body
        body.setSpacing(S8)
        body.addLayout(head)
        body.addWidget(self._grid)
        body.addWidget(self._stays)
        body.addWidget(self._pending, 0, Qt.AlignmentFlag.AlignLeft)
        body.addWidget(self._error)
        body.addLayout(low)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._card)

    def restyle(self) -> None:
        look = theme.current()
        self.amount.setFixedWidth(look.px(120))
        self._after.setMinimumHeight(look.px(40))  # two lines of it
        self._card.set_look(line="accent", width=1)

    # Drawing --------------------------------------------------------------------------------------------------------

    def draw(self, state: MoveState) -> None:
        """Show `state`; what is typed in the amount stays (see `set_amount`)."""
        self._title.setText(state.title)
        self._origin.setText(state.origin)
        for name, offered, key in (
            ("source", state.sources if len(state.sources) > 1 else (), state.source_key),
            ("place", state.places, state.place_key),
            ("item", state.items, state.item_key),
        ):
            self._draw_choice(name, offered, key)
        self._labels["place"].setText(state.to_words)
        self._grid.setVisible(not state.loading and bool(state.places))
        self._after.setText(state.after)
        self._stays.setText(state.stays)
        self._stays.setVisible(bool(state.stays))
        self._pending.setVisible(state.pending)
        self._error.set(state.error)
        self.amount.set_wrong(bool(state.error) and bool(state.places))
        self.move_button.set_text(state.button)
        if state.busy:
            self.move_button.set_busy("Moving\u2026")
        else:
            self.move_button.set_idle()
            self.move_button.set_available(state.can_move, "Say where the money goes and how much" if state.places else
                                           "There is nothing to move")  # fmt: skip

    def _draw_choice(self, name: str, offered: tuple[tuple[str, str], ...], key: str) -> None:
        choice: Choice = getattr(self, name)
        shown = [(str(choice.itemData(at)), choice.itemText(at)) for at in range(choice.count())]
        if shown != list(offered):
            choice.set_items(offered)
        choice.set_key(key)
        choice.setVisible(bool(offered))
        self._labels[name].setVisible(bool(offered))

    def set_amount(self, cents: int) -> None:
        """Propose an amount."""
        self.amount.set_cents(cents)

    def take_focus(self) -> None:
        """Put the focus where work begins: the proposed place, once it is there."""
        ready = self._grid.isVisibleTo(self)
        (self.place if ready else self.cancel_button).setFocus(Qt.FocusReason.OtherFocusReason)

    def _entered(self, where: QWidget) -> None:
        if where is self.cancel_button:
            self.cancelled.emit()
        elif isinstance(where, QComboBox):
            self.amount.setFocus(Qt.FocusReason.TabFocusReason)
        elif self.move_button.isEnabled() and not self.move_button.busy:
            self.confirmed.emit()


_LABELS = {"source": "From", "place": "To visit", "item": "Line item", "amount": "Amount"}


def _shown(panel: QWidget, text: str, key: str) -> QAction:
    """An action whose key is printed on its button; the panel itself answers it (`OwnKeys`)."""
    action = QAction(text, panel)
    action.setShortcut(QKeySequence(key))
    return action
