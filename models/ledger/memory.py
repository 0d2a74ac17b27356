"""A book in memory: the engine's tests, and the reference that the store's tables are compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models.ledger.accounts import Account
from models.ledger.draft import Draft
from models.ledger.states import (
    AliasState,
    AppointmentState,
    Balance,
    ChargeState,
    DepositState,
    DisputeState,
    Entry,
    HoldState,
    OnlineReturnState,
    OnlineState,
    PaymentState,
    PayoutState,
    PlanState,
    Posted,
    RefundState,
    RequestState,
    TaskState,
    Transfer,
)
from models.operations.operation import Operation
from models.operations.records import Rules
from models.rules.rights import Right


class EmptyBook:
    """A book in which nothing was ever written: a hub's where it `grants`, else a desk's."""

    def __init__(self, *, grants: bool = True) -> None:
        self.grants = grants

    def balance(self, account_id: str) -> Balance:  # noqa: ARG002
        return Balance()

    def charge(self, charge_id: str) -> ChargeState | None:  # noqa: ARG002
        return None

    def payment(self, payment_id: str) -> PaymentState | None:  # noqa: ARG002
        return None

    def payment_with_receipt(self, receipt_no: str) -> str:  # noqa: ARG002
        return ""

    def lots_of_payment(self, payment_id: str) -> Sequence[Account]:  # noqa: ARG002
        return ()

    def lots_for_appointment(self, appointment_id: str) -> Sequence[Account]:  # noqa: ARG002
        return ()

    def charges_of_appointment(self, appointment_id: str) -> Sequence[ChargeState]:  # noqa: ARG002
        return ()

    def paid_to_charge(self, charge_id: str) -> Sequence[tuple[Account, int]]:  # noqa: ARG002
        return ()

    def paid_by_payment(self, payment_id: str) -> Sequence[tuple[Account, Account, int]]:  # noqa: ARG002
        return ()

    def transfers_of(self, op_id: str) -> Sequence[Transfer]:  # noqa: ARG002
        return ()

    def is_mirrored(self, op_id: str) -> bool:  # noqa: ARG002
        return False

    def adjustments_of(self, charge_id: str) -> Sequence[tuple[Account, int]]:  # noqa: ARG002
        return ()

    def appointment(self, appointment_id: str) -> AppointmentState | None:  # noqa: ARG002
        return None

    def guarantor_of(self, patient_id: str) -> str:
        return patient_id

    def alias(self, patient_id: str) -> AliasState | None:  # noqa: ARG002
        return None

    def aliases_of(self, survivor_id: str) -> Sequence[AliasState]:  # noqa: ARG002
        return ()

    def rules(self) -> Rules:
        return Rules()

    def auto_allocates(self, practitioner_id: str) -> bool:  # noqa: ARG002
        return False

    def people(self) -> Mapping[str, frozenset[Right]]:
        return {}

    def purse(self, patient_id: str) -> Sequence[Account]:  # noqa: ARG002
        return ()

    def refund(self, refund_id: str) -> RefundState | None:  # noqa: ARG002
        return None

    def dispute(self, dispute_id: str) -> DisputeState | None:  # noqa: ARG002
        return None

    def request(self, request_id: str) -> RequestState | None:  # noqa: ARG002
        return None

    def requests_at(self, appointment_id: str) -> Sequence[RequestState]:  # noqa: ARG002
        return ()

    def plan(self, plan_id: str) -> PlanState | None:  # noqa: ARG002
        return None

    def task(self, task_id: str) -> TaskState | None:  # noqa: ARG002
        return None

    def open_tasks_on(self, account_id: str) -> Sequence[TaskState]:  # noqa: ARG002
        return ()

    def waiting_for(self, payment_id: str) -> Sequence[TaskState]:  # noqa: ARG002
        return ()

    def operation(self, op_id: str) -> Operation | None:  # noqa: ARG002
        return None

    def hold(self, hold_id: str) -> HoldState | None:  # noqa: ARG002
        return None

    def holds_on(self, account_id: str) -> Sequence[HoldState]:  # noqa: ARG002
        return ()

    def holds_of(self, device: str, patient_id: str) -> Sequence[HoldState]:  # noqa: ARG002
        return ()

    def posted_after(self, op_id: str, records: Sequence[str]) -> Sequence[Posted]:  # noqa: ARG002
        return ()

    def deposit(self, deposit_id: str) -> DepositState | None:  # noqa: ARG002
        return None

    def online(self, online_id: str) -> OnlineState | None:  # noqa: ARG002
        return None

    def online_return(self, return_id: str) -> OnlineReturnState | None:  # noqa: ARG002
        return None

    def payout(self, payout_id: str) -> PayoutState | None:  # noqa: ARG002
        return None

    def deposit_of(self, payment_id: str) -> str:  # noqa: ARG002
        return ""

    def disputes_of(self, payment_id: str) -> Sequence[DisputeState]:  # noqa: ARG002
        return ()


def memory_book(*, grants: bool = True) -> Draft:
    """A draft over nothing: keeps every entry it was given."""
    return Draft(EmptyBook(grants=grants))


__all__ = ["EmptyBook", "Entry", "memory_book"]
