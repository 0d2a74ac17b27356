"""The bar of filters over the list; cards and list follow it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.payment_views import PaymentChoices
from widgets import theme
from widgets.common import Choice, Text
from widgets.common.day_field import DayField
from widgets.common.narrowing import NarrowField
from widgets.common.several import SeveralChoice
from widgets.payments.state import (
    ORDER_WORDS,
    OWN_SPAN,
    SPAN_WORDS,
    STATUS_PRESETS,
    STATUS_WORDS,
    Chosen,
    status_words,
)  # fmt: skip
from widgets.theme import S8, S12, S16, Themed

_WIDTHS = ((114, 146), (130, 190), (98, 132), (116, 138), (108, 150), (136, 172))
"""Least (in pixels) and most (at 100 %) of each choice and of the order."""
ANYWHERE, ANY_WAY, ANYBODY = "Location: any", "Paid by: any", "Staff: any"


class FilterBar(Themed, QWidget):
    """Search, five filters and the order. `chosen(Chosen)` follows every change."""

    chosen = Signal(object)

    def __init__(self, focus: QAction) -> None:
        """`focus` is the key that leads to the search field."""
        super().__init__()
        self.setAccessibleName("Filters")
        self._today: date | None = None
        self._drawing = False
        self._last = Chosen()
        self._choices_shown: PaymentChoices | None = None
        self.field = NarrowField("Filter: payment ID or patient", "Payment ID or patient", icon="search", action=focus)
        self.field.setMaxLength(120)
        self.status = SeveralChoice("Status", STATUS_PRESETS, tuple(STATUS_WORDS.items()), status_words)
        self.location = Choice("Location", [("", ANYWHERE)], narrow=True)
        self.span = Choice("Days", SPAN_WORDS.items(), narrow=True)
        self.tender = Choice("Paid by", [("", ANY_WAY)], narrow=True)
        self.staff = Choice("Staff", [("", ANYBODY)], narrow=True)
        self.order = Choice("Sort by", ORDER_WORDS.items(), narrow=True)
        self.first = DayField("From day", lambda: self._today)
        self.last = DayField("To day", lambda: self._today)
        self._lay_out()
        self.field.textEdited.connect(self._tell)
        self.status.several.connect(self._tell)
        for choice in (*self._choices[1:], self.order):
            choice.chosen.connect(self._tell)
        for field in (self.first, self.last):
            field.changed.connect(self._tell)
        self.follow_theme()

    @property
    def _choices(self) -> tuple[Choice, ...]:
        return self.status, self.location, self.span, self.tender, self.staff

    def _lay_out(self) -> None:
        self._row = QHBoxLayout()
        self._row.setSpacing(S8)
        self._row.addWidget(self.field, 4)
        for choice in self._choices:
            self._row.addWidget(choice, 2)
        self._row.addStretch()
        self._row.addWidget(Text("Sort", "table", "text2"))
        self._row.addWidget(self.order, 2)
        self._own = QWidget()
        self._days = QHBoxLayout(self._own)
        self._days.setSpacing(S8)
        for words, field in (("Days from", self.first), ("to", self.last)):
            label = Text(words, "table", "text2")
            label.setBuddy(field)
            self._days.addWidget(label)
            self._days.addWidget(field)
        self._days.addStretch(1)
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(0)
        body.addLayout(self._row)
        body.addWidget(self._own)
        self._own.hide()

    def restyle(self) -> None:
        look = theme.current()
        self._row.setContentsMargins(S16 - 2, S12 - 2, S16 - 2, S12 - 2)
        self._days.setContentsMargins(S16 - 2, 0, S16 - 2, S12 - 2)
        self.field.setMinimumWidth(look.px(128))
        self.field.setMaximumWidth(look.px(300))
        self.field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        for choice, (least, most) in zip((*self._choices, self.order), _WIDTHS, strict=True):
            choice.setMinimumWidth(least)  # as large text needs more, it is cut rather than the window widened
            choice.setMaximumWidth(look.px(most))
            choice.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        for field in (self.first, self.last):
            field.setFixedSize(look.px(92), look.size("control_small"))

    def take_focus(self) -> None:
        """Put the focus into the search field."""
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def draw(self, shown: Chosen, choices: PaymentChoices, today: date | None) -> None:
        """Show what is chosen, among what can be."""
        self._drawing, self._today, self._last = True, today, shown
        if choices is not self._choices_shown:
            self._choices_shown = choices
            self._offer(choices)
        if self.field.text() != shown.text:
            self.field.setText(shown.text)
        if self.status.keys != shown.statuses:
            self.status.set_keys(shown.statuses)
        for choice, key in ((self.location, shown.location), (self.span, shown.span), (self.tender, shown.tender),
                            (self.staff, shown.staff), (self.order, shown.order_key)):  # fmt: skip
            if choice.key != key:
                choice.set_key(key)
                choice.setToolTip(choice.currentText())
        self._own.setVisible(shown.span == OWN_SPAN)
        if not self.first.hasFocus():
            self.first.set_day(shown.first)
        if not self.last.hasFocus():
            self.last.set_day(shown.last)
        self._drawing = False

    def _offer(self, choices: PaymentChoices) -> None:
        for choice, words, items in (
            (self.location, ANYWHERE, choices.locations), (self.tender, ANY_WAY, choices.tenders),
            (self.staff, ANYBODY, choices.staff),
        ):  # fmt: skip
            choice.set_items([("", words), *items])
        self.location.setVisible(bool(choices.locations))

    def _tell(self, *_told: object) -> None:
        if not self._drawing:
            new = replace(
                self._last.ordered(self.order.key), text=self.field.text(), statuses=self.status.keys,
                location=self.location.key, span=self.span.key, first=self.first.day, last=self.last.day,
                tender=self.tender.key, staff=self.staff.key,
            )  # fmt: skip
            self.chosen.emit(new)
