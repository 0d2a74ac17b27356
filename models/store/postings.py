"""What a run of judged operations leaves in the ledger's tables: transfers as they are, and one net per account."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from models.ledger.accounts import Account
from models.ledger.book import Draft, Entry
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

    def write(self, session: Session) -> None:
        """Open accounts, move their totals, add the transfers."""
        session.insert_new(account, [_account_row(self._tenant, row) for row in self._accounts.values()])
        net = [(account_id, debits, cents) for account_id, (debits, cents) in self._net.items()]
        session.add_to_accounts(self._tenant, net, pending=self._pending)
        session.insert(transfer, self._transfers)


def _account_row(tenant: str, row: WireAccount) -> dict[str, Any]:
    return {
        "tenant": tenant, "id": row[0], "code": row[1], "guard": row[2], "patient_id": row[3],
        "appointment_id": row[4], "charge_id": row[5], "payment_id": row[6], "debits": 0, "credits": 0, "held": 0,
        "pending_debits": 0, "pending_credits": 0,
    }  # fmt: skip
