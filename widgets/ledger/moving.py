"""Decides what the move panel shows: proposes a place, previews each change on a lane, moves once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.lanes import Lane
from app.money_views import Acted, MoveOrder, MovePreview, MoveSheet
from app.views import Person
from models.basics.errors import PosError
from widgets.bridge import Bridge
from widgets.common.speech import Speech
from widgets.ledger.move_panel import MovePanel
from widgets.ledger.move_state import MoveState, move_state, proposed_cents

if TYPE_CHECKING:
    from app.moves import MoveFrom, Moves

CHANGED = ("account.changed", "refused.credit_used", "refused.not_that_much", "refused.not_that_much_now",
           "refused.more_than_owed", "refused.more_than_owed_now", "account.done_before")  # fmt: skip
"""After these the account is read again, so that the new amounts stand beside the words."""


class MovePresenter(QObject):
    """One move panel. `hide` takes the panel away; `done` of `open` gets words when money was moved."""

    def __init__(
        self,
        panel: MovePanel,
        *,
        bridge: Bridge,
        lanes: Mapping[str, Lane],
        moves: Callable[[], Moves],
        person: Callable[[], Person],
        speech: Speech,
        today: Callable[[], date],
        hide: Callable[[], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent or panel)
        self._panel, self._bridge, self._lanes, self._moves = panel, bridge, lanes, moves
        self._person, self._speech, self._today, self._hide = person, speech, today, hide
        self._what: MoveFrom | None = None
        self._done: Callable[[str], None] = lambda _words: None
        self._order: MoveOrder | None = None
        self._preview: MovePreview | None = None
        self._cents: int | None = None
        self._error, self._kept = "", ""
        self._round = 0
        self._asking = self._wanted = self._busy = False
        self._state = MoveState()
        panel.source_chosen.connect(self._choose_source)
        panel.place_chosen.connect(self._choose_place)
        panel.item_chosen.connect(self._choose_item)
        panel.amount_typed.connect(self._type)
        panel.confirmed.connect(self._confirm)
        panel.cancelled.connect(self._cancel)

    @property
    def state(self) -> MoveState:
        """What the panel shows now."""
        return self._state

    def open(self, what: MoveFrom, done: Callable[[str], None]) -> None:
        """Propose a move of `what`. The panel has the focus from now on."""
        self._what, self._done = what, done
        self._order = self._preview = self._cents = None
        self._error = self._kept = ""
        self._busy = self._wanted = False
        self._draw()
        self._panel.take_focus()
        self._read()

    # Reading --------------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        what = self._what
        if what is None:
            return
        self._round += 1
        asked = self._round
        self._bridge.start(
            self._lanes["reads"], lambda _job: self._moves().open(what), owner=self,
            done=lambda sheet: self._arrived(asked, sheet), failed=lambda error: self._failed(asked, error),
        )  # fmt: skip

    def _arrived(self, asked: int, sheet: MoveSheet) -> None:
        if asked != self._round:
            return
        self._order = self._as_before(sheet)
        self._propose()
        self._panel.take_focus()

    def _as_before(self, sheet: MoveSheet) -> MoveOrder:
        """The choices of an order that was refused, where they are still there."""
        known = self._order
        source = known.source_key if known and sheet.source(known.source_key) else sheet.source_key
        offered = [place.key for place in sheet.places_for(source)]
        place = known.place_key if known and known.place_key in offered else (
            sheet.proposed if sheet.proposed in offered else offered[0])  # fmt: skip
        return MoveOrder(sheet, source, place, 0)

    def _propose(self) -> None:
        """Propose the amount for the present choices, and look what it does."""
        order = self._order
        if order is None:
            return
        source, place = order.sheet.source(order.source_key), order.sheet.place(order.place_key)
        if source is None or place is None:
            return
        self._cents = proposed_cents(source, place, order.charge_id) or None
        if self._cents is not None:
            self._panel.set_amount(self._cents)
        self._look()

    def _look(self) -> None:
        """Preview the present order."""
        self._round += 1
        self._preview, self._error = None, self._kept
        asked, order = self._round, self._order
        if order is None:
            return
        order = self._order = replace(order, cents=self._cents or 0)
        self._asking = self._cents is not None
        if self._cents is None and not self._error:
            self._error = self._wrong_amount()
        self._draw()
        if self._asking:
            self._bridge.start(
                self._lanes["reads"], lambda _job: self._moves().preview(order), owner=self,
                done=lambda preview: self._looked(asked, preview), failed=lambda error: self._failed(asked, error),
            )  # fmt: skip

    def _wrong_amount(self) -> str:
        key = self._panel.amount.error_key
        return self._speech.field(key, {"limit_cents": 0}) if key and self._panel.amount.text().strip() else ""

    def _looked(self, asked: int, preview: MovePreview) -> None:
        if asked != self._round:
            return
        self._asking, self._preview = False, preview
        self._draw()
        if self._wanted:
            self._wanted = False
            self._confirm()

    def _failed(self, asked: int, error: Exception) -> None:
        if asked != self._round:
            return
        self._asking = self._wanted = False
        self._error = self._words(error)
        self._draw()

    def _words(self, error: Exception) -> str:
        notice = self._speech.error(error)
        return f"{notice.title}. {notice.body}"

    # Deciding -------------------------------------------------------------------------------------------------------

    @Slot(str)
    def _choose_source(self, key: str) -> None:
        if self._order is None or self._busy:
            return
        sheet = self._order.sheet
        offered = [place.key for place in sheet.places_for(key)]
        place = self._order.place_key if self._order.place_key in offered else next(iter(offered), "")
        self._change(replace(self._order, source_key=key, place_key=place, charge_id=""))

    @Slot(str)
    def _choose_place(self, key: str) -> None:
        if self._order is not None and not self._busy:
            self._change(replace(self._order, place_key=key, charge_id=""))

    @Slot(str)
    def _choose_item(self, key: str) -> None:
        if self._order is not None and not self._busy:
            self._change(replace(self._order, charge_id=key))

    def _change(self, order: MoveOrder) -> None:
        self._order, self._kept = order, ""
        self._propose()

    @Slot(object)
    def _type(self, cents: int | None) -> None:
        if not self._busy:
            self._cents, self._kept = cents, ""
            self._look()

    @Slot()
    def _confirm(self) -> None:
        if self._busy or self._order is None:
            return
        if self._asking:  # Enter came before the preview did
            self._wanted = True
            return
        preview = self._preview
        if preview is None:
            return
        self._busy, self._kept = True, ""
        self._draw()
        person = self._person()
        self._bridge.start(
            self._lanes["store"], lambda _job: self._moves().do(preview, person), owner=self,
            done=self._moved, failed=self._not_moved,
        )  # fmt: skip

    def _moved(self, acted: Acted) -> None:
        self._busy = False
        self._close()
        self._done(self._speech.key(acted.words, acted.facts).title)

    def _not_moved(self, error: Exception) -> None:
        self._busy = False
        if isinstance(error, PosError) and error.message_key in CHANGED:
            self._kept = self._words(error)  # stands until something is chosen or typed
            self._read()
            return
        self._error = self._words(error)
        self._draw()

    @Slot()
    def _cancel(self) -> None:
        if not self._busy:
            self._close()

    def _close(self) -> None:
        self._round += 1
        self._order = self._preview = None
        self._hide()

    def _draw(self) -> None:
        error = self._error or self._kept
        self._state = move_state(self._order, self._preview, self._today(), cents=self._cents, error=error,
                                 busy=self._busy)  # fmt: skip
        if self._kept and self._preview is not None:
            self._state = replace(self._state, can_move=True)
        self._panel.draw(self._state)
