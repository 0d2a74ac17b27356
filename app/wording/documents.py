"""Words about documents and notes beside patients, payments and requests."""

from app.wording import Rows

_NOTHING = "Nothing was kept."
_MONEY = "No payment is changed by that."

WORDS: Rows = {
    # what became of a document
    "documents.state.waiting": ("Waits for the line", "It is safe at this desk and is sent when the line is back.", ""),
    "documents.state.sending": ("Being sent", "It is safe at this desk.", ""),
    "documents.state.checking": ("Being checked", "The virus scan looks at it before others may open it.", ""),
    "documents.state.not_taken": ("Not taken by the hub", "It is at this desk only.", ""),
    "documents.state.coming": ("On its way from another desk", "It can be opened once it has arrived.", ""),
    "documents.state.clean": ("Checked, clean", "The virus scan found nothing.", ""),
    "documents.state.unscanned": ("Not scanned", "The hub has no virus scanner; every desk may open it.", ""),
    "documents.state.refused": ("Held back", "The virus scan refused it; nobody can open it here.", ""),
    # steps
    "documents.taking_in": ("Taking the file in", "", ""),
    "documents.fetching": ("Fetching it from the hub", "", ""),
    # what cannot be
    "documents.empty": ("The file is empty", _NOTHING, "Scan or export it again."),
    "documents.too_large": (
        "The file is larger than {limit_mb} MB",
        _NOTHING,
        "Split it, or scan it at a lower quality.",
    ),
    "documents.type_unknown": (
        "This is neither a PDF nor a picture",
        f"What counts is what is in the file, not its name. {_NOTHING}",
        "Save it as PDF, PNG or JPEG, then add that.",
    ),
    "documents.not_readable": (
        "The file cannot be read",
        _NOTHING,
        "Copy it to this computer, close it in the other program, and add it again.",
    ),
    "documents.changed": ("The file changed while it was read", _NOTHING, "Wait until it is saved, then add it again."),
    "documents.known_already": ("The same file lies there already", "It was not added twice.", ""),
    "documents.not_written": (
        "The file could not be kept",
        f"{_NOTHING} {_MONEY}",
        "Check the disk of this computer, then add it again.",
    ),
    "documents.gone": ("This document is not in the list any more", _MONEY, ""),
    "documents.reason_missing": ("Why is it taken out", "Nothing was taken out.", "Enter a reason."),
    "documents.waiting": (
        "This document has not arrived yet",
        "The desk it was added at still sends it, or the hub looks at it.",
        "Try again in a moment.",
    ),
    "documents.held_back": (
        "The virus scan refused this document",
        "Nobody can open it here.",
        "Ask whoever gave it for a clean one, and take this one out.",
    ),
    "documents.not_here": (
        "The hub does not have this document any more",
        "A desk that has it sends it again by itself.",
        "Open the desk it was added at, then try again.",
    ),
    "documents.not_named": ("The hub does not know this document yet", "It is sent after the records before it.", ""),
    "documents.piece_wrong": ("The document did not arrive as it was sent", "It is sent again.", ""),
    "documents.damaged": (
        "This document is damaged",
        "What was kept is not what was added.",
        "Add the file again; take the damaged one out.",
    ),
    "documents.unreadable": (
        "This PDF cannot be shown",
        "It is damaged, or locked by a password. It is kept as it was added.",
        "Save a copy and open it with another program.",
    ),
    "documents.image_unreadable": (
        "This picture cannot be shown",
        "It is damaged, or too large. It is kept as it was added.",
        "Save a copy and open it with another program.",
    ),
    # notes
    "notes.empty": ("The note is empty", "Nothing was written down.", "Type what to remember."),
    "notes.too_long": ("The note is longer than {limit} signs", "Nothing was written down.", "Make two of it."),
}
