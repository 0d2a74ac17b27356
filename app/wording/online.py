"""Words about money that patients pay from home."""

from app.wording import Rows

_NOTHING = "Nothing was changed."

WORDS: Rows = {
    # In the log and under Needs attention ---------------------------------------------------------------------------
    "act.online_received": ("Paid from home, not posted yet",),
    "act.online_processing": ("Bank asked for a payment from home",),
    "act.online_refused": ("Bank did not pay from home",),
    "act.online_returned": ("Given back by the card processor",),
    "act.online_refund_refused": ("The card processor did not give a refund",),
    "act.online_return_failed": ("What was given back came back",),
    "act.online_associated": ("Payment from home associated",),
    "attention.online_not_done": (
        "A payment from home was not posted",
        "Another desk had posted or associated it before. It counts once.",
        "Look at it under Transactions.",
    ),
    # What the hub says to pages and desks ---------------------------------------------------------------------------
    "online.not_set_up": (
        "Payments from home are not set up",
        "The hub has no key for the card processor. Nothing was charged.",
        "Whoever runs the hub sets it up.",
    ),
    "online.unreachable": (
        "The card processor cannot be reached",
        "Nothing was charged.",
        "Try again in a minute.",
    ),
    "online.amount_wrong": ("This amount cannot be paid", "Nothing was charged.", "Enter another amount."),
    "online.below_minimum": (
        "The amount is below the smallest payment",
        "Nothing was charged.",
        "Enter at least {least_cents:money}.",
    ),
    "online.nothing_owed": ("Nothing is owed", "Nothing was charged.", "There is nothing to pay now."),
    "online.above_balance": (
        "The amount is more than is owed",
        "Nothing was charged.",
        "Enter up to {most_cents:money}.",
    ),
    "online.card_gone": ("This card is not kept any more", "Nothing was charged.", "Choose another card."),
    "refused.posted_already": (
        "This was dealt with before",
        "Somebody posted or associated it, or it went back. It counts once; nothing was written now.",
        "Look at the list again.",
    ),
    "online.gone": ("This transaction is not there", _NOTHING, "Look at the list again."),
    "online.waits": (
        "This is not posted yet",
        "Money that waits is not put away. Nothing was changed.",
        "Post it, or associate it.",
    ),
    "online.under_way": (
        "The bank has not answered yet",
        "It was asked for this payment and takes up to four business days. Nothing was changed.",
        "Wait: it is posted, or shown as refused, by itself.",
    ),
    "online.note_missing": (
        "Say where it is in the books",
        _NOTHING,
        "Choose the payment, or write the other program and its number.",
    ),
    "online.key_used": ("This payment was begun before", "Nothing more was charged.", "Look at what became of it."),
}
"""By message key: what happened, what it means for the money, what to do."""
