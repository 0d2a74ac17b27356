"""Add charge: a line item typed at the desk, or one that was, changed or taken off."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from app.views import Person
from app.visit_views import ChargeSheet
from app.words import sentence_for
from models.basics.money import show_cents
from widgets.bridge import Bridge
from widgets.common import AmountField, Card, Choice, Field, FormRow, KeycapButton, Role, Switch, Text
from widgets.common.actions import page_action
from widgets.common.form_dialog import FormDialog
from widgets.common.patient import identity_text
from widgets.common.when import long_day_text
from widgets.theme import S4, S8, S10, S12, S14
from widgets.visits.charge_state import KIND_WORDS, Effect, Typed, effect, meant

if TYPE_CHECKING:
    from app.lanes import Lane
    from app.visit_charges import VisitCharges


class ChargeDialog(FormDialog):
    """The fields of a line item and what it does to what is owed. `picked(code)` a code of the practice's list."""

    edited = Signal()
    picked = Signal(str)
    removed = Signal()

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "Add charge", "Add charge", width=640)
        self.known = Choice("From the practice’s codes", narrow=True)
        self.code, self.description = Field("Code", "99213"), Field("Description", "What receipts say")
        self.units = Field("Units")
        self.kind = Choice("What it is", KIND_WORDS.items(), narrow=True)
        self.billed, self.allowed = AmountField("Billed"), AmountField("Allowed", allow_zero=True)
        self.patient = AmountField("Patient’s part", allow_zero=True)
        self.pending = Switch("Insurance is deciding")
        self.code.setMaxLength(16)
        self.description.setMaxLength(120)
        self.units.setMaxLength(2)
        self.rows = {
            "known": FormRow("From the practice’s codes", self.known), "code": FormRow("Code", self.code),
            "description": FormRow("Description", self.description), "units": FormRow("Units", self.units),
            "kind": FormRow("What it is", self.kind), "billed": FormRow("Billed", self.billed),
            "allowed": FormRow("Allowed", self.allowed), "patient": FormRow("Patient’s part", self.patient),
        }  # fmt: skip
        self.effect = EffectBox()
        self.remove = KeycapButton(role=Role.LINK, action=page_action(self, "Take off", "Alt+T", self.removed.emit))
        self._lay_out()
        fields = (self.code, self.description, self.units)
        for field in fields:
            field.textEdited.connect(lambda _text: self.edited.emit())
        for amount in (self.billed, self.allowed, self.patient):
            amount.cents_changed.connect(lambda _cents: self.edited.emit())
        self.kind.chosen.connect(lambda _key: self.edited.emit())
        self.pending.toggled.connect(lambda _on: self.edited.emit())
        self.known.chosen.connect(self.picked)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(S12)
        grid.setVerticalSpacing(S8)
        top = Qt.AlignmentFlag.AlignTop
        for name, row, column, wide in (
            ("known", 0, 0, 12), ("code", 1, 0, 3), ("description", 1, 3, 9), ("units", 2, 0, 2), ("kind", 2, 2, 4),
            ("billed", 2, 6, 3), ("allowed", 2, 9, 3), ("patient", 3, 0, 4),
        ):  # fmt: skip
            grid.addWidget(self.rows[name], row, column, 1, wide, top)
        deciding = QHBoxLayout()
        deciding.setSpacing(S10)
        deciding.addWidget(self.pending)
        deciding.addWidget(Text("Insurance is deciding", "body"), 1)
        holder = QWidget()
        holder.setLayout(deciding)
        grid.addWidget(holder, 3, 5, 1, 7, Qt.AlignmentFlag.AlignVCenter)
        for column in range(12):
            grid.setColumnStretch(column, 1)
        self.content.addLayout(grid)
        self.content.addWidget(self.effect)
        self.content.addStretch(1)
        self.foot.insertWidget(2, self.remove)

    def show_sheet(self, sheet: ChargeSheet) -> None:
        """Fill the fields for `sheet`."""
        form, visit = sheet.form, sheet.visit
        name = "Change charge" if sheet.changes else "Add charge"
        self.title.setText(name)
        self.card.setAccessibleName(name)
        self.subtitle.setText(
            f"{visit.patient.name} · {identity_text(visit.patient)} · {visit.title}, "
            f"{long_day_text(visit.starts_at.date())}"
        )
        self.known.set_items([("", "Choose one, or type below"),
                              *((code, f"{code}  {words}  {show_cents(cents)}")
                                for code, words, cents in sheet.known_codes)])  # fmt: skip
        self.known.set_key("")
        self.rows["known"].setVisible(bool(sheet.known_codes) and not sheet.changes)
        self.code.setText(form.code)
        self.description.setText(form.description)
        self.units.setText(str(form.units))
        self.kind.set_key(form.kind)
        blank = not sheet.changes
        for field, cents in ((self.billed, form.billed_cents), (self.allowed, form.allowed_cents),
                             (self.patient, form.patient_cents)):  # fmt: skip
            field.set_cents(None if blank else cents)
        self.pending.setChecked(form.insurance_pending)
        self.remove.setVisible(sheet.changes)
        self.show_errors({})
        self.refuse("")

    def typed(self) -> Typed:
        """What stands in the fields."""
        return Typed(self.code.text(), self.description.text(), self.units.text(), self.kind.key, self.billed.cents,
                     self.allowed.cents, self.patient.cents, self.pending.isChecked())  # fmt: skip

    def show_effect(self, made: Effect) -> None:
        """What it does."""
        self.effect.draw(made.lines)
        self.say(made.note)
        row = self.rows["code"]
        row.hint.setText(made.code_hint)
        row.hint.setVisible(bool(made.code_hint) and not row.error.text)
        if not self.primary.busy:
            self.primary.set_text(made.verb)
        self.place_panel()

    def show_errors(self, errors: dict[str, str]) -> None:
        """Say what is wrong, under its field; the first one gets the focus."""
        for name, row in self.rows.items():
            row.set_error(errors.get(name, ""))
        first = next((name for name in self.rows if errors.get(name)), "")
        if first:
            self.rows[first].field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.place_panel()

    def take_focus(self) -> None:
        self.code.setFocus(Qt.FocusReason.OtherFocusReason)


class EffectBox(Card):
    """Words and amounts under each other; the last line is what counts."""

    def __init__(self) -> None:
        super().__init__(ground="sunken", radius="panel", inset=S14)
        self._grid = QGridLayout()
        self._grid.setVerticalSpacing(S4)
        self._grid.setColumnStretch(0, 1)
        self.body.addLayout(self._grid)
        self._shown: tuple[tuple[str, str], ...] | None = None

    def draw(self, lines: tuple[tuple[str, str], ...]) -> None:
        """Show `lines`."""
        if lines == self._shown:
            return
        self._shown = lines
        while (item := self._grid.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for at, (words, amount) in enumerate(lines):
            last = at == len(lines) - 1
            name = Text(words, "body_strong" if last else "body", "text" if last else "text2")
            cents = Text(amount, "body_strong")
            self._grid.addWidget(name, at, 0)
            self._grid.addWidget(cents, at, 1, Qt.AlignmentFlag.AlignRight)
            name.show()  # at once, so that the dialog grows with them
            cents.show()


class ChargePresenter(QObject):
    """One line item."""

    def __init__(
        self, view: ChargeDialog, *, bridge: Bridge, reads: Lane, store: Lane, stories: VisitCharges,
        person: Callable[[], Person],
    ) -> None:  # fmt: skip
        super().__init__(view)
        self._view, self._bridge, self._reads, self._store = view, bridge, reads, store
        self._stories, self._person = stories, person
        self._done: Callable[[str], None] = lambda _words: None
        self._sheet: ChargeSheet | None = None
        self._before = Typed()
        self._filling = False
        view.edited.connect(self._changed)
        view.picked.connect(self._pick)
        view.submitted.connect(self._save)
        view.removed.connect(self._remove)

    def open(self, appointment_id: str, done: Callable[[str], None], charge_id: str = "") -> None:
        """Read the visit (and the charge), then show the dialog. `done` with the words once it is written."""
        self._done = done
        self._bridge.start(
            self._reads, lambda _job: self._stories.sheet(appointment_id, charge_id), owner=self._view,
            done=self._opened, failed=lambda error: done(str(sentence_for(error))),
        )  # fmt: skip

    def _opened(self, sheet: ChargeSheet) -> None:
        self._filling = True
        self._sheet = sheet
        self._view.show_sheet(sheet)
        self._before = self._view.typed()
        self._filling = False
        self._view.open_over()
        self._changed()

    @Slot(str)
    def _pick(self, code: str) -> None:
        sheet = self._sheet
        found = next((each for each in sheet.known_codes if each[0] == code), None) if sheet else None
        if found is None:
            return
        view = self._view
        view.code.setText(found[0])
        view.description.setText(found[1])
        view.billed.set_cents(found[2])
        self._changed()
        view.billed.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _changed(self) -> None:
        if self._sheet is None or self._filling:
            return
        self._filling = True
        self._follow()
        self._filling = False
        typed = self._view.typed()
        _, errors = meant(typed, self._sheet)
        for name, row in self._view.rows.items():
            if row.error.text and name not in errors:
                row.set_error("")
        self._view.show_effect(effect(typed, self._sheet))

    def _follow(self) -> None:
        """While nobody said otherwise, what is billed is allowed, and with Cash the patient owes it."""
        view, now, before, sheet = self._view, self._view.typed(), self._before, self._sheet
        if sheet is not None and now.billed_cents != before.billed_cents:
            if now.allowed_cents == before.billed_cents:
                view.allowed.set_cents(now.billed_cents)
            if now.patient_cents in (before.billed_cents, None):
                view.patient.set_cents(now.billed_cents if sheet.cash else 0)
        self._before = view.typed()

    @Slot()
    def _save(self) -> None:
        if self._sheet is None or self._view.primary.busy:
            return
        form, errors = meant(self._view.typed(), self._sheet)
        self._view.show_errors(errors)
        if form is None:
            return
        person = self._person()
        words = f"{form.code.strip()} {'is changed' if self._sheet.changes else 'is listed'}. " \
                f"The patient owes {show_cents(form.patient_cents)} for it."  # fmt: skip
        self._view.primary.set_busy("Writing…")
        self._bridge.start(
            self._store, lambda _job: self._stories.save(form, person), owner=self._view,
            done=lambda _nothing: self._close(words), failed=self._failed,
        )  # fmt: skip

    @Slot()
    def _remove(self) -> None:
        sheet = self._sheet
        if sheet is None or not sheet.changes or self._view.primary.busy:
            return
        person, charge_id, code = self._person(), sheet.form.charge_id, sheet.form.code
        self._view.primary.set_busy("Writing…")
        self._bridge.start(
            self._store, lambda _job: self._stories.remove(charge_id, person), owner=self._view,
            done=lambda paid: self._close(f"{code} is taken off." + (
                f" {show_cents(paid)} is money on account again." if paid else "")), failed=self._failed,
        )  # fmt: skip

    def _close(self, words: str) -> None:
        self._view.primary.set_idle()
        self._view.close_over()
        self._done(words)

    def _failed(self, error: Exception) -> None:
        self._view.primary.set_idle()
        self._view.refuse(str(sentence_for(error)))
