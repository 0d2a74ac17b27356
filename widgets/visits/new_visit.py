"""New visit: who, what for, when, once or again and again, and the charges that come with it. Takes no money."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.views import Person
from app.visit_views import BookingPreview, NewVisit, Offer
from app.words import sentence_for
from models.rules.billing import PAYMENT_PROFILE_WORDS
from widgets import theme
from widgets.bridge import Bridge
from widgets.common import Card, CheckBox, Choice, Divider, ErrorText, Field, FormRow, Segments, Text
from widgets.common.form_dialog import FormDialog
from widgets.common.patient import identity_text
from widgets.common.when import count_text, day_text
from widgets.theme import S4, S8, S12, S16
from widgets.visits.marks import colour_mark
from widgets.visits.new_visit_state import (
    AGAIN,
    NOTHING_CHARGED,
    ONCE,
    WAITING,
    WEEKDAY_WORDS,
    Summary,
    Typed,
    filled,
    meant,
    summary,
)  # fmt: skip

if TYPE_CHECKING:
    from app.lanes import Lane
    from app.visits import Visits

NO_PROFILE, NO_CHARGES, NOBODY, NOWHERE = "No profile", "None", "Nobody yet", "Not said"


class NewVisitDialog(FormDialog):
    """The fields at the left, what will be booked at the right. `edited` after every change."""

    edited = Signal()
    profile_chosen = Signal(str)

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "New visit", "Book visit", width=900)
        self.profile = Choice("Kind of visit", narrow=True)
        self.visit_title = Field("What for", "Office visit")
        self.reason = Field("Reason", "In the patient’s words")
        self.day = Field("Day", "5/28, tomorrow, +7")
        self.time = Field("Time", "9:30")
        self.minutes = Field("Minutes")
        self.practitioner = Choice("Provider", narrow=True)
        self.location = Choice("Place", narrow=True)
        self.payer = Choice("Who pays", PAYMENT_PROFILE_WORDS.items(), narrow=True)
        self.charges = Choice("Charges to list", narrow=True)
        self.again = Segments("Comes again", AGAIN)
        self.every = Field("Every")
        self.weekdays = [CheckBox(words) for words in WEEKDAY_WORDS]
        self.until = Field("Until", "Last day")
        for field, most in ((self.visit_title, 80), (self.reason, 80), (self.day, 24), (self.time, 10),
                            (self.minutes, 4), (self.every, 2), (self.until, 24)):  # fmt: skip
            field.setMaxLength(most)
        self.rows = {
            "profile": FormRow("Kind of visit", self.profile), "title": FormRow("What for", self.visit_title),
            "reason": FormRow("Reason", self.reason), "day": FormRow("Day", self.day),
            "time": FormRow("Time", self.time), "minutes": FormRow("Minutes", self.minutes),
            "practitioner": FormRow("Provider", self.practitioner), "location": FormRow("Place", self.location),
            "payer": FormRow("Who pays", self.payer), "charges": FormRow("Charges to list", self.charges),
            "every": FormRow("Every", self.every), "until": FormRow("Until, included", self.until),
        }  # fmt: skip
        self.side = SummaryCard()
        self._again_row = QWidget()
        self._lay_out()
        self._connect()
        self.say(NOTHING_CHARGED)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(S12)
        grid.setVerticalSpacing(S8)
        top = Qt.AlignmentFlag.AlignTop
        places: tuple[tuple[str, int, int, int], ...] = (
            ("profile", 0, 0, 3), ("practitioner", 0, 3, 3), ("title", 1, 0, 3), ("reason", 1, 3, 3),
            ("day", 2, 0, 2), ("time", 2, 2, 2), ("minutes", 2, 4, 2), ("payer", 3, 0, 3), ("charges", 3, 3, 3),
            ("location", 4, 0, 3),
        )  # fmt: skip
        for name, row, column, wide in places:
            grid.addWidget(self.rows[name], row, column, 1, wide, top)
        for column in range(6):
            grid.setColumnStretch(column, 1)
        again = QHBoxLayout()
        again.setSpacing(S12)
        again.addWidget(Text("Comes again", "caption_medium", "text2"))
        again.addWidget(self.again)
        again.addStretch(1)
        days = QHBoxLayout()
        days.setSpacing(S8)
        for box in self.weekdays:
            days.addWidget(box)
        days.addStretch(1)
        more = QGridLayout(self._again_row)
        more.setContentsMargins(0, 0, 0, 0)
        more.setHorizontalSpacing(S12)
        more.addWidget(self.rows["every"], 0, 0, top)
        more.addWidget(self.rows["until"], 0, 1, top)
        more.addLayout(days, 1, 0, 1, 2)
        more.setColumnStretch(0, 1)
        more.setColumnStretch(1, 3)
        left = QVBoxLayout()
        left.setSpacing(S8)
        left.addLayout(grid)
        left.addLayout(again)
        left.addWidget(self._again_row)
        left.addStretch(1)
        both = QHBoxLayout()
        both.setSpacing(S16)
        both.addLayout(left, 5)
        both.addWidget(self.side, 3)
        self.content.addLayout(both, 1)

    def _connect(self) -> None:
        fields = (self.visit_title, self.reason, self.day, self.time, self.minutes, self.every, self.until)
        for field in fields:
            field.textEdited.connect(lambda _text: self.edited.emit())
        for choice in (self.practitioner, self.location, self.payer, self.charges):
            choice.chosen.connect(lambda _key: self.edited.emit())
        for box in self.weekdays:
            box.clicked.connect(lambda _checked: self.edited.emit())
        self.again.chosen.connect(lambda _key: self.edited.emit())
        self.profile.chosen.connect(self.profile_chosen)

    def offer(self, offer: Offer, typed: Typed) -> None:
        """Offer what the practice has and show `typed`."""
        self.subtitle.setText(f"{offer.patient.name} · {identity_text(offer.patient)}")
        self.profile.set_items([("", NO_PROFILE), *((each.id, each.name) for each in offer.profiles)])
        for at, each in enumerate(offer.profiles, start=1):
            self.profile.setItemIcon(at, colour_mark(each.color))
        self.charges.set_items([("", NO_CHARGES), *((each.id, each.name) for each in offer.billing_profiles)])
        self.practitioner.set_items([("", NOBODY), *offer.practitioners])
        self.location.set_items([("", NOWHERE), *offer.locations])
        self.rows["location"].setVisible(len(offer.locations) > 1)
        self.show_typed(typed)

    def show_typed(self, typed: Typed) -> None:
        """Put `typed` into the fields."""
        for choice, key in (
            (self.profile, typed.profile_id), (self.practitioner, typed.practitioner_id),
            (self.location, typed.location_id), (self.payer, typed.payment_profile),
            (self.charges, typed.billing_profile_id),
        ):  # fmt: skip
            choice.set_key(key)
        for field, text in (
            (self.visit_title, typed.title), (self.reason, typed.reason), (self.day, typed.day),
            (self.time, typed.time), (self.minutes, typed.minutes), (self.every, typed.every),
            (self.until, typed.until),
        ):  # fmt: skip
            if field.text() != text:
                field.setText(text)
        self.again.set_key(typed.again)
        for number, box in enumerate(self.weekdays):
            box.setChecked(number in typed.weekdays)
        self._show_again()

    def typed(self) -> Typed:
        """What stands in the fields."""
        return Typed(
            profile_id=self.profile.key, title=self.visit_title.text(), reason=self.reason.text(),
            day=self.day.text(), time=self.time.text(), minutes=self.minutes.text(),
            practitioner_id=self.practitioner.key, location_id=self.location.key, payment_profile=self.payer.key,
            billing_profile_id=self.charges.key, again=self.again.key, every=self.every.text(),
            weekdays=tuple(number for number, box in enumerate(self.weekdays) if box.isChecked()),
            until=self.until.text(),
        )  # fmt: skip

    def show_hints(self, kind: str, day: str, time: str, until: str) -> None:
        """What is known of the kind of visit, and the days as they are understood, under their fields."""
        for name, words in (("profile", kind), ("day", day), ("time", time), ("until", until)):
            self.rows[name].hint.setText(words)
            self.rows[name].hint.setVisible(bool(words) and not self.rows[name].error.text)
        self._show_again()

    def show_errors(self, errors: dict[str, str]) -> None:
        """Say what is wrong, under its field; the first one gets the focus."""
        for name, row in self.rows.items():
            row.set_error(errors.get(name, ""))
            if errors.get(name):
                row.hint.hide()
        first = next((name for name in self.rows if errors.get(name)), "")
        if first:
            self.rows[first].field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.place_panel()

    def show_summary(self, made: Summary) -> None:
        """What will be booked."""
        self.side.draw(made)
        if not self.primary.busy:
            self.primary.set_text(made.verb)
        self.place_panel()

    def _show_again(self) -> None:
        repeats = self.again.key != ONCE
        if self._again_row.isHidden() is repeats:
            self._again_row.setVisible(repeats)
            self.place_panel()
        unit = "weeks" if self.again.key == "weekly" else "months"
        self.rows["every"].label.setText(f"Every … {unit}")
        for box in self.weekdays:
            box.setVisible(self.again.key == "weekly")

    def take_focus(self) -> None:
        """Where work begins: the kind of visit, or what it is for where the practice has no kinds."""
        first = self.profile if self.profile.count() > 1 else self.visit_title
        first.setFocus(Qt.FocusReason.OtherFocusReason)


class SummaryCard(Card):
    """What will be booked: days, charges, whose they are."""

    def __init__(self) -> None:
        super().__init__(ground="sunken", radius="panel", inset=S16)
        self.body.setSpacing(S8)
        self.head = Text("", "body_strong", wrap=True)
        self.days = Text("", "caption", "muted", wrap=True)
        self.warning = ErrorText()
        self._lines = QGridLayout()
        self._lines.setHorizontalSpacing(S12)
        self._lines.setVerticalSpacing(S4)
        self._lines.setColumnStretch(0, 1)
        self._holder = QWidget()
        self._holder.setLayout(self._lines)
        self.more = Text("", "caption", "muted")
        self._rule = Divider("hairline")
        self.total, self.patient = Text("", "body_strong"), Text("", "body_strong")
        totals = QGridLayout()
        totals.addWidget(Text("Listed", "body", "text2"), 0, 0)
        totals.addWidget(self.total, 0, 1, Qt.AlignmentFlag.AlignRight)
        totals.addWidget(Text("Patient owes", "body", "text2"), 1, 0)
        totals.addWidget(self.patient, 1, 1, Qt.AlignmentFlag.AlignRight)
        totals.setColumnStretch(0, 1)
        self._totals = QWidget()
        totals.setContentsMargins(0, 0, 0, 0)
        self._totals.setLayout(totals)
        self._none = Text("No charges are listed.", "caption", "muted", wrap=True)
        self._shown: tuple[tuple[str, str, str, str], ...] | None = None
        self._lines.setContentsMargins(0, 0, 0, 0)
        for part in (self.head, self.days, self.warning, self._holder, self.more, self._rule, self._totals,
                     self._none):  # fmt: skip
            self.body.addWidget(part)
        self.body.addStretch(1)
        self.setMinimumWidth(theme.current().px(250))
        self.draw(WAITING)

    def draw(self, made: Summary) -> None:
        """Show `made`."""
        self.head.setText(made.head)
        self.days.setText(made.days)
        self.days.setVisible(bool(made.days))
        self.warning.set(made.warning)
        self.more.setText(made.more)
        self.more.setVisible(bool(made.more))
        self._rule.setVisible(bool(made.lines))
        self._totals.setVisible(bool(made.lines))
        self._holder.setVisible(bool(made.lines))
        self._none.setVisible(not made.lines and made is not WAITING)
        self.total.setText(made.total)
        self.patient.setText(made.patient_part)
        if made.lines == self._shown:
            return
        self._shown = made.lines
        while (item := self._lines.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for at, (code, words, cents, who) in enumerate(made.lines):
            name, amount = Text(f"{code}  {words}", "table", elide=True), Text(cents, "table_medium")
            payer = Text(who, "caption", "muted")
            self._lines.addWidget(name, 2 * at, 0)
            self._lines.addWidget(amount, 2 * at, 1, Qt.AlignmentFlag.AlignRight)
            self._lines.addWidget(payer, 2 * at + 1, 0)
            for part in (name, amount, payer):
                part.show()  # at once, so that the dialog grows with them


class NewVisitPresenter(QObject):
    """Reads the fields, asks what they would book after every change, and books on Enter."""

    def __init__(
        self, view: NewVisitDialog, *, bridge: Bridge, reads: Lane, store: Lane, stories: Visits,
        person: Callable[[], Person],
    ) -> None:  # fmt: skip
        super().__init__(view)
        self._view, self._bridge, self._reads, self._store = view, bridge, reads, store
        self._stories, self._person = stories, person
        self._done: Callable[[str], None] = lambda _words: None
        self._offer: Offer | None = None
        self._asked = 0
        view.edited.connect(self._changed)
        view.profile_chosen.connect(self._fill)
        view.submitted.connect(self._book)

    def open(self, patient_id: str, done: Callable[[str], None]) -> None:
        """Ask what may be booked for this patient, then show the dialog. `done` with the words once it is written."""
        self._done = done
        self._bridge.start(
            self._reads, lambda _job: self._stories.offer(patient_id), owner=self._view, done=self._opened,
            failed=lambda error: done(_told(error)),
        )  # fmt: skip

    def _opened(self, offer: Offer) -> None:
        self._offer = offer
        first = offer.practitioners[0][0] if len(offer.practitioners) == 1 else ""
        place = offer.locations[0][0] if len(offer.locations) == 1 else ""
        self._view.offer(offer, Typed(practitioner_id=first, location_id=place))
        self._view.show_errors({})
        self._view.refuse("")
        self._view.open_over()
        self._changed()

    @Slot(str)
    def _fill(self, profile_id: str) -> None:
        if self._offer is not None:
            profile = next((each for each in self._offer.profiles if each.id == profile_id), None)
            self._view.show_typed(filled(self._view.typed(), profile))
            self._changed()

    @Slot()
    def _changed(self) -> None:
        if self._offer is None:
            return
        offer, typed = self._offer, self._view.typed()
        found = meant(typed, offer)
        for name, row in self._view.rows.items():
            if row.error.text and name not in found.errors:
                row.set_error("")
        self._view.show_hints(found.kind_hint, found.day_hint, found.time_hint, found.until_hint)
        self._asked += 1
        if found.form is None:
            self._view.show_summary(WAITING)
            return
        asked, form = self._asked, found.form
        self._bridge.start(
            self._reads, lambda _job: self._stories.preview(form), owner=self._view,
            done=lambda preview: self._previewed(asked, preview, typed),
            failed=lambda error: self._not_previewed(asked, error),
        )  # fmt: skip

    def _previewed(self, asked: int, preview: BookingPreview, typed: Typed) -> None:
        if asked == self._asked and self._offer is not None:
            self._view.refuse("")
            self._view.show_summary(summary(preview, typed, self._offer))

    def _not_previewed(self, asked: int, error: Exception) -> None:
        if asked == self._asked:
            self._view.show_summary(replace(WAITING, head=_told(error)))

    @Slot()
    def _book(self) -> None:
        if self._offer is None or self._view.primary.busy:
            return
        found = meant(self._view.typed(), self._offer)
        self._view.show_errors(found.errors)
        if found.form is None:
            return
        form, person = found.form, self._person()
        self._view.primary.set_busy("Booking…")
        self._bridge.start(
            self._store, lambda _job: self._stories.book(form, person), owner=self._view,
            done=lambda preview: self._booked(form, preview), failed=self._failed,
        )  # fmt: skip

    def _booked(self, form: NewVisit, preview: BookingPreview) -> None:
        assert self._offer is not None
        self._view.primary.set_idle()
        self._view.close_over()
        count = len(preview.days)
        what = f"{count_text(count, 'visit is', 'visits are')} booked" if count > 1 else (
            f"{form.title.strip()} on {day_text(preview.days[0], self._offer.today)} is booked")  # fmt: skip
        self._done(f"{what}. Nothing was charged.")

    def _failed(self, error: Exception) -> None:
        self._view.primary.set_idle()
        self._view.refuse(_told(error))


def _told(error: Exception) -> str:
    return str(sentence_for(error))
