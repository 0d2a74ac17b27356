"""What can be done to each row of the Ledger: one table, used by the menus, the keys and the palette alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from app.account_views import ChargeLine, DocumentLine, LogLine, PaymentLine, PaymentPart, StatementRow
from app.account_views import VisitLine as Visit
from app.plan_views import PlanListed
from models.basics.money import show_cents
from widgets.ledger.acts import Target
from widgets.ledger.offer import Offer
from widgets.ledger.rows import NAMES
from widgets.ledger.state import LedgerState, Tab


@dataclass(frozen=True, slots=True)
class Row:
    """The line behind a row's key; `part` where the row is a part of it."""

    line: Any
    part: PaymentPart | None = None
    item: ChargeLine | None = None


def row_behind(state: LedgerState, key: str) -> Row | None:
    """What the row `key` of the shown list is about; None for no row."""
    kind, _, rest = key.partition(":")
    if kind not in _KINDS.get(state.tab, ()):  # a list that is not shown any more
        return None
    if kind == "part":
        payment_id, _, at = rest.rpartition(":")
        payment = next((line for line in state.lines if line.payment_id == payment_id), None)
        return Row(payment, part=payment.parts[int(at)]) if payment and int(at) < len(payment.parts) else None
    if kind == "item" and state.tab is Tab.VISITS:
        found = ((line, item) for line in state.lines for item in line.items if item.charge_id == rest)
        return next((Row(line, item=item) for line, item in found), None)
    name = NAMES[state.tab]
    return next((Row(line) for line in state.lines if name(line) == key), None)


_KINDS: dict[Tab, tuple[str, ...]] = {
    Tab.VISITS: ("visit", "item"), Tab.PAYMENTS: ("payment", "part"), Tab.LINES: ("item",),
    Tab.STATEMENTS: ("statement",), Tab.DOCUMENTS: ("document",), Tab.LOG: ("log",), Tab.PLANS: ("plan",),
}  # fmt: skip
"""What rows of each list are called."""


def offers_for(state: LedgerState, key: str) -> list[Offer]:
    """Everything the row `key` can take, the likeliest first."""
    row = row_behind(state, key)
    if row is None or state.view is None:
        return []
    own = getattr(row.line, "patient_id", "") if state.view.whole_family else ""
    whom = Target(own or state.view.patient.patient_id)
    if row.part is not None:
        return list(_of_part(row.line, row.part, whom))
    if row.item is not None:
        return list(_of_item(row.item, whom))
    return list(_OFFERS[type(row.line)](row.line, whom))


def _of_visit(line: Visit, whom: Target) -> Iterator[Offer]:
    target = replace(whom, patient_id=line.patient_id or whom.patient_id, appointment_id=line.appointment_id)
    only = replace(target, charge_id=line.items[0].charge_id) if len(line.items) == 1 else target
    if line.appointment_id and line.balance_cents > 0:
        yield Offer("collect", f"Collect {show_cents(line.balance_cents)}", target)
    if line.paid_cents > 0 or line.prepaid_cents > 0:
        yield Offer("move", "Move money off this visit…", target)
    if line.balance_cents > 0 and (line.appointment_id or only.charge_id):
        yield Offer("adjust", "Discount or write off…", only)
    if line.appointment_id:
        yield Offer("ask", "Ask for a payment…", target)
        yield Offer("add_charge", "Add a charge…", target)
        yield Offer("fee", "Add a fee…", target)
        yield Offer("visit_status", "Status of the visit…", target)
        yield Offer("billing_status", "Billing status…", target)
    if line.appointment_id and any(not item.fee for item in line.items):
        yield Offer("superbill", "Superbill…", target)


def _of_payment(line: PaymentLine, whom: Target) -> Iterator[Offer]:
    target = replace(whom, payment_id=line.payment_id)
    held = line.allocated_cents + line.unspent_cents
    if line.stands and held > 0:
        if line.unspent_cents > 0:
            yield Offer("move", f"Move {show_cents(line.unspent_cents)}…", target)
        yield Offer("refund", "Refund…", target)
    if line.receipt_no:
        yield Offer("show", "Show receipt", replace(target, paper=f"receipt:{line.payment_id}"))
        yield Offer("receipt", "Print receipt again", target)
        if line.tender == "card":
            yield Offer("show", "Show clinic’s copy", replace(target, paper=f"clinic:{line.payment_id}"))
        yield Offer("send", "Send receipt…", replace(target, paper=f"receipt:{line.payment_id}"))
    yield Offer("payment", "Open the payment", target)
    if line.stands and held > 0:
        yield Offer("correct", "Correct the amount…", target, risky=True)
        if line.same_day:
            yield Offer("void", "Void…", target, risky=True)
        if line.tender == "check":
            yield Offer("bounce", "Check came back…", target, risky=True)
        if line.tender == "card":
            yield Offer("dispute", "Chargeback…", target, risky=True)
        if line.same_day:
            yield Offer("delete", "Delete…", target, risky=True)


def _of_part(line: PaymentLine, part: PaymentPart, whom: Target) -> Iterator[Offer]:
    target = replace(whom, payment_id=line.payment_id, charge_id=part.charge_id, refund_id=part.refund_id,
                     appointment_id="" if part.charge_id else part.appointment_id,
                     dispute_id=part.dispute_id)  # fmt: skip
    if part.kind in ("charge", "visit", "credit"):
        yield Offer("move", f"Move {show_cents(part.cents)}…", target)
        yield Offer("refund", "Refund…", target)
    elif part.can_undo:
        yield Offer("refund_undo", "Patient hands it back…", target)
    elif part.kind == "dispute" and part.state == "open":
        yield Offer("dispute", "Close the dispute…", target)


def _of_item(line: ChargeLine, whom: Target) -> Iterator[Offer]:
    target = replace(whom, patient_id=line.patient_id, appointment_id=line.appointment_id, charge_id=line.charge_id)
    if line.balance_cents > 0:
        yield Offer("fill", "Fill from money on account…", replace(target, charge_ids=(line.charge_id,)))
        yield Offer("adjust", "Discount or write off…", target)
    if line.paid_cents > 0:
        yield Offer("move", "Move money off this item…", target)
    if line.fee:
        yield Offer("fee", "Change this fee…", target)
    elif line.made_here and line.appointment_id:
        yield Offer("change_charge", "Change or take off…", target)
    if not line.fee and line.adjusted_cents > 0 and line.balance_cents <= 0:
        yield Offer("adjust", "Take back what was let off…", target)


def _of_statement(line: StatementRow, whom: Target) -> Iterator[Offer]:
    target = replace(whom, paper=f"statement:{line.statement_id}")
    yield Offer("show", "Show statement", target)
    yield Offer("print", "Print it again", target)
    yield Offer("send", "Send it…", target)


def _of_document(line: DocumentLine, whom: Target) -> Iterator[Offer]:
    target = replace(whom, paper=line.key)
    yield Offer("show", "Show", target)
    yield Offer("print", "Print it again", target)
    yield Offer("send", "Send it…", target)


def _of_log(line: LogLine, whom: Target) -> Iterator[Offer]:
    if line.can_undo:
        yield Offer("undo", "Undo this…", replace(whom, op_id=line.op_id))


def _of_plan(line: PlanListed, whom: Target) -> Iterator[Offer]:
    words = "Open the plan" if line.plan_id else "New payment plan…"
    yield Offer("plan", words, replace(whom, patient_id=line.patient_id, plan_id=line.plan_id))


_OFFERS: dict[type[Any], Callable[[Any, Target], Iterator[Offer]]] = {
    Visit: _of_visit, PaymentLine: _of_payment, ChargeLine: _of_item, StatementRow: _of_statement,
    DocumentLine: _of_document, LogLine: _of_log, PlanListed: _of_plan,
}  # fmt: skip
