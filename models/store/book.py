"""The ledger engine's questions answered from the tables, the same on a desk and on the hub.

A desk's balances in force are confirmed plus pending; a hub has nothing pending. `prefetch` asks for everything a batch
of operations is going to need in a handful of queries; what was not foreseen is asked when it is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from models.ledger.accounts import Account, Code, Guard
from models.ledger.book import (
    PAYS,
    UNPAYS,
    Balance,
    ChargeState,
    PaymentState,
    Transfer,
    net_paid_by_payment,
    net_paid_to_charge,
    sign_of,
)  # fmt: skip
from models.operations import bodies, records
from models.operations.codec import BodyInvalid
from models.operations.kinds import NotUnderstood
from models.operations.operation import Operation
from models.store.session import Session

_ACCOUNT = (
    "SELECT id, code, guard, patient_id, appointment_id, charge_id, payment_id, debits + pending_debits, "
    "credits + pending_credits, held FROM account WHERE tenant = :tenant AND "
)
_CHARGE = (
    "SELECT id, patient_id, appointment_id, service_date, responsibility_cents FROM charge "
    "WHERE tenant = :tenant AND "
)  # fmt: skip
_PAYMENT = (
    "SELECT payment_id, patient_id, appointment_id, tender, amount_cents, drawer, merchant, collect_op_id, "
    "receipt_no, reversed_op_id FROM payment WHERE tenant = :tenant AND "
)
_BY_RECEIPT = _PAYMENT + "receipt_no <> '' AND receipt_no IN (:ids)"
_TRANSFER = (
    "SELECT debit, credit, amount_cents, code, reverses_op, reverses_n FROM transfer WHERE tenant = :tenant AND "
)
_MOVE = (
    "SELECT debit, credit, amount_cents, code, reverses_op, reverses_n, seq = 0 AS layer, seq, pending_no, n "
    "FROM transfer WHERE tenant = :tenant AND code IN (:codes) AND "
)
_MOVES = f"{_MOVE} debit IN (:ids) UNION ALL {_MOVE} credit IN (:ids) ORDER BY layer, seq, pending_no, n"
"""An allocation has a lot at one end and a receivable at the other, so no row comes twice. Two index searches: with OR
the whole table would be read."""

_IN_ORDER = " ORDER BY seq = 0, seq, pending_no, n"


@dataclass
class Wanted:
    """What a run of operations is going to ask for."""

    accounts: set[str] = field(default_factory=set)
    charges: set[str] = field(default_factory=set)
    payments: set[str] = field(default_factory=set)
    receipts: set[str] = field(default_factory=set)
    appointments: set[str] = field(default_factory=set)

    def add(self, op: Operation) -> None:
        """Look at one operation. What cannot be read asks for nothing: the engine quarantines it."""
        look = _LOOK.get(op.kind)
        if look is None:
            return
        try:
            look(self, op.typed_body())
        except (NotUnderstood, BodyInvalid):
            return

    def _collect(self, body: bodies.Collect) -> None:
        self.payments.add(body.payment_id)
        if body.receipt_no:
            self.receipts.add(body.receipt_no)

    def _allocate(self, body: bodies.Allocate) -> None:
        self.payments.add(body.lot_payment_id)
        for line in body.lines:
            self.charges.add(line.charge_id)
            self.accounts.add(f"AR:{line.charge_id}")

    def _reverse(self, body: bodies.Reverse) -> None:
        self.payments.add(body.payment_id)

    def _charge(self, body: records.Charge) -> None:
        self.charges.add(body.id)
        self.accounts.add(f"AR:{body.id}")
        if body.appointment_id:
            self.appointments.add(body.appointment_id)


_LOOK: dict[str, Any] = {
    "payment.collect": Wanted._collect,
    "payment.allocate": Wanted._allocate,
    "payment.reverse": Wanted._reverse,
    "charge.put": Wanted._charge,
}


@dataclass(frozen=True)
class Ask:
    """A query, its values, and who takes what it finds."""

    query: str
    values: dict[str, Any]
    take: Callable[[list[Any]], None]


class TableBook:
    """A `Book` over the tables of one tenant, as of the transaction it lives in. Remembers what it was told."""

    def __init__(self, session: Session, tenant: str) -> None:
        self._session, self._tenant = session, tenant
        self._accounts: dict[str, tuple[Account, Balance] | None] = {}
        self._charges: dict[str, ChargeState | None] = {}
        self._payments: dict[str, PaymentState | None] = {}
        self._receipts: dict[str, str] = {}
        self._lots_of_payment: dict[str, tuple[Account, ...]] = {}
        self._lots_for_appointment: dict[str, tuple[Account, ...]] = {}

    def prefetch(self, ops: Iterable[Operation]) -> None:
        """Ask at once for what judging `ops` will need and is not known yet."""
        asks = self.asks(ops)
        answers = self._session.read_together([(ask.query, ask.values) for ask in asks])
        for ask, found in zip(asks, answers, strict=True):
            ask.take(found)

    def asks(self, ops: Iterable[Operation]) -> list[Ask]:
        """What `prefetch` would ask, for those who ask other things in the same journey."""
        wanted = Wanted()
        for op in ops:
            wanted.add(op)
        plan: list[tuple[str, set[str], Callable[[set[str], list[Any]], None]]] = [
            (_PAYMENT + "payment_id IN (:ids)", wanted.payments - self._payments.keys(), self._take_payments),
            (_ACCOUNT + "payment_id IN (:ids)", wanted.payments - self._lots_of_payment.keys(), self._take_lots),
            (_BY_RECEIPT, wanted.receipts - self._receipts.keys(), self._take_receipts),
            (_CHARGE + "id IN (:ids)", wanted.charges - self._charges.keys(), self._take_charges),
            (_ACCOUNT + "id IN (:ids)", wanted.accounts - self._accounts.keys(), self._take_accounts),
            (
                _ACCOUNT + "appointment_id IN (:ids)",
                wanted.appointments - self._lots_for_appointment.keys(),
                self._take_earmarks,
            ),
        ]
        return [
            Ask(query, {"tenant": self._tenant, "ids": ids}, partial(take, ids)) for query, ids, take in plan if ids
        ]

    def known_account(self, account_id: str) -> bool:
        """Is the account certainly in the tables? False means: not known here."""
        return self._accounts.get(account_id) is not None

    def balance(self, account_id: str) -> Balance:
        if account_id not in self._accounts:
            self._take_accounts({account_id}, self._ask(_ACCOUNT + "id = :id", id=account_id))
        known = self._accounts[account_id]
        return known[1] if known else Balance()

    def charge(self, charge_id: str) -> ChargeState | None:
        if charge_id not in self._charges:
            self._take_charges({charge_id}, self._ask(_CHARGE + "id = :id", id=charge_id))
        return self._charges[charge_id]

    def payment(self, payment_id: str) -> PaymentState | None:
        if payment_id not in self._payments:
            self._take_payments({payment_id}, self._ask(_PAYMENT + "payment_id = :id", id=payment_id))
        return self._payments[payment_id]

    def payment_with_receipt(self, receipt_no: str) -> str:
        if receipt_no not in self._receipts:
            self._take_receipts(
                {receipt_no}, self._ask(_PAYMENT + "receipt_no <> '' AND receipt_no = :id", id=receipt_no)
            )
        return self._receipts[receipt_no]

    def lots_of_payment(self, payment_id: str) -> Sequence[Account]:
        if payment_id not in self._lots_of_payment:
            self._take_lots({payment_id}, self._ask(_ACCOUNT + "payment_id = :id", id=payment_id))
        return self._lots_of_payment[payment_id]

    def lots_for_appointment(self, appointment_id: str) -> Sequence[Account]:
        if appointment_id not in self._lots_for_appointment:
            found = self._ask(_ACCOUNT + "appointment_id = :id", id=appointment_id)
            self._take_earmarks({appointment_id}, found)
        return self._lots_for_appointment[appointment_id]

    def charges_of_appointment(self, appointment_id: str) -> Sequence[ChargeState]:
        found = [ChargeState(*row) for row in self._ask(_CHARGE + "appointment_id = :id", id=appointment_id)]
        return sorted(found, key=lambda charge: (charge.service_date, charge.charge_id))

    def paid_to_charge(self, charge_id: str) -> Sequence[tuple[Account, int]]:
        return net_paid_to_charge(self._moves([f"AR:{charge_id}"]))

    def paid_by_payment(self, payment_id: str) -> Sequence[tuple[Account, Account, int]]:
        return net_paid_by_payment(self._moves([lot.id for lot in self.lots_of_payment(payment_id)]))

    def transfers_of(self, op_id: str) -> Sequence[Transfer]:
        return self._transfers(self._ask(_TRANSFER + "op_id = :id" + _IN_ORDER, id=op_id))

    def _moves(self, account_ids: list[str]) -> list[tuple[Transfer, int]]:
        """Allocations and releases of these accounts, oldest first, each with its sign."""
        if not account_ids:
            return []
        found = self._ask(_MOVES, ids=account_ids, codes=PAYS | UNPAYS)
        return [(transfer, sign_of(transfer)) for transfer in self._transfers([row[:6] for row in found])]

    def _transfers(self, found: list[Any]) -> list[Transfer]:
        missing = {row[side] for row in found for side in (0, 1)} - self._accounts.keys()
        if missing:
            self._take_accounts(missing, self._ask(_ACCOUNT + "id IN (:ids)", ids=missing))
        return [
            Transfer(self._account(debit), self._account(credit), cents, code, (of_op, n) if of_op else None)
            for debit, credit, cents, code, of_op, n in found
        ]

    def _account(self, account_id: str) -> Account:
        known = self._accounts[account_id]
        if known is None:
            raise LookupError(f"a transfer names account {account_id}, which is not there")
        return known[0]

    def _ask(self, query: str, **values: Any) -> list[Any]:
        return self._session.rows(query, tenant=self._tenant, **values)

    def _take_accounts(self, ids: set[str], found: list[Any]) -> None:
        self._accounts.update(dict.fromkeys(ids - self._accounts.keys()))
        for row in found:
            self._take_account(row)

    def _take_account(self, row: Any) -> Account:
        known = self._accounts.get(row[0])
        if known is None:
            account = Account(row[0], Code(row[1]), Guard(row[2]), *row[3:7])
            known = self._accounts[row[0]] = (account, Balance(*row[7:10]))
        return known[0]

    def _take_lots(self, ids: set[str], found: list[Any]) -> None:
        accounts = sorted((self._take_account(row) for row in found), key=lambda account: account.id)
        for payment_id in ids:
            self._lots_of_payment[payment_id] = tuple(
                account for account in accounts if account.payment_id == payment_id and account.guard is Guard.LOT
            )

    def _take_earmarks(self, ids: set[str], found: list[Any]) -> None:
        accounts = [self._take_account(row) for row in found]
        lots = [account for account in accounts if account.guard is Guard.LOT]
        opened = {account_id: order for order, account_id in enumerate(self._oldest_first(lots))}
        lots.sort(key=lambda lot: (opened.get(lot.id, len(opened)), lot.id))
        for appointment_id in ids:
            self._lots_for_appointment[appointment_id] = tuple(
                lot for lot in lots if lot.appointment_id == appointment_id
            )

    def _oldest_first(self, lots: list[Account]) -> list[str]:
        """The ids of lots in the order money first came to them."""
        if len(lots) < 2:
            return [lot.id for lot in lots]
        query = "SELECT credit FROM transfer WHERE tenant = :tenant AND credit IN (:ids)" + _IN_ORDER
        return list(dict.fromkeys(row[0] for row in self._ask(query, ids={lot.id for lot in lots})))

    def _take_charges(self, ids: set[str], found: list[Any]) -> None:
        self._charges.update(dict.fromkeys(ids))
        self._charges.update({row[0]: ChargeState(*row) for row in found})

    def _take_payments(self, ids: set[str], found: list[Any]) -> None:
        self._payments.update(dict.fromkeys(ids))
        self._payments.update({row[0]: _payment_state(row) for row in found})

    def _take_receipts(self, ids: set[str], found: list[Any]) -> None:
        self._receipts.update(dict.fromkeys(ids, ""))
        self._receipts.update({row[8]: row[0] for row in found})


def _payment_state(row: Any) -> PaymentState:
    values = [*row[:9], bool(row[9])]
    return PaymentState(*values)
