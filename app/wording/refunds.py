"""Words about money that goes back: refunds, voids, corrections, disputes."""

from app.wording import Rows

_STAYS = "Nothing was given back."
_NOTHING = "Nothing was changed."

WORDS: Rows = {
    # Refunds --------------------------------------------------------------------------------------------------------
    "refund.not_found": ("This payment is not here", _STAYS, "Look for it in the ledger."),
    "refund.taken_back": ("This payment was already taken back", "None of it is left. Nothing was given back.", ""),
    "refund.nothing_left": (
        "Nothing is left of this payment",
        "It went back or was corrected before. Nothing was given back.",
        "Look at what happened to it in the ledger.",
    ),
    "refund.amount": ("Between $0.01 and {most_cents:money} can be refunded", _STAYS, "Type the amount again."),
    "refund.reason_missing": ("Say why it is refunded", _STAYS, "Choose a reason."),
    "refund.note_missing": (
        "A few words are needed here",
        _STAYS,
        "Say why in the notes: it goes back another way than it came, or for another reason.",
    ),
    "refund.check_number": ("A check needs its number", _STAYS, "Type the number of the check you wrote."),
    "refund.sheet_used": (
        "This refund was tried and did not go through",
        "Nothing was given back. The money lies where it lay.",
        "Open Refund again to try once more.",
    ),
    "refund.offline": (
        "This refund needs the line to the other desks",
        "Nothing was given back. Without the line only cash goes back: of payments taken in cash at this desk, up to "
        "{limit_cents:money}.",
        "Try again when the line is back, or refund cash within that limit.",
    ),
    "refund.waiting": (
        "The hub has not answered yet",
        "The money is set aside for this refund, and nothing was handed back.",
        "It waits in Needs attention: hand it out there, or give it up.",
    ),
    "refund.disputed": (
        "A bank took back {disputed_cents:money} of this payment",
        "The patient has that from the bank. Nothing was given back.",
        "Close the dispute in the ledger when the bank has decided.",
    ),
    "refund.not_waiting": ("This refund does not wait any more", _NOTHING, "Look at the account."),
    "refund.not_granted": (
        "The hub has not said yes to this refund",
        "Nothing was handed back. The money stays set aside.",
        "Wait for the line, or give the refund up.",
    ),
    "refund.undo_not_cash": (
        "Only a cash refund can be handed back here",
        _NOTHING,
        "Take a new payment instead.",
    ),
    "refund.undo_not_today": (
        "Only a refund of today can be undone, until its desk has closed the day",
        _NOTHING,
        "Take a new payment instead.",
    ),
    "refund.undo_done": ("This refund was already undone", "It was not undone a second time.", ""),
    "refund.net_gone": ("This refund is already settled", _NOTHING, "Look at the account again."),
    "refund.net_nowhere": (
        "There is no payment to settle this refund with",
        "It goes on counting against the money on account.",
        "It can be settled when the payment it belongs to is here.",
    ),
    "card.refunds_not_supported": (
        "This reader cannot give money back",
        _STAYS,
        "Refund another way, or set up another reader in Settings.",
    ),
    "attention.unknown_refund": (
        "Did this card refund go through?",
        "The reader\u2019s answer did not reach this desk. The money is set aside.",
        "Check now before giving money back another way.",
    ),
    "attention.refund_waiting": (
        "A refund was begun and not handed out",
        "{cents:money} is set aside, and nothing left the drawer or went to the card ({way}).",
        "Hand it out now, or give it up: the money lies on the account again.",
    ),
    # Taking payments back -------------------------------------------------------------------------------------------
    "undo.partly_back": (
        "Part of this payment went back before",
        "Only a whole payment is taken back. {left_cents:money} of it is left.",
        "Refund the rest instead.",
    ),
    "undo.disputed": (
        "A bank took back {disputed_cents:money} of this payment",
        "The patient has that from the bank. Nothing was changed.",
        "Close the dispute in the ledger when the bank has decided.",
    ),
    "undo.from_home": (
        "This payment was made from home",
        _NOTHING,
        "Refund it: the card processor gives it back, on the same day as a void.",
    ),
    "refund.at_processor": (
        "The card processor is giving this back",
        "The money is set aside until the processor says how it ended.",
        "Nothing is to be done here.",
    ),
    "undo.elsewhere": (
        "This payment was taken in another program",
        _NOTHING,
        "Take it back there: the change comes here with the next import.",
    ),
    "delete.card": (
        "A card payment cannot be deleted",
        "The card was charged. Nothing was changed.",
        "Void it on the same day, or refund it.",
    ),
    "delete.not_today": (
        "Only a payment of today can be deleted",
        "Its day is over. Nothing was changed.",
        "Correct it instead: the correction belongs to today.",
    ),
    "correct.card": (
        "A card payment cannot be corrected",
        "The card was charged exactly this amount. Nothing was changed.",
        "Refund the difference instead.",
    ),
    "correct.amount": ("Between $0.01 and {most_cents:money} can be taken off", _NOTHING, "Type the amount again."),
    "bounce.not_check": ("Only a check can be returned by the bank", _NOTHING, "Choose the check\u2019s payment."),
    "dispute.not_card": ("Only a card payment can be disputed", _NOTHING, "Choose the card payment."),
    "dispute.whole_disputed": (
        "The bank took back all of this payment before",
        _NOTHING,
        "Look at its disputes in the ledger.",
    ),
    "dispute.not_open": ("This dispute is closed", _NOTHING, "Look at the account again."),
    "dispute.amount": (
        "Between $0.01 and {most_cents:money} can be in dispute",
        _NOTHING,
        "Type the amount from the bank\u2019s letter.",
    ),
    "dispute.outcome": ("Say how the dispute ended", _NOTHING, "Choose one of the three."),
}
