"""Money that came in goes out again: whole payments reversed, refunds, corrections, disputes.

Facts always post: what a payment no longer holds is booked as over-refunded, and a person must look.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from models.ledger import accounts
from models.ledger.accounts import LOT_CODES, Account, Code
from models.ledger.draft import Draft
from models.ledger.judging import (
    HUB,
    KNOWN_ALREADY,
    accept,
    available,
    except_,
    holds,
    is_gone_back,
    lies,
    one_family,
    owed,
    quarantine,
    reject,
    tender_account,
    waiting,
)  # fmt: skip
from models.ledger.spending import is_closed, take_off
from models.ledger.states import DisputeState, PaymentState, RefundState, RefundStep, Transfer
from models.operations import bodies
from models.operations.online import MERCHANT
from models.operations.operation import Operation


def _home(payment: PaymentState, drawer: str = "") -> Account:
    """Where a payment's money came in."""
    return tender_account(payment.tender, drawer=drawer or payment.drawer, merchant=payment.merchant,
                          method=payment.method_id)  # fmt: skip


# Taking money out of a payment ------------------------------------------------------------------------------------


def _drain(
    payment: PaymentState, cents: int, target: Account, code: str, branch: Draft,
    lines: tuple[bodies.RefundLine, ...] = (), *, asks: bool = False,
) -> list[Transfer]:  # fmt: skip
    """Move up to `cents` of a payment to `target`: the named charges first, then what is unallocated, then what it
    paid, newest first. What another desk holds is taken by a fact, not by who only `asks`."""
    transfers: list[Transfer] = []
    credit = accounts.credit(payment.payment_id, payment.patient_id)

    def out(lot: Account, part: int) -> int:
        transfers.append(Transfer(lot, target, part, code))
        branch.move(transfers[-1])
        return part

    left = cents
    for line in lines:
        part = min(line.amount_cents, left, _paid_to(payment.payment_id, line.charge_id, branch))
        if part > 0:
            transfers += take_off(line.charge_id, payment, part, branch)
            left -= out(credit, part)
    for lot in sorted(branch.lots_of_payment(payment.payment_id), key=lambda lot: (lot.id != credit.id, lot.id)):
        part = min(available(branch, lot) if asks else lies(branch, lot), left)
        if part > 0:
            left -= out(lot, part)
    for receivable, _, paid in reversed(branch.paid_by_payment(payment.payment_id)):
        part = min(paid, left)
        if part > 0:
            transfers += take_off(receivable.charge_id, payment, part, branch)
            left -= out(credit, part)
    return transfers


def _paid_to(payment_id: str, charge_id: str, branch: Draft) -> int:
    return sum(cents for lot, cents in branch.paid_to_charge(charge_id) if lot.payment_id == payment_id)


def _moved(transfers: list[Transfer], target: Account) -> int:
    return sum(each.amount_cents for each in transfers if each.credit.id == target.id)


def _beyond(payment: PaymentState, cents: int, target: Account, code: str) -> list[Transfer]:
    """What went to `target` although the payment held it no more: over-refunded."""
    over = accounts.over_refunded(payment.payment_id, payment.patient_id)
    return [Transfer(over, target, cents, code)] if cents else []


# A whole payment taken back ---------------------------------------------------------------------------------------


def reverse(op: Operation, body: bodies.Reverse, draft: Draft) -> None:
    """Take a whole payment back: release what it paid, gather its lot, mirror the transfers that took the money.

    What went, went: where the payment holds less by now (part went back before, it was corrected or taken back at
    another desk), it gives all it holds and somebody must look at the rest; where it holds more, that stays the
    patient's. An older version does not say what went: all that ever came, then, less what was corrected.
    """
    payment = draft.payment(body.payment_id)
    assert payment is not None, "waited for before"
    out = _home(payment, body.drawer)
    came = max(payment.amount_cents - payment.corrected_cents, 0)
    went = body.given_back_cents or came
    held = holds(draft, payment.payment_id)
    draft.mark_reversed(payment, body.act)
    collected = () if payment.reversed else draft.transfers_of(payment.collect_op_id)
    if went == held == payment.amount_cents and collected and collected[0].debit.id == out.id:
        accept(draft, op, *_gather(payment, collected[0].credit, draft), *_mirror(payment, collected))
        return
    transfers = _drain(payment, went, out, "reverse", draft.branch())
    beyond = _beyond(payment, went - _moved(transfers, out), out, "reverse")
    if payment.reversed:
        except_(draft, op, "already_reversed", *transfers, *beyond)
    elif beyond:
        except_(draft, op, "more_than_paid" if went > came else "partly_given_back", *transfers, *beyond)
    else:
        accept(draft, op, *transfers)


def _gather(payment: PaymentState, home: Account, draft: Draft) -> list[Transfer]:
    """Everything of a payment into the lot it first lay in."""
    transfers = [Transfer(ar, lot, cents, "release") for ar, lot, cents in draft.paid_by_payment(payment.payment_id)]
    released = Counter[str]()
    for transfer in transfers:
        released[transfer.credit.id] += transfer.amount_cents
    for lot in sorted(draft.lots_of_payment(payment.payment_id), key=lambda lot: lot.id):
        left = lies(draft, lot) + released[lot.id]
        if lot.id != home.id and left > 0:
            transfers.append(Transfer(lot, home, left, "gather"))
    return transfers


def _mirror(payment: PaymentState, collected: Sequence[Transfer]) -> list[Transfer]:
    return [Transfer(each.credit, each.debit, each.amount_cents, "reverse", (payment.collect_op_id, n))
            for n, each in enumerate(collected)]  # fmt: skip


def correct(op: Operation, body: bodies.Correct, draft: Draft) -> None:
    """A payment was entered too high: so much of it never was there."""
    payment = draft.payment(body.payment_id)
    assert payment is not None, "waited for before"
    if draft.refund(body.correction_id) is not None:
        quarantine(draft, op, KNOWN_ALREADY)
        return
    draft.know_refund(RefundState(body.correction_id, payment.payment_id, payment.patient_id, body.amount_cents,
                                  payment.tender, "", RefundStep.CORRECTION))  # fmt: skip
    draft.know_payment(replace(payment, corrected_cents=payment.corrected_cents + body.amount_cents))
    give(op, payment, body.amount_cents, _home(payment), "correct", draft)


def give(op: Operation, payment: PaymentState, cents: int, target: Account, code: str, draft: Draft) -> None:
    """A fact takes `cents` of a payment: all it holds from there, the rest as over-refunded."""
    transfers = _drain(payment, cents, target, code, draft.branch())
    beyond = _beyond(payment, cents - _moved(transfers, target), target, code)
    if beyond:
        except_(draft, op, "more_than_paid", *transfers, *beyond)
    else:
        accept(draft, op, *transfers)


# Refunds ----------------------------------------------------------------------------------------------------------


def refund_request(op: Operation, body: bodies.RefundRequest, draft: Draft) -> None:
    """Set money of one payment aside to go back: never more than it still holds."""
    payment = draft.payment(body.payment_id)
    reason = _cannot_refund(body, payment, draft)
    if reason or payment is None:
        reject(draft, op, reason)
        return
    payable = accounts.refund_payable(body.refund_id, payment.payment_id, payment.patient_id)
    transfers = _drain(payment, body.amount_cents, payable, "refund", draft.branch(), body.lines,
                       asks=True)  # fmt: skip
    draft.know_refund(RefundState(body.refund_id, payment.payment_id, payment.patient_id, body.amount_cents,
                                  body.tender, op.op_id, RefundStep.REQUESTED))  # fmt: skip
    accept(draft, op, *transfers)


def refundable(draft: Draft, payment: PaymentState) -> int:
    """Cents of a payment that may still go back: what it holds, less what a bank disputes and what another desk holds
    of it, less what another program gave back of the payer's money beyond what else lies on the account (domain row N9:
    that money is gone already)."""
    purse = draft.person_purse(payment.patient_id)
    given_back = sum(waiting(draft, each) for each in purse if each.code is Code.REFUND_ELSEWHERE)
    others = sum(available(draft, each) for each in purse
                 if each.code in LOT_CODES and each.payment_id != payment.payment_id)  # fmt: skip
    elsewhere = sum(lies(draft, lot) - available(draft, lot) for lot in draft.lots_of_payment(payment.payment_id))
    return max(undisputed(draft, payment.payment_id) - elsewhere - max(given_back - others, 0), 0)


BANK_KEEPS = frozenset({"", "absorbed"})
"""Outcomes of a dispute (open, borne by the practice) in which the bank has money that the payment still counts."""


def undisputed(draft: Draft, payment_id: str) -> int:
    """Cents of a payment that are here and that no bank took back: given back once more, they would be gone twice."""
    taken = sum(each.amount_cents for each in draft.disputes_of(payment_id) if each.outcome in BANK_KEEPS)
    return max(holds(draft, payment_id) - taken, 0)


def _cannot_refund(body: bodies.RefundRequest, payment: PaymentState | None, draft: Draft) -> str:
    if payment is None:
        return "missing_dependency"
    if is_gone_back(draft, payment):
        return "payment_reversed"
    if not one_family(draft, payment.patient_id, body.patient_id):
        return "wrong_patient"
    if body.amount_cents <= 0 or any(line.amount_cents <= 0 for line in body.lines):
        return "amount_not_positive"
    if body.tender not in bodies.GIVEN_BACK_BY or body.reason not in bodies.REFUND_REASONS:
        return "reason_unknown"
    if draft.refund(body.refund_id) is not None:
        return KNOWN_ALREADY if body.tender == "external" else "refund_id_used"
    if body.amount_cents > refundable(draft, payment):
        return _why_too_much(body.amount_cents, payment.payment_id, draft)
    return ""


def _why_too_much(cents: int, payment_id: str, draft: Draft) -> str:
    if cents > holds(draft, payment_id):
        return "more_than_paid"
    if cents > undisputed(draft, payment_id):
        return "disputed"
    held = any(lies(draft, lot) > available(draft, lot) for lot in draft.lots_of_payment(payment_id))
    return "in_use" if held else "refunded_elsewhere"


def refund_paid(op: Operation, body: bodies.RefundPaid, draft: Draft) -> None:
    """The money left the house. Where it was not set aside (the request fell, or it was paid before), the payment
    gives what it holds and the rest is over-refunded; where less left than was set aside, the rest is credit again."""
    known = draft.refund(body.refund_id)
    payment = draft.payment((known.payment_id if known else "") or body.payment_id)
    if body.amount_cents <= 0 or not _may_say(op, body):
        quarantine(draft, op, "amount_not_positive" if body.amount_cents <= 0 else "tender_unknown")
        return
    merchant = (body.card.merchant if body.card else "") or (payment.merchant if payment else "")
    out = tender_account(body.tender, drawer=body.drawer or op.device, merchant=merchant, method=body.method_id)
    if body.online_return_id:
        out = accounts.online_returned(body.online_return_id, payment.patient_id if payment else body.patient_id)
    if payment is None:
        except_(draft, op, "missing_dependency", Transfer(accounts.suspense(), out, body.amount_cents, "refund_paid"))
        return
    if body.tender == "external" and known is not None and known.step is RefundStep.PAID:
        quarantine(draft, op, KNOWN_ALREADY)
        return
    payable = accounts.refund_payable(body.refund_id, payment.payment_id, payment.patient_id)
    aside = available(draft, payable)
    draft.know_refund(RefundState(body.refund_id, payment.payment_id, payment.patient_id, body.amount_cents,
                                  body.tender, known.request_op_id if known else "", RefundStep.PAID))  # fmt: skip
    if aside >= body.amount_cents:
        rest = _stays(payment, payable, aside - body.amount_cents, draft)
        accept(draft, op, Transfer(payable, out, body.amount_cents, "refund_paid"), *rest)
        return
    transfers = [Transfer(payable, out, aside, "refund_paid")] if aside > 0 else []
    transfers += _drain(payment, body.amount_cents - aside, out, "refund_paid", draft.branch())
    beyond = _beyond(payment, body.amount_cents - _moved(transfers, out), out, "refund_paid")
    except_(draft, op, "more_than_paid" if beyond else "refund_not_granted", *transfers, *beyond)


def _may_say(op: Operation, body: bodies.RefundPaid) -> bool:
    """What the processor gave back of money from home is posted from there, by the hub's rule; the rest by desks."""
    if body.tender == bodies.ONLINE:
        return bool(body.online_return_id) and op.device == HUB
    return body.tender in bodies.TENDERS and not body.online_return_id


def _stays(payment: PaymentState, payable: Account, cents: int, draft: Draft) -> list[Transfer]:
    """What was set aside and did not go back is credit again; of a payment that was taken back whole it makes up for
    what was missing then."""
    over = accounts.over_refunded(payment.payment_id, payment.patient_id)
    missing = min(cents, max(waiting(draft, over), 0)) if payment.reversed else 0
    parts = ((over, missing), (accounts.credit(payment.payment_id, payment.patient_id), cents - missing))
    return [Transfer(payable, account, part, "refund_rest") for account, part in parts if part]


def refund_failed(op: Operation, body: bodies.RefundFailed, draft: Draft) -> None:
    """A refund did not happen: the money lies where it lay, as far as its charges still want it. Where nothing was set
    aside (the request fell), nothing moves."""
    refund = draft.refund(body.refund_id)
    if refund is None or refund.step is RefundStep.FAILED:
        accept(draft, op)
        return
    if refund.step is not RefundStep.REQUESTED:
        quarantine(draft, op, f"refund_{refund.step}")
        return
    payable = accounts.refund_payable(refund.refund_id, refund.payment_id, refund.patient_id)
    draft.know_refund(replace(refund, step=RefundStep.FAILED))
    accept(draft, op, *_put_back(refund, payable, "refund_failed", draft))


def refund_undone(op: Operation, body: bodies.RefundUndone, draft: Draft) -> None:
    """The patient handed a refund back, or the bank sent a card's back: that may be heard at several desks."""
    refund = draft.refund(body.refund_id)
    payment = draft.payment(refund.payment_id) if refund else None
    if refund is not None and refund.tender in ("card", bodies.ONLINE) and refund.step is RefundStep.UNDONE:
        accept(draft, op)
        return
    if refund is None or payment is None or refund.step is not RefundStep.PAID:
        quarantine(draft, op, "missing_dependency" if refund is None else f"refund_{refund.step}")
        return
    source = tender_account(refund.tender, drawer=body.drawer or op.device, merchant=payment.merchant,
                            method=payment.method_id)  # fmt: skip
    draft.know_refund(replace(refund, step=RefundStep.UNDONE))
    accept(draft, op, *_put_back(refund, source, "refund_undone", draft))


def _put_back(refund: RefundState, source: Account, code: str, draft: Draft) -> list[Transfer]:
    """A refund's money back: against what was over-refunded first, then the mirror of the request's transfers, the
    last first, onto charges that still owe; what the request did not set aside is credit."""
    payment = draft.payment(refund.payment_id)
    assert payment is not None, "a refund without its payment"
    branch = draft.branch()
    transfers: list[Transfer] = []

    def put(debit: Account, credit: Account, cents: int, name: str) -> int:
        if cents > 0:
            transfers.append(Transfer(debit, credit, cents, name))
            branch.move(transfers[-1])
        return max(cents, 0)

    over = accounts.over_refunded(payment.payment_id, payment.patient_id)
    left = refund.amount_cents - put(source, over, min(refund.amount_cents, waiting(branch, over)), code)
    for each in reversed(draft.transfers_of(refund.request_op_id) if refund.request_op_id else ()):
        if each.code == "refund":
            left -= put(source, each.debit, min(each.amount_cents, left), code)
        elif each.code == "release":
            ar, lot = each.debit, each.credit
            wants = 0 if is_closed(ar, branch) else owed(branch, ar.charge_id)
            put(lot, ar, min(each.amount_cents, wants, available(branch, lot)), "allocate")
        else:
            put(each.credit, each.debit, min(each.amount_cents, available(branch, each.credit)), "earmark")
    put(source, accounts.credit(payment.payment_id, payment.patient_id), left, code)
    return transfers


def refund_elsewhere(op: Operation, body: bodies.RefundElsewhere, draft: Draft) -> None:
    """Another program gave money back without saying of which payment (domain row N9)."""
    if body.amount_cents <= 0 or body.tender not in bodies.TENDERS:
        quarantine(draft, op, "amount_not_positive" if body.amount_cents <= 0 else "tender_unknown")
        return
    known = draft.refund(body.refund_id)
    if known is not None:
        same = (known.patient_id, known.amount_cents) == (body.patient_id, body.amount_cents)
        quarantine(draft, op, KNOWN_ALREADY if same and known.step is RefundStep.ELSEWHERE else "refund_id_used")
        return
    waits = accounts.refund_elsewhere(body.refund_id, body.patient_id)
    out = tender_account(body.tender, drawer=op.device, method=body.method_id)
    draft.know_refund(RefundState(body.refund_id, "", body.patient_id, body.amount_cents, body.tender, op.op_id,
                                  RefundStep.ELSEWHERE))  # fmt: skip
    accept(draft, op, Transfer(waits, out, body.amount_cents, "refund_elsewhere"))


# Disputes ---------------------------------------------------------------------------------------------------------


def dispute_opened(op: Operation, body: bodies.DisputeOpened, draft: Draft) -> None:
    """A bank took card money back; the patient's side does not change yet."""
    payment = draft.payment(body.payment_id)
    if body.amount_cents <= 0 or body.fee_cents < 0 or draft.dispute(body.dispute_id) is not None:
        quarantine(draft, op, "dispute_id_used" if draft.dispute(body.dispute_id) else "amount_not_positive")
        return
    from_home = payment is None and draft.online(body.payment_id) is not None
    merchant = payment.merchant if payment else MERCHANT if from_home else ""
    card = accounts.card(merchant or "main")
    fee = [Transfer(accounts.processor_fees(), card, body.fee_cents, "dispute_fee")] if body.fee_cents else []
    if payment is None:
        except_(
            draft, op, "missing_dependency", Transfer(accounts.suspense(), card, body.amount_cents, "dispute"), *fee
        )
        return
    account = accounts.disputed(body.dispute_id, payment.payment_id, payment.patient_id)
    draft.know_dispute(DisputeState(body.dispute_id, payment.payment_id, payment.patient_id, body.amount_cents,
                                    payment.merchant))  # fmt: skip
    accept(draft, op, Transfer(account, card, body.amount_cents, "dispute"), *fee)


def dispute_closed(op: Operation, body: bodies.DisputeClosed, draft: Draft) -> None:
    """A dispute ended: the money is back, the patient owes again, or the practice bears it."""
    dispute = draft.dispute(body.dispute_id)
    payment = draft.payment(dispute.payment_id) if dispute else None
    if dispute is None or payment is None or dispute.outcome or body.outcome not in bodies.DISPUTE_OUTCOMES:
        quarantine(draft, op, "dispute_closed" if dispute and dispute.outcome else "missing_dependency")
        return
    account = accounts.disputed(dispute.dispute_id, dispute.payment_id, dispute.patient_id)
    draft.know_dispute(replace(dispute, outcome=body.outcome))
    if body.outcome == "owed_again":
        give(op, payment, dispute.amount_cents, account, "chargeback", draft)
        return
    target = accounts.card(dispute.merchant or "main") if body.outcome == "won" else accounts.chargeback_loss()
    accept(draft, op, Transfer(target, account, dispute.amount_cents, f"dispute_{body.outcome}"))
