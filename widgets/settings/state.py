"""What Settings shows, as data: pages of rows, each row one option of `app.settings` and how it is changed. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from app import settings
from app.settings import Option
from devices.printers import profiles
from devices.printers.profiles import DrawerSensor, PrinterProfile

SWITCH: Final = "switch"
CHOICE: Final = "choice"
TEXT: Final = "text"

Choices = tuple[tuple[Any, str], ...]
"""What may be chosen: value, words."""


@dataclass(frozen=True, slots=True)
class Row:
    """One option: its words, a hint, the kind of control, and for choices what may be chosen (value, words)."""

    option: Option[Any]
    title: str
    hint: str = ""
    kind: str = SWITCH
    choices: Choices = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A page of Settings; `rows_title` heads its rows where that is not the page's own title."""

    name: str
    title: str
    icon: str
    rows: tuple[Row, ...] = ()
    rows_title: str = ""


def _minutes(*values: int) -> tuple[tuple[int, str], ...]:
    return tuple((value, f"{value} minute{'' if value == 1 else 's'}") for value in values)


def _seconds(*values: int) -> tuple[tuple[int, str], ...]:
    return tuple((value, f"{value} seconds") for value in values)


def _days(*values: int) -> tuple[tuple[int, str], ...]:
    return tuple((value, "At once" if value == 0 else f"After {value} days") for value in values)


def profile_words(kind: PrinterProfile) -> str:
    """A kind of printer in words: its paper, and what is not usual about it."""
    letters = "" if kind.code_page == "cp1252" else f", {kind.code_page}"
    low = ", drawer pin low" if kind.drawer_sensor is DrawerSensor.LOW_IS_OPEN else ""
    cut = "" if kind.cutter else ", no cutter"
    return f"{kind.paper_mm} mm, {kind.columns} columns{letters}{low}{cut} ({kind.key})"


THIS_DESK, PRACTICE, STAFF, DESKS, IMPORT, WAYS, RULES, PORTAL, PROFILES, FEES, BACKUP, DEVICES = (
    "desk", "practice", "staff", "desks", "import", "ways", "rules", "portal", "profiles", "fees", "backup", "devices",
)  # fmt: skip
"""Pages with a view of their own, or a part of one."""

SECTIONS: Final[tuple[Section, ...]] = (
    Section("appearance", "Appearance", "palette", (
        Row(settings.WINDOW_SCHEME, "Colours", "The system's choice, or fixed for this desk.", CHOICE,
            (("system", "As the system"), ("light", "Light"), ("dark", "Dark"))),
        Row(settings.WINDOW_TEXT_SCALE, "Size of text", "", CHOICE,
            ((100, "100 %"), (112, "112 %"), (125, "125 %"), (150, "150 %"))),
        Row(settings.WINDOW_COMPACT, "Compact", "Everything closer together. A low window does so by itself."),
        Row(settings.WINDOW_LESS_MOTION, "Less motion", "Spinners and rings stand still."),
    )),
    Section(THIS_DESK, "This desk", "monitor", (
        Row(settings.LOCK_MINUTES, "Lock after", "Without a key press. Never while a card is being charged.", CHOICE,
            _minutes(1, 2, 3, 5, 10, 15)),
        Row(settings.PRINT_RECEIPTS, "Print receipts", "Unless the patient prefers another way."),
        Row(settings.CHECK_IN_ON_PAYMENT, "A payment checks in", "Taking a payment for today's visit checks the "
            "patient in."),
        Row(settings.PAST_DUE_DAYS, "Ask for old balances", "When a visit's balance counts as past due.", CHOICE,
            _days(0, 30, 60, 90, 120)),
        Row(settings.ANSWERS_FOLDER, "Folder of payers' answers", "271 files that a clearing house leaves there are "
            "read as they come. Empty: none.", TEXT),
    )),
    Section(DEVICES, "Devices", "cable", (
        Row(settings.TERMINAL_NAME, "Name of the reader", "", TEXT),
        Row(settings.CARD_WAIT_S, "Wait for a card", "", CHOICE, _seconds(30, 60, 90, 120, 170)),
        Row(settings.PRINTER_PROFILE, "Paper and letters", "What the receipt printer is like. The test print shows "
            "whether it fits.", CHOICE, tuple((kind.key, profile_words(kind)) for kind in profiles.PROFILES.values())),
        Row(settings.SCANNER_PREFIX, "Scanner begins with", "What a typing scanner is set up to send first. Empty: "
            "it is told by its speed.", TEXT),
    ), "More about devices"),
    Section(PRACTICE, "Practice", "receipt-text"),
    Section(WAYS, "Ways to pay", "hand-coins"),
    Section(RULES, "Money rules", "shield-check"),
    Section(PORTAL, "Patient portal", "users"),
    Section(PROFILES, "Profiles", "calendar-days"),
    Section(FEES, "Fee schedules", "file-text"),
    Section(STAFF, "Staff", "user-plus"),
    Section(DESKS, "Desks", "building-2", (
        Row(settings.HUB_LISTEN, "Who may join", "At the desk that hosts the hub, from its next start on.", CHOICE,
            (("127.0.0.1", "Desks on this computer"), ("0.0.0.0", "Desks on the network"))),  # noqa: S104
    ), "The clinic’s hub"),
    Section(BACKUP, "Backup", "download", (
        Row(settings.BACKUP_FOLDER, "Folder", "On another disk or a share of the clinic. Empty: beside the records.",
            TEXT),
        Row(settings.BACKUP_EVERY_HOURS, "Back up by itself", "While Copaydesk is open. Nobody waits for it.", CHOICE,
            ((6, "Every 6 hours"), (12, "Every 12 hours"), (24, "Every day"), (0, "Never"))),
        Row(settings.BACKUP_ALARM_DAYS, "Tell when the last is older than", "Shown in Needs attention until there is "
            "a newer one.", CHOICE, ((2, "2 days"), (7, "7 days"), (14, "14 days"), (30, "30 days"))),
    )),
    Section(IMPORT, "Import", "upload"),
)  # fmt: skip
"""Every page of Settings that does something."""


def choices_with(choices: Choices, value: Any) -> Choices:
    """The choices of a row, with the present value among them even where it was set elsewhere."""
    if any(choice == value for choice, _ in choices):
        return choices
    return (*choices, (value, str(value)))
