"""The five figures of a patient's account, derived from balances and, for tests and `doctor`, from history.

AR = what receivables still show        U = what lies in lots, earmarked included, less refunds made elsewhere
R  = what the patient is responsible for (contras of the receivables: fees on top, adjustments off)      A = R − AR
total paid = A + U    statement balance = AR = R − A    total balance = R − (A + U)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from models.ledger.accounts import LOT_CODES, RESPONSIBLE_CODES, Account, Code
from models.ledger.states import Balance, Transfer

RESPONSIBLE_TRANSFERS = frozenset({"charge", "responsibility", "adjust", "lapse"})
"""Transfer codes that change what a patient is responsible for."""


@dataclass(frozen=True, slots=True)
class Figures:
    """A patient's account in cents. `prepaid_cents` is the earmarked part of `unallocated_cents`."""

    responsibility_cents: int = 0
    allocated_cents: int = 0
    unallocated_cents: int = 0
    prepaid_cents: int = 0

    def __add__(self, other: Figures) -> Figures:
        return Figures(
            self.responsibility_cents + other.responsibility_cents, self.allocated_cents + other.allocated_cents,
            self.unallocated_cents + other.unallocated_cents, self.prepaid_cents + other.prepaid_cents,
        )  # fmt: skip

    @property
    def total_paid_cents(self) -> int:
        return self.allocated_cents + self.unallocated_cents

    @property
    def statement_balance_cents(self) -> int:
        return self.responsibility_cents - self.allocated_cents

    @property
    def total_balance_cents(self) -> int:
        return self.responsibility_cents - self.total_paid_cents

    @property
    def credit_cents(self) -> int:
        return self.unallocated_cents - self.prepaid_cents


def figures_from_balances(rows: Iterable[tuple[Code, Balance]]) -> Figures:
    """The figures from the balances of all accounts of one patient."""
    receivable = responsible = unallocated = prepaid = 0
    for code, balance in rows:
        net = balance.credits - balance.debits
        if code is Code.RECEIVABLE:
            receivable -= net
        elif code in RESPONSIBLE_CODES:
            responsible += net
        elif code in LOT_CODES or code is Code.REFUND_ELSEWHERE:
            unallocated += net
            prepaid += net if code is Code.EARMARKED else 0
    return Figures(responsible, responsible - receivable, unallocated, prepaid)


def figures_from_history(transfers: Iterable[Transfer], *records: str) -> Figures:
    """The same figures the long way, by adding up what each transfer did: of one record, or of all of a person's."""
    responsible = allocated = unallocated = prepaid = 0
    for transfer in transfers:
        for account, cents in ((transfer.credit, transfer.amount_cents), (transfer.debit, -transfer.amount_cents)):
            if account.patient_id not in records:
                continue
            if account.code is Code.RECEIVABLE:
                if transfer.code in RESPONSIBLE_TRANSFERS:
                    responsible -= cents
                else:
                    allocated += cents
            elif account.code in LOT_CODES or account.code is Code.REFUND_ELSEWHERE:
                unallocated += cents
                prepaid += cents if account.code is Code.EARMARKED else 0
    return Figures(responsible, allocated, unallocated, prepaid)


__all__ = ["Account", "Figures", "figures_from_balances", "figures_from_history"]
