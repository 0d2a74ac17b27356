"""The pages of first run: each is a form that reads into and out of `Answers`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QVBoxLayout, QWidget

from widgets.common import (
    Banner,
    Bar,
    Card,
    CheckBox,
    Choice,
    Field,
    FormRow,
    KeycapButton,
    Spinner,
    Text,
    page_action,
)  # fmt: skip
from widgets.common.card import IconLabel
from widgets.first_run.parts import OptionCard, PersonForm, text
from widgets.first_run.state import Answers, Devices, Way
from widgets.theme import S8, S10, S12, S16, S20, S24


class PracticePage(QWidget):
    """New practice or joining one; its name, place and zone; the desk's name; the keyring's stand-in."""

    way_changed = Signal(str)

    def __init__(self, zones: Sequence[str]) -> None:
        super().__init__()
        self._group = QButtonGroup(self)
        self._new = OptionCard(Way.NEW, "building-2", "ok", "Start a practice here",
                               "Other desks of your clinic can join this one later.")  # fmt: skip
        self._join = OptionCard(Way.JOIN, "link", "neutral", "Join a practice",
                                "Another desk of your clinic already runs Copaydesk.")  # fmt: skip
        self.practice = FormRow("Name of the practice", Field("Name of the practice"))
        self.street = FormRow("Street", Field("Street"), "On receipts; may stay empty")
        self.city = FormRow("City, state and ZIP", Field("City, state and ZIP"))
        self.phone = FormRow("Phone", Field("Phone"))
        self.zone = Choice("Time zone", [(zone, zone.replace("_", " ")) for zone in zones])
        self.zone_row = FormRow("Time zone", self.zone)
        self.join_line = FormRow(
            "Code of the other desk", Field("Code of the other desk", "192.168.1.5:8417 ABCD-EFGH-JKMN K7QF-2M9D-XW3A"),
            "Scan it, paste it, or type address, code and sign. A manager finds it there under Settings, Desks.",
        )  # fmt: skip
        self.desk = FormRow("Name of this desk", Field("Name of this desk"))
        self.others = CheckBox("Other desks will join over the network")
        self.consent = FormRow("Your name, to agree", Field("Your name, to agree to a key file"))
        self.rows = {
            "practice": self.practice, "street": self.street, "city": self.city, "phone": self.phone,
            "zone": self.zone_row, "join_line": self.join_line, "desk": self.desk, "consent": self.consent,
        }  # fmt: skip
        self._lay_out()
        for card in (self._new, self._join):
            self._group.addButton(card)
            card.clicked.connect(self._chosen)

    def _lay_out(self) -> None:
        body = _body(self)
        ways = QHBoxLayout()
        ways.setSpacing(S12)
        ways.addWidget(self._new)
        ways.addWidget(self._join)
        body.addLayout(ways)
        card = Card(inset=S16)
        self._named = _line((self.practice, 3), (self.desk, 2))
        card.body.addWidget(self._named)
        self._placed = _line((self.street, 3), (self.city, 3), (self.phone, 2))
        card.body.addSpacing(S12)
        card.body.addWidget(self.join_line)
        card.body.addWidget(self._placed)
        card.body.addSpacing(S12)
        self._zoned = _line((self.zone_row, 2), (self.others, 3))
        card.body.addWidget(self._zoned)
        body.addWidget(card)
        self._consent_card = Card(inset=S16, line="warn_line", ground="warn_soft")
        head = QHBoxLayout()
        head.setSpacing(S10)
        head.addWidget(IconLabel("triangle-alert", "warn_text", 18))
        words = "No keyring is on this computer. Keys would lie in a file that only this user can read."
        head.addWidget(Text(words, "body_medium", "warn_text", wrap=True), 1)
        self._consent_card.body.addLayout(head)
        self._consent_card.body.addSpacing(S8)
        self._consent_card.body.addWidget(self.consent)
        body.addWidget(self._consent_card)
        body.addStretch(1)

    def show_answers(self, answers: Answers) -> None:
        """Show what was answered."""
        (self._new if answers.way is Way.NEW else self._join).setChecked(True)
        values = {"practice": answers.practice, "street": answers.street, "city": answers.city, "phone": answers.phone,
                  "join_line": answers.join_line, "desk": answers.desk, "consent": answers.consent}  # fmt: skip
        for name, value in values.items():
            _set(self.rows[name], value)
        self.zone.set_key(answers.zone)
        self.others.setChecked(answers.others)
        self._consent_card.setVisible(answers.needs_consent)
        self._show_way(answers.way)

    def read(self, answers: Answers) -> Answers:
        """`answers` with what stands here."""
        return replace(
            answers, way=self._way(), practice=text(self.practice), street=text(self.street), city=text(self.city),
            phone=text(self.phone), zone=self.zone.key, desk=text(self.desk), others=self.others.isChecked(),
            join_line=text(self.join_line), consent=text(self.consent),
        )  # fmt: skip

    def _way(self) -> Way:
        return Way.NEW if self._new.isChecked() else Way.JOIN

    def _chosen(self) -> None:
        self._show_way(self._way())
        self.way_changed.emit(self._way().value)

    def _show_way(self, way: Way) -> None:
        new = way is Way.NEW
        self.practice.setVisible(new)
        self._placed.setVisible(new)
        self._zoned.setVisible(new)
        self.join_line.setVisible(not new)

    def take_focus(self) -> None:
        """Where work begins."""
        (self.practice if self._way() is Way.NEW else self.join_line).field.setFocus()  # a scanner types right there


class StaffPage(QWidget):
    """A manager, and a receptionist if there is one."""

    def __init__(self) -> None:
        super().__init__()
        self.manager = PersonForm("manager", "Manager", "May undo, refund and change settings.")
        self.receptionist = PersonForm("receptionist", "Receptionist", "Takes payments. May stay empty.")
        self.rows = {**self.manager.rows, **self.receptionist.rows}
        body = _body(self)
        for form in (self.manager, self.receptionist):
            card = Card(inset=S20)
            card.body.addWidget(form)
            body.addWidget(card)
        body.addStretch(1)

    def show_answers(self, answers: Answers) -> None:
        """Show what was answered; PINs stay in their fields and are shown nowhere."""
        _set(self.manager.name, answers.manager.name)
        _set(self.receptionist.name, answers.receptionist.name)

    def read(self, answers: Answers) -> Answers:
        """`answers` with what stands here."""
        return replace(answers, manager=self.manager.person, receptionist=self.receptionist.person)

    def take_focus(self) -> None:
        """Where work begins."""
        self.manager.name.field.setFocus()


class DevicesPage(QWidget):
    """Practice devices, devices that were found or named by address, or later. `find_asked` to look what is there,
    `stripe_asked` for a reader of an account at Stripe."""

    find_asked = Signal()
    stripe_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._group = QButtonGroup(self)
        self._cards = {
            Devices.PRACTICE: OptionCard(Devices.PRACTICE, "monitor", "info", "Practice reader, printer and drawer",
                                         "Built in, for training. No real money."),
            Devices.ADDRESS: OptionCard(Devices.ADDRESS, "credit-card", "ok", "Devices on this desk",
                                        "A reader by PAX or at Stripe, an ESC/POS printer on a cable or the network."),
            Devices.LATER: OptionCard(Devices.LATER, "clock", "neutral", "Later",
                                      "Cash and checks work at once; receipts are saved as PDF."),
        }  # fmt: skip
        self.terminal_url = FormRow("Card reader", Field("Address of the card reader", "pax+tcp://192.168.4.21:10009"))
        self.printer_url = FormRow("Receipt printer", Field("Address of the printer", "escpos+tcp://192.168.4.30:9100"))
        self.drawer = CheckBox("A cash drawer hangs on the printer", True)
        self.find_button = KeycapButton(
            action=page_action(self, "Find devices", "Alt+S", self.find_asked.emit), icon="search"
        )
        self.stripe_button = KeycapButton(
            action=page_action(self, "Reader at Stripe…", "Alt+R", self.stripe_asked.emit), icon="credit-card"
        )
        self.rows = {"terminal_url": self.terminal_url, "printer_url": self.printer_url}
        body = _body(self)
        for card in self._cards.values():
            self._group.addButton(card)
            card.clicked.connect(self._show_way)
            body.addWidget(card)
        self._form = Card(inset=S20)
        self._form.body.addWidget(_line((self.terminal_url, 1), (self.printer_url, 1)))
        self._form.body.addSpacing(S12)
        self._form.body.addWidget(_line((self.drawer, 1), (self.stripe_button, 0), (self.find_button, 0)))
        body.addWidget(self._form)
        body.addStretch(1)

    def show_answers(self, answers: Answers) -> None:
        """Show what was answered."""
        self._cards[answers.devices].setChecked(True)
        _set(self.terminal_url, answers.terminal_url)
        _set(self.printer_url, answers.printer_url)
        self.drawer.setChecked(answers.drawer)
        self._show_way()

    def read(self, answers: Answers) -> Answers:
        """`answers` with what stands here."""
        chosen = next(key for key, card in self._cards.items() if card.isChecked())
        return replace(
            answers, devices=chosen, terminal_url=text(self.terminal_url).strip(),
            printer_url=text(self.printer_url).strip(), drawer=self.drawer.isChecked(),
        )  # fmt: skip

    def _show_way(self) -> None:
        self._form.setVisible(self._cards[Devices.ADDRESS].isChecked())
        for button in (self.find_button, self.stripe_button):
            button.set_available(self._cards[Devices.ADDRESS].isChecked())

    def fill(self, kind: str, address: str) -> None:
        """Use what was found as `reader` or `printer`."""
        row = self.terminal_url if kind == "reader" else self.printer_url
        _set(row, address)
        row.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def take_focus(self) -> None:
        """Where work begins."""
        next(card for card in self._cards.values() if card.isChecked()).setFocus()


KEY_WORDS = (
    "It opens the backups of this desk when the computer is gone. Without it nobody can open them, not even your "
    "support. Keep the paper away from this computer, where a manager finds it."
)
KEY_AGAIN = "A manager can see it again under Settings, Backup."


class ReadyPage(QWidget):
    """The work, step by step; at the end the recovery key, to be written down."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, FormRow] = {}
        self._spinner = Spinner("accent")
        self._doing = Text("", "lead_medium")
        self._bar = Bar()
        self.banner = Banner("bad")
        self.key = Field("Recovery key", style="mono_strong")
        self.key.setReadOnly(True)
        self._key = Card(inset=S24)
        self._key.body.setSpacing(S12)
        self._key.body.addWidget(Text("Write down the recovery key", "heading"))
        self._key.body.addWidget(Text(KEY_WORDS, "body", "text2", wrap=True))
        self._key.body.addWidget(self.key)
        self._key.body.addWidget(Text(KEY_AGAIN, "caption", "muted", wrap=True))
        card = Card(inset=S24)
        row = QHBoxLayout()
        row.setSpacing(S12)
        row.addWidget(self._spinner)
        row.addWidget(self._doing, 1)
        card.body.addLayout(row)
        card.body.addSpacing(S16)
        card.body.addWidget(self._bar)
        body = _body(self)
        body.addWidget(card)
        body.addWidget(self._key)
        body.addWidget(self.banner)
        body.addStretch(1)
        self.banner.hide()
        self._key.hide()

    def show_key(self, key: str) -> None:
        """All is made; what opens this desk's backups."""
        self.show_doing("This desk is set up", 1.0)
        self.key.setText(key)
        self._key.show()

    def forget_key(self) -> None:
        """It was written down."""
        self.key.clear()
        self._key.hide()

    def show_doing(self, doing: str, part: float) -> None:
        """What is being done, and how far it is."""
        self.banner.hide()
        self._spinner.setVisible(part < 1)
        self._doing.setText(doing)
        self._bar.set_part(part)

    def show_failed(self, title: str, words: str) -> None:
        """What went wrong and what to do."""
        self._spinner.hide()
        self._doing.setText("Not set up yet")
        self.banner.set(title, words)
        self.banner.show()

    def show_answers(self, _answers: Answers) -> None:
        """Nothing is asked here."""

    def read(self, answers: Answers) -> Answers:
        """Nothing is asked here."""
        return answers

    def take_focus(self) -> None:
        """The buttons have it."""


def _body(page: QWidget) -> QVBoxLayout:
    body = QVBoxLayout(page)
    body.setContentsMargins(0, 0, S12, 0)
    body.setSpacing(S12)
    return body


def _line(*parts: tuple[QWidget, int]) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(S16)
    for part, share in parts:
        align = Qt.AlignmentFlag.AlignTop if isinstance(part, FormRow) else Qt.AlignmentFlag.AlignVCenter
        row.addWidget(part, share, align)
    return holder


def _set(row: FormRow, value: str) -> None:
    if isinstance(row.field, Field):
        row.field.setText(value)
