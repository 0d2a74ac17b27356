"""Decides what the panel of a payment link shows: which link, its address from the hub, and what is done with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from app.link_views import LinkAddress, LinkLine
from models.basics.errors import SyncLater
from models.rules.links import LinkState
from widgets.common.newest import Newest
from widgets.common.speech import Notice, Speech
from widgets.links.act import LinkActs
from widgets.links.panel import LinkPanel
from widgets.links.state import AWAY, About, PanelState, made_words, sent_words, slip_words, why_no_address

if TYPE_CHECKING:
    from models.store.rows import Change
    from widgets.screens import Kit

TOPICS = frozenset({"pay_link", "message", "online_payment", "online_debit", "payment_request", "plan", "account",
                    "alias"})  # fmt: skip
"""What moves a link."""
REPLACEABLE = frozenset({LinkState.EXPIRED, LinkState.REVOKED})
"""Something may be owed still: another link about the same can be sent."""


class LinkPart(QObject):
    """A panel with its presenter: lay `widget` into a page, `show` what it is about, hand `changed` on. `told` hears
    of every act that was done."""

    def __init__(self, kit: Kit, page: QWidget, host: Callable[[], QWidget], told: Callable[[], None]) -> None:
        super().__init__(page)
        self._kit, self._told = kit, told
        self._speech = Speech(self._zone)
        self.widget = LinkPanel()
        page.addActions(self.widget.keys)
        self.acts = LinkActs(kit, self, host)
        self._about: About | None = None
        self._slip_job = ""
        self._state = PanelState()
        kit.bridge.listen(kit.desk.printing.subscribe, self, self._print_moved)
        self._reads = Newest(kit.bridge, kit.desk.lanes["reads"], self)
        self._asking = Newest(kit.bridge, kit.desk.lanes["hub"], self)
        self.widget.act_pressed.connect(self._act)
        self.widget.retry_pressed.connect(self._ask_address)
        self._draw()

    @property
    def state(self) -> PanelState:
        """What the panel shows."""
        return self._state

    def show(self, about: About | None) -> None:
        """Show the link this is about; what is shown of the same one stays until it was read again."""
        if about is None or self._about is None or replace(about, can_make=False, unused="") != replace(
            self._about, can_make=False, unused=""
        ):  # fmt: skip
            self._state = PanelState()
        self._about = about
        if about is not None:
            self._draw(can_make=about.can_make, unused=about.unused)
            self.refresh()

    def changed(self, change: Change) -> None:
        """Something was written here or came from elsewhere."""
        if change.everything or change.topics & TOPICS:
            self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Read it again."""
        about = self._about
        if about is not None:
            self._reads.ask(lambda: self._read(about), lambda line: self._came(about, line), self._failed)

    def _read(self, about: About) -> LinkLine | None:
        links = self._kit.desk.links
        if about.link_id:
            return links.find(about.link_id)
        if about.request_id:
            found = links.of_subject("request", about.request_id)
        else:
            found = tuple(line for line in links.of_patient(about.patient_id) if line.payment_id == about.payment_id)
        return next((line for line in found if line.usable or line.payment_id), found[0] if found else None)

    def _came(self, about: About, line: LinkLine | None) -> None:
        if about != self._about:
            return
        before = self._state.line
        same = before is not None and line is not None and before.link_id == line.link_id
        if line is None or not same:
            self._state = replace(self._state, where=None, why_no_address="", notice=None)
        moved = same and before is not None and line is not None and before.state is not line.state
        instead = bool(about.link_id) and line is not None and line.state in REPLACEABLE
        self._draw(line=line, said="" if moved or not same else self._state.said, can_make=about.can_make or instead)
        if line is not None and line.usable and self._state.where is None:
            self._ask_address()

    def _failed(self, error: Exception) -> None:
        self._draw(notice=self._speech.error(error))

    @Slot()
    def _ask_address(self) -> None:
        """The hub alone can make the address; until it answers the panel says that it is asked."""
        line = self._state.line
        if line is None or not line.usable:
            self.refresh()
            return
        link_id = line.link_id
        self._asking.ask(lambda: self._kit.desk.links.address(link_id), self._found, self._away)

    def _found(self, where: LinkAddress) -> None:
        if self._state.line is not None and self._state.line.link_id == where.link_id:
            self._draw(where=where, why_no_address="", notice=None)

    def _away(self, error: Exception) -> None:
        """No address now, and why; the link itself is made, and is sent by itself when the line is back."""
        why = AWAY if isinstance(error, SyncLater) else why_no_address(error, self._speech)
        self._draw(where=None, why_no_address=why, notice=Notice("No address now", ""))

    @Slot()
    def _draw(self, **changes: object) -> None:
        self._state = replace(self._state, **changes)  # type: ignore[arg-type]
        self.widget.draw(self._state, self._kit.facts().business_date)

    # Acts -------------------------------------------------------------------------------------------------------------

    @Slot(str)
    def _act(self, name: str) -> None:
        {"copy": self._copy, "code": self._code, "slip": self._slip, "again": self._again,
         "take_back": self._take_back, "new": self._new}[name]()  # fmt: skip

    def _copy(self) -> None:
        if self._state.where is not None:
            QGuiApplication.clipboard().setText(self._state.where.address)
            self._say("Copied")

    def _code(self) -> None:
        if self._state.line is not None and self._state.where is not None:
            self.acts.show_code(self._state.line, self._state.where)

    def _slip(self) -> None:
        if self._state.line is not None and self._state.where is not None:
            self.acts.print_slip(self._state.line, self._state.where, self._spooled)

    def _spooled(self, job_id: str) -> None:
        self._slip_job = job_id
        self._print_moved(job_id)

    @Slot(str)
    def _print_moved(self, job_id: str) -> None:
        """The slip went on, or something is in its way."""
        if job_id != self._slip_job:
            return
        slips = self._kit.desk.slips

        def came(found: tuple[str, str]) -> None:
            if job_id == self._slip_job:
                self._say(slip_words(*found, self._speech))

        self._kit.bridge.start(self._kit.desk.lanes["reads"], lambda _job: slips.state(job_id), owner=self, done=came,
                               failed=self._failed)  # fmt: skip

    def _again(self) -> None:
        line = self._state.line
        if line is not None and line.usable:
            self.acts.again(line, lambda sent: self._done(sent_words(sent)[0]))

    def _take_back(self) -> None:
        line = self._state.line
        if line is not None and line.usable:
            self.acts.take_back(line, lambda _line: self._done("Taken back"))

    def _new(self) -> None:
        about, line = self._about, self._state.line

        def made(new: LinkLine) -> None:
            self._done(made_words(new))

        if about is not None and about.can_make:
            self.acts.new("request", about.patient_id, made, about.request_id)
        elif line is not None and self._state.can_make:
            self.acts.new(line.subject, line.patient.patient_id, made, line.subject_id)

    def _done(self, said: str) -> None:
        self._say(said)
        self.refresh()
        self._told()

    def _say(self, said: str) -> None:
        self._draw(said=said)
        self.widget.announce()

    def _zone(self) -> tzinfo:
        return ZoneInfo(self._kit.facts().zone)
