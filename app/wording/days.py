"""Words about the day sheet, the drawer and the close of a day."""

from app.wording import Rows

_NOTHING = "Nothing was changed."

WORDS: Rows = {
    "drawer.not_that_much": (
        "The books say less is in the drawer than that",
        _NOTHING,
        "Type the amount that was really taken out.",
    ),
    "batch.none_here": (
        "The reader at this desk keeps no batch",
        "Nothing was sent.",
        "Its processor settles by itself.",
    ),
    "batch.in_doubt": (
        "{count:card payment is|card payments are} not settled yet, {cents:money}",
        "A batch that was sent cannot be asked any more. Nothing was sent.",
        "Settle it under Needs attention, then send the batch.",
    ),
    "close.not_opened": (
        "Nobody said what the drawer began with",
        "Without its float a count cannot be compared. Nothing was closed.",
        "Type the float, then count.",
    ),
    "close.reason_missing": ("Say why it does not match", "The day is still open.", "Type a reason."),
    "close.money_in_doubt": (
        "{count:item of money is|items of money are} still open, {cents:money}",
        "The count is kept and the day is still open.",
        "Settle them under Needs attention, then close.",
    ),
    "close.changed": (
        "Money moved while you looked",
        "The day is still open, and your count is kept.",
        "Look at the figures as they are now, then close.",
    ),
    "close.closed_before": (
        "This day is closed already",
        "Nothing was closed a second time. What is taken now belongs to the next day.",
        "",
    ),
    "close.unknown": ("This close is not here", "Nothing was printed.", "It comes with the next sync."),
    "deposit.unknown": ("This deposit slip is not here", _NOTHING, "It comes with the next sync."),
    "refused.deposited": (
        "A payment is on another deposit slip already",
        "A payment goes to the bank once. Nothing was written down.",
        "Delete the other slip first.",
    ),
    "refused.deposit_deleted": ("This slip was deleted before", "Its payments are free.", ""),
    "report.too_long": (
        "These are {days} days; a day sheet holds {limit}",
        "Nothing was left out in secret: the sheet still shows the days before.",
        "Choose a shorter time, or two sheets.",
    ),
    "report.wrong_way_round": (
        "The first day is after the last",
        "Nothing can be listed for that.",
        "Turn the two days around.",
    ),
}
