"""The dialog with which a desk that is set up joins its practice again."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.joining_again import JoiningAgain
from app.lanes import Lane
from app.words import Words, sentence_for
from widgets.bridge import Bridge
from widgets.common import ENTER, Banner, Field, FormRow, KeycapButton, Role, Text, page_action
from widgets.panels import Dialog

HELP = (
    "A manager makes a code at a desk that is online, under Settings, Desks: Code to join again, or Add a desk where "
    "the hub no longer knows this one. Everything that waits here is sent then, and nothing counts twice."
)


class JoinAgainDialog(Dialog):
    """Asks for the line the other desk shows. `given(line)` follows Enter."""

    given = Signal(str)

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "Join the hub again", 560)
        field = Field("Code of the other desk", "192.168.1.5:8417 ABCD-EFGH-JKMN K7QF-2M9D-XW3A")
        self.row = FormRow("Code of the other desk", field, "Scan it, paste it, or type address, code and sign.")
        self.error = Banner("warn")
        self.join = KeycapButton(role=Role.PRIMARY, action=page_action(self.card, "Join", ENTER, self._give))
        self.content.addWidget(Text(HELP, "body", "text2", wrap=True))
        self.content.addWidget(self.row)
        self.content.addWidget(self.error)
        self.way_out("Cancel")
        self.buttons.addWidget(self.join)

    def ask(self) -> None:
        """Open with an empty line."""
        self._field.clear()
        self.draw()
        self.open_over()

    def draw(self, error: Words | None = None, *, busy: bool = False) -> None:
        """Say why it did not go, or that it goes on."""
        self.error.setVisible(error is not None)
        if error is not None:
            self.error.set(f"{error.title}.", " ".join(part for part in (error.body, error.action) if part))
        self.join.set_busy("Joining…") if busy else self.join.set_idle()
        self.place_panel()
        QTimer.singleShot(0, self, self.place_panel)  # once more: wrapped words have their height then

    @property
    def _field(self) -> Field:
        assert isinstance(self.row.field, Field)
        return self.row.field

    def _give(self) -> None:
        line = self._field.text().strip()
        self.row.set_error("" if line else "Scan or type the code.")
        self.place_panel()
        if line:
            self.given.emit(line)

    def take_focus(self) -> None:
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)


class JoiningDesk(QObject):
    """Asks for the code over the window of `host` and joins with it, on the lane `hub`. `joined` follows."""

    joined = Signal()

    def __init__(self, host: QWidget, *, bridge: Bridge, hub: Lane, joining_again: Callable[[], JoiningAgain]) -> None:
        super().__init__(host)
        self._host, self._bridge, self._hub, self._joining_again = host, bridge, hub, joining_again
        self._dialog: JoinAgainDialog | None = None

    @Slot()
    def ask(self) -> None:
        """Open with an empty line."""
        if self._dialog is None:
            self._dialog = JoinAgainDialog(self._host.window())
            self._dialog.given.connect(self._join)
        self._dialog.ask()

    @Slot(str)
    def _join(self, line: str) -> None:
        dialog = self._dialog
        if dialog is None:
            return
        dialog.draw(busy=True)
        self._bridge.start(
            self._hub, lambda _job: self._joining_again().join(line), owner=dialog,
            done=lambda _nothing: self._done(dialog), failed=lambda error: dialog.draw(sentence_for(error)),
        )  # fmt: skip

    def _done(self, dialog: JoinAgainDialog) -> None:
        dialog.draw()
        dialog.close_over()
        self.joined.emit()
