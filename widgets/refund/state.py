"""What the refund dialog shows, worked out without a window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.heads import day_text
from app.refund_views import REASON_WORDS, RefundOrder, RefundPreview, RefundSheet, VisitAfter
from models.basics.money import show_cents
from models.rules.rights import Right
from widgets.common.speech import Notice
from widgets.common.summary import SumLine

REASONS: tuple[tuple[str, str], ...] = (("", "Choose a reason"), *REASON_WORDS.items())
MOST_VISITS = 2
"""So many visits are named in the summary; the others are counted."""

_WHY = {
    Right.REFUND: "This needs somebody who may refund",
    Right.REFUND_OVER_LIMIT: "Refunds over {limit} need a manager",
    Right.REFUND_OTHER_WAY: "Another way than it was paid needs a manager",
}


@dataclass(frozen=True, slots=True)
class Draft:
    """What the clerk has entered so far. `cents` None: nothing that is an amount stands in the field."""

    full: bool = True
    cents: int | None = None
    reason: str = ""
    note: str = ""
    tender: str = ""
    check_no: str = ""


@dataclass(frozen=True, slots=True)
class RefundState:
    """All of the dialog."""

    title: str
    full_text: str
    full: bool
    cents: int | None
    amount_hint: str
    amount_error: str
    reason: str
    note_hint: str
    ways: tuple[tuple[str, str], ...]
    tender: str
    asks_check: bool
    summary: tuple[SumLine, ...]
    why_pin: str
    foot: str
    verb: str
    ready: bool
    notice: Notice | None = None
    busy: str = ""


def order_of(sheet: RefundSheet, draft: Draft) -> RefundOrder:
    """What would be asked for as things stand in the dialog."""
    cents = sheet.left_cents if draft.full else draft.cents or 0
    return RefundOrder(sheet, cents, draft.reason, draft.tender, draft.note, draft.check_no)


def amount_error(sheet: RefundSheet, draft: Draft) -> str:
    """What is wrong with the amount; nothing while it is still empty."""
    if draft.full or draft.cents is None:
        return ""
    if draft.cents > sheet.left_cents:
        return f"At most {show_cents(sheet.left_cents)} can be refunded."
    return ""


def refund_state(
    sheet: RefundSheet,
    draft: Draft,
    preview: RefundPreview | None,
    *,
    today: date,
    missing: tuple[Right, ...] = (),
    notice: Notice | None = None,
    busy: str = "",
) -> RefundState:
    """The dialog for one payment. `missing` are rights the person lacks; `preview` None while the amount is none."""
    order = order_of(sheet, draft)
    wrong = amount_error(sheet, draft)
    cents = order.amount_cents if not wrong else 0
    limit = show_cents(sheet.limit_cents)
    return RefundState(
        title=sheet.number,
        full_text=f"{show_cents(sheet.left_cents)}, everything left",
        full=draft.full,
        cents=sheet.left_cents if draft.full else draft.cents,
        amount_hint=f"Up to {show_cents(sheet.left_cents)}",
        amount_error=wrong,
        reason=draft.reason,
        note_hint="needed here, staff only" if draft.reason == "other" or not order.way.own else "optional, staff only",
        ways=tuple((way.tender, way.words) for way in sheet.ways),
        tender=order.way.tender,
        asks_check=order.way.tender == "check",
        summary=_summary(sheet, order, cents, preview, today),
        why_pin=_WHY[missing[-1]].format(limit=limit) if missing else "",
        foot=order.way.reaches,
        verb=f"Confirm refund, {show_cents(cents)}" if cents else "Confirm refund",
        ready=bool(cents),
        notice=notice,
        busy=busy,
    )


def _summary(
    sheet: RefundSheet, order: RefundOrder, cents: int, preview: RefundPreview | None, today: date
) -> tuple[SumLine, ...]:
    kept = preview.kept_cents if preview is not None and cents else sheet.left_cents - cents
    lines = [
        SumLine(f"Paid {day_text(sheet.paid_on, today)}", show_cents(sheet.paid_cents)),
        SumLine("Refunded before", show_cents(sheet.refunded_cents)),
        SumLine(f"Goes back to {order.way.words}" if order.way.tender == "card" else f"Goes back: {order.way.words}",
                show_cents(-cents), strong=True, ink="bad_text"),
        SumLine("Kept by the clinic", show_cents(kept), line_before=True),
    ]  # fmt: skip
    return (*lines, *(_after(sheet, preview, today) if preview is not None and cents else ()))


def _after(sheet: RefundSheet, preview: RefundPreview, today: date) -> list[SumLine]:
    given = sheet.patient.name.split(" ")[0]
    lines = [SumLine(owe_words(given, visit, today), show_cents(visit.owes_after_cents))
             for visit in preview.visits[:MOST_VISITS]]  # fmt: skip
    more = preview.visits[MOST_VISITS:]
    if more:
        owed = sum(visit.owes_after_cents for visit in more)
        lines.append(SumLine(f"And on {len(more)} more visits", show_cents(owed)))
    if preview.before.unallocated_cents != preview.after.unallocated_cents or not lines:
        lines.append(SumLine("Left on account", show_cents(preview.after.unallocated_cents)))
    return lines


def owe_words(given: str, visit: VisitAfter, today: date) -> str:
    """`Ingrid will owe on May 6 visit`; another of the family by their own name."""
    return f"{visit.whose or given} will owe on {day_text(visit.day, today)} visit"
