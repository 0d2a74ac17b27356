"""The drawer and the day: floats, money put in and taken out, counts, deposits (docs/ledger.md, Drawer and bank)."""

from __future__ import annotations

from models.ledger import accounts
from models.ledger.accounts import Account
from models.ledger.draft import Draft
from models.ledger.judging import accept, except_, quarantine, reject
from models.ledger.states import DepositState, Transfer
from models.operations import bodies
from models.operations.operation import Operation


def drawer_opened(op: Operation, body: bodies.DrawerOpened, draft: Draft) -> None:
    """A drawer begins: what its float lacked came from the safe, what it had too much went there."""
    if body.float_cents < 0:
        quarantine(draft, op, "amount_not_positive")
        return
    drawer, safe = accounts.cash(body.drawer or op.device), accounts.safe()
    accept(draft, op, *_moved(drawer, safe, body.moved_cents, "float"))


def drawer_moved(op: Operation, body: bodies.DrawerMoved, draft: Draft) -> None:
    """Money in or out without a patient; opened without a sale nothing moves."""
    if body.kind not in bodies.DRAWER_MOVES:
        quarantine(draft, op, "drawer_move_unknown")
        return
    if body.amount_cents < 0 or (body.amount_cents == 0) != (body.kind == "no_sale"):
        quarantine(draft, op, "amount_not_positive")
        return
    signed = -body.amount_cents if body.kind == "paid_out" else body.amount_cents
    drawer, other = accounts.cash(body.drawer or op.device), accounts.petty_cash()
    accept(draft, op, *_moved(drawer, other, signed, body.kind))


def drawer_closed(op: Operation, body: bodies.DrawerClosed, draft: Draft) -> None:
    """Counted: what it is off by is over or short, what is beyond the float goes to the safe. Where the books say
    something else than the person was told, the count stands all the same, and somebody must look."""
    if body.counted_cents < 0 or not 0 <= body.kept_cents <= body.counted_cents:
        quarantine(draft, op, "amount_not_positive")
        return
    drawer = accounts.cash(body.drawer or op.device)
    balance = draft.balance(drawer.id)
    expected = balance.debits - balance.credits
    transfers = [
        *_moved(drawer, accounts.over_short(), body.counted_cents - expected, "over_short"),
        *_moved(drawer, accounts.safe(), body.kept_cents - body.counted_cents, "drop"),
    ]
    if expected == body.expected_cents:
        accept(draft, op, *transfers)
    else:
        except_(draft, op, "drawer_differs", *transfers)


def deposit_made(op: Operation, body: bodies.DepositMade, draft: Draft) -> None:
    """On its way to the bank: cash out of the safe, and checks. A payment goes to the bank once."""
    if min(body.cash_cents, body.check_cents, body.coin_cents) < 0 or body.coin_cents > body.cash_cents:
        reject(draft, op, "amount_not_positive")
        return
    if draft.deposit(body.deposit_id) is not None or any(draft.deposit_of(each) for each in body.payment_ids):
        reject(draft, op, "deposited")
        return
    draft.know_deposit(DepositState(body.deposit_id, op.op_id), body.payment_ids)
    transit = accounts.transit()
    accept(
        draft, op, *_moved(transit, accounts.safe(), body.cash_cents, "deposit"),
        *_moved(transit, accounts.check(), body.check_cents, "deposit"),
    )  # fmt: skip


def deposit_deleted(op: Operation, body: bodies.DepositDeleted, draft: Draft) -> None:
    """A slip taken back: its transfers mirrored, its payments free."""
    known = draft.deposit(body.deposit_id)
    if known is None or any(draft.deposit_of(each) != body.deposit_id for each in body.payment_ids):
        reject(draft, op, "missing_dependency")
        return
    if known.deleted:
        reject(draft, op, "deposit_deleted")
        return
    made = draft.transfers_of(known.made_op_id)
    draft.know_deposit(DepositState(known.deposit_id, known.made_op_id, deleted=True), body.payment_ids)
    accept(draft, op, *(Transfer(each.credit, each.debit, each.amount_cents, "deposit", (known.made_op_id, n))
                        for n, each in enumerate(made)))  # fmt: skip


def _moved(into: Account, source: Account, cents: int, code: str) -> list[Transfer]:
    """`cents` into an account from another one; the other way where they are negative, nothing for zero."""
    if not cents:
        return []
    return [Transfer(into, source, cents, code) if cents > 0 else Transfer(source, into, -cents, code)]
