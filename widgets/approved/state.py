"""What Approved shows, worked out without a window: the money, the receipt, who is next, the way back."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.views import USUAL_ROLL, Collected, CollectEnd, DueLine, NextUp, Roll, TenderKind
from models.basics.money import show_cents
from widgets.approved.ways import WaysState
from widgets.common.speech import Notice
from widgets.common.when import time_text

StepRow = tuple[tuple[str, str], ...]

CARD_STEPS: StepRow = (
    ("Sent to reader", "done"), ("Card read", "done"), ("Bank approved", "done"), ("Recorded", "done"),
)  # fmt: skip

MOST_TILES = 3


@dataclass(frozen=True, slots=True)
class Tile:
    """One fact under the amount: what was paid, or what is still owed."""

    meaning: str
    icon: str
    title: str
    subtitle: str


@dataclass(frozen=True, slots=True)
class PrintState:
    """The receipt's pill and, where it did not print, the sentence and what may be done."""

    meaning: str
    icon: str
    words: str
    trouble: Notice | None = None


@dataclass(frozen=True, slots=True)
class Undo:
    """The pane that takes a payment back while it is open. `running`: the reader or the drawer is at it."""

    reason: str = ""
    note: str = ""
    error: str = ""
    running: bool = False


@dataclass(frozen=True, slots=True)
class ApprovedState:
    """All of Approved. `undone` is the payment taken back again; `undo` the open pane; `ways` how the receipt reaches
    the patient (None where there is none)."""

    collected: Collected
    title: str
    icon: str
    meaning: str
    right: tuple[str, ...]
    steps: StepRow
    tiles: tuple[Tile, ...]
    change_cents: int
    receipt: PrintState
    next_up: NextUp | None
    next_line: str
    done_text: str
    can_undo: bool
    can_reprint: bool
    undo: Undo | None = None
    undo_title: str = ""
    confirm_text: str = ""
    notice: Notice | None = None
    ways: WaysState | None = None
    roll: Roll = USUAL_ROLL


HEADLINES: dict[TenderKind, str] = {
    TenderKind.CARD: "Approved",
    TenderKind.CASH: "Cash taken",
    TenderKind.CHECK: "Check recorded",
    TenderKind.OTHER: "Payment recorded",
    TenderKind.CREDIT: "Paid from credit",
}

UNDO_REASONS: dict[str, str] = {
    "wrong_amount": "Wrong amount",
    "wrong_patient": "Wrong patient",
    "other_tender": "Patient pays another way",
    "other": "Other",
}
"""Why a payment is taken back, in the order of their keys 1 to 4."""

UNDO_TEXT: dict[TenderKind, tuple[str, str]] = {
    TenderKind.CARD: ("Void this card payment", "Void {amount}"),
    TenderKind.CASH: ("Give the cash back", "Return {amount} in cash"),
    TenderKind.CHECK: ("Hand the check back", "Hand back check for {amount}"),
    TenderKind.OTHER: ("Take this payment back", "Take {amount} back"),
    TenderKind.CREDIT: ("Put the credit back", "Put {amount} back on account"),
}
"""Title and button of taking back, by how it was paid."""

UNDONE_TEXT: dict[TenderKind, str] = {
    TenderKind.CARD: "Voided. The card is not charged.",
    TenderKind.CASH: "Taken back. Hand the cash back.",
    TenderKind.CHECK: "Taken back. Hand the check back.",
    TenderKind.OTHER: "Taken back. Give the money back the way it came.",
    TenderKind.CREDIT: "Taken back. The credit is on account again.",
}

PRINT_STATES: dict[str, PrintState] = {
    "": PrintState("neutral", "ban", "No receipt asked"),
    "queued": PrintState("info", "printer", "Printing now"),
    "waiting": PrintState("warn", "clock", "Waiting to print"),
    "sending": PrintState("info", "printer", "Printing now"),
    "printed": PrintState("ok", "check", "Printed"),
    "handed_over": PrintState("info", "printer", "Handed to the print queue"),
    "not_printed": PrintState("bad", "printer", "Not printed"),
    "unknown": PrintState("warn", "circle-question-mark", "Look at the paper"),
}
"""The receipt's pill by the state of its print job."""

HANDED_OVER = "receipt.handed_over"
"""Why a receipt is not known to be printed: a print queue passed it on and says no more."""
TROUBLED = frozenset({"not_printed", "unknown"})
"""States in which the receipt is not on paper, or nobody knows."""


def print_state(state: str, reason: str, trouble: Notice | None = None) -> PrintState:
    """The receipt's pill; `trouble` is said beside it where the receipt is not on paper, or not surely so."""
    if reason == HANDED_OVER:  # usual behind a print queue: no reason to alarm anybody
        return PRINT_STATES["handed_over"]
    waits = state == "queued" and bool(reason)
    shown = PRINT_STATES["waiting"] if waits else PRINT_STATES.get(state, PRINT_STATES["queued"])
    return replace(shown, trouble=trouble if reason or state in TROUBLED else None)


def approved_state(
    collected: Collected,
    *,
    receipt: PrintState,
    next_up: NextUp | None = None,
    undo: Undo | None = None,
    undone: Collected | None = None,
    notice: Notice | None = None,
    ways: WaysState | None = None,
) -> ApprovedState:
    """All of Approved for `collected`; `receipt` as from `print_state`, `next_up` once it is known who comes next."""
    taken_back = undone is not None and undone.end is CollectEnd.TAKEN
    headline = UNDONE_TEXT[collected.tender] if taken_back else _headline(collected)
    return ApprovedState(
        collected=undone if taken_back and undone is not None else collected,
        title=headline,
        icon="undo-2" if taken_back else "circle-check",
        meaning="neutral" if taken_back else "ok",
        right=_right(collected),
        steps=CARD_STEPS if collected.tender is TenderKind.CARD and not taken_back else (),
        tiles=() if taken_back else _tiles(collected),
        change_cents=0 if taken_back else collected.change_cents,
        receipt=receipt,
        next_up=next_up,
        next_line=_next_line(next_up),
        done_text="Done, next patient" if next_up else "Done",
        can_undo=collected.can_undo and not taken_back and undo is None,
        can_reprint=bool(collected.payment_id),
        undo=undo,
        undo_title=UNDO_TEXT[collected.tender][0],
        confirm_text=UNDO_TEXT[collected.tender][1].replace("{amount}", show_cents(collected.amount_cents)),
        notice=notice,
        ways=ways if collected.payment_id else None,
    )


def _headline(collected: Collected) -> str:
    if collected.end is CollectEnd.PARTLY:
        return f"Approved in part, {show_cents(collected.left_cents)} left"
    return HEADLINES[collected.tender]


def _right(collected: Collected) -> tuple[str, ...]:
    second = " · ".join(
        part for part in (collected.entry_text, f"auth {collected.auth_code}" if collected.auth_code else "") if part
    )
    at = time_text(collected.taken_at) if collected.taken_at else ""
    third = " · ".join(part for part in (at, f"payment {collected.number}" if collected.number else "") if part)
    return tuple(part for part in (collected.method_text, second, third) if part)


def _tiles(collected: Collected) -> tuple[Tile, ...]:
    told = (_pending_tile(collected), _told_tile(collected, "card_kept"), _told_tile(collected, "signed"))
    owed = [tile for tile in (*told, _owed_tile(collected)) if tile is not None]
    room = MOST_TILES - len(owed)
    paid = collected.paid
    shown = [_paid_tile(line) for line in (paid if len(paid) <= room else paid[: room - 1])]
    if len(paid) > room:
        rest = paid[room - 1 :]
        shown.append(Tile("ok", "check", f"{len(rest)} more paid", ", ".join(line.title for line in rest)))
    return (*shown, *owed)


def _paid_tile(line: DueLine) -> Tile:
    subtitle = ", ".join(part for part in (show_cents(line.cents), line.subtitle) if part)
    return Tile("ok", "check", f"{line.title} paid", subtitle)


def _pending_tile(collected: Collected) -> Tile | None:
    """Credit was spent while the line is down that another desk may spend, too."""
    cents = collected.facts.get("provisional_cents")
    if not isinstance(cents, int) or not cents:
        return None
    return Tile("warn", "clock", "Pending confirmation", f"{show_cents(cents)} of credit")


_TOLD: dict[tuple[str, int | str | bool | None], Tile] = {
    ("card_kept", True): Tile("ok", "wallet", "Card kept on file", "Agreed today"),
    ("card_kept", False): Tile("warn", "circle-alert", "Card not kept", "Its processor gave nothing to keep"),
    ("signed", "reader"): Tile("ok", "pen-line", "Signed on the reader", "Kept with the payment"),
    ("signed", "paper"): Tile("info", "printer", "Slip to sign", "Keep it with the clinic’s receipts"),
    ("signed", "wanted"): Tile("warn", "pen-line", "Not signed yet", "It is listed under Needs attention"),
}
"""What else came of a card payment, by fact and its value."""


def _told_tile(collected: Collected, fact: str) -> Tile | None:
    return _TOLD.get((fact, collected.facts.get(fact)))


def _owed_tile(collected: Collected) -> Tile | None:
    if collected.still_owed_cents > 0:
        text = collected.still_owed_text
        return Tile("info", "info", f"{show_cents(collected.still_owed_cents)} still owed", text or "Older visits")
    return Tile("info", "info", "Nothing more owed", "The account is even")


def _next_line(up: NextUp | None) -> str:
    if up is None:
        return ""
    due = f"{show_cents(up.due_cents)} due" if up.due_cents else "Nothing due"
    return f"{due} · has {show_cents(up.credit_cents)} credit on account" if up.credit_cents else due
