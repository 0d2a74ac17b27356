"""Words about the claims feed and the list of patients."""

from app.wording import Rows

WORDS: Rows = {
    "export.kind_unknown": (
        "Lists are saved as .xlsx or .csv",
        "Nothing was saved.",
        "Choose one of the two kinds.",
    ),
    "export.not_written": (
        "The list could not be saved: {reason}",
        "A file that was there is as it was.",
        "Choose another folder, or make room on the disk.",
    ),
}
