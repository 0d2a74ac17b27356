"""Small panels over the window: the command palette, what a light means, the keys of a screen, about, a reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from app.words import Words
from models.basics.version import VERSION
from widgets import theme
from widgets.common import (
    ENTER,
    Card,
    CellTable,
    Column,
    Divider,
    Field,
    FormRow,
    Keycap,
    KeycapButton,
    Role,
    TableRow,
    TailCell,
    Text,
    WordsCell,
    key_words,
    page_action,
)  # fmt: skip
from widgets.common.brand import Logo
from widgets.common.overlay import Overlay
from widgets.theme import S4, S8, S12, S16, S20, S32

_MOVES: Final = {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}
_SHOWN: Final = 9


class Dialog(Overlay):
    """A card in the middle of the window with a title, content, and buttons at its foot."""

    def __init__(self, host: QWidget, title: str, width: int = 460) -> None:
        super().__init__(host)
        self._wanted_width = width
        self.card = Card(radius="dialog", line="control", inset=S20, parent=self)
        self.panel = self.card
        self.title = Text(title, "heading", wrap=True)
        self.card.setAccessibleName(title)
        self.content = QVBoxLayout()
        self.content.setSpacing(S8)
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(S8)
        self.card.body.addWidget(self.title)
        self.card.body.addSpacing(S8)
        self.card.body.addLayout(self.content, 1)
        self.card.body.addSpacing(S16)
        self.card.body.addLayout(self.buttons)

    def place_panel(self) -> None:
        width = min(theme.current().px(self._wanted_width), self.width() - 2 * S16)
        layout = self.card.layout()
        if layout is not None:
            layout.activate()
        tall = layout.totalHeightForWidth(width) if layout is not None and layout.hasHeightForWidth() else 0
        height = min(tall or self.card.sizeHint().height(), self.height() - 2 * S32)
        self.card.setGeometry(QRect((self.width() - width) // 2, (self.height() - height) // 3, width, height))

    def way_out(self, words: str = "Close") -> KeycapButton:
        """A button that closes this, answering Esc."""
        action = page_action(self.card, words, "", self.close_over)
        button = KeycapButton(action=action)
        self.buttons.addStretch(1)
        self.buttons.addWidget(button)
        return button


class LightDialog(Dialog):
    """What a light of the status bar means and what to do, with the commands that help."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "")
        self._text = Text("", "body", "text2", wrap=True)
        self._ways: list[KeycapButton] = []
        self.content.addWidget(self._text)
        self._close = self.way_out()

    def show_light(self, words: Words, ways: Sequence[QAction]) -> None:
        """Open over the window with `words`; `ways` are the commands offered."""
        self.title.setText(words.title)
        self._text.setText(" ".join(part for part in (words.body, words.action) if part) or "Everything works.")
        for button in self._ways:
            self.buttons.removeWidget(button)
            button.deleteLater()
        self._ways = [KeycapButton(action=action) for action in ways]
        for at, button in enumerate(self._ways):
            button.clicked.connect(lambda _checked=False: self.close_over())
            self.buttons.insertWidget(at, button)
        self.open_over()

    def take_focus(self) -> None:
        (self._ways[0] if self._ways else self._close).setFocus(Qt.FocusReason.OtherFocusReason)


class KeysDialog(Dialog):
    """All keys of the screen that is open."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "Keys of this screen", 620)
        self._grid_host = QWidget()
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setAccessibleName("Keys")
        self._scroll.setWidget(self._grid_host)
        self._scroll.viewport().setAutoFillBackground(False)
        self._grid_host.setAutoFillBackground(False)
        self._grid = QGridLayout(self._grid_host)
        self._grid.setContentsMargins(0, 0, S12, 0)
        self._grid.setHorizontalSpacing(S12)
        self._grid.setVerticalSpacing(S8)
        self.content.addWidget(self._scroll, 1)
        self._close = self.way_out()

    def show_actions(self, actions: Sequence[QAction]) -> None:
        """Open with the keys of `actions`."""
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        shown = [action for action in actions if key_words(action) and action.isVisible()]
        half = -(-len(shown) // 2)
        for number, action in enumerate(shown):
            row, column = number % half, number // half * 2
            self._grid.addWidget(Keycap(action), row, column, Qt.AlignmentFlag.AlignLeft)
            self._grid.addWidget(Text(action.iconText(), "body", "text2", elide=True), row, column + 1)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnStretch(3, 1)
        self._scroll.setFixedHeight(min(half * theme.current().px(30) + S8, self._host.height() - 220))
        self.open_over()

    def take_focus(self) -> None:
        self._close.setFocus(Qt.FocusReason.OtherFocusReason)


class AboutDialog(Dialog):
    """Which program this is."""

    def __init__(self, host: QWidget, practice: str, desk: str) -> None:
        super().__init__(host, "Copaydesk")
        head = QHBoxLayout()
        head.setSpacing(S12)
        head.addWidget(Logo(40))
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(Text(f"Version {VERSION}", "body_strong"))
        words.addWidget(Text(f"{practice}, {desk}", "body", "muted", elide=True))
        head.addLayout(words, 1)
        self.content.addLayout(head)
        note = "Apache License 2.0. Fonts: IBM Plex (SIL OFL 1.1). Icons: Lucide (ISC). Window: Qt for Python (LGPL 3)."
        self.content.addWidget(Text(note, "caption", "muted", wrap=True))
        self._close = self.way_out()

    def take_focus(self) -> None:
        self._close.setFocus(Qt.FocusReason.OtherFocusReason)


class ReasonDialog(Dialog):
    """Asks for a reason in one line. `given(text)` follows Enter; the button repeats what will happen."""

    given = Signal(str)

    def __init__(self, host: QWidget, title: str, verb: str, quick: Sequence[str] = ()) -> None:
        super().__init__(host, title)
        self.field = Field("Reason", "Why?")
        self.field.setMaxLength(120)
        self.row = FormRow("Reason", self.field)
        self.content.addWidget(self.row)
        offers = QHBoxLayout()
        offers.setSpacing(S8)
        for words in quick:
            offer = KeycapButton(words, size="control_tiny")
            offer.clicked.connect(lambda _checked=False, words=words: self._offer(words))
            offers.addWidget(offer)
        offers.addStretch(1)
        self.content.addLayout(offers)
        self._do = KeycapButton(role=Role.PRIMARY, action=page_action(self.card, verb, ENTER, self._give))
        self.way_out("Cancel")
        self.buttons.addWidget(self._do)

    def ask(self) -> None:
        """Open with an empty field."""
        self.field.clear()
        self.row.set_error("")
        self.open_over()

    def _offer(self, words: str) -> None:
        self.field.setText(words)
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _give(self) -> None:
        reason = self.field.text().strip()
        if not reason:
            self.row.set_error("Say why. It is kept in the day's log.")
            self.place_panel()
            return
        self.close_over()
        self.given.emit(reason)

    def take_focus(self) -> None:
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)


class AskDialog(Dialog):
    """A decision: what happens is written on the button. `agreed` follows it."""

    agreed = Signal()

    def __init__(
        self, host: QWidget, title: str, text: str, verb: str, stay: str, *, danger: bool = True,
        stay_first: bool = False,
    ) -> None:  # fmt: skip
        """`danger` paints the verb red; the focus is on staying then, and with `stay_first`."""
        super().__init__(host, title)
        self.text = Text(text, "body", "text2", wrap=True)
        self.content.addWidget(self.text)
        self._stay = self.way_out(stay)
        quiet = Role.PLAIN if stay_first else Role.PRIMARY
        do = KeycapButton(verb, role=Role.DANGER if danger else quiet)
        do.clicked.connect(self._agree)
        self._first = self._stay if danger or stay_first else do
        self.buttons.addWidget(do)

    def _agree(self) -> None:
        self.close_over()
        self.agreed.emit()

    def take_focus(self) -> None:
        self._first.setFocus(Qt.FocusReason.OtherFocusReason)


class _PaletteField(QLineEdit):
    moved = Signal(QKeyEvent)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _MOVES:
            self.moved.emit(event)
            return
        super().keyPressEvent(event)


class Palette(Overlay):
    """Every command that can be given now: type a part of its name, Enter gives it."""

    def __init__(self, host: QWidget, commands: Callable[[], Sequence[QAction]]) -> None:
        super().__init__(host)
        self._commands = commands
        self._offered: dict[str, QAction] = {}
        self.card = Card(radius="card", line="focus", inset=0, parent=self)
        self.card.set_look(width=2)
        self.card.body.setContentsMargins(2, 2, 2, 2)
        self.panel = self.card
        self.card.setAccessibleName("Commands")
        self.field = _PaletteField()
        self.field.setAccessibleName("Command")
        self.field.setPlaceholderText("Type a command")
        self.field.setStyleSheet("QLineEdit, QLineEdit:focus {border: none; background: transparent; padding: 0 16px}")
        self.table = CellTable(
            "Commands", [Column("Command", 300, 1), Column("Key", 120, 0, True)], lines=1, head=False
        )
        self.table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.nothing = Text("No command matches.", "body", "muted", align=Qt.AlignmentFlag.AlignCenter)
        self.card.body.addWidget(self.field)
        self.card.body.addWidget(Divider())
        self.card.body.addWidget(self.table, 1)
        self.card.body.addWidget(self.nothing, 1)
        self.card.body.addSpacing(S4)
        page_action(self.card, "Give the command", ENTER, self._give)
        self.field.textChanged.connect(self._filter)
        self.field.moved.connect(self.table.keyPressEvent)
        self.table.opened.connect(lambda _key: self._give())

    def open_fresh(self) -> None:
        """Open with every command."""
        self._offered = {
            _words(action): action for action in self._commands() if action.isEnabled() and action.isVisible()
        }  # fmt: skip
        self.field.clear()
        self._filter("")
        self.open_over()

    def restyle(self) -> None:
        super().restyle()
        if hasattr(self, "field"):
            self.field.setFont(theme.current().font("find"))
            self.field.setFixedHeight(theme.current().px(50))

    def _filter(self, typed: str) -> None:
        wanted = typed.strip().casefold().split()
        names = [name for name in self._offered if all(part in name.casefold() for part in wanted)]
        rows = [
            TableRow(
                name, (WordsCell(name, style="body"), TailCell(key_words(self._offered[name]), "caption", "muted"))
            )
            for name in names
        ]
        self.table.set_rows(rows)
        self.table.select_first()
        self.table.setVisible(bool(rows))
        self.nothing.setVisible(not rows)
        self.place_panel()

    def place_panel(self) -> None:
        look = theme.current()
        width = min(look.px(560), self.width() - 2 * S16)
        rows = min(_SHOWN, max(2, len(self.table.rows)))
        height = look.px(50) + rows * look.size("row_one") + S12
        self.card.setGeometry(QRect((self.width() - width) // 2, min(60, self.height() // 10), width, height))

    def take_focus(self) -> None:
        self.field.setFont(theme.current().font("find"))
        self.field.setFixedHeight(theme.current().px(50))
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _give(self) -> None:
        action = self._offered.get(self.table.key)
        if action is not None:
            self.close_over()
            action.trigger()

    def sizeHint(self) -> QSize:
        return QSize(theme.current().px(560), theme.current().px(420))


def _words(action: QAction) -> str:
    return action.iconText().rstrip("…")
