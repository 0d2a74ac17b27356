"""Decides what the list of payment links shows: a page of all of them, of those that fit, or of one account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from PySide6.QtCore import QObject, Slot

from app.lanes import Lane
from app.link_views import LinkLine, LinksPage
from app.links import Links
from models.rules.links import Key, LinkWhich
from widgets.bridge import Bridge
from widgets.common.newest import Newest
from widgets.common.speech import Notice, Speech
from widgets.links.part import LinkPart
from widgets.links.state import About, LinksState, Shown, links_state
from widgets.links.view import LinksView


@dataclass(frozen=True, slots=True)
class Doors:
    """Where the list leads: the page of a payment or request, of a plan, a ledger, back."""

    payment: Callable[[str, str], None]
    plan: Callable[[str, str], None]
    ledger: Callable[[str], None]
    back: Callable[[], None]


class LinksPresenter(QObject):
    """One list, with the panel of the row in focus. Links that fit are looked for a few at a time, so that nothing else
    waits for a rare one."""

    def __init__(
        self, view: LinksView, *, bridge: Bridge, lane: Lane, links: Callable[[], Links], part: LinkPart,
        speech: Speech, today: Callable[[], date], doors: Doors,
    ) -> None:  # fmt: skip
        super().__init__(view)
        self._view, self._links, self._part, self._speech = view, links, part, speech
        self._today, self._doors = today, doors
        self._shown, self._wanted = Shown(), ""
        self._page: LinksPage | None = None
        self._drawn = self._shown
        self._looking = self._again = False
        self._notice: Notice | None = None
        self._state = LinksState()
        self._reads = Newest(bridge, lane, self)
        self._reads.late.connect(self._draw)
        view.row_chosen.connect(self._follow)
        view.searched.connect(lambda text: self._show(replace(self._shown, text=text, starts=(None,))))
        view.which_chosen.connect(lambda key: self._show(replace(self._shown, which=LinkWhich(key), starts=(None,))))
        view.page_moved.connect(self._turn)
        view.cleared.connect(lambda: self._show(Shown(self._shown.patient_id)))
        view.opened.connect(self._open)
        view.ledger_pressed.connect(self._ledger)
        view.back_pressed.connect(doors.back)
        view.retry_pressed.connect(self.refresh)

    @property
    def state(self) -> LinksState:
        """What the list shows."""
        return self._state

    def open(self, patient_id: str, link_id: str = "") -> None:
        """Show the links of an account (empty: of everybody), with one of them in focus where it is named."""
        if patient_id != self._shown.patient_id or link_id:
            self._shown, self._page = Shown(patient_id), None
        self._wanted = link_id
        self._draw()
        self._look()

    @Slot()
    def refresh(self) -> None:
        """Read the page that is shown again; it stays as it is until then. A search that is under way ends first."""
        if self._looking:
            self._again = True
        else:
            self._look()

    # Looking ----------------------------------------------------------------------------------------------------------

    def _show(self, shown: Shown) -> None:
        if shown != self._shown:
            self._shown = shown
            self._draw()
            self._look()

    @Slot(int)
    def _turn(self, step: int) -> None:
        """One page back, or on."""
        starts, page = self._shown.starts, self._page
        if step < 0 and len(starts) > 1:
            self._show(replace(self._shown, starts=starts[:-1]))
        elif step > 0 and page is not None and page.full and page.after is not None:
            self._show(replace(self._shown, starts=(*starts, page.after)))

    def _look(self) -> None:
        """Read the page that is wanted from its beginning."""
        self._looking, self._again = True, False
        self._go_on(self._shown, self._shown.starts[-1], ())

    def _go_on(self, shown: Shown, after: Key | None, before: tuple[LinkLine, ...]) -> None:
        links = self._links()
        ask = shown.ask(after, len(before))
        self._reads.ask(lambda: links.page(ask), lambda page: self._came(shown, before, page), self._failed)

    def _came(self, shown: Shown, before: tuple[LinkLine, ...], page: LinksPage) -> None:
        if shown != self._shown:
            return
        page = replace(page, lines=before + page.lines)
        if page.full or self._page is None or not self._page.full or self._drawn != shown:
            self._take(page, shown)
        if not page.full:
            self._go_on(shown, page.after, page.lines)
            return
        self._looking = False
        if self._again:
            self._look()

    def _take(self, page: LinksPage, shown: Shown) -> None:
        """Show what was read. The row stays chosen where it still is; a page that was turned to begins at its first."""
        chosen, turned = self._view.table.key, shown != self._drawn
        self._page, self._drawn, self._notice = page, shown, None
        self._draw()
        if self._wanted and self._state.line(self._wanted) is not None:
            self._view.table.set_key(self._wanted)
            self._wanted = ""
        elif turned and self._view.table.key != chosen:
            self._view.table.select_first()
        self._follow()

    def _failed(self, error: Exception) -> None:
        self._looking, self._notice = False, self._speech.error(error)
        self._draw()

    @Slot()
    def _draw(self) -> None:
        if self._page is None:
            late = self._reads.is_late
            self._state = LinksState(text=self._shown.text, which=self._shown.which, notice=self._notice,
                                     skeleton=late, narrowed=self._shown.narrowed)  # fmt: skip
        else:
            shown = links_state(self._page, self._drawn, self._today(), self._notice)
            self._state = replace(shown, text=self._shown.text, which=self._shown.which,
                                  narrowed=self._shown.narrowed)  # fmt: skip
        self._view.draw(self._state)

    @property
    def _line(self) -> LinkLine | None:
        return self._state.line(self._view.table.key)

    @Slot(str)
    def _follow(self, _key: str = "") -> None:
        line = self._line
        self._part.show(About(line.patient.patient_id, link_id=line.link_id) if line is not None else None)
        self._view.offer(_open_words(line))

    @Slot()
    def _open(self) -> None:
        line = self._line
        if line is None or not _open_words(line):
            return
        if line.payment_id and line.posted:
            self._doors.payment(line.patient.patient_id, line.payment_id)
        elif line.subject == "request":
            self._doors.payment(line.patient.patient_id, line.subject_id)
        else:
            self._doors.plan(line.patient.patient_id, line.subject_id)

    @Slot()
    def _ledger(self) -> None:
        if self._line is not None:
            self._doors.ledger(self._line.patient.patient_id)


def _open_words(line: LinkLine | None) -> str:
    """What Enter opens; empty for nothing."""
    if line is None:
        return ""
    if (line.payment_id and line.posted) or line.subject == "request":
        return "Open the payment"
    return "Open the plan" if line.subject == "plan" else ""
