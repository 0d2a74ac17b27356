"""What the engine reads, and what it leaves behind: a `Book` is asked, a `Draft` remembers what a run of operations
changed so that a store can write the net of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol

from models.ledger.accounts import Account, Guard
from models.operations.operation import Operation


class Verdict(StrEnum):
    """What became of an operation. Permanent: a verdict never changes."""

    ACCEPTED = "accepted"
    REDUCED = "reduced"
    REJECTED = "rejected"
    EXCEPTED = "excepted"
    QUARANTINED = "quarantined"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Balance:
    """Totals of an account in cents, never one signed number; `held` is promised to a desk."""

    debits: int = 0
    credits: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True)
class Transfer:
    """`amount_cents` (> 0) from `credit` to `debit`. `reverses` names the mirrored one: (op_id, n)."""

    debit: Account
    credit: Account
    amount_cents: int
    code: str
    reverses: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One operation as judged: what the hub logs, in this order, and everybody posts to the letter."""

    op: Operation
    verdict: Verdict
    transfers: tuple[Transfer, ...] = ()
    granted_cents: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ChargeState:
    """A charge as the ledger knows it: its accounts' dimensions and the responsibility posted so far."""

    charge_id: str
    patient_id: str
    appointment_id: str
    service_date: str
    responsibility_cents: int


@dataclass(frozen=True, slots=True)
class PaymentState:
    """A payment as the ledger knows it. `collect_op_id` is the fact that made its lot."""

    payment_id: str
    patient_id: str
    appointment_id: str
    tender: str
    amount_cents: int
    drawer: str
    merchant: str
    collect_op_id: str
    reversed: bool = False


class Book(Protocol):
    """The state an operation is judged against. Every answer is as of the log position being judged."""

    def balance(self, account_id: str) -> Balance: ...

    def charge(self, charge_id: str) -> ChargeState | None: ...

    def payment(self, payment_id: str) -> PaymentState | None: ...

    def lots_of_payment(self, payment_id: str) -> Sequence[Account]:
        """Every lot account of a payment."""
        ...

    def lots_for_appointment(self, appointment_id: str) -> Sequence[Account]:
        """The lots earmarked to an appointment, oldest payment first."""
        ...

    def charges_of_appointment(self, appointment_id: str) -> Sequence[ChargeState]:
        """Its charges, by service date and id."""
        ...

    def paid_to_charge(self, charge_id: str) -> Sequence[tuple[Account, int]]:
        """(lot, net cents it has paid to the charge), newest allocation first, zero rows left out."""
        ...

    def paid_by_payment(self, payment_id: str) -> Sequence[tuple[Account, Account, int]]:
        """(receivable, lot, net cents) of a payment's lots, zero rows left out."""
        ...

    def transfers_of(self, op_id: str) -> Sequence[Transfer]:
        """What an operation posted, in order."""
        ...


@dataclass(slots=True)
class Delta:
    """The net a run of operations adds to one account."""

    account: Account
    debits: int = 0
    credits: int = 0


@dataclass
class Draft:
    """A book with a run of operations on top of it, in memory. Reads see what was drafted before."""

    base: Book
    deltas: dict[str, Delta] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    charges: dict[str, ChargeState] = field(default_factory=dict)
    payments: dict[str, PaymentState] = field(default_factory=dict)

    def balance(self, account_id: str) -> Balance:
        known = self.base.balance(account_id)
        delta = self.deltas.get(account_id)
        if delta is None:
            return known
        return Balance(known.debits + delta.debits, known.credits + delta.credits, known.held)

    def charge(self, charge_id: str) -> ChargeState | None:
        return self.charges.get(charge_id) or self.base.charge(charge_id)

    def payment(self, payment_id: str) -> PaymentState | None:
        return self.payments.get(payment_id) or self.base.payment(payment_id)

    def lots_of_payment(self, payment_id: str) -> Sequence[Account]:
        drafted = [d.account for d in self.deltas.values()
                   if d.account.payment_id == payment_id and d.account.guard is Guard.LOT]  # fmt: skip
        return _merged(self.base.lots_of_payment(payment_id), drafted)

    def lots_for_appointment(self, appointment_id: str) -> Sequence[Account]:
        drafted = [d.account for d in self.deltas.values()
                   if d.account.appointment_id == appointment_id and d.account.guard is Guard.LOT]  # fmt: skip
        return _merged(self.base.lots_for_appointment(appointment_id), drafted)

    def charges_of_appointment(self, appointment_id: str) -> Sequence[ChargeState]:
        known = {c.charge_id: c for c in self.base.charges_of_appointment(appointment_id)}
        for charge_id, drafted in self.charges.items():
            known.pop(charge_id, None)
            if drafted.appointment_id == appointment_id:
                known[charge_id] = drafted
        return sorted(known.values(), key=lambda c: (c.service_date, c.charge_id))

    def paid_to_charge(self, charge_id: str) -> Sequence[tuple[Account, int]]:
        net: dict[str, tuple[Account, int]] = {}
        for lot_account, cents in reversed(self.base.paid_to_charge(charge_id)):
            net[lot_account.id] = (lot_account, cents)
        for transfer, sign in self._allocations():
            receivable, lot_account = _ends(transfer)
            if receivable.charge_id == charge_id:
                before = net.pop(lot_account.id, (lot_account, 0))[1] if sign > 0 else net.get(
                    lot_account.id, (lot_account, 0))[1]  # fmt: skip
                net[lot_account.id] = (lot_account, before + sign * transfer.amount_cents)
        return [row for row in reversed(net.values()) if row[1]]

    def paid_by_payment(self, payment_id: str) -> Sequence[tuple[Account, Account, int]]:
        net = {(ar.id, lot_account.id): (ar, lot_account, cents)
               for ar, lot_account, cents in self.base.paid_by_payment(payment_id)}  # fmt: skip
        for transfer, sign in self._allocations():
            receivable, lot_account = _ends(transfer)
            if lot_account.payment_id == payment_id:
                key = (receivable.id, lot_account.id)
                before = net.get(key, (receivable, lot_account, 0))[2]
                net[key] = (receivable, lot_account, before + sign * transfer.amount_cents)
        return [row for row in net.values() if row[2]]

    def transfers_of(self, op_id: str) -> Sequence[Transfer]:
        for entry in self.entries:
            if entry.op.op_id == op_id:
                return entry.transfers
        return self.base.transfers_of(op_id)

    def add(self, entry: Entry) -> None:
        """Take an entry into the draft."""
        self.entries.append(entry)
        for transfer in entry.transfers:
            self.move(transfer)

    def move(self, transfer: Transfer) -> None:
        """Let a transfer weigh on the balances without an entry of its own."""
        self._delta(transfer.debit).debits += transfer.amount_cents
        self._delta(transfer.credit).credits += transfer.amount_cents

    def know_charge(self, state: ChargeState) -> None:
        """From now on the charge stands like this."""
        self.charges[state.charge_id] = state

    def know_payment(self, state: PaymentState) -> None:
        """From now on the payment stands like this."""
        self.payments[state.payment_id] = state

    def mark_reversed(self, state: PaymentState) -> None:
        """The payment was taken back."""
        self.payments[state.payment_id] = replace(state, reversed=True)

    def branch(self) -> Draft:
        """A draft on top of this one: keep it by `merge`, forget it by dropping it."""
        return Draft(self)

    def merge(self, branch: Draft) -> None:
        """Keep what was drafted on a branch of this draft."""
        for entry in branch.entries:
            self.add(entry)
        self.charges.update(branch.charges)
        self.payments.update(branch.payments)

    def _delta(self, account: Account) -> Delta:
        delta = self.deltas.get(account.id)
        if delta is None:
            delta = self.deltas[account.id] = Delta(account)
        return delta

    def _allocations(self) -> Iterable[tuple[Transfer, int]]:
        for entry in self.entries:
            for transfer in entry.transfers:
                if transfer.code in PAYS:
                    yield transfer, 1
                elif transfer.code in UNPAYS:
                    yield transfer, -1


PAYS = frozenset({"allocate", "auto_allocate"})
"""Transfer codes lot → receivable."""
UNPAYS = frozenset({"release"})
"""Transfer codes receivable → lot."""


def _ends(transfer: Transfer) -> tuple[Account, Account]:
    """(receivable, lot) of an allocation or its release."""
    if transfer.code in PAYS:
        return transfer.credit, transfer.debit
    return transfer.debit, transfer.credit


def _merged(known: Sequence[Account], drafted: Sequence[Account]) -> list[Account]:
    seen = {account.id for account in known}
    return [*known, *(account for account in drafted if account.id not in seen)]
