"""What the list of payment plans shows. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from app.plan_views import PlanListed
from models.basics.money import show_cents
from models.rules.plan_standing import PlanStatus
from widgets.common.cells import Cell, MoneyCell, PillCell, TableRow, WordsCell
from widgets.common.pill import Look
from widgets.common.speech import Notice
from widgets.common.table import Column
from widgets.common.when import count_text, day_text
from widgets.plans.state import LATE_LOOK

COLUMNS: Final = (
    Column("Plan ID", 190), Column("Name", 150, 3), Column("Type", 140, 1), Column("Status", 140),
    Column("Next payment", 124, 1), Column("Payment Amt.", 120, right=True),
    Column("Current balance", 132, right=True),
)  # fmt: skip
"""As the field calls them (S4-04)."""
SHOWN: Final = (("all", "All"), ("late", "Late"), ("active", "Active"), ("dormant", "Dormant"))
LOOKS: Final[dict[PlanStatus, Look]] = {
    PlanStatus.DORMANT: ("Dormant", "neutral", "square-pen"),
    PlanStatus.ACTIVE: ("Active", "ok", "check"),
    PlanStatus.CLOSED: ("Closed", "neutral", "check"),
    PlanStatus.CANCELLED: ("Cancelled", "neutral", "x"),
}
_TROUBLE: Final[dict[str, Look]] = {
    "failed": ("Card declined", "bad", "circle-x"), "confirming": ("Confirming", "warn", "hourglass"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlansState:
    """The list as it stands. `empty` replaces it."""

    shown: str = "all"
    rows: tuple[TableRow, ...] = ()
    counts: tuple[tuple[str, int], ...] = ()
    foot: str = ""
    empty: tuple[str, str] | None = None
    notice: Notice | None = None
    skeleton: bool = False


def plans_state(found: Sequence[PlanListed], shown: str, today: date, notice: Notice | None = None) -> PlansState:
    """The list of what was found, as far as `shown` wants it."""
    chosen = [each for each in found if _passes(each, shown)]
    counts = tuple((key, sum(_passes(each, key) for each in found)) for key, _ in SHOWN)
    empty = None
    if not chosen:
        empty = ("No plans here", "Nothing matches. Show all plans.") if found else (
            "No payment plans yet", "Open a patient's ledger and choose New payment plan there.")  # fmt: skip
    balance = sum(each.balance_cents for each in chosen if each.status is PlanStatus.ACTIVE)
    late = sum(each.late_cents for each in chosen)
    foot = f"{count_text(len(chosen), 'plan', 'plans')} · {show_cents(balance)} in force"
    return PlansState(shown, tuple(rows_of(chosen, today)), counts,
                      f"{foot} · {show_cents(late)} late" if late else foot, empty, notice)  # fmt: skip


def _passes(listed: PlanListed, shown: str) -> bool:
    if shown == "late":
        return bool(listed.late_cents or listed.trouble)
    return shown in ("all", listed.status.value)


def key_of(listed: PlanListed) -> str:
    """The row of a plan, or of a balance without one."""
    return listed.plan_id or f"new:{listed.patient_id}"


def rows_of(found: Iterable[PlanListed], today: date) -> list[TableRow]:
    """One row a plan."""
    return [TableRow(key_of(each), _cells(each, today)) for each in found]


def look_of(listed: PlanListed) -> Look:
    """The pill of a plan: what is wrong comes first."""
    if listed.trouble:
        return _TROUBLE[listed.trouble]
    return LATE_LOOK if listed.late_cents else LOOKS[listed.status]


def plan_pill(found: Iterable[PlanListed]) -> Look | None:
    """The flag of a patient who is on a plan: what is wrong with it comes first; None for nobody on one."""
    looks = [look_of(each) for each in found if each.status is PlanStatus.ACTIVE]
    wrong = next((look for look in looks if look != LOOKS[PlanStatus.ACTIVE]), None)
    if wrong is not None:
        return f"Plan: {wrong[0].lower()}", wrong[1], wrong[2]
    return ("On a payment plan", "info", "calendar-clock") if looks else None


def _cells(listed: PlanListed, today: date) -> tuple[Cell, ...]:
    following = day_text(listed.next_due, today) if listed.next_due else ""
    left = count_text(listed.left, "payment left", "payments left") if listed.left else ""
    late = f"{show_cents(listed.late_cents)} late" if listed.late_cents else left
    return (
        WordsCell(listed.number or "No agreement yet", "", "table", "text" if listed.number else "muted"),
        WordsCell(listed.name, style="table_strong"), WordsCell(listed.kind, style="table", ink="text2"),
        PillCell(look_of(listed)), WordsCell(following, late if following else "", "table"),
        MoneyCell(listed.payment_cents, "table"), MoneyCell(listed.balance_cents, "table_strong"),
    )  # fmt: skip
