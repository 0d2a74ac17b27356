"""Parts of the page of a plan: tiles to choose terms from, and the dialogs that ask before something is done."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from app.plan_views import PlanForm
from models.operations.plans import PAPER, SIGNATURE, TERMS
from widgets import theme
from widgets.common import Choice, Field, FormRow, Role, Segments, Text, paint
from widgets.common.choices import paint_radio
from widgets.common.focus_ring import Ringed
from widgets.common.form_dialog import FormDialog
from widgets.common.hover import Hovered
from widgets.common.summary import SumLine, Summary
from widgets.plans.state import FREQUENCIES
from widgets.theme import S12, S14, Themed


class TermTile(Hovered, Ringed, Themed, QAbstractButton):
    """One way to pay: radio mark, title, what it comes to."""

    def __init__(self, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key, self._title, self._words = key, "", ""
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.follow_theme()

    def say(self, title: str, words: str) -> None:
        """Show other words."""
        self._title, self._words = title, words
        self.setAccessibleName(f"{title}, {words}")
        self.update()

    def restyle(self) -> None:
        self.setFixedHeight(theme.current().px(40 if theme.current().compact else 46))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.current().px(190), theme.current().px(46))

    def ring_radius(self) -> int:
        return theme.current().radius("control")

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, area, on = theme.current(), QRectF(self.rect()), self.isChecked()
        ground = "selected" if on else "hover" if self.hovered and self.isEnabled() else "surface"
        with paint.smooth(QPainter(self)) as painter:
            line = look.colour("accent" if on else "control")
            paint.rounded(painter, area, look.radius("control"), look.colour(ground), line, 2 if on else look.line)
            mark = look.px(16)
            spot = QRectF(S14, (area.height() - mark) / 2, mark, mark)
            paint_radio(painter, spot, checked=on, enabled=self.isEnabled())
            left = spot.right() + S12
            first, second = paint.text_height("body_medium"), paint.text_height("caption")
            top, wide = (area.height() - first - second) / 2, area.width() - left - S12
            ink = "accent" if on else "text"
            paint.draw_text(painter, QRectF(left, top, wide, first), self._title, "body_strong", ink)
            paint.draw_text(painter, QRectF(left, top + first, wide, second), self._words, "caption", "muted")


class TermsDialog(FormDialog):
    """Terms that no tile says: number of payments or an amount, rhythm, down payment, yearly rate."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "Other terms", "Use these terms", 560)
        self.by = Segments("How it is divided", (("payments", "Number of payments"), ("payment", "So much each time")))
        self.count, self.each = Field("Number of payments"), Field("Amount of each payment")
        self.often = Choice("How often", FREQUENCIES)
        self.down, self.apr = Field("Down payment"), Field("Yearly rate in percent")
        self.rows = {
            "payments": FormRow("Number of payments", self.count), "payment": FormRow("Each payment, $", self.each),
            "often": FormRow("How often", self.often),
            "down": FormRow("Down payment today, $", self.down, "Leave it empty for none."),
            "apr": FormRow("Yearly rate, %", self.apr, "Interest stands on a line of its own. Empty: none."),
        }  # fmt: skip
        self.content.addWidget(self.by)
        for names in (("payments", "payment", "often"), ("down", "apr")):
            row = QHBoxLayout()
            row.setSpacing(S12)
            for name in names:
                row.addWidget(self.rows[name], 1, Qt.AlignmentFlag.AlignTop)
            self.content.addLayout(row)
        self.by.chosen.connect(self._divide)
        self._form: PlanForm | None = None

    def ask(self, form: PlanForm) -> None:
        """Open with what the form says."""
        self._form = form
        for field, text in ((self.count, form.payments), (self.each, form.payment), (self.down, form.down),
                            (self.apr, form.apr)):  # fmt: skip
            field.setText(text)
        self.often.set_key(form.frequency)
        self.by.set_key("payment" if form.payment else "payments")
        self._divide(self.by.key)
        self.complain("", "")
        self.open_over()

    def _divide(self, key: str) -> None:
        for name in ("payments", "payment"):
            self.rows[name].setVisible(name == key)

    @property
    def form(self) -> PlanForm | None:
        """The form with these terms."""
        if self._form is None:
            return None
        by_amount = self.by.key == "payment"
        return replace(
            self._form, payments=self.count.text().strip() or self._form.payments,
            payment=self.each.text().strip() if by_amount else "", frequency=self.often.key,
            down=self.down.text().strip(), apr=self.apr.text().strip(),
        )  # fmt: skip

    def complain(self, field: str, words: str) -> None:
        """What is wrong, under its field, else at the foot of the form."""
        for name, row in self.rows.items():
            row.set_error(words if name == field else "")
        self.refuse(words if words and field not in self.rows else "")

    def take_focus(self) -> None:
        (self.each if self.by.key == "payment" else self.count).setFocus(Qt.FocusReason.OtherFocusReason)


HOW = ((TERMS, "Read and agreed"), (PAPER, "Signed on paper"), (SIGNATURE, "Signs on the reader"))
"""How somebody may accept at the desk."""


class AcceptDialog(FormDialog):
    """Who accepts the agreement, and how; the agreement stands above to be read out."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "Accept the agreement", "Accept", 620)
        self.words = Text("", "body", "text2", wrap=True)
        self.name = Field("Who accepts")
        self.row = FormRow("Who accepts, by name", self.name)
        self.how = Segments("How", HOW)
        self.content.addWidget(self.words)
        self.content.addWidget(self.row)
        self.content.addWidget(self.how)
        self.say("Terms that change later void this.")

    def ask(self, words: str, name: str, *, reader: bool) -> None:
        """Open for these sentences; `name` is who it will probably be, and `reader`: they may sign on it."""
        self.words.setText(words)
        self.name.setText(name)
        self.how.offer([key for key, _ in HOW if reader or key != SIGNATURE])
        self.how.set_key(SIGNATURE if reader else TERMS)
        self.row.set_error("")
        self.refuse("")
        self.show_verb("Accept", "", "")
        self.open_over()

    def wait_for_pen(self) -> None:
        """The patient signs on the reader now; closing the dialog calls it off."""
        self.show_verb("Accept", "Patient is signing", "")

    def take_focus(self) -> None:
        self.name.setFocus(Qt.FocusReason.OtherFocusReason)
        self.name.selectAll()


class AskDialog(FormDialog):
    """Asks once more before a plan changes: what will be, before and after, and a button that repeats it."""

    def __init__(self, host: QWidget, title: str, verb: str, *, danger: bool = False) -> None:
        role, keys = (Role.DANGER, ("Ctrl+Return", "Ctrl+Enter")) if danger else (Role.PRIMARY, ("Return", "Enter"))
        super().__init__(host, title, verb, 520, keys=keys, role=role)
        self.card.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # Enter is the button's, whatever has the focus
        self.words = Text("", "body", "text2", wrap=True)
        self.summary = Summary("What will be")
        self.content.addWidget(self.words)
        self.content.addWidget(self.summary)
        self.chosen = ""

    def ask(self, words: str, lines: tuple[SumLine, ...], verb: str, chosen: str = "") -> None:
        """Open with what will happen; `chosen` comes back with it."""
        self.chosen = chosen
        self.words.setText(words)
        self.summary.show_lines(lines)
        self.refuse("")
        self.show_verb(verb, "", "")
        self.open_over()
