"""Settings > Profiles: kinds of visit that fill in a new one, the sets of codes they list, and which go together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from app.lanes import Lane
from app.profiles import MOST_LINES, Profiles
from app.views import Person
from app.visit_views import ProfileBook
from app.words import sentence_for
from models.basics.ids import new_id
from models.basics.money import show_cents
from models.operations.records import AppointmentProfile, BillingProfile, ProfileLine
from models.rules.billing import PAYMENT_PROFILE_WORDS
from models.rules.rights import Right
from widgets import theme
from widgets.bridge import Bridge
from widgets.common import (
    AmountField,
    Banner,
    Card,
    CellTable,
    Choice,
    Column,
    Field,
    FormRow,
    IconButton,
    KeycapButton,
    PillCell,
    Role,
    Segments,
    Switch,
    TableRow,
    Text,
    WordsCell,
    page_action,
)  # fmt: skip
from widgets.common.when import count_text
from widgets.theme import S4, S8, S12, S16, S20
from widgets.visits.marks import colour_mark

KINDS, SETS = "kinds", "sets"
COLUMNS = (Column("Profile", 190, stretch=1), Column("In use", 118))
COLOR_WORDS: dict[str, str] = {"": "None", "blue": "Blue", "green": "Green", "violet": "Violet", "yellow": "Yellow",
                               "red": "Red"}  # fmt: skip
NO_CHARGES = "None"
_WHY = "Only who may set up the practice changes this"
_IN_USE, _RETIRED = ("In use", "ok", "check"), ("Retired", "neutral", "ban")

Profile = AppointmentProfile | BillingProfile


def kind_row(profile: AppointmentProfile, sets: dict[str, BillingProfile]) -> TableRow:
    """A kind of visit with what it brings."""
    connected = sets.get(profile.billing_profile_id)
    parts = (
        f"{profile.minutes} min" if profile.minutes else "",
        PAYMENT_PROFILE_WORDS[profile.payment_profile].partition(":")[0] if profile.payment_profile else "",
        connected.name if connected else "", "booked online too" if profile.online else "",
    )  # fmt: skip
    return _row(profile.id, profile.name, " · ".join(part for part in parts if part), active=profile.active)


def set_row(profile: BillingProfile) -> TableRow:
    """A set of codes with its sum."""
    cents = sum(line.price_cents * line.units for line in profile.lines)
    words = f"{count_text(len(profile.lines), 'code', 'codes')} · {show_cents(cents)}"
    return _row(profile.id, profile.name, words, active=profile.active)


def _row(key: str, name: str, words: str, *, active: bool) -> TableRow:
    return TableRow(key, (WordsCell(name, words or " ", "body_medium"), PillCell(_IN_USE if active else _RETIRED)))


class KindForm(QWidget):
    """The fields of a kind of visit (S0-34), the charges it lists among them (S0-36)."""

    def __init__(self) -> None:
        super().__init__()
        self.name, self.reason = Field("Name"), Field("Reason", "In the patient’s words")
        self.minutes = Field("Minutes", "30")
        self.color = Choice("Colour", COLOR_WORDS.items(), narrow=True)
        self.payer = Choice("Who pays", PAYMENT_PROFILE_WORDS.items(), narrow=True)
        self.charges = Choice("Charges to list", narrow=True)
        self.consents = Field("Consent forms", "Such as Vaccines, Telehealth")
        self.online = Switch("Patients can book this online")
        self.active = Switch("In use")
        for at in range(1, self.color.count()):
            self.color.setItemIcon(at, colour_mark(str(self.color.itemData(at))))
        self.name.setMaxLength(60)
        self.minutes.setMaxLength(3)
        self._lay_out()

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(S12)
        grid.setVerticalSpacing(S8)
        top = Qt.AlignmentFlag.AlignTop
        for row, column, wide, label, field, hint in (
            (0, 0, 4, "Name", self.name, ""), (0, 4, 2, "Minutes", self.minutes, ""),
            (1, 0, 4, "Reason", self.reason, ""), (1, 4, 2, "Colour", self.color, ""),
            (2, 0, 3, "Who pays", self.payer, "With Cash the patient owes every charge at once."),
            (2, 3, 3, "Charges to list", self.charges, "Listed with a new visit. Nothing is ever charged by it."),
            (3, 0, 6, "Consent forms, with commas", self.consents, "Named when the patient checks in."),
        ):  # fmt: skip
            grid.addWidget(FormRow(label, field, hint), row, column, 1, wide, top)
        for column in range(6):
            grid.setColumnStretch(column, 1)
        grid.setRowStretch(6, 1)
        for row, switch in ((4, self.online), (5, self.active)):
            line = QHBoxLayout()
            line.setSpacing(S12)
            line.addWidget(switch)
            line.addWidget(Text(switch.accessibleName(), "body"), 1)
            grid.addLayout(line, row, 0, 1, 6)

    def show_profile(self, profile: AppointmentProfile, sets: tuple[BillingProfile, ...]) -> None:
        """Fill the fields."""
        connected = [(each.id, each.name) for each in sets if each.active or each.id == profile.billing_profile_id]
        self.charges.set_items([("", NO_CHARGES), *connected])
        self.charges.set_key(profile.billing_profile_id)
        self.name.setText(profile.name)
        self.reason.setText(profile.reason)
        self.minutes.setText(str(profile.minutes or ""))
        self.color.set_key(profile.color)
        self.payer.set_key(profile.payment_profile)
        self.consents.setText(", ".join(profile.consents))
        self.online.setChecked(profile.online)
        self.active.setChecked(profile.active)

    def profile(self, before: AppointmentProfile) -> AppointmentProfile:
        """What stands in the fields; minutes that are none count as one, which nobody may keep."""
        minutes = self.minutes.text().strip()
        return replace(
            before, name=self.name.text(), reason=self.reason.text(), color=self.color.key,
            minutes=int(minutes) if minutes.isascii() and minutes.isdigit() else 1 if minutes else 0,
            payment_profile=self.payer.key, billing_profile_id=self.charges.key, online=self.online.isChecked(),
            consents=tuple(each.strip() for each in self.consents.text().split(",") if each.strip()),
            active=self.active.isChecked(),
        )  # fmt: skip


class LineRow(QWidget):
    """One code of a set. `away` when it shall go."""

    away = Signal()

    def __init__(self, line: ProfileLine) -> None:
        super().__init__()
        self._modifiers = line.modifiers
        self.code, self.description = Field("Code", "99213"), Field("Description", "What receipts say")
        self.price = AmountField("Price", line.price_cents if line.code else None, allow_zero=True)
        self.units = Field("Units")
        close = IconButton("x", "Take this line away", role=Role.LINK)
        close.clicked.connect(lambda _checked=False: self.away.emit())
        self.code.setText(line.code)
        self.description.setText(line.description)
        self.description.setCursorPosition(0)
        self.units.setText(str(line.units))
        self.code.setMaxLength(16)
        self.units.setMaxLength(2)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S8)
        for part, wide in ((self.code, 84), (self.description, 0), (self.price, 108), (self.units, 44), (close, 0)):
            if wide:
                part.setFixedWidth(theme.current().px(wide))
            row.addWidget(part, 1 if part is self.description else 0)

    def line(self) -> ProfileLine:
        """What stands in it. Units and amounts that are none count as -1 and 0, which nobody may keep."""
        units = self.units.text().strip()
        cents = self.price.cents
        return ProfileLine(
            code=self.code.text(), description=self.description.text(), price_cents=-1 if cents is None else cents,
            units=int(units) if units.isascii() and units.isdigit() else 0, modifiers=self._modifiers,
        )  # fmt: skip

    @property
    def blank(self) -> bool:
        """Is nothing typed in it?"""
        return not (self.code.text().strip() or self.description.text().strip() or self.price.text().strip())


class SetForm(QWidget):
    """The fields of a set of codes (S0-35)."""

    def __init__(self) -> None:
        super().__init__()
        self.name = Field("Name")
        self.name.setMaxLength(60)
        self.diagnoses = Field("Diagnoses", "Such as Z00.00, E11.9")
        self.active = Switch("In use")
        self.rows: list[LineRow] = []
        self.add = KeycapButton(action=page_action(self, "Add a code", "Alt+A", self.add_line), icon="plus")
        self._lines = QVBoxLayout()
        self._lines.setSpacing(S4)
        self._lay_out()

    def _lay_out(self) -> None:
        holder = QWidget()
        inner = QVBoxLayout(holder)
        inner.setContentsMargins(0, 0, S12, 0)
        inner.addLayout(self._lines)
        inner.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(holder)
        self._scroll.viewport().setAutoFillBackground(False)
        holder.setAutoFillBackground(False)
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(S8)
        first = QHBoxLayout()
        first.setSpacing(S12)
        first.addWidget(FormRow("Name", self.name), 1)
        first.addWidget(FormRow("Diagnoses, with commas", self.diagnoses), 1)
        body.addLayout(first)
        body.addWidget(Text("Code, description, price and units", "caption_medium", "text2"))
        body.addWidget(self._scroll, 1)
        low = QHBoxLayout()
        low.setSpacing(S12)
        low.addWidget(self.add)
        low.addStretch(1)
        low.addWidget(self.active)
        low.addWidget(Text("In use", "body"))
        body.addLayout(low)

    def show_profile(self, profile: BillingProfile) -> None:
        """Fill the fields."""
        self.name.setText(profile.name)
        self.name.setCursorPosition(0)
        self.diagnoses.setText(", ".join(profile.diagnoses))
        self.active.setChecked(profile.active)
        while self.rows:
            self._drop(self.rows[-1])
        for line in profile.lines or (_NO_LINE,):
            self._put(line)

    def add_line(self) -> None:
        """One more line, with the focus in it."""
        if len(self.rows) < MOST_LINES:
            row = self._put(_NO_LINE)
            row.code.setFocus(Qt.FocusReason.OtherFocusReason)
            self._scroll.ensureWidgetVisible(row)

    def _put(self, line: ProfileLine) -> LineRow:
        row = LineRow(line)
        row.away.connect(lambda: self._drop(row))
        self.rows.append(row)
        self._lines.addWidget(row)
        row.show()
        return row

    def _drop(self, row: LineRow) -> None:
        self.rows.remove(row)
        self._lines.removeWidget(row)
        row.hide()
        row.deleteLater()

    def profile(self, before: BillingProfile) -> BillingProfile:
        """What stands in the fields, lines with nothing in them left out."""
        return replace(
            before, name=self.name.text(), active=self.active.isChecked(),
            lines=tuple(row.line() for row in self.rows if not row.blank),
            diagnoses=tuple(each.strip() for each in self.diagnoses.text().split(",") if each.strip()),
        )  # fmt: skip


_NO_LINE = ProfileLine(code="", description="", price_cents=0)


class ProfilesView(QWidget):
    """The list at the left, the form of one at the right. `saved(profile)`."""

    saved = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Profiles")
        self.which = Segments("Which profiles", [(KINDS, "Kinds of visit"), (SETS, "Sets of charges")])
        self.table = CellTable("Profiles", COLUMNS, head=False)
        self.banner = Banner("info")
        self.banner.hide()
        self.heading = Text("", "heading_s", elide=True)
        self.kind, self.set = KindForm(), SetForm()
        self.save = KeycapButton(role=Role.PRIMARY, action=page_action(self, "Save", "Ctrl+S", self._save))
        self.new = KeycapButton(action=page_action(self, "New", "Ctrl+N", self._begin), icon="plus")
        self._book = ProfileBook()
        self._shown: Profile | None = None
        self._lay_out()
        self.which.chosen.connect(lambda _key: self._list(""))
        self.table.selected.connect(self._choose)

    def _lay_out(self) -> None:
        listed = Card(inset=0, clip=True)
        head = QHBoxLayout()
        head.setContentsMargins(S12, S8, S12, S8)
        head.addWidget(self.which)
        head.addStretch(1)
        listed.body.addLayout(head)
        listed.body.addWidget(self.table, 1)
        low = QHBoxLayout()
        low.setContentsMargins(S12, S8, S12, S8)
        low.addWidget(self.new)
        low.addStretch(1)
        listed.body.addLayout(low)
        self._forms = QStackedWidget()
        self._forms.addWidget(self.kind)
        self._forms.addWidget(self.set)
        form = Card(inset=S20)
        form.body.setSpacing(S8)
        form.body.addWidget(self.heading)
        form.body.addWidget(self._forms, 1)
        form.body.addWidget(self.save, 0, Qt.AlignmentFlag.AlignRight)
        columns = QHBoxLayout()
        columns.setSpacing(S16)
        columns.addWidget(listed, 5)
        columns.addWidget(form, 9)
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(S12)
        body.addWidget(self.banner)
        body.addLayout(columns, 1)

    def show_book(self, book: ProfileBook, *, may: bool) -> None:
        """Every profile; `may` change them."""
        self._book = book
        self.save.set_available(may, _WHY)
        self.new.set_available(may, _WHY)
        self._list(self._shown.id if self._shown else "")

    def show_told(self, meaning: str, title: str, text: str = "") -> None:
        """What became of it."""
        self.banner.set(title, text, meaning=meaning)
        self.banner.show()

    def _list(self, key: str) -> None:
        sets = {each.id: each for each in self._book.billing}
        rows = (
            [kind_row(each, sets) for each in self._book.appointments]
            if self.which.key == KINDS
            else [set_row(each) for each in self._book.billing]
        )
        self.table.set_rows(rows)
        if not self.table.set_key(key):
            self.table.select_first()
        if rows:
            self._choose(self.table.key)
        else:
            self._begin()

    def _choose(self, key: str) -> None:
        known: tuple[Profile, ...] = (*self._book.appointments, *self._book.billing)
        found = next((each for each in known if each.id == key), None)
        if found is not None and found != self._shown:  # what is being typed stays
            self._show(found)

    def _begin(self) -> None:
        made: Profile = (
            AppointmentProfile(id=new_id(), name="")
            if self.which.key == KINDS
            else BillingProfile(id=new_id(), name="")
        )
        self._show(made)
        form = self.kind if isinstance(made, AppointmentProfile) else self.set
        form.name.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self, profile: Profile) -> None:
        self._shown = profile
        of_kind = isinstance(profile, AppointmentProfile)
        new = "New kind of visit" if of_kind else "New set of charges"
        self.heading.setText(profile.name or new)
        if isinstance(profile, AppointmentProfile):
            self.kind.show_profile(profile, self._book.billing)
        else:
            self.set.show_profile(profile)
        self._forms.setCurrentWidget(self.kind if of_kind else self.set)

    def _save(self) -> None:
        if isinstance(self._shown, AppointmentProfile):
            self.saved.emit(self.kind.profile(self._shown))
        elif self._shown is not None:
            self.saved.emit(self.set.profile(self._shown))

    def kept(self, profile: Profile) -> None:
        """It is written: this is how it stands."""
        self._show(profile)


class ProfilesPresenter(QObject):
    """Reads the profiles and keeps what is saved."""

    def __init__(
        self, view: ProfilesView, *, bridge: Bridge, lane: Lane, profiles: Callable[[], Profiles],
        person: Callable[[], Person | None], parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent or view)
        self._view, self._bridge, self._lane, self._profiles, self._person = view, bridge, lane, profiles, person
        view.saved.connect(self._save)

    def show(self) -> None:
        """Read what is there."""
        person = self._person()
        may = person is not None and Right.SET_UP in person.rights
        self._bridge.start(
            self._lane, lambda _job: self._profiles().book(), owner=self._view,
            done=lambda book: self._view.show_book(book, may=may), failed=self._failed,
        )  # fmt: skip

    @Slot(object)
    def _save(self, profile: Profile) -> None:
        person = self._person()
        if person is None:
            return

        def keep() -> Profile:
            if isinstance(profile, AppointmentProfile):
                return self._profiles().save_appointment(profile, person)
            return self._profiles().save_billing(profile, person)

        self._bridge.start(self._lane, lambda _job: keep(), owner=self._view, done=self._kept, failed=self._failed)

    def _kept(self, profile: Profile) -> None:
        self._view.kept(profile)
        self._view.show_told("ok", f"{profile.name} is saved", "Visits that are booked already stay as they are.")
        self.show()

    def _failed(self, error: Exception) -> None:
        words = sentence_for(error)
        self._view.show_told("warn", words.title, " ".join(part for part in (words.body, words.action) if part))
