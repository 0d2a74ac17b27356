"""Decides what the refund dialog shows, previews every change, and gives the money back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot

from app.lanes import Job, Lane
from app.refund_views import Refunded, RefundEnd, RefundPreview, RefundSheet
from app.views import Person
from models.basics.errors import PosError
from models.rules.rights import Right
from widgets.bridge import Bridge
from widgets.common.speech import Notice, Speech
from widgets.refund.dialog import RefundDialog
from widgets.refund.ended import ended_words
from widgets.refund.state import Draft, amount_error, order_of, refund_state

if TYPE_CHECKING:
    from app.refunds import Refunds
    from app.signin import SignIn

_PIN = ("pin.", "staff.right_missing")
_STOPPED = {
    RefundEnd.DECLINED: ("The bank said no to this refund.", "Nothing went back; the money lies where it lay."),
    RefundEnd.CANCELLED: ("The refund was cancelled.", "Nothing went back; the money lies where it lay."),
    RefundEnd.NOT_SENT: ("The refund did not go through.", "Nothing went back; the money lies where it lay."),
}


class RefundPresenter(QObject):
    """One refund dialog. `busy`: a refund is on its way right now."""

    def __init__(
        self,
        dialog: RefundDialog,
        *,
        bridge: Bridge,
        lanes: Mapping[str, Lane],
        story: Refunds,
        sign_in: SignIn,
        person: Callable[[], Person],
        speech: Speech,
        today: Callable[[], date],
    ) -> None:
        super().__init__(dialog)
        self._dialog, self._bridge, self._lanes, self._story = dialog, bridge, lanes, story
        self._sign_in, self._person, self._speech, self._today = sign_in, person, speech, today
        self._sheet: RefundSheet | None = None
        self._draft = Draft()
        self._preview: RefundPreview | None = None
        self._notice: Notice | None = None
        self._busy, self._round = "", 0
        self._hasty: str | None = None
        self._job: Job[Any] | None = None
        self._done: Callable[[str], None] = lambda _words: None
        dialog.full_chosen.connect(self._choose_full)
        dialog.amount_typed.connect(self._type_amount)
        dialog.reason_chosen.connect(lambda key: self._change(reason=key))
        dialog.note_typed.connect(lambda text: self._change(note=text))
        dialog.way_chosen.connect(lambda key: self._change(tender=key))
        dialog.check_typed.connect(lambda text: self._change(check_no=text))
        dialog.confirmed.connect(self._confirm)
        dialog.stopped.connect(self._stop)

    @property
    def busy(self) -> bool:
        """Is a refund on its way right now?"""
        return bool(self._busy)

    @property
    def draft(self) -> Draft:
        """What was entered so far."""
        return self._draft

    def open(
        self, payment_id: str, charge_id: str, done: Callable[[str], None], failed: Callable[[Exception], None]
    ) -> None:
        """Open the dialog for a payment; `charge_id`: from that line item first. `failed` takes why it cannot be
        refunded at all."""
        if self.busy:
            return
        self._done = done
        self._bridge.start(
            self._lanes["reads"], lambda _job: self._story.open(payment_id, charge_id), owner=self._dialog,
            done=self._opened, failed=failed,
        )  # fmt: skip

    def _opened(self, sheet: RefundSheet) -> None:
        part = 0 < sheet.from_cents < sheet.left_cents
        self._sheet, self._preview, self._notice, self._busy = sheet, None, None, ""
        self._draft = Draft(full=not part, cents=sheet.from_cents if part else None)
        self._draw()
        self._dialog.begin()
        self._look()

    # What was entered -------------------------------------------------------------------------------------------------

    @Slot(bool)
    def _choose_full(self, full: bool) -> None:
        if self._sheet is None or full == self._draft.full:
            return
        cents = self._sheet.left_cents if full else self._draft.cents
        self._change(full=full, cents=cents)

    @Slot(object)
    def _type_amount(self, cents: int | None) -> None:
        self._change(full=False, cents=cents)

    def _change(self, **what: Any) -> None:
        changed, self._hasty = replace(self._draft, **what), None
        if changed == self._draft or self.busy:
            return
        moved = (changed.full, changed.cents, changed.tender) != (
            self._draft.full, self._draft.cents, self._draft.tender)  # fmt: skip
        self._draft, self._notice = changed, None
        if moved:
            self._preview = None
            self._look()
        self._draw()

    def _look(self) -> None:
        """Preview what stands in the dialog."""
        sheet = self._sheet
        if sheet is None or amount_error(sheet, self._draft) or not order_of(sheet, self._draft).amount_cents:
            return
        self._round += 1
        asked, order = self._round, order_of(sheet, self._draft)
        self._bridge.start(
            self._lanes["reads"], lambda _job: self._story.preview(order), owner=self._dialog,
            done=lambda preview: self._previewed(asked, preview), failed=lambda error: self._not_seen(asked, error),
        )  # fmt: skip

    def _previewed(self, asked: int, preview: RefundPreview) -> None:
        if asked == self._round:
            self._preview = preview
            self._draw()
            hasty, self._hasty = self._hasty, None
            if hasty is not None:
                self._confirm(hasty)

    def _not_seen(self, asked: int, error: Exception) -> None:
        if asked == self._round and not self.busy:
            self._notice, self._hasty = self._speech.error(error), None
            self._draw()

    def _missing(self) -> tuple[Right, ...]:
        needs = self._preview.needs if self._preview is not None else ()
        return tuple(right for right in needs if right not in self._person().rights)

    def _draw(self) -> None:
        if self._sheet is not None:
            self._dialog.draw(refund_state(
                self._sheet, self._draft, self._preview, today=self._today(), missing=self._missing(),
                notice=self._notice, busy=self._busy,
            ))  # fmt: skip

    # Giving it back ---------------------------------------------------------------------------------------------------

    @Slot(str)
    def _confirm(self, pin: str) -> None:
        sheet = self._sheet
        if sheet is None or self.busy:
            return
        if self._preview is None:  # quicker than the preview: it is done as soon as that is there
            self._hasty = pin
            return
        order, person, missing = order_of(sheet, self._draft), self._person(), self._missing()
        if missing and not pin:
            self._dialog.lend.refuse("Somebody who may has to enter their PIN.")
            return

        def give(job: Job[Refunded]) -> Refunded:
            lender = self._sign_in.supervise(pin, *missing) if missing else None
            return self._story.refund(order, person, job, lender)

        card = order.way.tender == "card"
        self._busy, self._notice = "Asking the bank\u2026" if card else "Giving it back\u2026", None
        self._draw()
        self._job = self._bridge.start(
            self._lanes[self._story.lane_for(order.way.tender)], give, owner=self._dialog, done=self._ended,
            failed=self._failed,
        )  # fmt: skip

    @Slot()
    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def _ended(self, told: Refunded) -> None:
        self._busy, self._job = "", None
        if told.end in _STOPPED:
            title, body = _STOPPED[told.end]
            why = f" The bank said: {told.host_text}." if told.host_text else ""
            self._again(told.payment_id, Notice(title, f"{body}{why}"))
            return
        self._dialog.close_over()
        self._done(ended_words(told))

    def _again(self, payment_id: str, notice: Notice) -> None:
        """It did not go through: a new sheet, with what was typed."""

        def opened(sheet: RefundSheet) -> None:
            self._sheet, self._notice = sheet, notice
            self._draw()
            self._dialog.take_focus()
            self._look()

        self._draw()
        self._bridge.start(
            self._lanes["reads"], lambda _job: self._story.open(payment_id), owner=self._dialog, done=opened,
            failed=self._failed,
        )  # fmt: skip

    def _failed(self, error: Exception) -> None:
        self._busy, self._job = "", None
        key = error.message_key if isinstance(error, PosError) else ""
        if key.startswith(_PIN):
            self._draw()
            words = self._speech.error(error)
            self._dialog.lend.refuse(f"{words.title}. {words.body}" if words.body else words.title)
            return
        if key in ("account.changed", "refund.sheet_used") and self._sheet is not None:
            self._again(self._sheet.payment_id, self._speech.error(error))
            return
        self._notice = self._speech.error(error)
        self._draw()
        if isinstance(error, PosError):
            self._dialog.point_at(str(error.facts.get("field") or ""))
