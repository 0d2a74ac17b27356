"""What is read out before a card is kept, who agrees, and what the card shall be called."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.keeping_cards import NAME_LIMIT, Consent
from app.views import KeepCard
from widgets.common import Card, Field, FormRow, Text
from widgets.common.form_dialog import FormDialog
from widgets.theme import S12, S16


class ConsentDialog(FormDialog):
    """Permission first (S1-18). `submitted` with Enter; `agreed` is then what was agreed to."""

    def __init__(self, host: QWidget, verb: str) -> None:
        super().__init__(host, "Keep this card on file", verb, width=600)
        self._consent: Consent | None = None
        self._words = Text("", "body", wrap=True)
        self.said_by = Field("Who agrees")
        self.nickname = Field("Name for this card", "If wanted, like “blue card”")
        for field in (self.said_by, self.nickname):
            field.setMaxLength(NAME_LIMIT)
        self.said_by_row = FormRow("Who agrees", self.said_by, "Whose card it is.")
        self.nickname_row = FormRow("Name for this card", self.nickname)
        said = Card(ground="sunken", radius="panel", inset=S16, parent=self)
        said.body.addWidget(Text("Read this to the patient", "caption", "muted"))
        said.body.addWidget(self._words)
        row = QHBoxLayout()
        row.setSpacing(S12)
        for part in (self.said_by_row, self.nickname_row):
            row.addWidget(part, 1, Qt.AlignmentFlag.AlignTop)
        self.content.addWidget(said)
        self.content.addLayout(row)
        self.said_by.textEdited.connect(lambda _text: self.said_by_row.set_error(""))
        self.nickname.textEdited.connect(lambda _text: self.nickname_row.set_error(""))
        self.say("Today’s date and your name are kept with it.")

    def ask(self, consent: Consent, patient: str) -> None:
        """Open over the window for `patient`, by name."""
        self._consent = consent
        self._words.setText(consent.text)
        self._words.setAccessibleName(consent.text)
        self.subtitle.setText(patient)
        self.said_by.setText(consent.payer)
        self.nickname.setText("")
        self.show_errors({})
        self.refuse("")
        self.open_over()
        self.said_by.setFocus(Qt.FocusReason.OtherFocusReason)
        self.said_by.selectAll()

    @property
    def agreed(self) -> KeepCard:
        """Who agreed to what, as typed."""
        consent = self._consent
        return KeepCard(consent.consent_id if consent else "", self.said_by.text(), self.nickname.text())

    def show_errors(self, errors: dict[str, str]) -> None:
        """What is wrong with a field: said_by, nickname."""
        self.said_by_row.set_error(errors.get("said_by", ""))
        self.nickname_row.set_error(errors.get("nickname", ""))
