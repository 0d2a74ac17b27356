"""The coverage card over the window, and the form for benefits that no payer tells by machine. Draw; decide nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QPlainTextEdit, QWidget

from app.eligibility import LONGEST, TypedBenefits
from models.rules.benefits import IN, OUT
from models.rules.typed import read_share
from widgets import theme
from widgets.common import (
    AmountField,
    Banner,
    Field,
    FormRow,
    KeycapButton,
    Pill,
    Segments,
    Switch,
    Text,
    page_action,
)
from widgets.common.announce import announce
from widgets.common.form_dialog import FormDialog
from widgets.coverage.state import CoverageState
from widgets.theme import S4, S8, S12, S20


def ask_file(parent: QWidget) -> Path | None:
    """Which file of payers' answers shall be read; None when the clerk gave up."""
    kinds = "Payers’ answers (*.271 *.x12 *.edi *.txt *.gz);;All files (*)"
    chosen, _ = QFileDialog.getOpenFileName(parent, "Read a payer’s answer (271)", "", kinds)
    return Path(chosen) if chosen else None


class CoverageDialog(FormDialog):
    """The card. Enter leads to the form; Alt+M reads a file, Alt+R shows the payer's own text to who may see it."""

    file_chosen = Signal(Path)
    raw_pressed = Signal()

    def __init__(self, host: QWidget, pick: Callable[[QWidget], Path | None] = ask_file) -> None:
        super().__init__(host, "Coverage", "Type benefits in…", 640)
        self._pick = pick
        self.payer = Text("", "heading_s", elide=True)
        self.pill = Pill()
        self.age = Banner("info", icon="clock")
        self.rejected = Banner("warn")
        self.banner = Banner("bad")
        self.messages = Text("", "table", "text2", wrap=True)
        self.messages_head = Text("The payer says", "caption_medium", "text2")
        self.raw = QPlainTextEdit()
        self.raw.setReadOnly(True)
        self.raw.setAccessibleName("The payer’s own text")
        self.raw.setTabChangesFocus(True)
        self.file_action = page_action(self, "Read a file…", "Alt+M", self._choose)
        self.raw_action = page_action(self, "Payer’s own text", "Alt+R", self.raw_pressed.emit)
        self.file = KeycapButton(action=self.file_action, icon="upload")
        self.show_raw = KeycapButton(action=self.raw_action)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(S20)
        self._grid.setVerticalSpacing(S4)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnStretch(3, 1)
        head = QHBoxLayout()
        head.addWidget(self.payer, 1)
        head.addWidget(self.pill)
        ways = QHBoxLayout()
        ways.setSpacing(S8)
        ways.addWidget(self.file)
        ways.addWidget(self.show_raw)
        ways.addStretch(1)
        self.content.addLayout(head)
        for part in (self.banner, self.age, self.rejected):
            self.content.addWidget(part)
        self.content.addLayout(self._grid)
        for below in (self.messages_head, self.messages, self.raw):
            self.content.addWidget(below)
        self.content.addLayout(ways)

    def _choose(self) -> None:
        found = self._pick(self)
        if found is not None:
            self.file_chosen.emit(found)

    def take_focus(self) -> None:
        self.primary.setFocus(Qt.FocusReason.OtherFocusReason)

    def draw(self, state: CoverageState | None, *, may_see_raw: bool = False) -> None:
        """Show the card; None while it is read."""
        for part in (self.age, self.rejected, self.banner, self.messages_head, self.messages, self.raw, self.show_raw):
            part.hide()
        self.pill.setVisible(state is not None)
        if state is None:
            self.payer.setText("Reading…")
            self._draw_facts(())
            return
        self.payer.setText(state.title)
        self.pill.set_look(state.look)
        self.age.set(state.age, meaning=state.age_meaning)
        self.age.show()
        self.rejected.set(state.rejected)
        self.rejected.setVisible(bool(state.rejected))
        self._draw_facts(state.facts)
        self.messages.setText("\n".join(f"• {each}" for each in state.messages))
        for part in (self.messages_head, self.messages):
            part.setVisible(bool(state.messages))
        self.raw.setPlainText(state.raw)
        self.raw.setFont(theme.current().font("mono"))
        self.raw.setFixedHeight(theme.current().px(150))
        self.raw.setVisible(bool(state.raw))
        self.show_raw.setVisible(may_see_raw and state.from_payer and not state.raw)
        if state.notice is not None:
            self.banner.set(state.notice.title, state.notice.body, meaning="bad")
        elif state.said:
            self.banner.set(state.said, meaning="ok")
        self.banner.setVisible(state.notice is not None or bool(state.said))
        self.place_panel()

    def _draw_facts(self, facts: tuple[tuple[str, str], ...]) -> None:
        while (left := self._grid.takeAt(0)) is not None:
            if (label := left.widget()) is not None:
                label.hide()
                label.deleteLater()
        half = (len(facts) + 1) // 2
        for number, (words, value) in enumerate(facts):
            row, column = number % half, 2 * (number // half)
            said = Text(value, "body_medium", wrap=True)
            said.setAccessibleName(f"{words}: {value}")
            self._grid.addWidget(Text(words, "table", "muted"), row, column, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(said, row, column + 1)

    def say(self, words: str) -> None:
        super().say(words)
        if words:
            announce(self, words)


class BenefitsDialog(FormDialog):
    """Benefits read off a card or told on the telephone."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "Type benefits in", "Keep", 640)
        self._form = TypedBenefits(check_id="", patient_id="", payer="")
        self.payer, self.plan = Field("Payer"), Field("Plan")
        self.member, self.remark = Field("Member number"), Field("Note", "Who told it, and when")
        for field in (self.payer, self.plan, self.member, self.remark):
            field.setMaxLength(LONGEST)
        self.in_force = Switch("The plan is in force", checked=True)
        self.network = Segments("Network", ((IN, "In network"), (OUT, "Out of network")))
        self.copay, self.deductible, self.out_of_pocket = (
            AmountField(name, allow_zero=True) for name in ("Copay", "Deductible left", "Out-of-pocket left")
        )
        self.share = Field("Coinsurance", "20")
        self.share.setMaxLength(6)
        self.rows = {
            "payer": FormRow("Payer", self.payer), "plan": FormRow("Plan", self.plan),
            "member": FormRow("Member number", self.member), "copay": FormRow("Copay, office visit", self.copay),
            "share": FormRow("Coinsurance, per cent", self.share),
            "deductible": FormRow("Deductible left", self.deductible),
            "out_of_pocket": FormRow("Out-of-pocket left", self.out_of_pocket), "remark": FormRow("Note", self.remark),
        }  # fmt: skip
        self._lay_out_fields()
        self.say("It counts as of now. Leave empty what nobody told.")

    def _lay_out_fields(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(S12)
        grid.setVerticalSpacing(S8)
        places = (("payer", 0, 0, 6), ("plan", 0, 6, 6), ("member", 1, 0, 6), ("copay", 2, 0, 6), ("share", 2, 6, 6),
                  ("deductible", 3, 0, 6), ("out_of_pocket", 3, 6, 6), ("remark", 4, 0, 12))  # fmt: skip
        for name, row, column, wide in places:
            grid.addWidget(self.rows[name], row, column, 1, wide, Qt.AlignmentFlag.AlignTop)
        force = QHBoxLayout()
        force.setSpacing(S8)
        force.addWidget(self.in_force)
        force.addWidget(Text("In force", "body"))
        force.addStretch(1)
        force.addWidget(self.network)
        grid.addLayout(force, 1, 6, 1, 6, Qt.AlignmentFlag.AlignBottom)
        for column in range(12):
            grid.setColumnStretch(column, 1)
        self.content.addLayout(grid)

    def ask(self, form: TypedBenefits) -> None:
        """Open with what is known of the insurance."""
        self._form = form
        for field, words in ((self.payer, form.payer), (self.plan, form.plan_name), (self.member, form.member_id),
                             (self.remark, form.note), (self.share, "")):  # fmt: skip
            field.setText(words)
        self.in_force.setChecked(form.in_force)
        self.network.set_key(form.network)
        self.copay.set_cents(form.copay_cents)
        self.deductible.set_cents(form.deductible_left_cents)
        self.out_of_pocket.set_cents(form.out_of_pocket_left_cents)
        for row in self.rows.values():
            row.set_error("")
        self.error.set("")
        self.show_verb("Keep", "", "")
        self.open_over()

    def take_focus(self) -> None:
        (self.copay if self.payer.text() else self.payer).setFocus(Qt.FocusReason.OtherFocusReason)

    def typed(self) -> TypedBenefits | None:
        """What stands there; None where a field cannot be read, which then says so."""
        amounts = {"copay": self.copay, "deductible": self.deductible, "out_of_pocket": self.out_of_pocket}
        for name, row in self.rows.items():
            field = amounts.get(name)
            row.set_error("Enter an amount as 25 or 25.00." if field is not None and field.error_key else "")
        if any(field.error_key for field in amounts.values()):
            return None
        try:
            share = read_share(self.share.text())
        except ValueError:
            self.rows["share"].set_error("Enter a per cent from 0 to 100, as 20 or 12.5.")
            self.share.setFocus()
            return None
        form = self._form
        return TypedBenefits(
            check_id=form.check_id, patient_id=form.patient_id, payer=self.payer.text(), plan_name=self.plan.text(),
            member_id=self.member.text(), in_force=self.in_force.isChecked(), network=self.network.key or IN,
            copay_cents=self.copay.cents, coinsurance_bp=share, deductible_left_cents=self.deductible.cents,
            out_of_pocket_left_cents=self.out_of_pocket.cents, note=self.remark.text(),
        )  # fmt: skip
