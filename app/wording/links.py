"""Words about one-time links: in the log, and why one cannot be made, sent or shown."""

from app.wording import Rows

_NOTHING = "Nothing was sent."

WORDS: Rows = {
    "act.link_issued": ("QuickPay link made",),
    "act.link_revoked": ("QuickPay link taken back",),
    "act.link_text": ("QuickPay link texted",),
    "act.link_email": ("QuickPay link emailed",),
    "link.nothing_owed": ("Nothing is owed here", _NOTHING, "Look at the account: it was paid or lowered meanwhile."),
    "link.no_pages": (
        "Patients cannot reach the practice’s pages yet",
        "A link would lead nowhere. Nothing was sent.",
        "Turn on Settings > Patient portal; the hub must be reachable.",
    ),
    "link.payments_off": (
        "Payments from home are turned off",
        "A link could not be paid. Nothing was sent.",
        "Turn them on in Settings > Patient portal.",
    ),
    "link.no_birth_date": (
        "The record has no birth date",
        "The page asks for it before it shows a name. Nothing was sent.",
        "Add the birth date of who pays.",
    ),
    "link.amount_wrong": ("This amount cannot be asked", _NOTHING, "Ask for at most {owed_cents:money}."),
    "link.expiry_wrong": ("The link cannot end on that day", _NOTHING, "Take today or a day in the next {days} days."),
    "link.note_long": ("The note is too long", _NOTHING, "Say it in {limit} letters."),
    "link.gone": ("This link is not in the books", _NOTHING, "Look at the list again."),
    "link.over": (
        "This link cannot be used any more",
        "It was paid, taken back, or its time is over. Nothing was sent.",
        "Make a new one where something is owed.",
    ),
    "link.not_there_yet": (
        "The hub has not heard of this link yet",
        "Its address comes from the hub. The link is kept and is sent by itself.",
        "Try again in a moment, when the line is back.",
    ),
    "slip.no_printer": (
        "No receipt printer at this desk",
        "Nothing was printed. The link stays open.",
        "Show the code on the screen (Alt+Q), or send the link.",
    ),
    "slip.no_codes": (
        "The receipt printer draws no QR codes",
        "Nothing was printed. The link stays open.",
        "Show the code on the screen (Alt+Q), or send the link.",
    ),
    "slip.not_printed": ("Slip not printed", "The link stays open.", "Print it again when the printer is ready."),
    "slip.not_sure": ("Did the slip print?", "The link stays open.", "Look at the printer; print another one if not."),
    "slip.again": ("The slip broke off", "The link stays open.", "It prints again as soon as the printer is ready."),
    "slip.gone": (
        "Slip not printed: it waited too long",
        "The link stays open.",
        "Print it again if its patient is still here.",
    ),
    "message.failed.link_over": (
        "The link had ended before it was sent", "Nothing was sent; nothing was charged.",
        "Make a new one where something is owed.",
    ),
}  # fmt: skip
"""By message key: what happened, what it means for the money, what to do."""
