"""The sums of a day sheet, made from its rows and from nothing else (S0-41)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from models.operations.bodies import ONLINE
from models.operations.online import ACH
from models.store.queries.day import MONEY, CopayRow, DayAct

DEBITS, CREDITS, ADJUSTMENTS, MOVED = "debits", "credits", "adjustments", "moved"
GROUPS: Mapping[str, str] = {
    "payment": CREDITS, "refund_undone": CREDITS, "recovered": CREDITS, "money_in": CREDITS, "void": DEBITS,
    "money_out": DEBITS,
    "delete": DEBITS, "bounced": DEBITS, "refund": DEBITS, "correction": DEBITS, "elsewhere": DEBITS, "dispute": DEBITS,
    "charge": DEBITS, "fee": DEBITS, "adjustment": ADJUSTMENTS, "moved": MOVED,
}  # fmt: skip
"""Which side of the sheet a kind of row stands on: what makes patients owe more, what pays, what lets off."""
_VOIDS = frozenset({"void", "delete", "bounced", "correction"})
_REFUNDS = frozenset({"refund", "refund_undone"})
IN_QUESTION = frozenset({"money_in", "money_out"})
"""Kinds of rows about money whose payment nobody knows."""
QUESTION = "in_question"
"""Before a way to pay: money of it for which no payment is known. It lies in the drawer, or is gone from there."""
BY_BANK = f"{ONLINE}:{ACH}"
"""What came from home by bank debit, as a way to pay."""
ELSEWHERE = "external"
"""The tender of money another program took: beside what this practice collected, never in it."""


@dataclass(slots=True)
class TenderSum:
    """One way to pay, or one person: payments and what of them went back, in cents. What went back is negative."""

    key: str
    count: int = 0
    gross_cents: int = 0
    voids_cents: int = 0
    refunds_cents: int = 0
    refunds: int = 0

    @property
    def net_cents(self) -> int:
        return self.gross_cents + self.voids_cents + self.refunds_cents

    def take(self, act: DayAct) -> None:
        """Add one row of money."""
        if act.kind in ("payment", "money_in"):
            self.count += 1
            self.gross_cents += act.amount_cents
        elif act.kind in _VOIDS:
            self.voids_cents += act.amount_cents
        else:
            self.refunds += act.kind in ("refund", "money_out")
            self.refunds_cents += act.amount_cents


@dataclass(slots=True)
class DaySums:
    """Everything the Summary says, in cents. `debits_cents` made patients owe more, `credits_cents` paid,
    `adjusted_cents` was let off; `moved_cents` is the cash that only moved: as much came as went."""

    tenders: dict[str, TenderSum] = field(default_factory=dict)
    people: dict[str, TenderSum] = field(default_factory=dict)
    elsewhere: TenderSum = field(default_factory=lambda: TenderSum(ELSEWHERE))
    adjustments: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    rows: dict[str, int] = field(default_factory=lambda: dict.fromkeys((DEBITS, CREDITS, ADJUSTMENTS, MOVED), 0))
    charged_cents: int = 0
    fees_cents: int = 0
    disputed_cents: int = 0
    debits_cents: int = 0
    credits_cents: int = 0
    moved_cents: int = 0
    moved_net_cents: int = 0
    on_account_cents: int = 0

    @property
    def collected_cents(self) -> int:
        """What was collected: money that came, less what went back. Not what another program took, nor moved cash."""
        return sum(each.net_cents for each in self.tenders.values())

    @property
    def adjusted_cents(self) -> int:
        return sum(self.adjustments.values())

    @property
    def allocated_cents(self) -> int:
        """Of what was taken and was not taken back: what lies on charges now, or went out again."""
        known = (each for key, each in self.tenders.items() if not key.startswith(QUESTION))
        taken = sum(each.gross_cents for each in (*known, self.elsewhere))
        return taken - self.on_account_cents


def way_key(tender: str, method_id: str) -> str:
    """A way to pay by its tender, with its method where one tender has several: the practice's own, and what came from
    home."""
    return f"{tender}:{method_id}" if tender in ("other", ONLINE) and method_id else tender


def tender_key(act: DayAct) -> str:
    """A way to pay: its tender, for the practice's own with the method: `other:hsa`; `in_question:cash` for money whose
    payment nobody knows."""
    if act.kind in IN_QUESTION and act.tender != ELSEWHERE:
        return f"{QUESTION}:{act.tender}"
    return way_key(act.tender, act.method_id) or ELSEWHERE


def add_up(acts: Iterable[DayAct]) -> DaySums:
    """The sums over rows."""
    sums = DaySums()
    for act in acts:
        side = GROUPS[act.kind]
        sums.rows[side] += 1
        if act.kind in MONEY:
            _money(sums, act)
        elif act.kind == "adjustment":
            sums.adjustments[act.code] += act.amount_cents
        elif act.kind == "moved":
            sums.moved_cents += max(act.amount_cents, 0)
            sums.moved_net_cents += act.amount_cents
        elif act.kind == "dispute":
            sums.disputed_cents -= act.amount_cents
            sums.debits_cents -= act.amount_cents
        else:
            sums.debits_cents += act.amount_cents
            sums.fees_cents += act.amount_cents if act.kind == "fee" else 0
            sums.charged_cents += act.amount_cents if act.kind == "charge" else 0
    return sums


def _money(sums: DaySums, act: DayAct) -> None:
    key = tender_key(act)
    if key == ELSEWHERE or act.kind == "elsewhere":
        sums.elsewhere.take(act)
    else:
        for found, name in ((sums.tenders, key), (sums.people, act.actor)):
            found.setdefault(name, TenderSum(name)).take(act)
    sums.on_account_cents += act.on_account_cents
    if GROUPS[act.kind] == CREDITS:
        sums.credits_cents += act.amount_cents
    else:
        sums.debits_cents -= act.amount_cents


def copays(rows: Iterable[CopayRow]) -> tuple[int, int]:
    """(expected, collected) copays of visits in cents, by the rule of the day's page: of copay charges where a visit
    has charges, else what the visit or the plan asks and what waits for it."""
    expected = collected = 0
    for row in rows:
        if row.status == "cancelled" or (row.status == "no_show" and not row.charges):
            continue
        if row.charges:
            expected += row.asked_cents
            collected += row.paid_cents
            continue
        asked = row.visit_copay_cents if row.visit_copay_cents is not None else row.plan_copay_cents or 0
        expected += asked
        collected += min(max(row.prepaid_cents, 0), asked)
    return expected, collected
