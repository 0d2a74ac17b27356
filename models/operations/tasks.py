"""Bodies of the operations about what a person must look at: opened and settled by the hub, resolved by somebody who
says how. Nothing is solved by closing it."""

from __future__ import annotations

from dataclasses import dataclass

from models.operations.bodies import Correct, DisputeOpened, RefundPaid, Reverse

TASKS = (
    "credit_used", "paid_over", "reopened", "insurer_paid", "taken_back", "over_refunded", "money_in", "money_out",
    "not_known", "not_merged", "refund_returned", "doubted_payment", "doubted_void", "doubted_refund",
    "void_returned", "dispute_lost", "dispute_unposted",
)  # fmt: skip
"""What a task is about. `credit_used`: credit was spent elsewhere first (H1). `paid_over`: money was taken for what was
owed no more; it lies as credit. `reopened`: a refund took what a visit had been paid with (H4). `insurer_paid`: a payer
lowered what was paid already (H7). `taken_back`: a bank took money back, the visit owes again (H15). `over_refunded`:
more went back than a payment held (H5). `money_in`, `money_out`: money that moved for something never seen, in suspense
(H16). `not_known`: a fact about a payment never seen that names no amount to post (H16). `not_merged`: two desks said
of one record that it is somebody else's, each of another's (H17). `refund_returned`: a bank could not give a refund to
its card, and sent the money back; `void_returned`: the same of a
payment's void. `doubted_…`: a desk does not know how a card payment, a void or a refund to a card
ended; it goes on asking its reader, and no other desk takes a card of that patient meanwhile. `dispute_lost`: a bank
decided against the practice, and somebody must say what becomes of it; `dispute_unposted`: the same of money from home
that was never posted: nothing of it counts as paid, and none is left to post."""

DOUBTS = {"payment": "doubted_payment", "void": "doubted_void", "refund": "doubted_refund"}
"""What a desk's word that it does not know is about, by what was to move."""

RESOLUTIONS = (
    "recovered", "given_back", "borne", "set_against", "kept", "left_owed", "refunded", "moved", "written_off",
    "collected", "seen",
)  # fmt: skip
"""How a person resolved a task. The first four move the money that is in question: it came back, it was handed back,
the practice bears (or keeps) it, it was taken from the patient's credit. The others say what was done, or that it
stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskOpened:
    """Derived by the hub: a person must look. `account_id` names SUSP or the OVR account that holds the amount;
    `device` and `actor` are of the act that caused it."""

    task_id: str
    what: str
    patient_id: str
    amount_cents: int
    cause_op_id: str
    device: str
    actor: str
    account_id: str = ""
    payment_id: str = ""
    charge_id: str = ""
    appointment_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSettled:
    """Derived by the hub: so much of what a task is about was put right by what came later."""

    task_id: str
    patient_id: str
    amount_cents: int
    cause_op_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskMatched:
    """Derived by the hub: the payment that a fact was about has arrived, so the fact counts where it belongs (H16)."""

    task_id: str
    patient_id: str
    payment_id: str
    cause_op_id: str
    refund: RefundPaid | None = None
    dispute: DisputeOpened | None = None
    reverse: Reverse | None = None
    correct: Correct | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardDoubted:
    """A desk does not know how a try on its card reader ended (fact): its answer is missing. `task_id` is the
    attempt's, `moves` one of DOUBTS, `desk_no` the desk's number. It moves no money: what became of it comes as the
    payment itself, and `CardKnown`."""

    task_id: str
    patient_id: str
    appointment_id: str
    amount_cents: int
    moves: str
    desk_no: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CardKnown:
    """The desk knows it now (fact): from its reader, or from a person who saw it. `outcome` as the attempt's."""

    task_id: str
    patient_id: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskResolved:
    """A person put a task right (fact). `how` is one of RESOLUTIONS; `amount_cents` and `tender` (with `drawer` for
    cash) say what moved where money did, `lot_payment_id` whose credit was taken, `receipt_no` is of the receipt that
    was given for cash (operations before it had none). A second resolution of the same task
    changes nothing, but money that moved twice is kept in suspense."""

    task_id: str
    patient_id: str
    how: str
    reason: str
    amount_cents: int = 0
    tender: str = ""
    drawer: str = ""
    method_id: str = ""
    lot_payment_id: str = ""
    receipt_no: str = ""
