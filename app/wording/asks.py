"""Words about payment requests that go to patients by link: one, many at once, reminders, who is left out."""

from app.wording import Rows

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
}
"""By message key: what happened, what it means for the money, what to do."""
