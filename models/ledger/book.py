"""What the engine asks: a `Book` answers from wherever the books are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from models.ledger.accounts import Account
from models.ledger.states import (
    AliasState,
    AppointmentState,
    Balance,
    ChargeState,
    DepositState,
    DisputeState,
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


class Book(Protocol):
    """The state an operation is judged against. Every answer is as of the log position being judged."""

    def balance(self, account_id: str) -> Balance: ...

    def charge(self, charge_id: str) -> ChargeState | None: ...

    def payment(self, payment_id: str) -> PaymentState | None: ...

    def payment_with_receipt(self, receipt_no: str) -> str:
        """The id of the payment that carries a receipt number, empty when none does."""
        ...

    def lots_of_payment(self, payment_id: str) -> Sequence[Account]:
        """Every lot account of a payment."""
        ...

    def lots_for_appointment(self, appointment_id: str) -> Sequence[Account]:
        """The lots earmarked to an appointment, in the order money first came to them."""
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

    def is_mirrored(self, op_id: str) -> bool:
        """Was any transfer of an operation reversed?"""
        ...

    def adjustments_of(self, charge_id: str) -> Sequence[tuple[Account, int]]:
        """(contra account, net cents taken off the charge against it), largest first, zero rows left out."""
        ...

    def appointment(self, appointment_id: str) -> AppointmentState | None: ...

    def guarantor_of(self, patient_id: str) -> str:
        """Who stands for the account of a patient: the guarantor's id, the patient's own without one."""
        ...

    def alias(self, patient_id: str) -> AliasState | None:
        """Whose record this is, where the person goes by another one; None for a record that stands for itself."""
        ...

    def aliases_of(self, survivor_id: str) -> Sequence[AliasState]:
        """The other records of who goes by this one, by id."""
        ...

    def rules(self) -> Rules:
        """The practice's rules as they stand."""
        ...

    def auto_allocates(self, practitioner_id: str) -> bool:
        """Does a practitioner let credit go to their visits by rule?"""
        ...

    def people(self) -> Mapping[str, frozenset[Right]]:
        """The rights of everybody who works for the practice now, by their id."""
        ...

    def purse(self, patient_id: str) -> Sequence[Account]:
        """The lots and refunds made elsewhere of a patient that are not empty, in no order."""
        ...

    def refund(self, refund_id: str) -> RefundState | None: ...

    def dispute(self, dispute_id: str) -> DisputeState | None: ...

    def request(self, request_id: str) -> RequestState | None: ...

    def requests_at(self, appointment_id: str) -> Sequence[RequestState]:
        """What is asked for a visit and awaited, in the order it is answered."""
        ...

    def plan(self, plan_id: str) -> PlanState | None: ...

    def deposit(self, deposit_id: str) -> DepositState | None: ...

    def online(self, online_id: str) -> OnlineState | None: ...

    def online_return(self, return_id: str) -> OnlineReturnState | None: ...

    def payout(self, payout_id: str) -> PayoutState | None: ...

    def deposit_of(self, payment_id: str) -> str:
        """The id of the slip a payment is on, empty when it is on none."""
        ...

    def disputes_of(self, payment_id: str) -> Sequence[DisputeState]:
        """The disputes of a payment, open and closed, by id."""
        ...

    @property
    def grants(self) -> bool:
        """Is this the hub's own book, which alone sets credit aside for a desk?"""
        ...

    def task(self, task_id: str) -> TaskState | None: ...

    def open_tasks_on(self, account_id: str) -> Sequence[TaskState]:
        """What a person must still look at because of this account, oldest first."""
        ...

    def waiting_for(self, payment_id: str) -> Sequence[TaskState]:
        """Open tasks of facts that came before the payment they are about, oldest first."""
        ...

    def operation(self, op_id: str) -> Operation | None:
        """An operation by its id, where it is known here."""
        ...

    def hold(self, hold_id: str) -> HoldState | None: ...

    def holds_on(self, account_id: str) -> Sequence[HoldState]:
        """The holds on a lot of which something is left, oldest first."""
        ...

    def holds_of(self, device: str, patient_id: str) -> Sequence[HoldState]:
        """What is left of the holds of a desk on a patient's credit, oldest first."""
        ...

    def posted_after(self, op_id: str, records: Sequence[str]) -> Sequence[Posted]:
        """What was posted for these records of a person after an operation was logged, in the order of the log."""
        ...
