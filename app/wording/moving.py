"""Words about money on account that moves: moves, fills, adjustments, fees, undo; and why the ledger refused."""

from app.wording import Rows

_NOTHING = "Nothing was changed."
_LOOK = "Look at the account again."

WORDS: Rows = {
    # Why the ledger refused -----------------------------------------------------------------------------------------
    "refused.credit_used": (
        "That money is not there any more",
        "It was used meanwhile. Nothing was changed.",
        "Look at Money on account to see what is left.",
    ),
    "refused.in_use": (
        "That credit is in use at another desk",
        "It is set aside there until the patient is done or signs off. Nothing was changed.",
        "Take another way to pay, or let a manager free it.",
    ),
    "refused.not_that_much": ("That is more than lies there", _NOTHING, "Take less; the account shows what is there."),
    "refused.not_that_much_now": (
        "That is more than lies there",
        _NOTHING,
        "Up to {there_cents:money} is possible.",
    ),
    "refused.more_than_owed": ("That is more than is owed there", _NOTHING, "Take less, or keep the rest as credit."),
    "refused.more_than_owed_now": (
        "That is more than is owed there",
        _NOTHING,
        "Up to {owes_cents:money} is possible. The rest can stay as credit or go to another visit.",
    ),
    "refused.more_than_paid": ("That is more than this payment still holds", _NOTHING, "Take less."),
    "refused.more_than_paid_now": (
        "That is more than this payment still holds",
        _NOTHING,
        "Up to {held_cents:money} is possible.",
    ),
    "refused.disputed": (
        "A bank has taken some of that money back",
        "It is in dispute, so it cannot go out a second time. Nothing was changed.",
        "Take less, or wait until the dispute is closed.",
    ),
    "refused.disputed_now": (
        "A bank has taken some of that money back",
        "It is in dispute, so it cannot go out a second time. Nothing was changed.",
        "Up to {held_cents:money} is possible until the dispute is closed.",
    ),
    "refused.refunded_elsewhere_now": (
        "Another program already gave some of that money back",
        "It cannot pay a visit as well. Nothing was changed.",
        "Up to {spendable_cents:money} is possible until the refund is put where its payment lies.",
    ),
    "refused.request_locked": (
        "This payment cannot be edited any more",
        "It is being paid, was paid, or has ended. Nothing was changed.",
        "Look at it again; money that came is given back with Refund.",
    ),
    "refused.request_status": (
        "A payment cannot go that way from where it is",
        _NOTHING,
        "Look at it again: somebody may have moved it meanwhile.",
    ),
    "refused.same_record": (
        "These are one person already",
        _NOTHING,
        "Choose another record.",
    ),
    "refused.merged_meanwhile": (
        "This record was merged with somebody else meanwhile",
        _NOTHING,
        "Open the account again: it shows whom it goes by. Take that apart first if it is wrong.",
    ),
    "refused.not_merged": (
        "This record goes by itself already",
        _NOTHING,
        _LOOK,
    ),
    "refused.future_visit": (
        "That visit lies ahead",
        "Charges of coming days are not paid from credit. Nothing was changed.",
        "Set the money aside for the visit instead: it pays by itself on the day.",
    ),
    "refused.visit_cancelled": (
        "That visit was cancelled",
        _NOTHING,
        "Move the money to another visit, keep it as credit, or refund it.",
    ),
    "refused.wrong_patient": (
        "That money belongs to somebody else",
        "Money pays only for the patient and the family on the same bill. Nothing was changed.",
        "Choose a visit of this patient or family.",
    ),
    "refused.other_patient": (
        "That charge belongs to another patient",
        _NOTHING,
        "Open the account of the patient it belongs to.",
    ),
    "refused.amount_not_positive": ("Enter an amount above zero", _NOTHING, "Type it like 25 or 25.50."),
    "refused.missing_dependency": (
        "What this is about is not known here yet",
        _NOTHING,
        "Wait until the desks are in step, then try again.",
    ),
    "refused.payment_reversed": (
        "That payment was taken back",
        "None of it is left. Nothing was changed.",
        _LOOK,
    ),
    "refused.same_place": ("The money already lies there", _NOTHING, "Choose another place for it."),
    "refused.reason_unknown": ("That reason does not fit", _NOTHING, "Choose one of the reasons offered."),
    "refused.cannot_undo": (
        "This cannot be undone any more",
        "The money was used for something else since. Nothing was changed.",
        "Move it by hand, or undo the newer steps first.",
    ),
    "refused.already_undone": ("This was already undone", "It was not undone a second time.", _LOOK),
    "refused.already_netted": ("This refund is already settled", _NOTHING, _LOOK),
    "refused.refund_id_used": ("This refund was already made", "It was not made a second time.", _LOOK),
    "refused.not_a_fee": (
        "This line item is not a fee of the practice",
        _NOTHING,
        "Only the practice\u2019s own fees are changed here. Take a discount or write it off instead.",
    ),
    "refused.known_already": ("This is already done", "It was not done a second time.", _LOOK),
    "refused.refunded_elsewhere": (
        "Another program gave that money back already",
        "That refund is not netted with its payment yet, so the money is not spent or given back again. "
        "Nothing was changed.",
        "Net the refund with its payment first.",
    ),
    "refused.linked_rejected": ("One part of this was not possible", "So none of it was done.", _LOOK),
    "refused.right_missing": (
        "Somebody with the right to it must do this",
        "As the hub knows the practice\u2019s people, nobody named on it has that right now. Nothing was changed.",
        "Ask a manager to do it, or to give the right.",
    ),
    "refused.unknown": (
        "The ledger did not take this",
        "Nothing was changed ({reason}).",
        "Look at the account again. If it stays so, ask a manager.",
    ),
    "account.changed": (
        "The account changed meanwhile",
        "Nothing was changed by this. Unallocated is {unallocated_cents:money} now, and {owes_cents:money} is owed.",
        "Look at the new amounts, then confirm again.",
    ),
    "credit.beyond_limit": (
        "The hub must confirm that much credit first",
        "It does not answer, and another desk may spend the same money. Nothing was changed.",
        "Up to {possible_cents:money} may go now, pending confirmation.",
    ),
    "credit.needs_hub": (
        "The hub must confirm this credit first",
        "It does not answer, and another desk may spend the same money. Nothing was changed.",
        "Take another way to pay, or wait until the hub answers.",
    ),
    "account.done_before": ("This is already done", "It was not done a second time.", ""),
    # Moves ------------------------------------------------------------------------------------------------------------
    "move.nothing_there": (
        "Nothing is left of this payment here",
        _NOTHING,
        "Look at Money on account to see what is left.",
    ),
    "move.no_place": (
        "There is nowhere to move this money",
        _NOTHING,
        "Nothing is owed and no visit lies ahead. It stays as credit, or can be refunded.",
    ),
    "move.place_gone": ("That place is not on the list", _NOTHING, "Choose again where the money goes."),
    "move.done": ("Moved {cents:money} to {place}",),
    "move.set_aside": ("Set {cents:money} aside for {place}",),
    "move.to_credit": ("{cents:money} is credit now, free for any visit",),
    "fill.done": ("Filled {count:line item|line items} with {cents:money}",),
    "autofill.done": ("AutoFill put {cents:money} on {count:line item|line items}",),
    "adjust.done_discount": ("Took a discount of {cents:money} off",),
    "adjust.done_courtesy": ("Took {cents:money} off as a courtesy",),
    "adjust.done_write_off": ("Wrote {cents:money} off",),
    "adjust.done_recovery": ("{cents:money} is owed again",),
    "rekey.done": ("Entered {cents:money} from receipt {number}",),
    "rekey.number_wrong": (
        "That is no receipt number",
        "Nothing was entered.",
        "Type it as it stands on the paper, like 02-3-B-0142.",
    ),
    "rekey.here_already": (
        "Receipt {number} is in the books already",
        "Its money counts. Nothing was entered.",
        "Look for it in the list of receipts.",
    ),
    "rekey.day_ahead": (
        "That day is still to come",
        "Nothing was entered.",
        "Type the day as it stands on the paper.",
    ),
    "fee.done": ("A fee of {cents:money} is asked for",),
    "fee.taken_off": ("The fee was taken off",),
    "undo.done": ("Undone: {cents:money} lies where it lay before",),
    "undo.moved": ("Move undone: {cents:money} lies where it lay before",),
    "undo.filled": ("Fill undone: {cents:money} is on account again",),
    "undo.autofilled": ("AutoFill undone: {cents:money} is on account again",),
    "undo.freed": ("Undone: {cents:money} is on its visit again",),
    "undo.allocated": ("Undone: {cents:money} is on account again",),
    "undo.adjusted": ("Adjustment of {cents:money} undone",),
    "undo.fee": ("The fee is as it was before",),
    "undo.placed": ("Undone: the refund waits to be netted again",),
    "fill.nothing_ticked": ("No line item is ticked", _NOTHING, "Tick what shall be paid from credit."),
    "fill.no_money": (
        "No money on account can be used for this",
        "What is set aside for other visits stays there. Nothing was changed.",
        "Take a payment, or move the money by hand.",
    ),
    "fill.nothing_owed": ("Nothing is owed that could be paid now", _NOTHING, "Visits ahead are not paid from credit."),
    "autofill.off": (
        "AutoFill is turned off in this practice",
        _NOTHING,
        "A manager turns on Auto allocate in Settings, Money rules. Moving and filling by hand always work.",
    ),
    "autofill.no_provider": (
        "No provider of these visits lets credit go there by rule",
        _NOTHING,
        "Turn it on for a provider in Settings, Money rules, or fill by hand.",
    ),
    # Adjustments and fees ---------------------------------------------------------------------------------------------
    "adjust.charge_gone": ("This line item is not on the account", _NOTHING, _LOOK),
    "adjust.nothing_owed": ("Nothing is owed on this line item", _NOTHING, "There is nothing to take off."),
    "adjust.kind_unknown": ("Choose what this is", _NOTHING, "Discount, courtesy, write-off or collected after all."),
    "adjust.reason_missing": ("Say why", _NOTHING, "Choose a reason."),
    "adjust.none_written_off": (
        "Nothing was written off here",
        _NOTHING,
        "Only what was written off can be owed again.",
    ),
    "fee.description_missing": ("Say what the fee is for", _NOTHING, "Type a few words: they stand on statements."),
    "fee.visit_gone": ("This visit was taken out of the schedule", _NOTHING, "Choose the visit again."),
    "fee.made_before": (
        "This fee is already on the visit",
        "{owes_cents:money} of it is owed. It was not asked for a second time.",
        "Change or take off the one that is there.",
    ),
    "fee.gone": ("This fee is not on the account", _NOTHING, _LOOK),
    # Undo -------------------------------------------------------------------------------------------------------------
    "undo.nothing": (
        "There is nothing of yours to undo here",
        _NOTHING,
        "Moves, fills and adjustments can be undone by who made them. Payments are voided or refunded instead.",
    ),
    "undo.not_yours": ("Somebody else did this", _NOTHING, "Whoever did it, or a manager, can undo it."),
    # Rules ------------------------------------------------------------------------------------------------------------
    "rules.limit_form": ("That is not an amount", _NOTHING, "Type it like 50 or 50.00, or 0 for none."),
    "rules.status_form": (
        "A status needs a short name",
        _NOTHING,
        "Up to {limit} letters, and none that is already there.",
    ),
    "rules.provider_gone": ("This provider is not in the list", _NOTHING, "Open Settings again."),
    "portal.form_wrong": ("The page was not understood", _NOTHING, "Open it again and try once more."),
    "portal.no_link": (
        "There is no link yet",
        "The hub has not told where patients reach their pages.",
        "Try again after the next sync.",
    ),
    "portal.format": ("This kind of file is not possible", "The QR code was not saved.", "Choose PNG or SVG."),
    "rules.too_many": ("Too many statuses", _NOTHING, "Up to {limit} of your own are possible."),
    # What the hub did not do, in Needs attention ----------------------------------------------------------------------
    "attention.move_not_done": (
        "Money was not moved as planned",
        "Another desk was first: {cents:money} lies where it lay before, and the visit owes what it owed.",
        "Look at the account, then move what is there.",
    ),
    "attention.undo_not_done": (
        "A step could not be undone",
        "Another desk used the money first, or undid it already. Everything is as it was.",
        "Look at the account, then move the money by hand.",
    ),
    "attention.adjust_not_done": (
        "A discount or write-off was not taken",
        "{cents:money} was no longer owed there: another desk was first. The line item owes what it owed.",
        "Look at the account before letting more off.",
    ),
    "attention.fee_not_done": (
        "A fee was not asked for",
        "{cents:money} is not on the account ({reason}).",
        "Look at the account, then ask for it again.",
    ),
    "attention.refund_not_done": (
        "A refund was not agreed to",
        "Another desk was first: {cents:money} was no longer there to give back. Nothing more was set aside for it.",
        "Look at the account. What had gone out already is listed by itself.",
    ),
    "attention.no_right": (
        "Nobody with the right to it decided this",
        "As the hub knows the practice\u2019s people, nobody named on it may. {cents:money} lies where it lay before.",
        "Ask a manager to do it, or to give the right.",
    ),
    "attention.done_without_right": (
        "Done by somebody without the right to it",
        "{cents:money} is booked as it happened; as the hub knows the practice\u2019s people, nobody named on it may.",
        "Ask a manager to look at it.",
    ),
    "attention.place_not_done": (
        "A refund was not netted as planned",
        "Another desk was first, and nothing was changed.",
        "Look at the account to see where it lies now.",
    ),
}
