"""Words about amounts, collecting and card payments."""

from app.wording import Rows

_NOT_CHARGED = "Nothing was charged."
_NOT_WRITTEN = "Nothing was taken."

WORDS: Rows = {
    "amount.zero": ("Enter an amount", _NOT_WRITTEN, "Tick a charge or type what the patient pays."),
    "amount.negative": ("Amounts here are never negative", _NOT_WRITTEN, "Give money back with Undo or Refund."),
    "amount.not_a_number": ("That is not an amount", _NOT_WRITTEN, "Type it like 25 or 25.50."),
    "amount.three_decimals": ("Cents have two digits", _NOT_WRITTEN, "Type it like 25.50."),
    "amount.too_large": ("More than {limit_cents:money} at once", _NOT_WRITTEN, "Check the amount: a digit too many?"),
    "collect.line_unknown": ("This charge is not on the sheet", _NOT_WRITTEN, "Open Collect again."),
    "collect.more_than_owed": (
        "{cents:money} is more than the {owes_cents:money} owed there",
        _NOT_WRITTEN,
        "Lower the amount, or take the rest as credit on account.",
    ),
    "collect.cash_short": (
        "{tendered_cents:money} does not cover {due_cents:money}",
        _NOT_WRITTEN,
        "Type what the patient handed over, or lower what is paid now.",
    ),
    "collect.check_number": (
        "A check needs its number",
        _NOT_WRITTEN,
        "Type the number printed at the check's top right.",
    ),
    "collect.check_name_long": ("The name on the check is too long", _NOT_WRITTEN, "Shorten it to {limit} letters."),
    "collect.credit_short": (
        "Credit on account covers {credit_cents:money} of {due_cents:money}",
        _NOT_WRITTEN,
        "Choose card, cash or check for the rest.",
    ),
    "collect.changed": (
        "The balance changed meanwhile: {owes_cents:money} is owed now, not {was_cents:money}",
        _NOT_WRITTEN,
        "Open Collect again to see the new amounts.",
    ),
    "collect.credit_changed": (
        "Part of the credit was used meanwhile: {credit_cents:money} is left",
        _NOT_WRITTEN,
        "Open Collect again to see the new amounts.",
    ),
    "collect.type_unknown": ("This type of payment is not known", _NOT_WRITTEN, "Choose another type."),
    "collect.received_later": (
        "Money cannot come in on a day that is still to come",
        _NOT_WRITTEN,
        "Correct the received date.",
    ),
    "collect.received_long_ago": (
        "That day is more than {days} days ago",
        _NOT_WRITTEN,
        "Check the year of the received date.",
    ),
    "collect.provider_gone": ("This provider is no longer in the list", _NOT_WRITTEN, "Choose another provider."),
    "collect.note_long": ("The note is too long", _NOT_WRITTEN, "Shorten it to {limit} letters."),
    "collect.card_number": (
        "That looks like a card number",
        "Card numbers are never kept here. " + _NOT_WRITTEN,
        "Take it out; the last four digits are enough.",
    ),
    "collect.method_gone": ("This way to pay is not offered any more", _NOT_WRITTEN, "Choose another one."),
    "collect.method_number": (
        "This way to pay needs its number",
        _NOT_WRITTEN,
        "Type it, in {limit} letters at most.",
    ),
    "ways.name_form": ("A way to pay needs a name", "Nothing was changed.", "Type one of {limit} letters at most."),
    "ways.name_used": ("There is a way to pay of that name", "Nothing was changed.", "Choose another name."),
    "ways.number_form": (
        "The word for its number is too long",
        "Nothing was changed.",
        "Shorten it to {limit} letters.",
    ),
    "ways.too_many": ("There are {limit} ways to pay already", "Nothing was changed.", "Rename one that is left out."),
    "ways.gone": ("This way to pay cannot be changed like that", "Nothing was changed.", "Look at the list again."),
    "ways.last": (
        "One way to pay must be offered",
        "Nothing was changed.",
        "Offer another one before this one is left out.",
    ),
    "collect.prepay_charged": (
        "This visit owes {owes_cents:money} by now",
        _NOT_WRITTEN,
        "Open Collect again and tick its charges.",
    ),
    "collect.prepay_gone": (
        "This visit was cancelled or taken out of the schedule",
        _NOT_WRITTEN,
        "Choose another visit, or keep the money as credit.",
    ),
    "collect.sheet_used": (
        "This payment was already taken and undone",
        _NOT_WRITTEN,
        "Open Collect again to take a new one.",
    ),
    "collect.patient_gone": ("This patient is no longer in the list", _NOT_WRITTEN, "Find the patient again."),
    "collect.visit_gone": ("This visit was taken out of the schedule", _NOT_WRITTEN, "Choose the visit again."),
    "collect.reason_missing": ("Say why nothing is collected", "", "Choose a reason."),
    "undo.not_found": ("This payment is not here", "Nothing was given back.", "Look for it in the ledger."),
    "undo.done_before": ("This payment was already undone", "Nothing was given back a second time.", ""),
    "undo.not_today": (
        "Only a payment of today can be undone",
        "Nothing was given back.",
        "Refund it instead.",
    ),
    "undo.reason_missing": ("Say why this payment is undone", "", "Type a reason."),
    "undo.not_possible": (
        "This payment cannot be undone here",
        "Nothing was given back.",
        "Refund it instead.",
    ),
    "undo.credit_moved": (
        "The credit used with it was moved on meanwhile",
        "Nothing was given back.",
        "Look at the ledger first, or refund the part paid today.",
    ),
    "card.no_reader": (
        "No card reader is set up at this desk",
        _NOT_CHARGED,
        "Take cash or a check, or set up a reader in Settings.",
    ),
    "card.frozen": (
        "A card payment of {cents:money} for this patient is still being checked",
        "Do not charge the card again.",
        "Take cash or a check, or look at Needs attention.",
    ),
    "card.approved_not_saved": (
        "The card was approved, but this computer could not write it down",
        "{cents:money} was charged. Do not charge again.",
        "Free some disk space. The payment is found again by itself.",
    ),
    "card.answer_odd": (
        "The reader answered for another payment",
        "Nothing was recorded. Do not charge again.",
        "Look at the reader\u2019s own list, then settle it in Needs attention.",
    ),
    "card.voids_not_supported": ("This reader cannot take a payment back", "The payment stands.", "Refund it instead."),
    # Recovery and resolution by a person --------------------------------------------------------------------------
    "attempt.not_found": ("This card payment is not in the list", "Nothing was changed.", "Look at the list again."),
    "attempt.settled": ("This card payment is already settled", "Nothing was changed.", ""),
    "attempt.ask_first": (
        "Ask the reader first",
        "Nothing was changed.",
        "A person may settle this only after the reader was asked twice without an answer.",
    ),
    "attempt.reason_missing": ("Say how you know", "Nothing was changed.", "Type what you saw and where."),
    "attention.unknown_payment": (
        "Did this card payment go through?",
        "The bank\u2019s answer did not reach this desk. Do not charge again yet.",
        "Check now, or wait: it is asked again by itself.",
    ),
    "attention.unknown_void": (
        "Was this card payment taken back?",
        "The reader\u2019s answer did not reach this desk.",
        "Check now before giving money back another way.",
    ),
    "attention.unsigned": (
        "Nobody signed for this card payment",
        "The payment {number} stands; the money is safe.",
        "Print the clinic’s copy and have it signed, or close this.",
    ),
    "attention.print_unknown": (
        "Did the receipt print?",
        "The payment {number} is safe.",
        "Look at the printer, then print a copy or close this.",
    ),
    "attention.refused": (
        "Money could not be used as planned",
        "{cents:money} was already used at another desk. The visit owes it again.",
        "Collect it, or leave it as a balance.",
    ),
    "attention.reduced": (
        "Less credit was left than expected",
        "{granted_cents:money} of {cents:money} was used. The rest is owed again.",
        "Collect it, or leave it as a balance.",
    ),
    "attention.excepted": (
        "A payment needs a manager",
        "It is recorded, but it does not fit the account ({reason}).",
        "Ask a manager to look at it.",
    ),
    "attention.quarantined": (
        "A change was set aside by the hub",
        "It is kept and counts nowhere yet ({reason}).",
        "Ask a manager to look at it.",
    ),
    # The log of an account ------------------------------------------------------------------------------------------
    "attention.not_found": ("This item is not in the list", "Nothing was changed.", "Look at the list again."),
}
