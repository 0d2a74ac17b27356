"""Send a paper by e-mail or text: to which address, with the paper or without, and what the message will say."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.messages import SendChoice
from widgets.common import Banner, Card, CheckBox, Field, FormRow, KeycapButton, Role, Segments, Text, page_action
from widgets.common.form_dialog import FormDialog
from widgets.papers.send_state import CHANNEL_WORDS, HINTS, LABELS, SendState
from widgets.theme import S4, S8, S12

_WIDTH = 560
_LONGEST = 254


class SendDialog(FormDialog):
    """The fields. `edited` whenever something stands differently in them, `channel_chosen` for another channel,
    `taken_back` when the patient does not agree any more."""

    edited = Signal()
    channel_chosen = Signal(str)
    taken_back = Signal()

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "Send", "Send", width=_WIDTH)
        self._drawing = False
        self.channel = Segments("How", tuple(CHANNEL_WORDS.items()))
        self.address = Field("Address")
        self.address.setMaxLength(_LONGEST)
        self.address_row = FormRow("Address", self.address)
        self.attach = CheckBox("Attach the paper as PDF: the patient agreed")
        self.consent = Text("", "caption", "muted", wrap=True)
        self.take_back_action = page_action(self, "The patient takes this back", "Alt+B", self.taken_back.emit)
        self.take_back = KeycapButton(role=Role.LINK, action=self.take_back_action, size="control_small")
        self.remember = CheckBox("Keep this as the patient’s way for receipts")
        self.trouble = Banner("warn")
        self.preview = Text("", "table", "text2", wrap=True)
        self.preview.setAccessibleName("What the message says")
        box = Card(ground="sunken", radius="panel", inset=S12)
        box.body.setSpacing(S4)
        box.body.addWidget(Text("What the message says", "caption_medium", "muted"))
        box.body.addWidget(self.preview)
        agree = QVBoxLayout()
        agree.setSpacing(S4)
        agree.addWidget(self.attach)
        said = QHBoxLayout()
        said.addWidget(self.consent, 1)
        said.addWidget(self.take_back)
        agree.addLayout(said)
        self.content.setSpacing(S12)
        self.content.addWidget(self.channel, 0, Qt.AlignmentFlag.AlignLeft)
        self.content.addWidget(self.trouble)
        self.content.addWidget(self.address_row)
        self.content.addLayout(agree)
        self.content.addWidget(self.remember)
        self.content.addSpacing(S8)
        self.content.addWidget(box)
        self.channel.chosen.connect(self.channel_chosen)
        self.address.textEdited.connect(lambda _text: self._told())
        self.attach.toggled.connect(lambda _on: self._told())
        self.remember.toggled.connect(lambda _on: self._told())

    @property
    def choice(self) -> SendChoice:
        """What stands in the fields."""
        channel = self.channel.key
        attach = channel == "email" and self.attach.isChecked()
        return SendChoice(channel, self.address.text(), attach, self.remember.isChecked())

    def take_focus(self) -> None:
        self.address.setFocus(Qt.FocusReason.OtherFocusReason)
        self.address.selectAll()

    def draw(self, state: SendState) -> None:
        """Show `state`."""
        self._drawing = True
        choice = state.choice
        self.title.setText(state.title)
        self.subtitle.setText(state.about)
        self.card.setAccessibleName(f"{state.title}, {state.about}")
        self.channel.set_key(choice.channel)
        self.address_row.label.setText(LABELS[choice.channel])
        self.address.setAccessibleName(LABELS[choice.channel])
        self.address.setPlaceholderText(HINTS[choice.channel])
        if self.address.text() != choice.address:
            self.address.setText(choice.address)
        self.attach.setVisible(state.can_attach)
        self.attach.setChecked(choice.attach)
        self.consent.setVisible(state.can_attach)
        self.consent.setText(state.consent)
        asked_back = state.can_attach and state.agreed is True
        self.take_back.setVisible(asked_back)
        self.take_back_action.setEnabled(asked_back and not state.busy)
        self.remember.setChecked(choice.remember)
        self.trouble.setVisible(state.trouble is not None)
        if state.trouble is not None:
            self.trouble.set(state.trouble.title, state.trouble.body)
        self.preview.setText(state.preview)
        self.say(state.note)
        self.address_row.set_error(state.error)
        self.show_verb(state.verb, state.busy, state.why_not)
        self._drawing = False

    def _told(self) -> None:
        if not self._drawing:
            self.edited.emit()
