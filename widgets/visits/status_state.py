"""What changing a visit's status means, in words, worked out without a window."""

from __future__ import annotations

from dataclasses import dataclass

from app.visit_views import MovedOn, VisitCard
from models.basics.money import show_cents
from models.rules.billing import BILLING_STATUS_WORDS
from models.rules.visits import STATUSES, Stage, stage_of, status_words
from widgets.common.when import count_text

RESCHEDULED = "rescheduled"


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the chosen status will do: words, and what else may be decided with it."""

    words: str
    verb: str
    asks_day: bool = False
    asks_following: bool = False
    asks_fee: bool = False


_AFTER_ALL = {"done": "in_session", "no_show": "arrived"}
"""What is put right most often: a visit that is not over yet, and somebody who came late."""


def likely_next(card: VisitCard) -> str:
    """What is chosen when the list opens: the next step of the visit's day, so that Enter alone puts nothing back."""
    ways, order = [key for key, _ in card.ways], list(STATUSES)
    at = order.index(card.status) if card.status in STATUSES else -1
    later = [key for key in ways if key in STATUSES and order.index(key) > at and stage_of(key) in _COMING]
    usual = _AFTER_ALL.get(card.status, "")
    return usual if usual in ways else later[0] if later else ways[0] if ways else ""


_COMING = (Stage.PLANNED, Stage.HERE, Stage.DONE)


def outlook(card: VisitCard, status: str, *, following: bool) -> Outlook:
    """The consequences of `status` for this visit, before anything is written."""
    stage = stage_of(status)
    gone, rescheduled = stage in (Stage.CANCELLED, Stage.NO_SHOW), status == RESCHEDULED
    parts = []
    if gone and card.listed:
        parts.append(f"{count_text(card.listed, 'listed charge is', 'listed charges are')} taken off.")
    if gone and card.money_cents:
        parts.append(
            f"{show_cents(card.money_cents)} was paid for it. It stays with the visit for a day, then it is credit; "
            "nothing is refunded by itself."
        )
    if not gone and stage_of(card.status) in (Stage.CANCELLED, Stage.NO_SHOW) and card.listed:
        parts.append("The charges that were listed for it are owed again.")
    if rescheduled:
        parts.append("Its charges and what was paid for it go with it.")
    words = status_words(status)
    many = following and card.following > 0
    verb = "Move visit" if rescheduled else "Cancel visit" if stage is Stage.CANCELLED else f"Set to {words}"
    return Outlook(
        " ".join(parts), f"{verb}s" if many and verb.endswith("visit") else verb, rescheduled,
        card.following > 0 and (rescheduled or stage is Stage.CANCELLED),
        stage is Stage.NO_SHOW and card.no_show_fee_cents > 0,
    )  # fmt: skip


def moved_words(card: VisitCard, made: MovedOn, fee_cents: int) -> str:
    """What was done, to be shown and spoken."""
    what = f"{count_text(made.visits, 'visit', 'visits')}: {status_words(made.status)}" if made.visits > 1 else (
        f"{card.title}: {status_words(made.status)}")  # fmt: skip
    more = []
    if made.waits_cents:
        more.append(f"{show_cents(made.waits_cents)} waits for it and is in Needs attention.")
    if made.credit_cents:
        more.append(f"{show_cents(made.credit_cents)} is now credit.")
    if fee_cents:
        more.append(f"The no-show fee of {show_cents(fee_cents)} is owed.")
    return " ".join([f"{what}.", *more])


BILLING_HINTS: dict[str, str] = {
    "": "Whose turn it is follows from what is owed, paid and decided.",
    "bill_insurance": "The payer’s turn, while it decides.",
    "bill_secondary": "The second payer’s turn, while it decides.",
    "internal_review": "Somebody here looks at it first. Stays until it is changed by hand.",
    "balance_due": "The patient’s turn. Becomes Paid in full by itself when nothing is owed.",
    "paid_in_full": "Nothing is owed. Becomes Balance due by itself when money goes back.",
    "settled": "Closed as it is. Stays until it is changed by hand.",
}
"""What each billing status means for what comes next."""


def billing_words(status: str) -> str:
    """How a billing status is called; the empty one follows the money."""
    return BILLING_STATUS_WORDS.get(status, "Follow the money")
