"""What is read out before a card is kept, who agrees, and what the card shall be called."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.keeping_cards import CONSENTS, NAME_LIMIT, Consent, ConsentWords
from app.views import KeepCard
from widgets.common import Card, Field, FormRow, Segments, Text
from widgets.common.form_dialog import FormDialog
from widgets.theme import S12, S16

LANGUAGES = (("en", "English"), ("es", "Español"))


class ConsentDialog(FormDialog):
    """Permission first (S1-18). `submitted` with Enter; `agreed` is then what was agreed to."""

    def __init__(self, host: QWidget, verb: str) -> None:
        super().__init__(host, "Keep this card on file", verb, width=600)
        self._consent: Consent | None = None
        self._chosen: ConsentWords | None = None
        self._words = Text("", "body", wrap=True)
        self.said_by = Field("Who agrees")
        self.nickname = Field("Name for this card", "If wanted, like “blue card”")
        for field in (self.said_by, self.nickname):
            field.setMaxLength(NAME_LIMIT)
        self.said_by_row = FormRow("Who agrees", self.said_by, "Whose card it is.")
        self.nickname_row = FormRow("Name for this card", self.nickname)
        said = Card(ground="sunken", radius="panel", inset=S16, parent=self)
        self.language = Segments("Language of the text", LANGUAGES)
        self.language.chosen.connect(self._speak)
        head = QHBoxLayout()
        head.addWidget(Text("Read this to the patient", "caption", "muted"), 1)
        head.addWidget(self.language)
        said.body.setSpacing(S12)
        said.body.addLayout(head)
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
        self.language.set_key(consent.words.language)
        self._show(consent.words)
        self.subtitle.setText(patient)
        self.said_by.setText(consent.payer)
        self.nickname.setText("")
        self.show_errors({})
        self.refuse("")
        self.open_over()
        self.said_by.setFocus(Qt.FocusReason.OtherFocusReason)
        self.said_by.selectAll()

    def _speak(self, language: str) -> None:
        """The patient would rather have it read in another language."""
        self._show(next(each for each in CONSENTS.values() if each.language == language))
        self.place_panel()

    def _show(self, words: ConsentWords) -> None:
        self._chosen = words
        self._words.setText(words.text)
        self._words.setAccessibleName(words.text)

    @property
    def agreed(self) -> KeepCard:
        """Who agreed to what, as typed."""
        consent, words = self._consent, self._chosen
        return KeepCard(consent.consent_id if consent else "", self.said_by.text(), self.nickname.text(),
                        words.version if words else "")  # fmt: skip

    def show_errors(self, errors: dict[str, str]) -> None:
        """What is wrong with a field: said_by, nickname."""
        self.said_by_row.set_error(errors.get("said_by", ""))
        self.nickname_row.set_error(errors.get("nickname", ""))
