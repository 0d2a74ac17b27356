"""Words about money that went otherwise than somebody at a desk was told."""

from app.wording import Rows

_UNCHANGED = "Nothing was changed."

WORDS: Rows = {
    "attention.credit_used": (
        "Credit was used at two desks",
        "{cents:money} credit was already used at {elsewhere}{spent}. {visit} now owes {owes_cents:money}.",
        "Collect it, write it off, or leave it as a balance.",
    ),
    "attention.paid_over": (
        "Balance changed in two places",
        "At {when} {asked_cents:money} went to {visit} at {desk}. By then only {granted_cents:money} of it was owed, "
        "so {cents:money} lies as credit on the account.",
    ),
    "attention.reopened": (
        "A refund reopened a visit",
        "The refund at {desk} ({when}, {who}) took {cents:money} that had paid {visit}. "
        "It owes {owes_cents:money} again.",
    ),
    "attention.insurer_paid": (
        "Insurance paid more: {cents:money} credit",
        "The charge of {visit} was lowered after it was paid. {cents:money} of the payment is too much now.",
    ),
    "attention.taken_back": (
        "A bank took a payment back",
        "What had paid {visit} was taken back ({when}). It owes {owes_cents:money} again.",
    ),
    "attention.dispute_lost": (
        "A bank decided a dispute against us",
        "The {cents:money} it took back stay away. The account does not show that yet: the visit still counts as paid.",
        "Say whether the patient owes it again or the practice bears it.",
    ),
    "attention.dispute_unposted": (
        "A bank kept a payment from home that was never posted",
        "The {cents:money} it took back stay away. Nothing of it was on the account: the visits owe what they owed, "
        "and none of it is left to post.",
        "Ask for it another way, or leave it as a balance.",
    ),
    "attention.disputed": (
        "A bank took back a payment from home",
        "{cents:money} were taken back ({when}) before it was posted. No visit counts as paid by it. Posted, it is in "
        "dispute there; won, it can be posted as it was; lost, none of it is left to post.",
    ),
    "attention.over_refunded": (
        "More was returned than was paid",
        "{gone_cents:money} was returned on a {paid_cents:money} payment: {cents:money} too much, at {desk} "
        "({when}, {who}).",
        "A manager settles it.",
    ),
    "attention.money_in": (
        "Money came in for nothing we know",
        "{cents:money} was taken at {desk} ({when}) under a payment that stands already. It is in the books and "
        "counts for nobody yet.",
    ),
    "attention.money_out": (
        "Money went out for a payment that is not here",
        "{cents:money} left at {desk} ({when}). As soon as that payment arrives, it counts there by itself.",
    ),
    "attention.not_known": (
        "A change to a payment that is not here",
        "It was made at {desk} ({when}, {who}). As soon as that payment arrives, it counts by itself.",
    ),
    "attention.not_merged": (
        "Is this one person with two others?",
        "At {when} {who} merged this record with {wanted} at {desk}. It had been merged with {merged_with} before, and "
        "goes by that.",
        "If all three are one person, merge {merged_with} with {wanted}. If not, take apart what is wrong.",
    ),
    "attention.refund_returned": (
        "A refund came back",
        "The bank could not give {cents:money} to the card and sent it back ({when}). The patient has not got it; the "
        "money is on the payment again, with the visit it had paid if that still owes.",
        "Tell the patient. Give it back another way, or keep it as credit.",
    ),
    "attention.doubted_payment": (
        "A card payment at {desk} is not known yet",
        "Whether {cents:money} was charged has not reached that desk ({when}, {who}). It asks its reader again by "
        "itself.",
        "Do not charge a card of this patient at any desk until it knows. Cash and checks are fine.",
    ),
    "attention.doubted_void": (
        "A void at {desk} is not known yet",
        "Whether {cents:money} was taken back has not reached that desk ({when}, {who}). It asks its reader "
        "again by itself.",
        "Do not give this money back another way until it knows.",
    ),
    "attention.doubted_refund": (
        "A refund to a card at {desk} is not known yet",
        "Whether {cents:money} went back has not reached that desk ({when}, {who}). The money is set aside. It asks "
        "its reader again by itself.",
        "Do not give this money back another way until it knows.",
    ),
    "attention.void_returned": (
        "A void came back",
        "The bank could not give {cents:money} back to the card and sent it back ({when}). The patient has not got it; "
        "the money is credit on the account.",
        "Tell the patient. Give it back another way, or keep it as credit.",
    ),
    "attention.paid_twice": (
        "Paid twice?",
        "{cents:money} at {desk} ({first}), {cents:money} at {elsewhere} ({second}), for the same visit.",
        "Keep the second as credit, or give it back.",
    ),
    "attention.in_use": (
        "Credit is in use at another desk",
        "{cents:money} of this patient is set aside at {desk}. It comes back by itself when that desk is done, at the "
        "latest after two and a half hours.",
    ),
    "attention.seen_elsewhere": (
        "Something another desk saw",
        "What it was about is in the log of the account, at that desk.",
    ),
    "attention.looked_paid_twice": (
        "Paid twice?",
        "Two payments of {cents:money} for the same visit were taken at two desks, {number} first.",
    ),
    # How it was solved ---------------------------------------------------------------------------------------------
    "solved.recovered": ("It came back, in cash",),
    "solved.given_back": ("Handed back, in cash",),
    "solved.borne": ("The practice bears it",),
    "solved.set_against": ("Taken from other credit",),
    "solved.kept": ("Kept as it was",),
    "solved.left_owed": ("Left as a balance",),
    "solved.refunded": ("Refunded",),
    "solved.moved": ("Moved to another visit",),
    "solved.written_off": ("Written off",),
    "solved.collected": ("Collected",),
    "solved.seen": ("Seen, and closed",),
    "solved.settled": ("Put right by what came later",),
    "solved.passed": ("Settled by what was done since",),
    "solved.unknown_payment.went": ("It went through",),
    "solved.unknown_payment.fell": ("Nothing was charged",),
    "solved.unknown_void.went": ("It was taken back",),
    "solved.unknown_void.fell": ("The payment stands",),
    "solved.unknown_refund.went": ("It went back",),
    "solved.unknown_refund.fell": ("Nothing went back",),
    "attention.reason_missing": ("Say why", _UNCHANGED, "Type it in a few words; your name is kept with it."),
    "attention.no_credit": (
        "No single credit of this patient covers {cents:money}",
        _UNCHANGED,
        "Choose another way.",
    ),
}
