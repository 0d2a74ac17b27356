"""Words about what is asked of patients before money comes: requests, their statuses, drafts."""

from app.wording import Rows

_NOTHING = "Nothing was changed."

WORDS: Rows = {
    # In the log and under Needs attention ---------------------------------------------------------------------------
    "act.requested": ("Payment requested",),
    "act.request_moved": ("Payment request moved on",),
    "act.request_pending": ("Payment request submitted",),
    "act.request_processing": ("Requested payment begun",),
    "act.request_failed": ("Requested payment failed",),
    "act.request_cancelled": ("Payment request cancelled",),
    "act.request_voided": ("Requested payment voided",),
    "act.request_answered": ("Money came for a request",),
    "attention.request_not_done": (
        "A payment request was not changed as planned",
        "Another desk was first, or money had come. No money moved.",
        "Look at the payment again.",
    ),
    # Filling one in -------------------------------------------------------------------------------------------------
    "request.patient_missing": ("Choose a patient", "Nothing was saved yet.", "Find the patient the payment is for."),
    "request.type_unknown": ("Choose what the payment is for", _NOTHING, "Take one of the list."),
    "request.due_date_wrong": ("The due date is not a day", _NOTHING, "Write it like May 14, 2026, or leave it empty."),
    "request.memo_long": ("The memo is too long", _NOTHING, "Say it in {limit} letters."),
    "request.not_awaited": (
        "This payment is not waiting for money",
        "It is being paid, was paid, or has ended. Nothing was charged.",
        "Look at it again before you take anything.",
    ),
    "request.gone": ("This payment is not there any more", _NOTHING, "Look at the list again."),
    "good_faith.no_visit": ("This visit is not there any more", "No estimate was made.", "Look at the payment again."),
    "good_faith.insured": (
        "An insurance is asked first for this visit",
        "No estimate was made: a good faith estimate is for people who pay themselves.",
        "Set the visit to Cash where the patient does not want the insurance asked.",
    ),
    "good_faith.no_services": (
        "Nothing is listed for this visit yet",
        "No estimate was made.",
        "List the services with their prices, then make the estimate.",
    ),
    "request.take_money": (
        "Paid is not set by hand",
        "A payment is paid when money has come. Nothing was changed.",
        "Collect it in cash or by check.",
    ),
}
"""By message key: what happened, what it means for the money, what to do."""
