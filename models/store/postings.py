"""What a run of judged operations leaves in the ledger's tables: transfers as they are, and one net per account."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from models.ledger.accounts import Account
from models.ledger.draft import Draft
from models.ledger.states import Entry
from models.store.session import Session
from models.tables.ledger import account, transfer

WireTransfer = Sequence[Any]
"""[debit, credit, cents, code, reverses_op or "", reverses_n or 0], as `LogEntry.transfers` lists it."""

WireAccount = Sequence[str]
"""[id, code, guard, patient, appointment, charge, payment], as `LogEntry.accounts` lists it."""


def wire_transfers(entry: Entry) -> list[list[Any]]:
    """An entry's transfers as the log says them."""
    return [
        [t.debit.id, t.credit.id, t.amount_cents, t.code, *(t.reverses or ("", 0))]
        for t in entry.transfers
    ]  # fmt: skip


def wire_accounts(entry: Entry) -> list[list[str]]:
    """Every account an entry's transfers name, as the log says them."""
    named = {end.id: end for t in entry.transfers for end in (t.debit, t.credit)}
    return [_wire_account(end) for end in named.values()]


def _wire_account(end: Account) -> list[str]:
    return [end.id, end.code.value, end.guard.value, end.patient_id, end.appointment_id, end.charge_id, end.payment_id]


class Postings:
    """Transfers and accounts of a run, gathered, then written in three statements.

    `pending` chooses the layer. The net per account is what the CHECKs of `account` look at: a release and a refund in
    one run never trip them half-way.
    """

    def __init__(self, tenant: str, *, pending: bool) -> None:
        self._tenant, self._pending = tenant, pending
        self._transfers: list[dict[str, Any]] = []
        self._accounts: dict[str, WireAccount] = {}
        self._net: dict[str, list[int]] = {}

    @property
    def touched(self) -> bool:
        """Is there anything to write?"""
        return bool(self._transfers)

    @property
    def account_ids(self) -> Iterable[str]:
        """Every account the run moves."""
        return self._net.keys()

    def add(
        self, op_id: str, business_date: str, transfers: Sequence[WireTransfer], *, seq: int = 0, pending_no: int = 0
    ) -> None:
        """Take the transfers of one entry: at log position `seq`, or at `pending_no` of the pending layer."""
        for n, (debit, credit, cents, code, reverses_op, reverses_n) in enumerate(transfers):
            self._transfers.append({
                "tenant": self._tenant, "op_id": op_id, "n": n, "seq": seq, "pending_no": pending_no, "debit": debit,
                "credit": credit, "amount_cents": cents, "code": code, "reverses_op": reverses_op,
                "reverses_n": reverses_n, "business_date": business_date,
            })  # fmt: skip
            self._net.setdefault(debit, [0, 0])[0] += cents
            self._net.setdefault(credit, [0, 0])[1] += cents

    def open_accounts(self, accounts: Iterable[WireAccount]) -> None:
        """Accounts the run may open."""
        for row in accounts:
            self._accounts[row[0]] = row

    def open_drafted(self, draft: Draft, known: Iterable[str] = ()) -> None:
        """Accounts a draft touched, less those that are certainly in the tables."""
        there = set(known)
        for account_id, delta in draft.deltas.items():
            if account_id not in there:
                self._accounts[account_id] = _wire_account(delta.account)

    def write(self, session: Session, asking: Session | None = None) -> None:
        """Open accounts and move totals, each with its net at once; add the transfers. `asking`: who is asked which
        accounts exist, where that is not `session`."""
        made = [_account_row(self._tenant, row, self._net.get(row[0], _NOTHING), pending=self._pending)
                for row in self._accounts.values()]  # fmt: skip
        there = {account_id: (net[0], net[1]) for account_id, net in self._net.items()
                 if account_id not in self._accounts}  # fmt: skip
        session.post_to_accounts(account, made, there, self._tenant, pending=self._pending,
                                 asking=asking)  # fmt: skip
        session.insert(transfer, self._transfers)


_NOTHING = (0, 0)


def _account_row(tenant: str, row: WireAccount, net: Sequence[int], *, pending: bool) -> dict[str, Any]:
    confirmed, waiting = (_NOTHING, net) if pending else (net, _NOTHING)
    return {
        "tenant": tenant, "id": row[0], "code": row[1], "guard": row[2], "patient_id": row[3],
        "appointment_id": row[4], "charge_id": row[5], "payment_id": row[6], "debits": confirmed[0],
        "credits": confirmed[1], "held": 0, "pending_debits": waiting[0], "pending_credits": waiting[1],
    }  # fmt: skip
