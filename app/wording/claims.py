"""Words about the claims feed and the list of patients."""

from app.wording import Rows

WORDS: Rows = {
    "export.kind_unknown": (
        "Lists are saved as .xlsx or .csv, some as .pdf",
        "Nothing was saved.",
        "Choose one of these kinds.",
    ),
    "export.stopped": (
        "Saving was stopped",
        "Nothing was saved. A file that was there is as it was.",
        "Export again when you want it.",
    ),
    "export.too_long_for_paper": (
        "{rows} payments are too many for a PDF, which holds {most}",
        "Nothing was saved.",
        "Narrow the list, or save it as an Excel workbook or CSV.",
    ),
    "export.not_written": (
        "The list could not be saved: {reason}",
        "A file that was there is as it was.",
        "Choose another folder, or make room on the disk.",
    ),
}
