"""Payment details over the window: money in advance and for what, and the payment's fields (Alt+T)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from app.views import CollectSheet, PaymentFields, TenderKind, VisitChoice
from models.basics.errors import RuleBroken
from models.basics.money import parse_cents, show_cents
from models.rules.typed import read_day
from widgets.collect.draft import EXTRA_KEY, Draft, Sentence
from widgets.common import AmountField, Choice, Field, FormRow, Text
from widgets.common.form_dialog import FormDialog
from widgets.common.when import day_text
from widgets.theme import S8, S12

AS_PAID = "as_paid"
TYPES = (
    (AS_PAID, "By what it pays"),
    ("", "Credit"),
    ("copay", "Copay"),
    ("coinsurance", "Coinsurance"),
    ("other", "Other"),
)
"""Types of a payment with their words (S0-05)."""

NOTE_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the dialog's fields, word for word."""

    extra: str = ""
    extra_for: str = ""
    payment_type: str = AS_PAID
    provider: str = ""
    received: str = ""
    note: str = ""


def place_words(choice: VisitChoice, today: date) -> str:
    """`May 28 Follow-up, Dr. Okafor`; another one of the family first: `Ben: May 28 Well child`."""
    who = f"{choice.patient}: " if choice.patient else ""
    doctor = f", {choice.practitioner}" if choice.practitioner else ""
    return f"{who}{day_text(choice.day, today)} {choice.title}{doctor}"


def places(sheet: CollectSheet, today: date) -> tuple[tuple[str, str], ...]:
    """Where money beyond the lines may go (S3-01, S3-02): free credit, or a visit of the family."""
    return (("", "Any visit: credit on account"),
            *((choice.appointment_id, place_words(choice, today)) for choice in sheet.visits))  # fmt: skip


def typed_of(sheet: CollectSheet, draft: Draft) -> Typed:
    """The fields for a draft."""
    said = draft.fields
    place = sheet.extra_for if draft.extra_for is None else draft.extra_for
    known = {choice.appointment_id for choice in sheet.visits}
    return Typed(
        extra=draft.texts.get(EXTRA_KEY, "") if EXTRA_KEY in draft.ticked else "",
        extra_for=place if place in known else "",
        payment_type=AS_PAID if said.payment_type is None else said.payment_type,
        provider=said.practitioner_id,
        received=f"{said.received_on.month}/{said.received_on.day}/{said.received_on.year}" if said.received_on else "",
        note=said.note,
    )  # fmt: skip


def meant(typed: Typed, draft: Draft, today: date, sentence: Sentence) -> tuple[Draft, dict[str, str]]:
    """The draft with what was typed, or what is wrong with it (field to sentence)."""
    errors: dict[str, str] = {}
    try:
        extra = parse_cents(typed.extra) if typed.extra.strip() else 0
    except RuleBroken as error:
        errors["extra"] = sentence(error.message_key, error.facts)
        extra = 0
    day = read_day(typed.received, today) if typed.received.strip() else None
    if typed.received.strip() and day is None:
        errors["received"] = "Type it like 5/12 or May 12."
    elif day is not None and day > today:
        errors["received"] = "That day is still to come."
    fields = PaymentFields(
        payment_type=None if typed.payment_type == AS_PAID else typed.payment_type,
        received_on=None if day == today else day,
        practitioner_id=typed.provider,
        note=" ".join(typed.note.split()),
    )
    with_extra = draft.typed(EXTRA_KEY, show_cents(extra, symbol="") if extra else "")
    return with_extra.kept(extra_for=typed.extra_for if extra else None, fields=fields), errors


class DetailsDialog(FormDialog):
    """The fields. `submitted` when Enter is pressed in them."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "Payment details", "Use these", width=640)
        self.extra = AmountField("Money in advance")
        self.extra_for = Choice("For which visit")
        self.payment_type = Choice("Type", TYPES)
        self.provider = Choice("Provider")
        self.received = Field("Received", "Today")
        self.note_field = Field("Note", "Also printed on the receipt")
        self.note_field.setMaxLength(NOTE_LIMIT)
        self.received.setMaxLength(20)
        self.rows = {
            "extra": FormRow("Money in advance", self.extra, "Beyond what is chosen to be paid."),
            "extra_for": FormRow("Kept for", self.extra_for, "It pays that visit’s charges as soon as there are some."),
            "payment_type": FormRow("Type", self.payment_type),
            "provider": FormRow("Provider", self.provider),
            "received": FormRow("Received", self.received),
            "note": FormRow("Note", self.note_field),
        }
        self._lay_out()

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(S12)
        grid.setVerticalSpacing(S12)
        for name, row, column, wide in (
            ("extra", 0, 0, 2), ("extra_for", 0, 2, 4), ("payment_type", 2, 0, 2), ("provider", 2, 2, 2),
            ("received", 2, 4, 2), ("note", 3, 0, 6),
        ):  # fmt: skip
            grid.addWidget(self.rows[name], row, column, 1, wide, Qt.AlignmentFlag.AlignTop)
        self._later = Text("None of this can be changed once the payment is taken.", "caption", "muted", wrap=True)
        for column in range(6):
            grid.setColumnStretch(column, 1)
        self.content.addLayout(grid)
        self.content.addSpacing(S8)
        self.content.addWidget(self._later)

    def show_typed(self, sheet: CollectSheet, draft: Draft, today: date, tender: TenderKind) -> None:
        """Fill the fields for a sheet and what was decided on it."""
        typed = typed_of(sheet, draft)
        self.subtitle.setText(sheet.patient.name)
        self.extra_for.set_items(places(sheet, today))
        self.provider.set_items((("", "As the visit"), *sheet.practitioners))
        self.extra.setText(typed.extra)
        self.extra_for.set_key(typed.extra_for)
        self.payment_type.set_key(typed.payment_type)
        self.provider.set_key(typed.provider)
        self.received.setText(typed.received)
        self.note_field.setText(typed.note)
        card = tender is TenderKind.CARD
        self.received.setEnabled(not card)
        self.rows["received"].hint.setText("A card is charged today." if card else "")
        self.rows["received"].hint.setVisible(card)
        self.show_errors({})

    def typed(self) -> Typed:
        """What stands in the fields."""
        return Typed(self.extra.text(), self.extra_for.key, self.payment_type.key, self.provider.key,
                     self.received.text() if self.received.isEnabled() else "", self.note_field.text())  # fmt: skip

    def show_errors(self, errors: dict[str, str]) -> None:
        """Say what is wrong under its field, and put the cursor there."""
        for name, row in self.rows.items():
            row.set_error(errors.get(name, ""))
        first = next((name for name in self.rows if name in errors), "")
        if first:
            self.rows[first].field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.place_panel()

    def take_focus(self) -> None:
        self.extra.setFocus(Qt.FocusReason.OtherFocusReason)
