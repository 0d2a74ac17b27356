"""What the engine deals in: verdicts, transfers, entries, and how each thing of the books stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from models.ledger.accounts import LOT_CODES, Account, Code
from models.operations.operation import Operation
from models.rules.payment_status import Status
from models.rules.plan_standing import PlanStatus


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
    """A charge as the ledger knows it: its accounts' dimensions and the responsibility posted so far. `kind` `fee` is
    the practice's own; `plan_id`: the payment plan it is on."""

    charge_id: str
    patient_id: str
    appointment_id: str
    service_date: str
    responsibility_cents: int
    kind: str = ""
    practitioner_id: str = ""
    plan_id: str = ""


@dataclass(frozen=True, slots=True)
class PlanState:
    """A payment plan as the ledger knows it: its payments add up to `total_cents`; `numbers` are of those that are not
    skipped, `added` is the highest there ever was (0: that of `numbers`). `charge_ids` are in force with it, and it
    ends the plan that it `replaces`."""

    plan_id: str
    patient_id: str
    status: PlanStatus
    total_cents: int
    terms_sha256: str
    accepted_sha256: str
    numbers: tuple[int, ...]
    charge_ids: tuple[str, ...] = ()
    added: int = 0
    replaces: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "added", self.added or max(self.numbers, default=0))


@dataclass(frozen=True, slots=True)
class PaymentState:
    """A payment as the ledger knows it. `collect_op_id` is the fact that made its lot; `merchant` names the account of
    a card payment, `method_id` the practice's own way to pay; `corrected_cents` of the amount never were there.
    `reversed_act`: how it was taken back; `request_id`: what had been asked, where the payment names it."""

    payment_id: str
    patient_id: str
    appointment_id: str
    tender: str
    amount_cents: int
    drawer: str
    merchant: str
    collect_op_id: str
    receipt_no: str = ""
    reversed: bool = False
    method_id: str = ""
    corrected_cents: int = 0
    reversed_act: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class RequestState:
    """An amount that is asked of a patient, as the ledger knows it: `paid_cents` of it have come. `asked_op_id` is the
    operation that said it last."""

    request_id: str
    patient_id: str
    appointment_id: str
    amount_cents: int
    paid_cents: int
    status: Status
    due_date: str = ""
    asked_op_id: str = ""

    @property
    def open_cents(self) -> int:
        """What is still asked."""
        return self.amount_cents - self.paid_cents


class OnlineStep(StrEnum):
    """Where money from home, or what of it went back, is. OPEN: not posted. ELSEWHERE: in the books by another way.
    OFF: it went back before it was posted, or it is that going back. FAILED: what went back came back."""

    OPEN = "open"
    POSTED = "posted"
    ELSEWHERE = "elsewhere"
    OFF = "off"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class OnlineState:
    """A payment from home as the ledger knows it: `off_cents` of it went back before it was posted. `charge`,
    `paid_on` (ISO day) and `way` (online.WAYS) are what its payment will say of it."""

    online_id: str
    patient_id: str
    amount_cents: int
    off_cents: int
    step: OnlineStep
    number: str
    brand: str
    last4: str
    charge: str
    paid_on: str
    request_id: str = ""
    way: str = "card"


@dataclass(frozen=True, slots=True)
class OnlineReturnState:
    """What the processor gave back of a payment from home: `off_cents` of it had not been posted yet."""

    return_id: str
    online_id: str
    patient_id: str
    amount_cents: int
    off_cents: int
    step: OnlineStep
    number: str
    refund_id: str = ""


@dataclass(frozen=True, slots=True)
class PayoutState:
    """A payout of the processor; `made_op_id` is the operation that posted it."""

    payout_id: str
    made_op_id: str
    failed: bool = False


@dataclass(frozen=True, slots=True)
class AppointmentState:
    """A visit as the ledger knows it: `source_status` is its source's word, `desk_status` what a desk said since."""

    appointment_id: str
    patient_id: str
    service_date: str
    source_status: str
    practitioner_id: str = ""
    desk_status: str = ""

    @property
    def status(self) -> str:
        """Where the visit stands."""
        return self.desk_status or self.source_status


class RefundStep(StrEnum):
    """Where a refund is. ELSEWHERE: made in another program, nothing moves here. CORRECTION: no refund, but a payment
    entered too high, which shares their ids."""

    REQUESTED = "requested"
    PAID = "paid"
    FAILED = "failed"
    UNDONE = "undone"
    ELSEWHERE = "elsewhere"
    CORRECTION = "correction"


@dataclass(frozen=True, slots=True)
class RefundState:
    """A refund as the ledger knows it. `request_op_id` is the operation that set its money aside."""

    refund_id: str
    payment_id: str
    patient_id: str
    amount_cents: int
    tender: str
    request_op_id: str
    step: RefundStep


@dataclass(frozen=True, slots=True)
class DisputeState:
    """A dispute as the ledger knows it; `outcome` empty while it is open."""

    dispute_id: str
    payment_id: str
    patient_id: str
    amount_cents: int
    merchant: str
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class DepositState:
    """A slip for the bank as the ledger knows it; `made_op_id` is the operation that posted it."""

    deposit_id: str
    made_op_id: str
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class TaskState:
    """What a person must look at, as the ledger knows it: `settled_cents` of the amount were put right since. The
    account is SUSP or an OVR one where money is in question; `payment_id` is what it is about, known here or not."""

    task_id: str
    what: str
    patient_id: str
    payment_id: str
    account_id: str
    amount_cents: int
    settled_cents: int
    cause_op_id: str
    resolved: bool = False

    @property
    def open_cents(self) -> int:
        """What is still in question."""
        return 0 if self.resolved else self.amount_cents - self.settled_cents


@dataclass(frozen=True, slots=True)
class AliasState:
    """A record that turned out to be of somebody who has another one: the person goes by `survivor_id`; it was put to
    `into_id` directly."""

    patient_id: str
    survivor_id: str
    into_id: str


@dataclass(frozen=True, slots=True)
class HoldState:
    """Free credit of one payment that is set aside for a desk; `left_cents` of it are neither used nor free again."""

    hold_id: str
    device: str
    patient_id: str
    payment_id: str
    account_id: str
    left_cents: int


def by_cause(task: TaskState) -> tuple[str, str]:
    """The order of tasks: ids of operations grow with time."""
    return task.cause_op_id, task.task_id


def by_due(request: RequestState) -> tuple[bool, str, str]:
    """The order in which requests are answered: what is due first, what is due on no day last."""
    return not request.due_date, request.due_date, request.request_id


def by_ask(hold: HoldState) -> str:
    """The order of holds: their names begin with the operation that asked."""
    return hold.hold_id


class Posted(NamedTuple):
    """One entry of the log as what came of it: its operation, and of each transfer (debit, credit, code)."""

    op: Operation
    moves: tuple[tuple[str, str, str], ...]


def posted(entry: Entry) -> Posted:
    """An entry as what came of it."""
    return Posted(entry.op, tuple((each.debit.id, each.credit.id, each.code) for each in entry.transfers))


WAITS_FOR_PAYMENT = frozenset({"money_out", "not_known"})
"""What tasks are about whose fact came before its payment: they are matched when that arrives."""

PURSE_CODES = LOT_CODES | {Code.REFUND_ELSEWHERE}
"""Accounts whose net is a patient's unallocated money."""

ADJUSTS = frozenset({"adjust", "lapse"})
"""Transfer codes between a receivable and what a patient was let off, either way round."""

PAYS = frozenset({"allocate", "auto_allocate"})
"""Transfer codes lot → receivable."""

UNPAYS = frozenset({"release"})
"""Transfer codes receivable → lot."""


def sign_of(transfer: Transfer) -> int:
    """1 when a transfer pays a charge from a lot, -1 when it gives back, 0 when it is neither."""
    return 1 if transfer.code in PAYS else -1 if transfer.code in UNPAYS else 0


def ends(transfer: Transfer) -> tuple[Account, Account]:
    """(receivable, lot) of an allocation or its release."""
    if transfer.code in PAYS:
        return transfer.credit, transfer.debit
    return transfer.debit, transfer.credit


def contra_and_receivable(transfer: Transfer) -> tuple[Account, Account]:
    """(contra account, receivable) of an adjustment or its lapse."""
    if transfer.credit.code is Code.RECEIVABLE:
        return transfer.debit, transfer.credit
    return transfer.credit, transfer.debit


def net_adjusted(moves: Iterable[Transfer], known: Sequence[tuple[Account, int]] = ()) -> list[tuple[Account, int]]:
    """(contra account, net cents taken off) after `moves` of one charge on top of `known`, largest first."""
    net = {contra.id: (contra, cents) for contra, cents in known}
    for transfer in moves:
        contra = contra_and_receivable(transfer)[0]
        sign = 1 if transfer.credit.code is Code.RECEIVABLE else -1
        net[contra.id] = (contra, net.get(contra.id, (contra, 0))[1] + sign * transfer.amount_cents)
    return sorted((row for row in net.values() if row[1]), key=lambda row: (-row[1], row[0].id))


def _lies(balance: Balance) -> bool:
    return balance.debits != balance.credits


def net_paid_to_charge(
    moves: Iterable[tuple[Transfer, int]], known: Sequence[tuple[Account, int]] = ()
) -> list[tuple[Account, int]]:
    """(lot, net cents) after `moves` of one charge (transfer, sign) on top of `known`; newest allocation first."""
    net = {lot.id: (lot, cents) for lot, cents in reversed(known)}
    for transfer, sign in moves:
        lot = ends(transfer)[1]
        before = net.pop(lot.id, (lot, 0))[1] if sign > 0 else net.get(lot.id, (lot, 0))[1]
        net[lot.id] = (lot, before + sign * transfer.amount_cents)
    return [row for row in reversed(net.values()) if row[1]]


def net_paid_by_payment(
    moves: Iterable[tuple[Transfer, int]], known: Sequence[tuple[Account, Account, int]] = ()
) -> list[tuple[Account, Account, int]]:
    """(receivable, lot, net cents) after `moves` of one payment's lots on top of `known`, oldest first."""
    net = {(ar.id, lot.id): (ar, lot, cents) for ar, lot, cents in known}
    for transfer, sign in moves:
        ar, lot = ends(transfer)
        before = net.get((ar.id, lot.id), (ar, lot, 0))[2]
        net[ar.id, lot.id] = (ar, lot, before + sign * transfer.amount_cents)
    return [row for row in net.values() if row[2]]


def _merged(known: Sequence[Account], drafted: Sequence[Account]) -> Sequence[Account]:
    if not drafted:
        return known
    seen = {account.id for account in known}
    return [*known, *(account for account in drafted if account.id not in seen)]
