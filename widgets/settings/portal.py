"""Settings > Patient portal: the link and its QR code (S1-01), what patients may do from home, and who takes part."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.lanes import Lane
from app.portal_link import PortalLink, PortalLinkView
from app.words import sentence_for
from widgets.bridge import Bridge
from widgets.common import Banner, Card, Field, KeycapButton, Text
from widgets.desks.code import QrCode
from widgets.settings.rules import AMOUNT, MoneyRulesView, OptIn, Rule
from widgets.theme import S8, S12, S20

CARDS: Final[tuple[tuple[str, tuple[Rule, ...]], ...]] = (
    ("What patients can do", (
        Rule("portal", "Patients can sign in",
             "With the link above: they confirm who they are by phone, e-mail or initials, choose a password and a "
             "second step, and see what they and their dependents owe."),
        Rule("portal_payments", "Patient portal payments", "They can pay there by card. Off: they only look."),
        Rule("online_debits", "Bank debits (ACH)", "At the portal, by link and for plans they can pay from a US bank "
             "account, too. A bank takes up to four business days; turn it on at the card processor first."),
        Rule("portal_minimum_cents", "Smallest payment", "Less is taken only where less is owed. 0: any amount.",
             AMOUNT),
        Rule("portal_balance_only", "Only what is owed", "Nobody pays more than their open balance."),
        Rule("portal_statements", "Send statements automatically", "Every statement you make is there to read and "
             "print, and patients with an account are told."),
    )),
    ("What becomes of a payment from home", (
        Rule("online_auto_post", "Auto post", "Payments and refunds from home are written into the account by "
             "themselves. Off: they wait under Transactions."),
        Rule("online_auto_archive", "Auto archive", "What was posted by itself leaves the inbox, too."),
        Rule("online_receipts", "Send receipts", "Who pays from home gets a receipt by e-mail."),
    )),
)  # fmt: skip
"""Every setting of the portal."""

PROVIDERS: Final = OptIn("Providers whose visits patients can pay from home", "online")
POSTED_FOR: Final = OptIn("Providers for whose visits auto post holds", "online_auto_post")
FORMATS: Final = "Picture (*.png);;Drawing for print (*.svg)"
_NOTES: Final = {
    "none": "The link comes from the hub, a moment after patients can sign in.",
    "here": "This link works on this computer only. Patients need a hub that is reached from outside, with a "
            "certificate their browsers know.",
    "mute": "Patients get a code by e-mail or text when they sign in, and the hub can send neither yet.",
    "good": "Put it on your website, on paper or on a poster.",
}  # fmt: skip
"""What stands under the link."""


def note_for(view: PortalLinkView) -> str:
    """What a person has to know about the link, the most urgent first: a key of the notes."""
    if not view.link:
        return "none"
    if not view.can_send:
        return "mute"
    return "here" if view.here_only else "good"


def portal_rules_view(head: QWidget) -> MoneyRulesView:
    """The page, the link above."""
    return MoneyRulesView(name="Patient portal", cards=CARDS, opt_ins=(PROVIDERS, POSTED_FOR), head=head)


class LinkCard(Card):
    """The link, its code, and what can be done with them. `saved(path)` once a place was chosen."""

    saved = Signal(object)

    def __init__(self) -> None:
        super().__init__(inset=S20)
        self.link = Field("Link for patients")
        self.link.setReadOnly(True)
        self.code = QrCode("QR code of the link for patients", 132)
        self.copy = KeycapButton("Copy the link", icon="link")
        self.save = KeycapButton("Save the QR code…", icon="download")
        self.note = Text("", "caption", "muted", wrap=True)
        self.banner = Banner("info")
        self.banner.hide()
        self._lay_out()
        self.copy.clicked.connect(lambda _checked=False: self._copy())
        self.save.clicked.connect(lambda _checked=False: self._ask())

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(S8)
        buttons.addWidget(self.copy)
        buttons.addWidget(self.save)
        buttons.addStretch(1)
        left = QVBoxLayout()
        left.setSpacing(S8)
        left.addWidget(Text("Link for patients", "heading"))
        left.addWidget(self.link)
        left.addWidget(self.note)
        left.addLayout(buttons)
        left.addStretch(1)
        both = QHBoxLayout()
        both.setSpacing(S20)
        both.addLayout(left, 1)
        both.addWidget(self.code)
        self.body.setSpacing(S12)
        self.body.addLayout(both)
        self.body.addWidget(self.banner)

    def draw(self, view: PortalLinkView) -> None:
        """Show what the hub tells."""
        self.link.setText(view.link)
        self.link.setCursorPosition(0)
        self.code.set_text(view.link)
        self.code.setVisible(bool(view.link))
        note = note_for(view)
        self.note.setText(_NOTES[note])
        for button in (self.copy, self.save):
            button.set_available(bool(view.link), _NOTES["none"])

    def tell(self, meaning: str, title: str, text: str) -> None:
        """How it went."""
        self.banner.set(title, text, meaning=meaning)
        self.banner.show()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.link.text())
        self.tell("ok", "Copied", "The link is in the clipboard.")

    def _ask(self) -> None:
        chosen, kind = QFileDialog.getSaveFileName(self, "Save the QR code", "patient-portal.png", FORMATS)
        if chosen:
            path = Path(chosen)
            suffix = ".svg" if "svg" in kind else ".png"
            self.saved.emit(path if path.suffix.lower() in (".png", ".svg") else path.with_name(path.name + suffix))


class LinkPresenter(QObject):
    """Reads the link when the page is shown, and saves its code."""

    def __init__(
        self, card: LinkCard, *, bridge: Bridge, lane: Lane, portal: Callable[[], PortalLink],
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent or card)
        self._card, self._bridge, self._lane, self._portal = card, bridge, lane, portal
        card.saved.connect(self._save)

    def show(self) -> None:
        """Show what stands now."""
        self._card.banner.hide()
        self._bridge.start(self._lane, lambda _job: self._portal().view(), owner=self._card, done=self._card.draw,
                           failed=self._failed)  # fmt: skip

    def _save(self, path: Path) -> None:
        self._bridge.start(
            self._lane, lambda _job: self._portal().save(path), owner=self._card, failed=self._failed,
            done=lambda made: self._card.tell("ok", "Saved", f"The QR code is in {made.name}."),
        )  # fmt: skip

    def _failed(self, error: Exception) -> None:
        words = sentence_for(error)
        self._card.tell("warn", words.title, " ".join(part for part in (words.body, words.action) if part))
