"""Receipts on paper whose payment died with its desk, or lies in one nobody can reach: entered again (H13).

Cash of such a payment is carried into the drawer of the desk that enters it, and carried back where the payment itself
turns up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

import orjson

from app.money_views import Acted
from app.rekeying import WAYS, PaperOrder
from models.operations.rekeying import rekeyed_id
from tests.simulator import oracles, taking
from tests.simulator.desk import PRIYA, SimDesk, in_hand
from tests.simulator.world import Place, chance

if TYPE_CHECKING:
    from tests.simulator.run import Run


@dataclass(frozen=True)
class Receipt:
    """What a patient shows: a payment as its desk printed it, and where its money was put then."""

    payment: dict[str, Any]
    place: Place

    @property
    def number(self) -> str:
        return str(self.payment["receipt_no"])

    @property
    def cents(self) -> int:
        return int(self.payment["amount_cents"])


def receipt_of(op: dict[str, Any], tenant: str) -> Receipt | None:
    """The receipt of an operation, where it is a payment somebody may enter again."""
    body = op["body"]
    if op["kind"] != "payment.collect" or not body.get("receipt_no") or body["tender"] not in WAYS:
        return None
    drawer = f"cash:{body.get('drawer') or op['device']}" if body["tender"] == "cash" else str(body["tender"])
    return Receipt(body, (tenant, drawer)) if body["amount_cents"] > 0 else None


def rekeyed(run: Run, desk: SimDesk, rng: Random) -> str:
    """Somebody shows a receipt of a desk that is no more, or that cannot be reached; it is entered here."""
    if desk not in run.desks:
        return "another practice"
    if not any(_to_show(run, desk)) and chance(rng, 60):
        left_lying(run, desk, rng)
    found = list(_to_show(run, desk)) or list(_out_of_reach(run, desk))
    if not found:
        return "nobody shows a receipt"
    receipt = rng.choice(found)
    sheet = desk.rekeying.open(receipt.payment["patient_id"])
    order = PaperOrder(sheet, receipt.number, receipt.cents, str(receipt.payment["tender"]), desk.clinic.today())
    preview = desk.rekeying.preview(order)
    run.met["paper"] += 1

    def carried(up: SimDesk) -> None:
        if up.rows("SELECT 1 FROM payment WHERE payment_id = ?", rekeyed_id(receipt.number)):
            _carry(run, receipt, up)

    with in_hand(desk, "paper", carried):
        done: Acted = desk.rekeying.do(preview, PRIYA)
    _carry(run, receipt, desk)
    return f"{receipt.number} {done.cents}"


def left_lying(run: Run, desk: SimDesk, rng: Random) -> None:
    """Somebody pays at another desk, whose line then fails."""
    others = [each for each in run.desks if each.alive and each.device != desk.device and not run.aside(each)]
    if others:
        other = rng.choice(others)
        planned, desk.kill_at = desk.kill_at, 0
        with other.as_itself():
            other.sync()
            taking.on_account(run, other, rng)
            run.network.down |= {other.name}
            other.bench.work()
        desk.kill_at = planned


def _to_show(run: Run, desk: SimDesk) -> Iterator[Receipt]:
    """Receipts of lost payments that nobody has entered so far, or whose entry is lost as well."""
    entered = _entered(run)
    return (each for each in run.papers if each.place[0] == desk.enrolled.tenant and each.number not in entered)


def _entered(run: Run) -> set[str]:
    return {receipt.number for receipt, _ in run.carried}


def _out_of_reach(run: Run, desk: SimDesk) -> Iterator[Receipt]:
    """Payments that lie in desks without a line, unsent."""
    for other in run.desks:
        if not other.alive or other.device == desk.device or other.name not in run.network.down or run.aside(other):
            continue
        for (text,) in other.rows("SELECT op FROM outbox WHERE acknowledged_at = '' AND returned_at = '' "
                                  "ORDER BY epoch, dseq"):  # fmt: skip
            receipt = receipt_of(orjson.loads(text), desk.enrolled.tenant)
            if receipt is not None:
                yield receipt


def _carry(run: Run, receipt: Receipt, desk: SimDesk) -> None:
    """The money goes where the books of this desk now have it."""
    to = desk.place(str(receipt.payment["tender"]))
    run.world.money[receipt.place] -= receipt.cents
    run.world.money[to] += receipt.cents
    run.carried.append((receipt, to))


def forgotten(run: Run, op: dict[str, Any]) -> None:
    """A disk is lost on which a receipt had been entered: its money, which leaves that desk's books, is carried back to
    where the payment itself was put. What others entered of the same receipt stays."""
    if op["kind"] != "payment.rekeyed":
        return
    left = {where for where, _ in oracles.moved_by(op, {})}
    for each in run.carried:
        receipt, to = each
        if receipt.number == op["body"]["of"] and to[1] in left:
            run.carried.remove(each)
            run.world.money[receipt.place] += receipt.cents
            return


def settled(run: Run, books: oracles.Books) -> None:
    """At the end. A receipt that was entered a second time elsewhere, and one whose payment turned up, had its money
    carried for nothing: it is carried back, unless that was done when the entry was deleted. Lost payments whose
    receipts nobody entered are paid back by hand."""
    entered, arrived, deleted = books.entered(), books.receipts_taken(), books.deleted()
    for receipt, to in run.carried:
        first = entered.get(receipt.number) == to[1]
        if first and receipt.number not in arrived:
            continue
        run.world.money[receipt.place] += receipt.cents
        if not (first and rekeyed_id(receipt.number) in deleted):
            run.world.money[to] -= receipt.cents
    for receipt in run.papers:
        run.gone.add(receipt.number)
        if receipt.number not in entered:
            run.world.money[receipt.place] -= receipt.cents


def shown(run: Run, op: dict[str, Any], tenant: str, *, comes: bool) -> bool:
    """Will somebody come (`comes`) with the receipt of this operation that was lost, or did, before it was? Then its
    money stays for now where it is."""
    receipt = receipt_of(op, tenant)
    if receipt is None or any(each.number == receipt.number for each in run.papers):
        return False
    if comes or receipt.number in _entered(run):
        run.papers.append(receipt)
        return True
    return False
