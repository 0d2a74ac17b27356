"""Void, delete, correct, returned check, dispute: what each dialog asks, says and does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from app.heads import day_text
from app.lanes import Job
from app.refund_views import RefundEnd, TakeBack, TakeBackOrder, TakeBackPreview, TakeBackSheet, TakenBack
from app.views import Person
from models.basics.money import show_cents
from models.rules.rights import Right
from widgets.common.speech import Notice
from widgets.common.summary import SumLine
from widgets.money_out.dialog import ActDialog, ActState, Ask
from widgets.money_out.presenter import ActPresenter, Bench
from widgets.refund.state import MOST_VISITS, owe_words

if TYPE_CHECKING:
    from app.taking_back import TakingBack


@dataclass(frozen=True, slots=True)
class Spec:
    """One act: its words, its fields. `again`: deleting, and voiding a card, asks a second time with these words
    (S0-10, S0-26); `line` names what the act is about in the summary."""

    title: str
    verb: str
    reasons: tuple[str, ...]
    line: str
    foot: str
    said: str
    asks: tuple[Ask, ...] = ()
    danger: bool = True
    again: str = ""


NOTE = Ask("note", "Notes", hint="Optional, staff only", wide=True)
AMOUNT = Ask("amount", "Amount", "amount")
OUTCOMES = (
    ("", "Choose how it ended"),
    ("won", "Won: the money came back"),
    ("owed_again", "Lost: the patient owes it again"),
    ("absorbed", "Lost: the practice bears it"),
)
OTHER = "Other"

SPECS: dict[TakeBack, Spec] = {
    TakeBack.VOID: Spec(
        "Void payment", "Void",
        ("Wrong amount", "Wrong patient", "Wrong way to pay", "Patient changed their mind", OTHER), "Goes back",
        "Only today, and only the whole payment. Refund a part instead.", "Voided",
        again="Really void",
    ),
    TakeBack.DELETE: Spec(
        "Delete payment", "Delete", ("Entered twice", "Entered for the wrong patient", "Never happened", OTHER),
        "Taken out of the books", "It stays in the log as a reversal. Correct it instead where the patient did pay.",
        "Deleted", again="Really delete",
    ),
    TakeBack.CORRECT: Spec(
        "Correct payment", "Take off", ("Entered too high", "Counted wrong", OTHER), "Taken off",
        "A negative line with a receipt of its own. No drawer opens: the money never was there.", "Corrected by",
        asks=(AMOUNT,),
    ),
    TakeBack.BOUNCE: Spec(
        "Check came back", "Check came back,", ("Insufficient funds", "Account closed", "Payment stopped", OTHER),
        "Returned by the bank", "What it had paid is owed again.", "Check returned,",
        asks=(Ask("fee", "Fee asked of the patient", "amount", allow_zero=True, hint="0.00 for none"),),
    ),
    TakeBack.DISPUTE: Spec(
        "Chargeback", "Open the dispute,", ("Not recognized", "Not as described", "Charged twice", OTHER), "In dispute",
        "The patient\u2019s side does not change until it is decided.", "In dispute:",
        asks=(AMOUNT, Ask("fee", "Fee kept by the processor", "amount", allow_zero=True, hint="0.00 for none"),
              Ask("reference", "The bank\u2019s case number")),
        danger=False,
    ),
    TakeBack.DISPUTE_END: Spec(
        "Close the dispute", "Close the dispute,", (), "In dispute", "Nothing of this is undone later.",
        "Dispute closed:", asks=(Ask("outcome", "How did it end?", "choice", OUTCOMES, wide=True),), danger=False,
    ),
}  # fmt: skip
"""What each act asks and says."""


def asks_of(act: TakeBack) -> tuple[Ask, ...]:
    """The fields of an act, in order."""
    spec = SPECS[act]
    reasons = (("", "Choose a reason"), *((words, words) for words in spec.reasons))
    reason = (Ask("reason", "Reason", "choice", tuple(reasons), wide=len(spec.asks) % 2 == 0),) if spec.reasons else ()
    return (*spec.asks, *reason, NOTE)


def order_of(sheet: TakeBackSheet, values: dict[str, Any]) -> TakeBackOrder:
    """What would be asked for as things stand in the dialog."""
    return TakeBackOrder(
        sheet, str(values.get("reason") or ""), str(values.get("note") or ""), int(values.get("amount") or 0),
        int(values.get("fee") or 0), str(values.get("reference") or ""), str(values.get("outcome") or ""),
    )  # fmt: skip


def state_of(
    sheet: TakeBackSheet, values: dict[str, Any], preview: TakeBackPreview | None, *, today: date, why_pin: str = "",
    asked_once: bool = False, notice: Notice | None = None, busy: str = "",
) -> ActState:  # fmt: skip
    """The dialog of an act."""
    spec, order = SPECS[sheet.act], order_of(sheet, values)
    has_amount = any(ask.key == "amount" for ask in spec.asks)
    cents = order.amount_cents if has_amount else sheet.disputed_cents or sheet.paid_cents
    too_much = has_amount and cents > sheet.most_cents
    verb = spec.again if asked_once else spec.verb
    lines = [SumLine(f"Paid {day_text(sheet.paid_on, today)}, {sheet.method}", show_cents(sheet.paid_cents)),
             SumLine(spec.line, show_cents(-cents), strong=True, ink="bad_text")]  # fmt: skip
    if preview is not None and not too_much:
        lines += _after(sheet, preview, today)
    return ActState(
        title=spec.title, subtitle=sheet.number, values=values, summary=tuple(lines),
        verb=f"{verb} {show_cents(cents)}" if cents else spec.verb.rstrip(","), foot=spec.foot, why_pin=why_pin,
        ready=bool(cents) and not too_much and bool(order.reason or order.outcome), notice=notice, busy=busy,
        errors={"amount": f"At most {show_cents(sheet.most_cents)} is possible."} if too_much else {},
    )  # fmt: skip


def _after(sheet: TakeBackSheet, preview: TakeBackPreview, today: date) -> list[SumLine]:
    given = sheet.patient.name.split(" ")[0]
    lines = [SumLine("Left of the payment", show_cents(preview.kept_cents), line_before=True)]
    lines += [SumLine(owe_words(given, visit, today), show_cents(visit.owes_after_cents))
              for visit in preview.visits[:MOST_VISITS]]  # fmt: skip
    more = preview.visits[MOST_VISITS:]
    if more:
        lines.append(SumLine(f"And on {len(more)} more visits", show_cents(sum(v.owes_after_cents for v in more))))
    if preview.before.unallocated_cents != preview.after.unallocated_cents:
        lines.append(SumLine("Left on account", show_cents(preview.after.unallocated_cents)))
    balance = preview.after.total_balance_cents
    lines.append(SumLine("Total balance afterwards", show_cents(balance)))
    return lines


class TakeBackPresenter(ActPresenter):
    """One act of SPECS."""

    def __init__(self, dialog: ActDialog, bench: Bench, story: TakingBack, act: TakeBack) -> None:
        super().__init__(dialog, bench)
        self._story, self._kind = story, act
        self._asked_once = False

    def open(
        self, payment_id: str, dispute_id: str, done: Callable[[str], None], failed: Callable[[Exception], None]
    ) -> None:
        """Open the dialog for a payment (and its dispute)."""
        self.open_with(lambda: self._story.open(self._kind, payment_id, dispute_id), done, failed)

    def _begin(self) -> dict[str, Any]:
        self._asked_once = False
        sheet: TakeBackSheet = self._sheet
        amount = sheet.most_cents if self._kind is TakeBack.DISPUTE else None
        return {"reason": "", "note": "", "amount": amount, "fee": sheet.fee_cents, "reference": "", "outcome": ""}

    def _needs(self) -> tuple[Right, ...]:
        needs: tuple[Right, ...] = self._sheet.needs if self._sheet is not None else ()
        return needs

    def _rehearse(self) -> Callable[[], Any] | None:
        order = order_of(self._sheet, self._values)
        if self._kind in (TakeBack.CORRECT, TakeBack.DISPUTE) and not 0 < order.amount_cents <= order.sheet.most_cents:
            return None
        if self._kind is TakeBack.DISPUTE_END and not order.outcome:
            return None
        return lambda: self._story.preview(order)

    def _change(self, key: str, value: object) -> None:
        self._asked_once = False
        super()._change(key, value)

    def _state(self, why_pin: str) -> ActState:
        return state_of(self._sheet, self._values, self._preview, today=self._bench.today(), why_pin=why_pin,
                        asked_once=self._asked_once, notice=self._notice, busy=self._busy)  # fmt: skip

    def _confirm(self, pin: str) -> None:
        """Where a mistake is dear it is asked twice: the button says so."""
        twice = SPECS[self._kind].again and (self._sheet.card or self._kind is TakeBack.DELETE)
        if twice and not self._asked_once and not self.busy:
            self._asked_once = True
            self._draw()
            return
        super()._confirm(pin)

    def _lane(self) -> str:
        return self._story.lane_for(self._sheet)

    def _act(self, job: Job[Any], person: Person, lender: Person | None) -> Any:
        return self._story.do(order_of(self._sheet, self._values), person, job, lender)

    def _told(self, answer: TakenBack) -> str | Notice:
        spec, amount = SPECS[answer.act], show_cents(answer.amount_cents)
        rest = self._sheet.paid_cents - answer.amount_cents
        if answer.end is RefundEnd.PAID and answer.act is TakeBack.VOID and rest > 0:
            return Notice(f"The card company gave back {amount} of {show_cents(self._sheet.paid_cents)}.",
                          f"{show_cents(rest)} stays on the account. Refund it when it is settled.")  # fmt: skip
        if answer.end is RefundEnd.PAID:
            return f"{spec.said} {amount}. {answer.number}"
        if answer.end is RefundEnd.UNKNOWN:
            return "We do not know yet whether the card was voided. See Needs attention."
        self._asked_once = False
        why = f" The bank said: {answer.host_text}." if answer.host_text else ""
        if answer.reason == "terminal.original_not_found":
            why = " The reader does not have it any more: it is settled. Refund it instead."
        return Notice("The payment was not taken back.", f"It stands as it was.{why}")
