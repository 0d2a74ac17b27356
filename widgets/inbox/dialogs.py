"""Two forms over the inbox: posting a transaction to the ledger, and saying that it is in the books already."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.online_views import AssociateSheet, PostSheet
from models.basics.money import show_cents
from widgets.common import Choice, Divider, Field, FormRow, Text
from widgets.common.form_dialog import FormDialog
from widgets.inbox.state import post_words
from widgets.theme import S2, S8, S12

ELSEWHERE = ""
"""The choice that names no payment: it is in another program."""


class PostDialog(FormDialog):
    """Where the money will go, line by line; Enter posts it."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "Post to ledger", "Post to ledger", width=560)
        self._how = Text("", "body", "text2", wrap=True)
        self._list = QVBoxLayout()
        self._list.setSpacing(S8)
        self.content.addWidget(self._how)
        self.content.addLayout(self._list)
        self._parts: list[QWidget] = []
        self.sheet: PostSheet | None = None

    def show_sheet(self, sheet: PostSheet) -> None:
        """Show what posting would do."""
        self.sheet = sheet
        title, how, rows = post_words(sheet)
        self.title.setText(title)
        self.subtitle.setText(sheet.line.number)
        self._how.setText(how)
        for part in self._parts:
            self._list.removeWidget(part)
            part.deleteLater()
        self._parts = [_PostRow(*row) for row in rows]
        for part in self._parts:
            self._list.addWidget(part)
            part.show()
        self.say("The receipt keeps its number.")
        self.show_verb("Post to ledger", "", "")

    def take_focus(self) -> None:
        """Enter is at hand."""
        self.primary.setFocus()


class _PostRow(QWidget):
    def __init__(self, what: str, where: str, amount: str) -> None:
        super().__init__()
        words = QVBoxLayout()
        words.setSpacing(S2)
        words.addWidget(Text(what, "body_medium", elide=True))
        words.addWidget(Text(where, "caption", "muted", elide=True))
        row = QHBoxLayout()
        row.setSpacing(S12)
        row.addLayout(words, 1)
        row.addWidget(Text(amount, "table_strong"))
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(S8)
        body.addLayout(row)
        body.addWidget(Divider("hairline"))
        self.setAccessibleName(f"{what}, {where}, {amount}")


class AssociateDialog(FormDialog):
    """Which payment is the same money, or in which program it is; Enter marks it."""

    chosen = Signal()

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "Mark as associated", "Mark as associated", width=560)
        self._how = Text(
            "It is in the books already. Nothing is posted, and the account stays as it is.", "body", "text2", wrap=True
        )
        self.payment = Choice("The same money as", [(ELSEWHERE, "A payment in another program")])
        self.where = Field("Where it is, and under which number")
        self._note = FormRow("Where it is", self.where)
        self.content.addWidget(self._how)
        self.content.addWidget(FormRow("The same money as", self.payment))
        self.content.addWidget(self._note)
        self.payment.chosen.connect(lambda _key: self._fit())
        self.sheet: AssociateSheet | None = None

    def show_sheet(self, sheet: AssociateSheet) -> None:
        """Show what it may be associated with; a payment of the same amount is proposed."""
        self.sheet = sheet
        line = sheet.line
        self.title.setText(f"Associate {show_cents(line.left_cents)} from {line.patient.name}")
        self.subtitle.setText(line.number)
        self.payment.set_items([*((each.payment_id, each.words) for each in sheet.payments),
                                (ELSEWHERE, "A payment in another program")])  # fmt: skip
        same = next((each.payment_id for each in sheet.payments if each.same), ELSEWHERE)
        self.payment.set_key(same)
        self.where.setText("")
        self.refuse("")
        self._fit()
        self.show_verb("Mark as associated", "", "")

    def _fit(self) -> None:
        self._note.setVisible(self.payment.key == ELSEWHERE)
        self.place_panel()

    def take_focus(self) -> None:
        """The choice first."""
        self.payment.setFocus()
