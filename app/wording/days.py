"""Words about the day sheet, the drawer and the close of a day."""

from app.wording import Rows

WORDS: Rows = {
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
