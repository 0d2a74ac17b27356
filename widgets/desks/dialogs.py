"""The dialogs of the list of desks: one more desk joins, a desk is called otherwise."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from widgets.common import ENTER, Banner, Field, FormRow, IconLabel, KeycapButton, Role, Text, page_action
from widgets.common.announce import announce
from widgets.desks.code import QrCode
from widgets.desks.state import JoinState
from widgets.panels import Dialog
from widgets.theme import S4, S8, S20

ONLY_HERE = (
    "The hub listens on its own computer only",
    "Desks on this computer can join. For others choose Desks on the network below, and start Copaydesk here again.",
)


class JoinDialog(Dialog):
    """Name the new desk, then show its code large, as a QR code and to copy. `asked(desk name)`, `copied(text)`."""

    asked = Signal(str)

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "Add a desk", 640)
        self.name = FormRow("Name of the new desk", Field("Name of the new desk", "Checkout, Lab, Side door"))
        self.help = Text(
            "The new desk starts Copaydesk and chooses Join a practice. Its manager scans the code there, or types it.",
            "body", "text2", wrap=True,
        )  # fmt: skip
        self.error = Banner("warn")
        self.code = QrCode("Code for a scanner: address, one-time code and certificate of the hub")
        self.large = Text("", "amount_m", align=Qt.AlignmentFlag.AlignLeft)
        self.address = Text("", "mono_strong")
        self.group = Text("", "mono_strong")
        self.waiting = Text("", "body_medium", "text2", wrap=True)
        self._mark = IconLabel("hourglass", "muted", 16)
        self.local = Banner("info", *ONLY_HERE)
        self._state = JoinState()
        make = page_action(self.card, "Make a code", ENTER, self._ask)
        self.make = KeycapButton(role=Role.PRIMARY, action=make)
        self.copy = KeycapButton(action=page_action(self.card, "Copy", "Ctrl+C", self._copy), icon="link")
        self._lay_out()

    def _lay_out(self) -> None:
        self.content.addWidget(self.help)
        self.content.addWidget(self.name)
        self.content.addWidget(self.error)
        self._made = QWidget()
        row = QHBoxLayout(self._made)
        row.setContentsMargins(0, S8, 0, 0)
        row.setSpacing(S20)
        row.addWidget(self.code, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(S4)
        for caption, value in (("One-time code", self.large), ("Address of the hub", self.address),
                               ("Sign of its certificate", self.group)):  # fmt: skip
            words.addWidget(Text(caption, "caption", "muted"))
            words.addWidget(value)
            words.addSpacing(S4)
        words.addStretch(1)
        told = QHBoxLayout()
        told.setSpacing(S8)
        told.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        told.addWidget(self.waiting, 1)
        words.addLayout(told)
        row.addLayout(words, 1)
        self.content.addWidget(self._made)
        self.content.addWidget(self.local)
        self.buttons.addWidget(self.copy)
        self._close = self.way_out()
        self.buttons.addWidget(self.make)

    def draw(self, state: JoinState) -> None:
        """Show `state`; that a desk joined, or that a code is over, is spoken."""
        before, self._state = self._state, state
        made = state.invitation is not None
        line = state.invitation.line if state.invitation else None
        asks = not made or state.over
        self.name.setVisible(not made)
        self._made.setVisible(made)
        self.copy.setVisible(made and state.joined is None and not state.over)
        self.make.setVisible(asks)
        self.make.set_text("Make a new code" if state.over else "Make a code")
        self.make.set_busy("Asking the hub…") if state.busy else self.make.set_idle()
        self.code.set_text(str(line) if line and not state.over and state.joined is None else "")
        self.code.setVisible(bool(self.code.text))
        self.large.setText(line.code if line else "")
        self.large.set_look(ink="disabled" if state.over or state.joined else "text")
        self.address.setText(f"{line.host}:{line.port}" if line else "")
        self.group.setText((line.fingerprint_group or "None on one computer") if line else "")
        self.local.setVisible(state.invitation is not None and state.invitation.only_here and state.joined is None)
        self._tell(state)
        self.error.setVisible(bool(state.error))
        self.error.set(state.error)
        self.place_panel()
        if (state.joined, state.over) != (before.joined, before.over) and made:
            announce(self.waiting, state.waiting_text)
            (self.make if state.over else self._close).setFocus(Qt.FocusReason.OtherFocusReason)
        elif made and before.invitation is None:
            self.copy.setFocus(Qt.FocusReason.OtherFocusReason)

    def _tell(self, state: JoinState) -> None:
        ink, icon = (("ok_text", "circle-check") if state.joined else
                     ("warn_text", "triangle-alert") if state.over else ("text2", "hourglass"))  # fmt: skip
        self.waiting.setText(state.waiting_text)
        self.waiting.set_look(ink=ink)
        self._mark.set(icon, ink)

    def _ask(self) -> None:
        field = self.name.field
        name = field.text().strip() if isinstance(field, Field) else ""
        self.name.set_error("" if name else "Give the new desk a name.")
        self.place_panel()
        if name:
            self.asked.emit(name)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.code.text)

    def take_focus(self) -> None:
        self.name.field.setFocus(Qt.FocusReason.OtherFocusReason)


class NameDialog(Dialog):
    """A new name for a desk. `given(name)` follows Enter."""

    given = Signal(str)

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "Rename a desk")
        self.row = FormRow("Name", Field("Name of the desk"), "On its receipts and in this list")
        self.content.addWidget(self.row)
        self.way_out("Cancel")
        self.buttons.addWidget(
            KeycapButton(role=Role.PRIMARY, action=page_action(self.card, "Rename", ENTER, self._give))
        )

    def ask(self, number: int, name: str) -> None:
        """Open with the present name."""
        self.title.setText(f"Rename Desk {number}")
        self.card.setAccessibleName(f"Rename Desk {number}")
        self._field.setText(name)
        self._field.setMaxLength(80)
        self._field.selectAll()
        self.row.set_error("")
        self.open_over()

    @property
    def _field(self) -> Field:
        assert isinstance(self.row.field, Field)
        return self.row.field

    def _give(self) -> None:
        name = self._field.text().strip()
        if not name:
            self.row.set_error("Type a name.")
            self.place_panel()
            return
        self.close_over()
        self.given.emit(name)

    def take_focus(self) -> None:
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)
