"""What a person must look at: opened by what was judged, settled by what comes later, resolved by somebody.

Money that is in question lies in SUSP or in an OVR account, and there is an open task of every cent of it (I15). Other
tasks tell what became of money otherwise than somebody at a desk was told; they name no account.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from models.ledger import accounts, giving_back
from models.ledger.accounts import LOT_CODES, Account, Code
from models.ledger.draft import Draft
from models.ledger.judging import (
    HUB,
    accept,
    available,
    derived,
    except_,
    is_gone_back,
    owed,
    quarantine,
    tender_account,
)
from models.ledger.merging import MERGED_MEANWHILE
from models.ledger.states import (
    UNPAYS,
    DisputeState,
    Entry,
    PaymentState,
    RefundState,
    RefundStep,
    TaskState,
    Transfer,
    Verdict,
)
from models.operations import bodies, online, records, tasks
from models.operations.kinds import body_of
from models.operations.operation import Operation

IN_QUESTION = frozenset({Code.SUSPENSE, Code.OVER_REFUNDED})
"""Accounts whose every cent has an open task."""
SHORT = frozenset({"credit_used", "not_that_much", "in_use"})
"""Reasons of a decision that credit was not there."""
OWED_NO_MORE = "more_than_owed"


# What was just judged ---------------------------------------------------------------------------------------------


def follow(op: Operation, body: Any, draft: Draft, start: int) -> None:
    """Open and settle tasks for what `op` left in the draft from entry `start` on."""
    entries = draft.entries[start:]
    net: dict[Account, int] = {}
    for entry in entries:
        for transfer in entry.transfers:
            for account, sign in ((transfer.debit, 1), (transfer.credit, -1)):
                if account.code in IN_QUESTION:
                    net[account] = net.get(account, 0) + sign * transfer.amount_cents
    if net and not isinstance(body, tasks.TaskResolved):
        _in_question(op, body, net, draft)
    watch = _WATCHED.get(op.kind)
    if watch is not None:
        own = next((entry for entry in entries if entry.op is op), None)
        if own is not None:
            watch(op, body, own, entries, draft)


def _in_question(op: Operation, body: Any, net: dict[Account, int], draft: Draft) -> None:
    for account, cents in net.items():
        if account.code is Code.SUSPENSE:
            if isinstance(body, online.OnlineDisputeEnded):
                _decided(op, body, -cents, draft)
            elif cents and not _matches(draft, op):
                _open(op, "money_out" if cents > 0 else "money_in", abs(cents), draft, account_id=account.id,
                      payment_id=getattr(body, "payment_id", ""))  # fmt: skip
        elif cents > 0:
            _open(op, "over_refunded", cents, draft, account_id=account.id, payment_id=account.payment_id,
                  patient_id=account.patient_id)  # fmt: skip
        elif cents < 0:
            _settle(op, account, -cents, draft)


def _matches(draft: Draft, op: Operation) -> bool:
    """Did the operation bring what facts in suspense waited for? Their tasks settle themselves."""
    return any(entry.op.kind == "task.matched" and entry.op.body["cause_op_id"] == op.op_id for entry in draft.entries)


def of_dispute(draft: Draft, payment_id: str, dispute_id: str) -> TaskState | None:
    """The open task of what a bank took back of a payment that was not posted then; None where there is none."""
    for task in draft.waiting_for(payment_id):
        early = draft.operation(task.cause_op_id)
        if early is not None and early.kind == "dispute.opened" and early.body.get("dispute_id") == dispute_id:
            return task
    return None


def _decided(op: Operation, body: online.OnlineDisputeEnded, cents: int, draft: Draft) -> None:
    """So much of what a bank had taken back is in question no more."""
    task = of_dispute(draft, body.online_id, body.dispute_id)
    assert task is not None, "looked at when it was judged"
    settled = tasks.TaskSettled(task_id=task.task_id, patient_id=task.patient_id, amount_cents=cents,
                                cause_op_id=op.op_id)  # fmt: skip
    draft.know_task(_after(task, cents))
    draft.add(Entry(derived(op, settled, task.task_id), Verdict.ACCEPTED))


def _open(op: Operation, what: str, cents: int, draft: Draft, **about: str) -> None:
    task_id = derived_id(op, what, about)
    if draft.task(task_id) is not None:
        return
    made = tasks.TaskOpened(
        task_id=task_id, what=what, patient_id=about.pop("patient_id", "") or op.patient, amount_cents=cents,
        cause_op_id=op.op_id, device=op.device, actor=op.actor, **about,
    )  # fmt: skip
    draft.know_task(TaskState(task_id, what, made.patient_id, made.payment_id, made.account_id, cents, 0, op.op_id))
    draft.add(Entry(derived(op, made, task_id), Verdict.ACCEPTED))


def derived_id(op: Operation, what: str, about: dict[str, str]) -> str:
    """The name of a task: of its cause, what it is about, and the account or charge."""
    return ":".join((what, op.op_id, about.get("account_id", "") or about.get("charge_id", "")))


def _settle(op: Operation, account: Account, cents: int, draft: Draft) -> None:
    """Money in question was put right by what came: the oldest task of the account first."""
    for task in draft.open_tasks_on(account.id):
        part = min(task.open_cents, cents)
        if part <= 0:
            continue
        cents -= part
        body = tasks.TaskSettled(task_id=task.task_id, patient_id=task.patient_id, amount_cents=part,
                                 cause_op_id=op.op_id)  # fmt: skip
        draft.know_task(_after(task, part))
        draft.add(Entry(derived(op, body, task.task_id), Verdict.ACCEPTED))


def _after(task: TaskState, part: int) -> TaskState:
    settled = task.settled_cents + part
    return replace(task, settled_cents=settled, resolved=settled == task.amount_cents)


# What somebody was told otherwise ---------------------------------------------------------------------------------


def fell(op: Operation, reason: str, draft: Draft) -> None:
    """A linked decision was rejected: where credit was not there, somebody must hear of it."""
    if op.kind == "payment.allocate" and op.op_class == "decision":
        body = body_of(op.kind, op.v, op.body)
        _short(op, body, sum(line.amount_cents for line in body.lines), reason, draft)


def _allocated(op: Operation, body: bodies.Allocate, own: Entry, _entries: Sequence[Entry], draft: Draft) -> None:
    """Less was spent than somebody meant: the credit went elsewhere first (H1), or nothing was owed any more."""
    asked = sum(line.amount_cents for line in body.lines)
    if own.verdict is Verdict.REJECTED:
        _short(op, body, asked, own.reason, draft)
    elif own.verdict is Verdict.REDUCED:
        left = sum(available(draft, lot) for lot in draft.lots_of_payment(body.lot_payment_id))
        missing = asked - (own.granted_cents or 0)
        _short(op, body, missing, OWED_NO_MORE if left >= missing else "not_that_much", draft)


def _short(op: Operation, body: bodies.Allocate, missing: int, reason: str, draft: Draft) -> None:
    payment = draft.payment(body.lot_payment_id)
    if payment is None or payment.tender == "external" or is_gone_back(draft, payment):
        return
    asked = sum(line.amount_cents for line in body.lines)
    line = next((line for line in body.lines if line.charge_id), body.lines[0] if body.lines else None)
    if line is None or missing <= 0:
        return
    charge = draft.charge(line.charge_id) if line.charge_id else None
    about = {"payment_id": body.lot_payment_id, "charge_id": line.charge_id,
             "appointment_id": charge.appointment_id if charge else line.appointment_id}  # fmt: skip
    if reason in SHORT and _used_before(draft, payment, asked - missing):
        still = [owed(draft, each.charge_id) for each in body.lines if each.charge_id]
        cents = min(missing, sum(still)) if still else missing
        if cents > 0:
            _open(op, "credit_used", cents, draft, **about)
    elif reason == OWED_NO_MORE:
        left = sum(available(draft, lot) for lot in draft.lots_of_payment(body.lot_payment_id))
        if min(missing, left) > 0:
            _open(op, "paid_over", min(missing, left), draft, **about)


def _used_before(draft: Draft, payment: PaymentState, granted: int) -> bool:
    """Did somebody use or hold some of the payment before? Else more was asked for than ever came in."""
    there = sum(available(draft, lot) for lot in draft.lots_of_payment(payment.payment_id))
    return granted + there < payment.amount_cents - payment.corrected_cents


def _lowered(op: Operation, body: records.Charge, _own: Entry, entries: Sequence[Entry], draft: Draft) -> None:
    """A payer lowered what was paid already (H7)."""
    for account, lot, cents in _released(entries):
        _open(op, "insurer_paid", cents, draft, patient_id=account.patient_id, payment_id=lot.payment_id,
              charge_id=body.id, appointment_id=account.appointment_id)  # fmt: skip


def _gave_back(
    op: Operation, body: bodies.RefundRequest | bodies.RefundPaid, _own: Entry, entries: Sequence[Entry], draft: Draft
) -> None:  # fmt: skip
    """A refund took what a visit had been paid with, and nobody at the desk saw that it would (H4)."""
    if body.tender == "external":
        return
    seen: dict[str, int] = {}
    for line in getattr(body, "lines", ()):
        seen[line.charge_id] = seen.get(line.charge_id, 0) + line.amount_cents
    released = [(account, lot, max(cents - seen.get(account.charge_id, 0), 0))
                for account, lot, cents in _released(entries)]  # fmt: skip
    expected = getattr(body, "reopens_cents", 0) - sum(seen.values())
    for account, lot, cents in released:
        unseen = cents - max(min(expected, cents), 0)
        expected -= cents
        if unseen > 0:
            _open(op, "reopened", unseen, draft, patient_id=account.patient_id, payment_id=lot.payment_id,
                  charge_id=account.charge_id, appointment_id=account.appointment_id)  # fmt: skip


def _sent_back(
    op: Operation, body: bodies.RefundUndone, own: Entry, _entries: Sequence[Entry], draft: Draft
) -> None:  # fmt: skip
    """A bank sent a card's refund back: the patient has not got it, and nobody at a desk saw that."""
    refund = draft.refund(body.refund_id)
    if refund is not None and refund.tender in ("card", bodies.ONLINE) and own.transfers:
        _open(op, "refund_returned", refund.amount_cents, draft, patient_id=refund.patient_id,
              payment_id=refund.payment_id)  # fmt: skip


def _void_sent_back(
    op: Operation, body: bodies.Collect, own: Entry, _entries: Sequence[Entry], draft: Draft
) -> None:  # fmt: skip
    """A bank sent back what a void had given to a card: it is money on account, and the patient has not got it."""
    if body.returned_of and own.verdict is Verdict.ACCEPTED:
        _open(op, "void_returned", body.amount_cents, draft, patient_id=body.patient_id, payment_id=body.payment_id)


def _bank_took(
    op: Operation, body: bodies.DisputeClosed | bodies.Reverse, _own: Entry, entries: Sequence[Entry], draft: Draft
) -> None:  # fmt: skip
    """A bank took back what a visit was paid with: it owes again (H15)."""
    if isinstance(body, bodies.Reverse) and body.act != "bounced":
        return
    for account, lot, cents in _released(entries):
        _open(op, "taken_back", cents, draft, patient_id=account.patient_id, payment_id=lot.payment_id,
              charge_id=account.charge_id, appointment_id=account.appointment_id)  # fmt: skip


def _lost(
    op: Operation, body: online.OnlineDisputeLost, own: Entry, _entries: Sequence[Entry], draft: Draft
) -> None:  # fmt: skip
    """A bank decided against the practice: unless somebody has said already what becomes of it, they must."""
    dispute = draft.dispute(body.dispute_id)
    if dispute is not None and not dispute.outcome and own.verdict is Verdict.ACCEPTED:
        _open(op, "dispute_lost", dispute.amount_cents, draft, patient_id=dispute.patient_id,
              payment_id=dispute.payment_id)  # fmt: skip


def _lost_unposted(
    op: Operation, body: online.OnlineDisputeEnded, own: Entry, _entries: Sequence[Entry], draft: Draft
) -> None:  # fmt: skip
    """A bank keeps money that was never posted: who asks patients for money must know that it did not come."""
    if body.outcome == "lost" and own.transfers:
        _open(op, "dispute_unposted", own.transfers[0].amount_cents, draft, patient_id=body.patient_id,
              payment_id=body.online_id)  # fmt: skip


def _released(entries: Iterable[Entry]) -> Iterator[tuple[Account, Account, int]]:
    """(receivable, first lot, cents) of every charge that these entries gave back from."""
    found: dict[str, tuple[Account, Account, int]] = {}
    for transfer in (each for entry in entries for each in entry.transfers if each.code in UNPAYS):
        receivable, lot, cents = found.get(transfer.debit.charge_id, (transfer.debit, transfer.credit, 0))
        found[receivable.charge_id] = (receivable, lot, cents + transfer.amount_cents)
    yield from found.values()


def _merged(op: Operation, _body: Any, own: Entry, _entries: Sequence[Entry], draft: Draft) -> None:
    """A record was to be merged that another desk had merged with somebody else (H17)."""
    if own.reason == MERGED_MEANWHILE:
        _open(op, "not_merged", 0, draft)


_Watch = Callable[[Operation, Any, Entry, Sequence[Entry], Draft], None]
_WATCHED: dict[str, _Watch] = {
    "payment.allocate": _allocated, "charge.put": _lowered, "refund.request": _gave_back, "refund.paid": _gave_back,
    "refund.undone": _sent_back, "payment.collect": _void_sent_back,
    "online.dispute_lost": _lost, "online.dispute_ended": _lost_unposted,
    "dispute.closed": _bank_took, "payment.reverse": _bank_took, "patient.merged": _merged,
}  # fmt: skip


# Facts that came too early ----------------------------------------------------------------------------------------


def not_known(op: Operation, draft: Draft, payment_id: str) -> None:
    """A fact about a payment that was never seen here, and that names nothing to post: kept until it arrives (H16)."""
    except_(draft, op, "missing_dependency")
    _open(op, "not_known", 0, draft, payment_id=payment_id)


def match(op: Operation, payment_id: str, draft: Draft) -> None:
    """A payment arrived: what waited for it counts now (H16)."""
    for task in draft.waiting_for(payment_id):
        early = draft.operation(task.cause_op_id)
        if early is None:
            continue
        fact = early.typed_body()
        words = _MATCHES.get(type(fact))
        if words is None or _known(fact, draft):
            continue
        name, apply = words
        body = tasks.TaskMatched(task_id=task.task_id, patient_id=task.patient_id, payment_id=payment_id,
                                 cause_op_id=op.op_id, **{name: fact})  # fmt: skip
        draft.know_task(replace(task, settled_cents=task.amount_cents, resolved=True))
        apply(derived(early, body, task.task_id), fact, draft)


def _known(fact: Any, draft: Draft) -> bool:
    """Does another one stand under its name already?"""
    if isinstance(fact, bodies.DisputeOpened):
        return draft.dispute(fact.dispute_id) is not None
    return isinstance(fact, bodies.Correct) and draft.refund(fact.correction_id) is not None


def _match_refund(op: Operation, fact: bodies.RefundPaid, draft: Draft) -> None:
    payment = draft.payment(fact.payment_id)
    assert payment is not None
    draft.know_refund(RefundState(fact.refund_id, payment.payment_id, payment.patient_id, fact.amount_cents,
                                  fact.tender, "", RefundStep.PAID))  # fmt: skip
    giving_back.give(op, payment, fact.amount_cents, accounts.suspense(), "matched", draft)


def _match_dispute(op: Operation, fact: bodies.DisputeOpened, draft: Draft) -> None:
    payment = draft.payment(fact.payment_id)
    assert payment is not None
    account = accounts.disputed(fact.dispute_id, payment.payment_id, payment.patient_id)
    draft.know_dispute(DisputeState(fact.dispute_id, payment.payment_id, payment.patient_id, fact.amount_cents,
                                    payment.merchant))  # fmt: skip
    accept(draft, op, Transfer(account, accounts.suspense(), fact.amount_cents, "matched"))


_MATCHES: dict[type[Any], tuple[str, Callable[[Operation, Any, Draft], None]]] = {
    bodies.RefundPaid: ("refund", _match_refund),
    bodies.DisputeOpened: ("dispute", _match_dispute),
    bodies.Reverse: ("reverse", giving_back.reverse),
    bodies.Correct: ("correct", giving_back.correct),
}
"""By kind of early fact: its place in TaskMatched, and how it is posted now."""


# Resolved by a person ---------------------------------------------------------------------------------------------


def resolve(op: Operation, body: tasks.TaskResolved, draft: Draft) -> None:
    """Somebody put a task right. Where it names money in question, that money moves as they say."""
    task = draft.task(body.task_id)
    if body.how not in tasks.RESOLUTIONS or body.amount_cents < 0:
        quarantine(draft, op, "reason_unknown")
        return
    move = _MOVES.get(body.how)
    if task is None or not task.account_id:
        if move is not None:
            quarantine(draft, op, "missing_dependency")
            return
        if task is not None:
            draft.know_task(replace(task, resolved=True))
        accept(draft, op)
        return
    if move is None:  # money in question is put right by money, not by words
        quarantine(draft, op, "money_in_question")
        return
    _move_money(op, body, task, move, draft)


def _move_money(
    op: Operation, body: tasks.TaskResolved, task: TaskState,
    move: Callable[[Operation, tasks.TaskResolved, Draft], Account | None], draft: Draft,
) -> None:  # fmt: skip
    other = move(op, body, draft)
    if other is None:
        quarantine(draft, op, "credit_used")
        return
    cents = min(body.amount_cents, task.open_cents)
    over = body.amount_cents - cents if body.how in PHYSICAL else 0
    question = _account_of(task)
    came_in = task.what == "money_in"
    transfers = (
        [Transfer(question, other, cents, "settle")] if came_in else [Transfer(other, question, cents, "settle")]
    )
    transfers = transfers if cents else []
    if over:  # the same money at two desks: what is too much stays in question
        back = body.how == "given_back"
        ends = (accounts.suspense(), other) if back else (other, accounts.suspense())
        transfers.append(Transfer(*ends, over, "settle"))
    if cents:
        draft.know_task(_after(task, cents))
    if not over:
        accept(draft, op, *transfers)
        return
    except_(draft, op, "more_than_paid", *transfers)
    _open(op, "money_out" if body.how == "given_back" else "money_in", over, draft, account_id="SUSP")


def _account_of(task: TaskState) -> Account:
    if task.account_id == accounts.suspense().id:
        return accounts.suspense()
    return accounts.over_refunded(task.payment_id, task.patient_id)


def _hands(op: Operation, body: tasks.TaskResolved, _draft: Draft) -> Account | None:
    if body.tender not in bodies.TENDERS:
        return None
    return tender_account(body.tender, drawer=body.drawer or op.device, method=body.method_id)


def _borne(_op: Operation, _body: tasks.TaskResolved, _draft: Draft) -> Account | None:
    return accounts.loss()


def _credit(_op: Operation, body: tasks.TaskResolved, draft: Draft) -> Account | None:
    payment = draft.payment(body.lot_payment_id)
    if payment is None:
        return None
    lot = accounts.credit(payment.payment_id, payment.patient_id)
    return lot if lot.code in LOT_CODES and 0 < body.amount_cents <= available(draft, lot) else None


PHYSICAL = frozenset({"recovered", "given_back"})
"""Resolutions in which money changes hands."""
_MOVES: dict[str, Callable[[Operation, tasks.TaskResolved, Draft], Account | None]] = {
    "recovered": _hands, "given_back": _hands, "borne": _borne, "set_against": _credit,
}  # fmt: skip
"""Resolutions that move money in question, and the account at the other end."""

__all__ = ["HUB", "fell", "follow", "match", "not_known", "of_dispute", "resolve"]
