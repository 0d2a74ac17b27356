"""A cash refund handed back on the same day, and a refund of another program settled with its payment."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from app.heads import day_text
from app.lanes import Job
from app.refund_views import NetPlace, NetSheet, Refunded
from app.views import Person
from models.basics.money import show_cents
from models.rules.rights import Right
from widgets.common.speech import Notice
from widgets.common.summary import SumLine
from widgets.money_out.dialog import ActDialog, ActState, Ask
from widgets.money_out.presenter import ActPresenter, Bench

if TYPE_CHECKING:
    from app.netting import Netting
    from app.refunds import Refunds

HAND_BACK = (
    Ask("reason", "Reason", "choice", (
        ("", "Choose a reason"), ("Patient changed their mind", "Patient changed their mind"),
        ("Refunded by mistake", "Refunded by mistake"), ("Wrong amount", "Wrong amount"),
    ), wide=True),
)  # fmt: skip
NET = (Ask("place", "Settle it with", "choice", wide=True),)


class HandBackPresenter(ActPresenter):
    """The patient hands a cash refund back."""

    def __init__(self, dialog: ActDialog, bench: Bench, story: Refunds) -> None:
        super().__init__(dialog, bench)
        self._story = story

    def open(self, refund_id: str, done: Callable[[str], None], failed: Callable[[Exception], None]) -> None:
        """Open the dialog for a refund."""
        self.open_with(lambda: self._story.to_hand_back(refund_id), done, failed)

    def _begin(self) -> dict[str, Any]:
        return {"reason": ""}

    def _needs(self) -> tuple[Right, ...]:
        return (Right.REFUND,)

    def _rehearse(self) -> Callable[[], Any] | None:
        return None

    def _state(self, why_pin: str) -> ActState:
        told: Refunded = self._sheet
        amount = show_cents(told.amount_cents)
        return ActState(
            title="Patient hands it back", subtitle=told.number, values=self._values,
            summary=(SumLine("Refunded in cash earlier today", amount),
                     SumLine("Comes back into the drawer", amount, strong=True, ink="ok_text")),
            verb=f"Take {amount} back", foot="It lies again where it lay before the refund.", why_pin=why_pin,
            ready=bool(self._values.get("reason")), notice=self._notice, busy=self._busy,
        )  # fmt: skip

    def _act(self, job: Job[Any], person: Person, lender: Person | None) -> Any:  # noqa: ARG002 - at once
        return self._story.undo(self._sheet.refund_id, str(self._values["reason"]), lender or person)

    def _told(self, answer: Refunded) -> str | Notice:
        return f"Took {show_cents(answer.amount_cents)} back. {answer.number}"


class NetPresenter(ActPresenter):
    """A refund made in another program finds its payment (S3-07)."""

    def __init__(self, dialog: ActDialog, bench: Bench, story: Netting) -> None:
        super().__init__(dialog, bench)
        self._story = story

    def open(self, refund_id: str, done: Callable[[str], None], failed: Callable[[Exception], None]) -> None:
        """Open the dialog for a refund that waits."""
        self.open_with(lambda: self._story.open(refund_id), done, failed)

    def _begin(self) -> dict[str, Any]:
        sheet: NetSheet = self._sheet
        self._dialog.offer("place", tuple((place.key, f"{place.words} \u00b7 {show_cents(place.cents)}")
                                          for place in sheet.places))  # fmt: skip
        return {"place": sheet.places[0].key}

    def _place(self) -> NetPlace:
        sheet: NetSheet = self._sheet
        return next((place for place in sheet.places if place.key == self._values["place"]), sheet.places[0])

    def _needs(self) -> tuple[Right, ...]:
        return (Right.PAYMENTS,)

    def _rehearse(self) -> Callable[[], Any] | None:
        sheet, place = self._sheet, self._place()
        return lambda: self._story.preview(sheet, place)

    def _state(self, why_pin: str) -> ActState:
        sheet, place, preview = self._sheet, self._place(), self._preview
        day = day_text(sheet.day, self._bench.today())
        lines = [SumLine(f"Refunded elsewhere, {day}", show_cents(-sheet.waiting_cents)),
                 SumLine(f"{place.words}, {place.detail}", show_cents(place.cents))]  # fmt: skip
        if preview is not None:
            lines += [SumLine("Settles", show_cents(preview.netted_cents), strong=True, line_before=True),
                      SumLine("Still to be settled", show_cents(preview.waiting_cents)),
                      SumLine("Unallocated afterwards", show_cents(preview.after.unallocated_cents))]  # fmt: skip
        return ActState(
            title="Net out", subtitle=sheet.words, values=self._values, summary=tuple(lines),
            verb=f"Settle {show_cents(preview.netted_cents)}" if preview and preview.netted_cents else "Put it there",
            foot="The refund and its payment settle each other; no money moves.", why_pin=why_pin,
            ready=preview is not None, notice=self._notice, busy=self._busy,
        )  # fmt: skip

    def _act(self, job: Job[Any], person: Person, lender: Person | None) -> Any:  # noqa: ARG002 - at once
        return self._story.place(self._sheet, self._place(), person, lender)

    def _told(self, answer: int) -> str | Notice:
        return f"Settled {show_cents(answer)} with its payment." if answer else "It waits there for its payment."
