"""Links as acts: a new one for what is owed, asked or agreed; the same once more; taken back; shown or printed as a
code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.link_views import LinkAddress, LinkChoice, LinkLine, LinkOffer, SlipSheet
from app.messages import Way
from app.views import Person
from models.basics.errors import PosError, RuleBroken
from models.basics.ids import new_id
from models.basics.money import parse_cents
from widgets.common.speech import Speech
from widgets.links.state import LinkForm, made_words

if TYPE_CHECKING:
    from app.link_at_collect import LinkOrder
    from widgets.ledger.acts import Done, Opener, Stage, Target
    from widgets.links.dialog import AgainDialog, CodeDialog, LinkDialog, SlipDialog, TakeBackDialog
    from widgets.screens import Kit

Made = Callable[[LinkLine], None]
Issue = Callable[[LinkOffer, LinkChoice, Person | None], LinkLine]
"""Carries out what the form says; the third is who lends a right that is missing."""
_PLAN = "plan"
LENDS = "You may not give this discount."
PIN_FIRST = "A manager types their PIN first"


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the form is open for, and how it is carried out."""

    offer: LinkOffer
    issue: Issue
    made: Made
    fixed: bool


class LinkActs(QObject):
    """The dialogs over `host()`, each made when it is first asked for. What cannot be done is said as a notice."""

    def __init__(self, kit: Kit, owner: QObject, host: Callable[[], QWidget]) -> None:
        super().__init__(owner)
        self._kit, self._host = kit, host
        self._speech = Speech(self._zone)
        self._new: LinkDialog | None = None
        self._again: AgainDialog | None = None
        self._back: TakeBackDialog | None = None
        self._code: CodeDialog | None = None
        self._asked: _Asked | None = None
        self._sending: tuple[LinkLine, dict[str, str], Made] | None = None
        self._taking: tuple[LinkLine, Made] | None = None
        self._slip: SlipDialog | None = None
        self._slipping: tuple[SlipSheet, Callable[[str], None]] | None = None
        self._round = 0

    # A new one --------------------------------------------------------------------------------------------------------

    def new(self, subject: str, patient_id: str, made: Made, subject_id: str = "") -> None:
        """Ask how a link for a balance, a payment that was asked, or a plan shall go; `made` follows."""
        links = self._kit.desk.links
        template = "plan_link" if subject == _PLAN else "pay_link"
        fixed = subject != "balance"

        def issue(offer: LinkOffer, choice: LinkChoice, lender: Person | None) -> LinkLine:
            return links.issue(offer, choice, self._kit.session.acting, template, lender)

        self._open(lambda: links.offer(subject, patient_id, subject_id), issue, made, fixed=fixed)

    def instead(self, order: LinkOrder, made: Made) -> None:
        """Ask by link for what Collect would take."""
        story = self._kit.desk.link_at_collect
        self._open(lambda: story.offer(order),
                   lambda offer, choice, _lender: story.ask(order, offer, choice, self._kit.session.acting), made,
                   fixed=True)  # fmt: skip

    def _open(
        self, read: Callable[[], LinkOffer], issue: Issue, made: Made, *, fixed: bool
    ) -> None:  # fmt: skip
        self._round += 1
        asked = self._round

        def came(offer: LinkOffer) -> None:
            if asked == self._round:
                self._asked = _Asked(offer, issue, made, fixed)
                missing = offer.needs is not None and offer.needs not in self._kit.session.acting.rights
                self._form().ask(offer, self._kit.facts().business_date, fixed=fixed, lend=LENDS if missing else "")
                self._draw()

        self._start("reads", read, came, self._cannot)

    def _form(self) -> LinkDialog:
        if self._new is None:
            from widgets.links.dialog import LinkDialog

            self._new = LinkDialog(self._host(), self._speech)
            self._new.submitted.connect(self._issue)
            self._new.edited.connect(self._draw)
        return self._new

    def _draw(self, busy: str = "") -> None:
        dialog, asked = self._new, self._asked
        if dialog is None or asked is None:
            return
        why = self._speech.key(asked.offer.why_not).title if asked.offer.why_not else ""
        dialog.show_verb_for(self._cents(dialog.form, asked)[0], busy, why or (PIN_FIRST if dialog.pin == "" else ""))

    def _cents(self, form: LinkForm, asked: _Asked) -> tuple[int, str]:
        """(cents, what is wrong with them)"""
        if asked.fixed:
            return asked.offer.owed_cents, ""
        try:
            return parse_cents(form.amount), ""
        except RuleBroken as error:
            return 0, self._speech.field(error.message_key, error.facts)

    def _issue(self) -> None:
        dialog, asked = self._new, self._asked
        if dialog is None or asked is None or asked.offer.why_not or dialog.pin == "":
            return
        form, pin, right = dialog.form, dialog.pin, asked.offer.needs
        cents, wrong = self._cents(form, asked)
        day = "" if form.expires else self._speech.field("link.expiry_wrong", {"days": 90})
        errors = {name: words for name, words in (("amount", wrong), ("expires", day)) if words}
        dialog.show_errors(errors)
        if errors:
            return
        choice = LinkChoice(0 if asked.fixed else cents, form.expires, form.note, form.ways)
        self._draw("Sending…" if form.ways else "Making…")

        def work() -> LinkLine:
            lends = self._kit.desk.sign_in.supervise(pin, right) if pin and right is not None else None
            return asked.issue(asked.offer, choice, lends)

        def done(line: LinkLine) -> None:
            self._asked = None
            dialog.close_over()
            asked.made(line)

        self._start("store", work, done, self._not_made)

    def _not_made(self, error: Exception) -> None:
        dialog = self._new
        if dialog is None:
            return
        self._draw()
        notice = self._speech.error(error)
        words = f"{notice.title}. {notice.body}".strip()
        key = error.message_key if isinstance(error, PosError) else ""
        field = str(error.facts.get("field") or "") if isinstance(error, PosError) else ""
        if key.startswith(("pin.", "staff.")) and dialog.pin is not None:
            dialog.lend.refuse(words)
            self._draw()
        elif field in ("amount", "expires", "note", "text", "email"):
            dialog.show_errors({field: words})
        else:
            dialog.refuse(words)

    # Once more --------------------------------------------------------------------------------------------------------

    def again(self, line: LinkLine, made: Made) -> None:
        """Ask where the same link shall go once more."""
        from widgets.links.dialog import AgainDialog

        if self._again is None:
            self._again = AgainDialog(self._host(), self._speech)
            self._again.submitted.connect(self._send)
        dialog = self._again

        def came(found: tuple[Way, Way, str]) -> None:
            email, text, preferred = found
            self._sending = (line, {"text": new_id(), "email": new_id()}, made)
            dialog.ask(line, text, email, preferred)

        messages = self._kit.desk.messages
        self._start("reads", lambda: messages.ways(line.patient.patient_id), came, self._cannot)

    def _send(self) -> None:
        dialog, sending = self._again, self._sending
        if dialog is None or sending is None or not dialog.ways.ways:
            return
        line, message_ids, made = sending
        ways, person, links = dialog.ways.ways, self._kit.session.acting, self._kit.desk.links
        template = "plan_link" if line.subject == _PLAN else "pay_link"
        dialog.draw("Sending…")

        def work() -> LinkLine:
            sent = line
            for channel, typed in ways:
                sent = links.send(line.link_id, channel, typed, person, message_id=message_ids[channel],
                                  template=template)  # fmt: skip
            return sent

        def done(sent: LinkLine) -> None:
            self._sending = None
            dialog.close_over()
            made(sent)

        def failed(error: Exception) -> None:
            dialog.draw()
            notice = self._speech.error(error)
            dialog.refuse(f"{notice.title}. {notice.body}".strip())

        self._start("store", work, done, failed)

    # Taking back, showing ---------------------------------------------------------------------------------------------

    def take_back(self, line: LinkLine, made: Made) -> None:
        """Ask once, then end it."""
        from widgets.links.dialog import TakeBackDialog

        if self._back is None:
            self._back = TakeBackDialog(self._host())
            self._back.submitted.connect(self._revoke)
        self._taking = (line, made)
        self._back.ask(line)

    def _revoke(self) -> None:
        dialog, taking = self._back, self._taking
        if dialog is None or taking is None:
            return
        (line, made), person = taking, self._kit.session.acting
        self._taking = None  # a second Enter takes nothing back twice

        def failed(error: Exception) -> None:
            self._taking = taking
            notice = self._speech.error(error)
            dialog.refuse(f"{notice.title}. {notice.body}".strip())

        def done(ended: LinkLine) -> None:
            dialog.close_over()
            made(ended)

        self._start("store", lambda: self._kit.desk.links.revoke(line.link_id, person), done, failed)

    def show_code(self, line: LinkLine, where: LinkAddress) -> None:
        """The code large enough for a telephone across the desk."""
        from widgets.links.dialog import CodeDialog

        if self._code is None:
            self._code = CodeDialog(self._host())
        self._code.ask(line, where)

    def print_slip(self, line: LinkLine, where: LinkAddress, spooled: Callable[[str], None]) -> None:
        """The code on paper: seen first, printed by Enter; `spooled` gets the print job."""
        slips = self._kit.desk.slips

        def came(sheet: SlipSheet) -> None:
            self._slipping = (sheet, spooled)
            self._slip_dialog().ask(sheet, self._speech.field(sheet.why_not, {}) if sheet.why_not else "")

        self._start("reads", lambda: slips.sheet(line, where), came, self._cannot)

    def _slip_dialog(self) -> SlipDialog:
        if self._slip is None:
            from widgets.links.dialog import SlipDialog

            self._slip = SlipDialog(self._host())
            self._slip.submitted.connect(self._put_slip)
        return self._slip

    def _put_slip(self) -> None:
        dialog, slipping = self._slip, self._slipping
        if dialog is None or slipping is None or slipping[0].why_not:
            return
        (sheet, spooled), person = slipping, self._kit.session.acting
        self._slipping = None  # a second Enter prints no second slip

        def failed(error: Exception) -> None:
            self._slipping = slipping
            notice = self._speech.error(error)
            dialog.refuse(f"{notice.title}. {notice.body}".strip())

        def done(job_id: str) -> None:
            dialog.close_over()
            spooled(job_id)

        self._start("store", lambda: self._kit.desk.slips.put(sheet, person), done, failed)

    # Inside -----------------------------------------------------------------------------------------------------------

    def _start(
        self, lane: str, work: Callable[[], Any], done: Callable[[Any], None], failed: Callable[[Exception], None]
    ) -> None:  # fmt: skip
        self._kit.bridge.start(self._kit.desk.lanes[lane], lambda _job: work(), owner=self, done=done, failed=failed)

    def _cannot(self, error: Exception) -> None:
        words = self._speech.error(error)
        self._kit.notices.show(f"{words.title}. {words.body}".strip(), "warn" if isinstance(error, PosError) else "bad")

    def _zone(self) -> tzinfo:
        return ZoneInfo(self._kit.facts().zone)


def openers(kit: Kit, stage: Stage) -> dict[str, Opener]:
    """The acts of `widgets.ledger.acts.LedgerActs` about links: asking for a balance, and every link of an account."""
    from widgets.screens import LINKS, Place

    made: list[LinkActs] = []

    def link(target: Target, done: Done) -> None:
        if not made:
            made.append(LinkActs(kit, stage.host, lambda: stage.host))
        made[0].new("balance", target.patient_id, lambda line: done(made_words(line)))

    def links(target: Target, _done: Done) -> None:
        kit.doors.go(Place(LINKS, target.patient_id))

    return {"link": link, "links": links}
