"""What a store says of a case, in the case's own names: figures, charges, visits, payments, money in hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from models.ledger.accounts import RESPONSIBLE_CODES, Code
from models.ledger.figures import Figures, figures_from_balances
from models.ledger.states import Balance
from models.operations.tasks import TASKS
from models.rules.billing import Bill, billing_status
from tests.cases.desk import CaseDesk, Names

Picture = dict[str, dict[str, dict[str, Any]]]
HELD = {Code.CASH: "cash", Code.CARD: "card", Code.CHECK: "check", Code.EXTERNAL: "external", Code.OTHER: "other",
        Code.SAFE: "safe", Code.TRANSIT: "bank_bag", Code.OVER_SHORT: "short", Code.PETTY_CASH: "paid_out"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """An account with what lies in it, pending included: `net` is credits less debits."""

    id: str
    code: Code
    patient_id: str
    appointment_id: str
    charge_id: str
    payment_id: str
    debits: int
    credits: int

    @property
    def net(self) -> int:
        return self.credits - self.debits


_PEOPLE = (
    "SELECT p.id, coalesce(nullif(l.survivor_id, ''), p.id) FROM patient p "
    "LEFT JOIN alias l ON l.tenant = p.tenant AND l.patient_id = p.id"
)
"""Every record, and the one its person goes by."""


def accounts(desk: CaseDesk) -> list[Row]:
    """Every account of a desk, each with the record its person goes by."""
    goes_by = dict(desk.ask("SELECT patient_id, survivor_id FROM alias WHERE survivor_id <> ''"))
    found = desk.ask("SELECT id, code, patient_id, appointment_id, charge_id, payment_id, debits + pending_debits, "
                     "credits + pending_credits FROM account ORDER BY id")  # fmt: skip
    return [Row(row[0], Code(row[1]), goes_by.get(row[2], row[2]), *row[3:]) for row in found]


def picture(desk: CaseDesk) -> Picture:
    """Everything a case may expect, whether it does or not."""
    rows = accounts(desk)
    paid = _paid(desk)
    return {
        "patient": {row[0]: _figures(rows, row[1]) for row in desk.ask(_PEOPLE)},
        "charge": _charges(desk, rows, paid),
        "visit": _visits(desk, rows),
        "payment": _payments(desk, rows, paid),
        "elsewhere": _elsewhere(rows, desk.names),
        "plan": _plans(desk),
        "money": {"lies": _money(rows)},
        "attention": {"open": _open_tasks(desk)},
    }


def _figures(rows: Iterable[Row], patient_id: str) -> dict[str, int]:
    own = [(row.code, Balance(row.debits, row.credits)) for row in rows if row.patient_id == patient_id]
    found: Figures = figures_from_balances(own)
    return {
        "responsibility": found.responsibility_cents, "allocated": found.allocated_cents,
        "unallocated": found.unallocated_cents, "paid": found.total_paid_cents,
        "statement": found.statement_balance_cents, "total": found.total_balance_cents,
        "credit": found.credit_cents, "prepaid": found.prepaid_cents,
    }  # fmt: skip


def _paid(desk: CaseDesk) -> dict[tuple[str, str], int]:
    """(charge, payment): net cents, added up from the history."""
    net: dict[tuple[str, str], int] = {}
    query = (
        "SELECT r.charge_id, l.payment_id, t.amount_cents FROM transfer t JOIN account r ON r.id = {0} "
        "JOIN account l ON l.id = {1} WHERE t.code IN ({2}) AND r.code = 'AR'"
    )
    pays = desk.ask(query.format("t.credit", "t.debit", "'allocate', 'auto_allocate'"))
    back = desk.ask(query.format("t.debit", "t.credit", "'release'"))
    for sign, found in ((1, pays), (-1, back)):
        for charge, payment, cents in found:
            net[charge, payment] = net.get((charge, payment), 0) + sign * cents
    return net


def _charges(desk: CaseDesk, rows: Sequence[Row], paid: dict[tuple[str, str], int]) -> dict[str, dict[str, Any]]:
    owes = {row.charge_id: -row.net for row in rows if row.code is Code.RECEIVABLE}
    names = {charge_id: name for name, charge_id in desk.names.charges.items()}
    found = {}
    for charge_id, cents in desk.ask("SELECT id, responsibility_cents FROM charge"):
        got = sum(part for (charge, _), part in paid.items() if charge == charge_id)
        left = owes.get(charge_id, 0)
        found[names.get(charge_id, charge_id)] = {"owes": left, "paid": got, "let_off": cents - got - left}
    return found


def _visits(desk: CaseDesk, rows: Sequence[Row]) -> dict[str, dict[str, Any]]:
    follows = desk.ask("SELECT paid_in_full_follows FROM rules")
    found = {}
    goes_by = dict(desk.ask(_PEOPLE))
    for visit_id, patient_id, profile, said in desk.ask(
        "SELECT id, patient_id, payment_profile, coalesce(nullif(desk_billing, ''), billing_status) FROM appointment"
    ):
        charges = desk.ask("SELECT id, responsibility_cents, insurance_pending FROM charge WHERE appointment_id = ?",
                           visit_id)  # fmt: skip
        owes = sum(-row.net for row in rows if row.code is Code.RECEIVABLE and row.appointment_id == visit_id)
        bill = Bill(sum(row[1] for row in charges), owes, any(row[2] for row in charges), profile, said)
        found[visit_id] = {
            "owes": owes, "prepaid": _lies(rows, Code.EARMARKED, appointment_id=visit_id),
            "credit_box": _lies(rows, Code.CREDIT, patient_id=goes_by.get(patient_id, patient_id)),
            "billing": billing_status(bill, paid_in_full_follows=bool(follows[0][0]) if follows else True),
        }  # fmt: skip
    return found


def _payments(desk: CaseDesk, rows: Sequence[Row], paid: dict[tuple[str, str], int]) -> dict[str, dict[str, Any]]:
    names = {payment_id: name for name, payment_id in desk.names.payments.items()}
    found = {}
    for payment_id, amount, act in desk.ask(
        "SELECT payment_id, amount_cents, CASE WHEN reversed_op_id = '' THEN '' ELSE reversed_act END FROM payment"
    ):
        back = desk.ask("SELECT coalesce(sum(amount_cents), 0) FROM refund WHERE payment_id = ? AND kind = 'refund' "
                        "AND state = 'paid'", payment_id)[0][0]  # fmt: skip
        lots = [row.net for row in rows if row.payment_id == payment_id and row.code in (Code.CREDIT, Code.EARMARKED)]
        found[names.get(payment_id, payment_id)] = {
            "unallocated": sum(lots),
            "refunded": back,
            "allocated": sum(part for (_, payment), part in paid.items() if payment == payment_id),
            "state": act or ("paid" if not back else "refunded" if back == amount else "partially_refunded"),
        }
    return found


def _plans(desk: CaseDesk) -> dict[str, dict[str, Any]]:
    found = {}
    for name, plan_id in desk.names.plans.items():
        page = desk.plans.open(plan_id)
        assert page.worked is not None
        stood = {each.line.no: each for each in page.standing.lines} if page.standing else {}
        found[name] = {
            "status": page.status.value, "due": page.worked.due_cents, "agreed": page.acceptance is not None,
            "remaining": page.standing.owed_cents if page.standing else page.worked.due_cents,
            "late": page.standing.late_cents if page.standing else 0,
            "payments": tuple(
                f"{line.due} {line.cents // 100}.{line.cents % 100:02d}"
                + (f" {stood[line.no].state.value}" if line.no in stood else "")
                for line in page.worked.lines
            ),
        }  # fmt: skip
    return found


def _elsewhere(rows: Sequence[Row], names: Names) -> dict[str, dict[str, Any]]:
    waits: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row.code is Code.REFUND_ELSEWHERE:
            one = waits.setdefault(row.id.split(":")[1], {"waits": 0})
            one["waits"] -= row.net
    return waits


def _money(rows: Sequence[Row]) -> dict[str, int]:
    found = dict.fromkeys(HELD.values(), 0)
    for row in rows:
        if row.code in HELD:
            found[HELD[row.code]] -= row.net
    return found


def _open_tasks(desk: CaseDesk) -> dict[str, int]:
    """How many tasks of each kind are open."""
    found = desk.ask("SELECT what, count(*) FROM task WHERE resolved_op_id = '' AND what <> '' GROUP BY what")
    return dict.fromkeys(TASKS, 0) | dict(found)


def _lies(rows: Sequence[Row], code: Code, **whose: str) -> int:
    return sum(row.net for row in rows if row.code is code and all(getattr(row, k) == v for k, v in whose.items()))


def holds(rows: Iterable[Row]) -> list[str]:
    """What must be so whatever a case does; the failures in words."""
    rows = list(rows)
    wrong = [] if sum(row.net for row in rows) == 0 else ["the books do not balance"]
    owed = sum(-row.net for row in rows if row.code is Code.RECEIVABLE)
    made = sum(row.net for row in rows if row.code in RESPONSIBLE_CODES)
    return wrong if 0 <= owed <= made else [*wrong, "more is owed than anybody is responsible for"]
