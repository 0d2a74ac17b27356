"""The decision column of Today: who, insured how, what is due and why, and one button."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.views import CoverageHead, DueLine, DueState
from widgets import theme
from widgets.common import (
    AmountLabel,
    Avatar,
    Badge,
    Card,
    Divider,
    EmptyState,
    IconLabel,
    KeycapButton,
    Pill,
    Role,
    Text,
)  # fmt: skip
from widgets.common.pill import Look
from widgets.common.when import spoken_cents
from widgets.theme import S4, S8, S10, S12, S14, S16
from widgets.today.state import SideState

COVERAGE_LOOKS: dict[str, tuple[Look, str, str]] = {
    "eligible": (("Eligible", "ok", ""), "shield-check", "ok_text"),
    "inactive": (("Not active", "bad", ""), "shield-alert", "bad_text"),
    "unknown": (("Not checked", "neutral", ""), "shield-question-mark", "muted"),
}
"""Pill, icon and its colour by the state of the insurance."""

MANY_LINES = 3
"""From so many lines on they need the room of the notes."""

COPAY_LOOKS: dict[str, Look] = {
    "paid": ("Copay paid", "ok", "check"),
    "part": ("Copay part paid", "warn", "hand-coins"),
    "due": ("Copay due", "neutral", "hand-coins"),
}
"""The COPAY indicator (S0-21); hidden where nobody asks one."""

_NOTHING_WORDS = {
    DueState.NOTHING: "Nothing is due today.",
    DueState.PAID: "Everything due today is paid.",
    DueState.CONFIRMING: "A card payment is being confirmed. Do not charge again.",
    DueState.NOT_COLLECTING: "Not collecting today.",
    DueState.DUE: "",
}


class Coverage(Card):
    """The insurance in two lines."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(ground="sunken", radius="panel", inset=S12, parent=parent)
        self._shield = IconLabel("shield-check", "ok_text", 16)
        self._payer = Text("", "body_medium", elide=True)
        self._pill = Pill()
        self._detail = Text("", "caption", "muted", wrap=True)
        first = QHBoxLayout()
        first.setSpacing(S8)
        first.addWidget(self._shield)
        first.addWidget(self._payer, 1)
        first.addWidget(self._pill)
        self.body.setSpacing(S4)
        self.body.addLayout(first)
        self.body.addWidget(self._detail)

    def restyle(self) -> None:
        super().restyle()
        self.body.setContentsMargins(S12, S8, S12, S10)

    def show_coverage(self, coverage: CoverageHead | None, line: str) -> None:
        """Show `coverage`, or that none is known."""
        if coverage is None:
            self._payer.setText("No insurance on file")
            self._shield.set("shield-question-mark", "muted")
            self._pill.hide()
            self._detail.setText("Due amounts are self-pay")
            return
        look, icon, token = COVERAGE_LOOKS.get(coverage.state, COVERAGE_LOOKS["unknown"])
        self._payer.setText(coverage.payer)
        self._shield.set(icon, token)
        self._pill.set_look(look)
        self._pill.show()
        self._detail.setText(line)


class DueLines(QScrollArea):
    """Why something is due, line by line. Long lists scroll here, so that the total and the button never leave."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        self._lines: tuple[DueLine, ...] = ()
        self._show_grid()

    def show_lines(self, lines: tuple[DueLine, ...]) -> None:
        """Show `lines`."""
        if lines != self._lines:
            self._lines = lines
            self._show_grid()

    def _show_grid(self) -> None:
        inner = QWidget()
        grid = QGridLayout(inner)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(S12)
        grid.setVerticalSpacing(S8)
        grid.setColumnStretch(0, 1)
        for at, line in enumerate(self._lines):
            words = QVBoxLayout()
            words.setSpacing(0)
            words.addWidget(Text(line.title, "table", elide=True))
            if line.subtitle:
                words.addWidget(Text(line.subtitle, "caption", "muted", elide=True))
            amount = AmountLabel(line.cents, "body_medium")
            amount.setAccessibleName(f"{line.title}, {spoken_cents(line.cents)}")
            grid.addLayout(words, at, 0)
            grid.addWidget(amount, at, 1)
        self.setWidget(inner)
        inner.setAutoFillBackground(False)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        inner = self.widget()
        return QSize(200, inner.sizeHint().height() if inner is not None else 0)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, min(self.sizeHint().height(), theme.current().px(38)))


class SideCard(Card):
    """The decision column. `badge_pressed` when money on account is clicked."""

    badge_pressed = Signal()

    def __init__(self, primary: QAction, check_in: QAction, ledger: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._avatar = Avatar()
        self._name = Text("", "heading", elide=True)
        self._identity = Text("", "caption", "muted", wrap=True)
        self._coverage = Coverage()
        self._credit, self._prepaid = Badge("credit"), Badge("prepaid")
        self._due_head = Text("Due today", "caption_medium", "text2")
        self._copay = Pill()
        self._lines = DueLines()
        self._nothing = Text("", "body", "muted", wrap=True)
        self._total_rule = Divider()
        self._total_words = Text("Total", "heading_s")
        self._total = AmountLabel(0, "amount_s")
        self.primary = KeycapButton(role=Role.PRIMARY, action=primary, size="primary")
        self.check_in = KeycapButton(action=check_in)
        self.ledger = KeycapButton(action=ledger)
        for button in (self.primary, self.check_in, self.ledger):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys with the list
        self._notes_rule = Divider()
        self._notes = QVBoxLayout()
        self._shown_notes: tuple[tuple[str, str], ...] | None = None
        self._empty = EmptyState("calendar-days", "No visit chosen", "Choose one to see what is due.")
        self._inner = QWidget()
        self._credit.clicked.connect(self.badge_pressed)
        self._prepaid.clicked.connect(self.badge_pressed)
        self._lay_out()
        self.body.addWidget(self._inner)
        self.body.addWidget(self._empty)
        self.setObjectName("decision")
        self.show_side(None)

    def _lay_out(self) -> None:
        body = QVBoxLayout(self._inner)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(0)
        who = QVBoxLayout()
        who.setSpacing(2)
        who.addWidget(self._name)
        who.addWidget(self._identity)
        head = QHBoxLayout()
        head.setSpacing(S12)
        head.addWidget(self._avatar, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(who, 1)
        badges = QHBoxLayout()
        badges.setSpacing(S8)
        badges.addWidget(self._credit)
        badges.addWidget(self._prepaid)
        badges.addStretch(1)
        self._badge_row = QWidget()
        badges.setContentsMargins(0, S10, 0, 0)
        self._badge_row.setLayout(badges)
        total = QHBoxLayout()
        total.addWidget(self._total_words)
        total.addStretch(1)
        total.addWidget(self._total)
        pair = QHBoxLayout()
        pair.setSpacing(S8)
        pair.addWidget(self.check_in, 1)
        pair.addWidget(self.ledger, 1)
        due = QHBoxLayout()
        due.addWidget(self._due_head, 1)
        due.addWidget(self._copay)
        self._notes.setSpacing(S8)
        for part, room in (
            (head, S12), (self._coverage, 0), (self._badge_row, S14), (due, S4), (self._lines, 0),
            (self._nothing, S12), (self._total_rule, S8), (total, S12), (self.primary, S12), (pair, S8),
        ):  # fmt: skip
            if isinstance(part, QWidget):
                body.addWidget(part)
            else:
                body.addLayout(part)
            body.addSpacing(room)
        body.addStretch(1)
        body.addWidget(self._notes_rule)
        body.addSpacing(S12)
        body.addLayout(self._notes)

    def restyle(self) -> None:
        super().restyle()
        self.body.setContentsMargins(S16, S16, S16, S16)

    def show_side(self, side: SideState | None) -> None:
        """Show `side`, or that nothing is chosen."""
        self._inner.setVisible(side is not None)
        self._empty.setVisible(side is None)
        if side is None:
            return
        row, view = side.row, side.view
        self._avatar.set(row.patient.initials)
        self._name.setText(row.patient.name)
        self._identity.setText(side.identity)
        self._coverage.setVisible(view is not None)
        self._coverage.show_coverage(view.coverage if view else None, side.coverage_line)
        self._credit.set_cents(row.credit_cents)
        self._prepaid.set_cents(row.prepaid_cents)
        self._badge_row.setVisible(bool(row.credit_cents or row.prepaid_cents))
        look = COPAY_LOOKS.get(view.copay if view else "")
        self._copay.setVisible(look is not None)
        if look is not None:
            self._copay.set_look(look)
        self._show_due(side)
        self.primary.set_text(side.primary.text)
        self.check_in.set_available(side.can_check_in, "This visit is checked in already.")
        self.ledger.set_available(True)
        self.ledger.setVisible(side.shows_ledger)
        crowded = view is not None and len(view.lines) >= MANY_LINES  # what is due comes before what is good to know
        self._show_notes(side.notes[:1] if crowded or theme.current().compact else side.notes)

    def _show_due(self, side: SideState) -> None:
        lines = side.view.lines if side.view else ()
        self._lines.show_lines(lines)
        self._lines.setVisible(bool(lines))
        words = _NOTHING_WORDS[side.row.due_state]
        self._nothing.setText(words)
        self._nothing.setVisible(bool(words))
        owes = side.row.due_state is DueState.DUE
        self._total.set_cents(side.row.due_cents)
        self._total.setAccessibleName(f"Total due today, {spoken_cents(side.row.due_cents)}")
        for part in (self._total_rule, self._total_words, self._total):
            part.setVisible(owes)

    def _show_notes(self, notes: tuple[tuple[str, str], ...]) -> None:
        if notes == self._shown_notes:
            return
        self._shown_notes = notes
        while (item := self._notes.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for icon, words in notes:
            line = QWidget()
            row = QHBoxLayout(line)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(S8)
            row.addWidget(IconLabel(icon, "muted", 14), 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(Text(words, "caption", "muted", wrap=True), 1)
            self._notes.addWidget(line)
        self._notes_rule.setVisible(bool(notes))
