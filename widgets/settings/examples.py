"""Messages as they will go, with the practice as it is typed: each template, as e-mail and as text, in every
language."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.practice import PracticeForm
from models.operations.messages import MessagePaper, MessageSend
from models.operations.records import Channels, Practice
from models.rules.languages import FIRST, WRITTEN
from receipts.messages import words_for
from widgets.common import Card, Segments, Text
from widgets.theme import S4, S8, S12

_DAY, _CENTS = "2026-05-14", 7_500
RECEIPT = MessagePaper(kind="receipt", source_id="", number="01-1-A-0019", day=_DAY, amount_cents=_CENTS)
LINK = MessagePaper(kind="link", source_id="", number="", day=_DAY, amount_cents=_CENTS)
PLAN = MessagePaper(kind="plan_payment", source_id="", number="", day=_DAY, amount_cents=_CENTS)
TEMPLATES: dict[str, tuple[str, MessagePaper]] = {
    "receipt": ("Receipt", RECEIPT), "pay_link": ("Payment link", LINK), "pay_reminder": ("Reminder", LINK),
    "plan_link": ("Plan link", LINK), "plan_reminder": ("Plan charge", PLAN), "plan_declined": ("Card declined", PLAN),
    "plan_pay": ("Declined, with link", LINK), "debit_again": ("Bank refused", LINK),
}  # fmt: skip
"""What can be looked at, and the paper each example is about."""
ADDRESS = "https://pay.example.com/pay/…"
"""Stands for the address that the hub puts in as the message leaves."""
_NOT_YET = {"email": "The hub has no mail server yet.", "text": "The hub has no text provider yet."}


def example(channel: str, form: PracticeForm, template: str = "receipt", language: str = FIRST) -> str:
    """What a message would say with the practice as it is typed, to who reads `language`."""
    practice = Practice(id="", name=form.name, timezone="UTC", phone=form.phone, receipt_message=form.receipt_message,
                        receipt_message_es=form.receipt_message_es, reply_to=form.reply_to.strip())  # fmt: skip
    send = MessageSend(message_id="", patient_id="", channel=channel, address="", template=template,
                       papers=(TEMPLATES[template][1],), language=language)  # fmt: skip
    return words_for(send, practice, ADDRESS).shown


class _Example(Card):
    """One message as it would go."""

    def __init__(self, title: str) -> None:
        super().__init__(ground="sunken", radius="panel", inset=S12)
        self.body.setSpacing(S4)
        self._note = Text("", "caption", "warn_text", wrap=True)
        self.words = Text("", "table", "text2", wrap=True)
        self.words.setAccessibleName(title)
        self.body.addWidget(Text(title, "caption_medium", "muted"))
        self.body.addWidget(self.words)
        self.body.addWidget(self._note)
        self.body.addStretch(1)

    def draw(self, words: str, note: str) -> None:
        """Show the words, and what is missing to send them."""
        self.words.setText(words)
        self._note.setText(note)
        self._note.setVisible(bool(note))


class Examples(QWidget):
    """Which message, in which language, and both ways it goes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.which = Segments("Which message", [(key, label) for key, (label, _) in TEMPLATES.items()])
        self.language = Segments("In which language", tuple(WRITTEN.items()))
        self.ways = {"email": _Example("An e-mail would say"), "text": _Example("A text would say")}
        self._form: PracticeForm | None = None
        self._channels = Channels()
        both = QHBoxLayout()
        both.setSpacing(S12)
        for shown in self.ways.values():
            both.addWidget(shown, 1)
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(S8)
        head = QHBoxLayout()
        head.addWidget(Text("What messages say", "heading_s"), 1)
        head.addWidget(self.language)
        body.addLayout(head)
        body.addWidget(self.which)
        body.addLayout(both)
        for choice in (self.which, self.language):
            choice.chosen.connect(lambda _key: self._draw())

    def show_form(self, form: PracticeForm) -> None:
        """The practice as it is typed."""
        self._form = form
        self._draw()

    def show_channels(self, channels: Channels) -> None:
        """What the hub can send with."""
        self._channels = channels
        self._draw()

    def _draw(self) -> None:
        if self._form is None:
            return
        for channel, shown in self.ways.items():
            shown.draw(example(channel, self._form, self.which.key, self.language.key),
                       "" if getattr(self._channels, channel) else _NOT_YET[channel])  # fmt: skip
