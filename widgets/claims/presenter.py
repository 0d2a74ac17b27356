"""Decides what the claims feed shows: asks as filters change, keeps only the newest answer, leads to every act."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from PySide6.QtCore import QObject, QPoint, Slot

from app.claims import PAGE, Claims
from app.lanes import Lane
from app.list_views import ClaimsView
from widgets.bridge import Bridge
from widgets.claims.state import OWN_ACTS, OWN_SPAN, Chosen, ClaimsState, claims_state, offers_for
from widgets.claims.view import ClaimsPage
from widgets.common.newest import Newest
from widgets.common.speech import Notice, Speech
from widgets.ledger.acts import LedgerActs, Opener
from widgets.ledger.offer import Offer


@dataclass(frozen=True, slots=True)
class Doors:
    """Where the feed leads: a patient's ledger, Collect for a visit."""

    ledger: Callable[[str], None]
    collect: Callable[[str, str], None]


class ClaimsPresenter(QObject):
    """One claims feed. While a question is on its way, further ones wait for it and are then asked as one."""

    def __init__(
        self,
        view: ClaimsPage,
        *,
        bridge: Bridge,
        lanes: Mapping[str, Lane],
        claims: Claims,
        speech: Speech,
        today: Callable[[], date],
        doors: Doors,
        acts: LedgerActs,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent or view)
        self._view, self._claims = view, claims
        self._speech, self._today, self._doors, self._acts = speech, today, doors, acts
        self._chosen = Chosen()
        self._known: ClaimsView | None = None
        self._notice: Notice | None = None
        self._said = ""
        self._state = ClaimsState()
        self._questions = Newest(bridge, lanes["lists"], self)
        self._questions.late.connect(self._draw)
        self._connect()

    def _connect(self) -> None:
        view = self._view
        view.chosen.connect(self._choose)
        view.row_chosen.connect(self._follow_row)
        view.fold_wanted.connect(self._fold)
        view.unfold_all_pressed.connect(self._unfold_all)
        view.page_moved.connect(self._move_page)
        view.opened.connect(self._open)
        view.key_pressed.connect(self._key)
        view.offer_chosen.connect(self.take)
        view.menu_wanted.connect(self._menu)
        view.cleared.connect(self._clear)
        view.retry_pressed.connect(self.refresh)

    @property
    def state(self) -> ClaimsState:
        """What the page shows now."""
        return self._state

    @Slot()
    def refresh(self) -> None:
        """Ask again; what is shown stays until the answer is there."""
        chosen = self._chosen
        ask = chosen.ask(self._today())
        self._questions.ask(lambda: self._claims.page(ask), lambda view: self._arrived(chosen, view), self._failed)

    def _arrived(self, chosen: Chosen, view: ClaimsView) -> None:
        self._notice = None
        if chosen == self._chosen:
            self._known = view
            self._chosen = replace(self._chosen, page=view.first // PAGE)
        self._draw()

    def _failed(self, error: Exception) -> None:
        self._notice = self._speech.error(error)
        self._draw()

    @Slot()
    def _draw(self) -> None:
        if self._known is None:
            self._state = ClaimsState(chosen=self._chosen, notice=self._notice, skeleton=self._questions.is_late)
        else:
            self._state = claims_state(self._known, self._chosen, PAGE, said=self._said, notice=self._notice)
        self._view.draw(self._state)
        self._follow_row()

    # What is shown --------------------------------------------------------------------------------------------------

    @Slot(object)
    def _choose(self, chosen: Chosen) -> None:
        """Other filters: back to the first page. A span of one's own begins with the days that were shown."""
        if chosen.span == OWN_SPAN and self._chosen.span != OWN_SPAN:
            ask = self._chosen.ask(self._today())
            chosen = replace(chosen, first=ask.first, last=ask.last)
        self._want(replace(chosen, unfolded=self._chosen.unfolded))

    def _want(self, chosen: Chosen) -> None:
        if chosen != self._chosen:
            self._chosen, self._said = chosen, ""
            self._draw()
            self.refresh()

    @Slot()
    def _clear(self) -> None:
        kept = self._chosen
        self._want(Chosen(kept.span, kept.first, kept.last, unfolded=kept.unfolded))

    @Slot(int)
    def _move_page(self, pages: int) -> None:
        self._want(replace(self._chosen, page=max(self._chosen.page + pages, 0)))

    @Slot(str, object)
    def _fold(self, key: str, unfold: bool | None) -> None:
        """Unfold or fold a visit; None is the other way. Folding a line item folds its visit."""
        found = self._state.line(key)
        if found is None:
            return
        name, unfolded = found[0].appointment_id, self._chosen.unfolded
        if unfold is None:
            unfold = name not in unfolded
        if unfold != (name in unfolded):
            if found[1] is not None:
                self._view.table.set_key(name)
            self._want(replace(self._chosen, unfolded=unfolded | {name} if unfold else unfolded - {name}))

    @Slot()
    def _unfold_all(self) -> None:
        """Show every line item of this page, or none of them."""
        shown = frozenset(line.appointment_id for line in self._state.lines if line.items)
        self._want(replace(self._chosen, unfolded=frozenset() if shown <= self._chosen.unfolded else shown))

    # Acts -----------------------------------------------------------------------------------------------------------

    def _opener(self, act: str) -> Opener | None:
        found: Opener | None = getattr(self._acts, act, None)
        return found

    def offers(self, key: str) -> list[Offer]:
        """What the row `key` can take here: acts somebody offers, and the page's own."""
        return [each for each in offers_for(self._state, key) if each.act in OWN_ACTS or self._opener(each.act)]

    @Slot(object)
    def take(self, offer: Offer) -> None:
        """Do what was chosen."""
        target = offer.target
        if offer.act == "ledger":
            self._doors.ledger(target.patient_id)
        elif offer.act == "collect":
            self._doors.collect(target.patient_id, target.appointment_id)
        else:
            opener = self._opener(offer.act)
            if opener is not None:
                opener(target, self._done)

    def _done(self, said: str) -> None:
        """An act is written: say so and read again."""
        self._said, self._notice = said, None
        self._draw()
        self._view.announce()
        self.refresh()

    @Slot(str)
    def _follow_row(self, _key: str = "") -> None:
        """Letters are on where they would do something."""
        offered = {offer.act for offer in self.offers(self._view.table.key)}
        for act, action in self._view.row_actions.items():
            action.setEnabled(act in offered)

    @Slot(str)
    def _key(self, act: str) -> None:
        offer = next((each for each in self.offers(self._view.table.key) if each.act == act), None)
        if offer is not None:
            self.take(offer)

    @Slot(str)
    def _open(self, key: str) -> None:
        found = self._state.line(key)
        if found is not None:
            self._doors.ledger(found[0].patient.patient_id)

    @Slot(QPoint)
    def _menu(self, spot: QPoint) -> None:
        self._view.show_menu(self.offers(self._view.table.key), spot)
