"""Words about payment requests that go to patients by link: one, many at once, reminders, who is left out."""

from app.wording import Rows

_NOTHING = "Nothing was sent."

WORDS: Rows = {
    # In the log -----------------------------------------------------------------------------------------------------
    "act.asked": ("Payment request by link",),
    "act.ask_sent": ("Payment request sent",),
    "act.ask_reminded": ("Reminded of a payment request",),
    "act.ask_left_out": ("Left out of a bulk request",),
    "act.ask_over": ("Nothing left to remind of",),
    "act.ask_cancelled": ("Payment request taken back",),
    "act.snoozed": ("Snoozed from bulk requests",),
    # Refusals -------------------------------------------------------------------------------------------------------
    "refused.ask_wrong": (
        "The request cannot be sent like this",
        "It has more than two reminders, or a paper that goes by e-mail only. Nothing was sent.",
        "Open it again.",
    ),
    "ask.gone": ("This request is not there any more", "Nothing was changed.", "Look at the list again."),
    "ask.over": (
        "This request is over",
        "It was paid, taken back, or its link has ended. Nothing was sent or changed.",
        "Send a new one.",
    ),
    "ask.nothing_owed": ("Nothing is owed", _NOTHING, "Type an amount to ask for something that is not charged yet."),
    "ask.nobody": ("Nobody fits", _NOTHING, "Choose a lower amount or more ages."),
    "ask.note_long": ("The note is too long", _NOTHING, "Say it in {limit} letters."),
    "ask.name_missing": ("The bulk request has no name", _NOTHING, "Give it one you will know it by."),
    "ask.days_wrong": ("That is no day to come", "Nothing was changed.", "Type a day after today."),
    # Why somebody of many is left out (S1-17) -----------------------------------------------------------------------
    "ask.left.not_guarantor": ("Not who pays: the guarantor is asked",),
    "ask.left.on_plan": ("On a payment plan",),
    "ask.left.nothing_owed": ("Nothing owed",),
    "ask.left.below_minimum": ("Below the minimum",),
    "ask.left.other_age": ("Other age of balance",),
    "ask.left.snoozed": ("Snoozed",),
    "ask.left.asked_already": ("Asked already",),
    "ask.left.no_birth_date": ("No birth date on record",),
    "ask.left.no_address": ("No e-mail address or phone",),
}
"""By message key: what happened, what it means for the money, what to do."""
