"""The forms of links: making one, sending one again, taking one back, its code for a telephone at the desk."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.link_views import LinkAddress, LinkLine, LinkOffer, SlipSheet
from app.messages import Way
from models.basics.money import show_cents
from widgets.approved.paper import Paper
from widgets.common import AmountField, Banner, Field, FormRow, Text
from widgets.common.day_field import DayField
from widgets.common.form_dialog import FormDialog
from widgets.common.lending import LendStrip
from widgets.common.speech import Notice, Speech
from widgets.common.when import full_day_text
from widgets.desks.code import QrCode
from widgets.links.parts import WaysField
from widgets.links.state import LinkForm, first_channels, first_ways, known_words, offer_words, verb
from widgets.theme import S12

_NOTE_LETTERS = 500
HERE_ONLY = "This address leads to this computer alone: a patient’s telephone cannot open it."
NOTHING_PAID = "Nothing counts as paid before the money is there. The message names the clinic, never a visit."


def trouble_of(ways: tuple[Way, ...], speech: Speech) -> dict[str, str]:
    """By channel why it cannot be used, or why its messages wait."""
    return {way.channel: speech.key(way.why_not or way.trouble).title for way in ways if way.why_not or way.trouble}


class LinkDialog(FormDialog):
    """A new link. `form` is what stands in the fields."""

    edited = Signal()

    def __init__(self, host: QWidget, speech: Speech) -> None:
        super().__init__(host, "Payment link", "Send link", width=600)
        self._speech, self._today = speech, date.min
        self.what = Text("", "body", "text2", wrap=True)
        self.known = Banner("warn")
        self.why_not = Banner("bad")
        self.ways = WaysField()
        self.amount = AmountField("Amount")
        self.expires = DayField("Works until", lambda: self._today)
        self.words = Field("Words for the page", "If wanted; the patient reads them on the page")
        self.words.setMaxLength(_NOTE_LETTERS)
        self.amount_row = FormRow("Amount", self.amount)
        self.expires_row = FormRow("Works until", self.expires)
        self.note_row = FormRow("Words for the page (optional)", self.words)
        self.ways_row = FormRow("Send it", self.ways, "Neither is ticked: it is copied, or shown as a code.")
        row = QHBoxLayout()
        row.setSpacing(S12)
        for field in (self.amount_row, self.expires_row):
            row.addWidget(field, 1, Qt.AlignmentFlag.AlignTop)
        for part in (self.what, self.why_not, self.known, self.ways_row):
            self.content.addWidget(part)
        self.content.addLayout(row)
        self.content.addWidget(self.note_row)
        self.lend = LendStrip()
        self.content.addWidget(self.lend)
        self.lend.typed.connect(self.edited)
        self.ways.edited.connect(self.edited)
        self.amount.textEdited.connect(lambda _text: self.edited.emit())
        self.say(NOTHING_PAID)

    def ask(self, offer: LinkOffer, today: date, *, fixed: bool = False, lend: str = "") -> None:
        """Open for this offer; `fixed`: the amount was decided elsewhere, or is the subject's own; `lend` says why
        somebody else's PIN is needed (empty: it is not)."""
        self._today = today
        self.title.setText("Send to patient" if offer.subject == "plan" else "Payment link")
        self.subtitle.setText(offer.patient.name)
        self.what.setText(offer_words(offer))
        known = known_words(offer, today)
        _show(self.known, known)
        _show(self.why_not, self._speech.notice(offer.why_not) if offer.why_not else None)
        ways = (offer.text, offer.email)
        self.ways.show_ways(ways, first_ways(offer), trouble_of(ways, self._speech))
        self.amount.set_cents(offer.owed_cents)
        self.amount.setReadOnly(fixed)
        self.amount_row.setVisible(offer.subject != "plan")
        self.expires.set_day(offer.expires_on)
        self.words.setText("")
        self.lend.forget()
        self.lend.ask(lend)
        self.show_errors({})
        self.refuse("")
        self.open_over()

    @property
    def pin(self) -> str | None:
        """The PIN somebody typed to lend a right; empty while it is not whole, None where none is asked."""
        if self.lend.isHidden():
            return None
        return self.lend.pin.text() if self.lend.pin.complete else ""

    @property
    def form(self) -> LinkForm:
        """What stands in the fields."""
        return LinkForm(self.ways.ways, self.amount.text(), self.expires.day, self.words.text())

    def show_errors(self, errors: dict[str, str]) -> None:
        """What is wrong: amount, expires, note, or a channel."""
        for name, row in (("amount", self.amount_row), ("expires", self.expires_row), ("note", self.note_row)):
            row.set_error(errors.get(name, ""))
        self.ways.show_errors(errors)

    def show_verb_for(self, cents: int, busy: str, why_not: str) -> None:
        """What Enter does now."""
        self.show_verb(verb(self.form, cents), busy, why_not)

    def take_focus(self) -> None:
        if not self.ways.take_focus():
            self.expires.setFocus(Qt.FocusReason.OtherFocusReason)


class AgainDialog(FormDialog):
    """The same link once more, by text and/or e-mail."""

    def __init__(self, host: QWidget, speech: Speech) -> None:
        super().__init__(host, "Send the link again", "Send again", width=560)
        self._speech = speech
        self.what = Text("", "body", "text2", wrap=True)
        self.ways = WaysField()
        self.content.addWidget(self.what)
        self.content.addWidget(FormRow("Send it", self.ways))
        self.ways.edited.connect(self.draw)
        self.say("The address stays the same; it still works once.")

    def ask(self, line: LinkLine, text: Way, email: Way, preferred: str) -> None:
        """Open for this link."""
        self.subtitle.setText(line.patient.name)
        self.what.setText(f"{show_cents(line.due_cents)}, works until {full_day_text(line.expires_on)}.")
        last = line.sent[0].channel if line.sent else preferred
        self.ways.show_ways((text, email), first_channels(text, email, last), trouble_of((text, email), self._speech))
        self.refuse("")
        self.draw()
        self.open_over()

    def draw(self, busy: str = "") -> None:
        """What Enter does now."""
        self.show_verb("Send again", busy, "" if self.ways.ways else "Tick text or e-mail first.")

    def take_focus(self) -> None:
        if not self.ways.take_focus():
            self.cancel.setFocus(Qt.FocusReason.OtherFocusReason)


class TakeBackDialog(FormDialog):
    """Asks once before a link ends."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "Take the link back?", "Take back", width=520)
        self.what = Text("", "body", "text2", wrap=True)
        self.content.addWidget(self.what)
        self.cancel.set_text("Leave it open")

    def ask(self, line: LinkLine) -> None:
        """Open for this link."""
        self.subtitle.setText(line.patient.name)
        self.what.setText(f"The link for {show_cents(line.due_cents)} then says that it was taken back. What is owed "
                          "stays owed; a payment that is under way stands.")  # fmt: skip
        self.refuse("")
        self.show_verb(f"Take back, {show_cents(line.due_cents)}", "", "")
        self.open_over()

    def take_focus(self) -> None:
        self.primary.setFocus()


class CodeDialog(FormDialog):
    """The code, large, for the patient's own telephone in front of the desk."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "Scan to pay", "Done", width=420)
        self.code = QrCode("QR code of the link", 300)
        self.address = Text("", "mono", "text2", wrap=True, align=Qt.AlignmentFlag.AlignHCenter)
        self.content.addWidget(self.code, 0, Qt.AlignmentFlag.AlignHCenter)
        self.content.addWidget(self.address)
        self.cancel.hide()
        self.submitted.connect(self.close_over)

    def ask(self, line: LinkLine, where: LinkAddress) -> None:
        """Open for this link. The patient may read along: neither a name nor an amount is shown."""
        self.code.set_text(where.address)
        self.address.setText(_breakable(where.address))
        self.address.setAccessibleName(where.address)
        self.say(HERE_ONLY if where.here_only else f"Works once, until {full_day_text(line.expires_on)}. The page asks "
                 "for the birth date first.")  # fmt: skip
        self.show_verb("Done", "", "")
        self.open_over()

    def take_focus(self) -> None:
        self.primary.setFocus()


class SlipDialog(FormDialog):
    """The slip as the receipt printer will put it on paper. Enter prints it."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "Print a slip", "Print slip", width=440)
        self.paper = Paper()
        self.content.addWidget(self.paper)

    def ask(self, sheet: SlipSheet, why_not: str) -> None:
        """Open for this slip; `why_not` says why it cannot be printed."""
        self.paper.show_blocks(sheet.blocks, sheet.roll)
        self.say(HERE_ONLY if sheet.where.here_only else "No name, no amount: only the practice, the code and the day.")
        self.refuse(why_not)
        self.show_verb("Print slip", "", why_not)
        self.open_over()

    def take_focus(self) -> None:
        (self.primary if self.primary.isEnabled() else self.cancel).setFocus(Qt.FocusReason.OtherFocusReason)


def _breakable(address: str) -> str:
    """An address that may be broken anywhere between two lines."""
    return "\u200b".join(address)


def _show(banner: Banner, notice: Notice | None) -> None:
    banner.setVisible(notice is not None)
    if notice is not None:
        banner.set(notice.title, notice.body)
