"""A desk's settings: one declaration per option, kept as JSON in the desk's folder. Keys this version does not know are
left as they are: a newer program may have written them."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from models.basics.card_numbers import holds_card_data
from models.basics.errors import RuleBroken, StorageError

T = TypeVar("T", str, int, bool)


@dataclass(frozen=True, slots=True)
class Option(Generic[T]):
    """One thing that can be set. The default's type is its type; `least` and `most` hold for numbers."""

    key: str
    default: T
    help: str
    choices: tuple[str, ...] = ()
    least: int = 0
    most: int = 1_000_000

    def check(self, value: object) -> T:
        """`value` when it may be set. Raises RuleBroken naming the option."""
        if type(value) is not type(self.default):
            raise RuleBroken("settings.wrong_kind", option=self.key)
        if isinstance(value, str) and holds_card_data(value):
            raise RuleBroken("collect.card_number", field=self.key)
        if self.choices and value not in self.choices:
            raise RuleBroken("settings.not_a_choice", option=self.key, choices=", ".join(self.choices))
        if type(value) is int and not self.least <= value <= self.most:
            raise RuleBroken("settings.out_of_range", option=self.key, least=self.least, most=self.most)
        return value


TERMINAL_URL = Option("terminal.url", "", "address of the card reader; empty: no reader at this desk")
TERMINAL_NAME = Option("terminal.name", "Card reader", "what the reader is called on the screen")
CARD_WAIT_S = Option("terminal.card_wait_s", 120, "seconds a patient has to show a card", least=20, most=170)
PRINTER_URL = Option("printer.url", "", "address of the receipt printer; empty: receipts are saved as PDF")
PRINTER_PROFILE = Option("printer.profile", "80mm", "paper and code page of the receipt printer")
PRINT_RECEIPTS = Option("printer.receipts", True, "print a receipt unless the patient prefers another way")
DRAWER = Option("drawer.fitted", True, "a cash drawer hangs on the receipt printer and opens for cash")
DRAWER_URL = Option("drawer.url", "", "address of a drawer with a wire of its own; empty: it hangs on the printer")
DRAWER_PULSE = Option("drawer.pulse", "07", "the byte that opens a drawer with its own wire", choices=("07", "00"))
DRAWER_SENSOR = Option(
    "drawer.sensor", "none", "line of its plug that tells of an open drawer; …_closed: it is up while closed",
    choices=("none", "cts", "cts_closed", "dsr", "dsr_closed", "cd", "cd_closed"),
)  # fmt: skip
DISPLAY_URL = Option("display.url", "", "address of the customer display; empty: no display")
SCANNER_URL = Option("scanner.url", "", "address of the scanner; keyboard: it types; empty: no scanner")
SCANNER_PREFIX = Option("scanner.prefix", "", "what a typing scanner is set up to send before every scan")
PAST_DUE_DAYS = Option("collect.past_due_days", 60, "days after a visit from which its balance is asked for", most=3650)
CHECK_IN_ON_PAYMENT = Option("collect.check_in", True, "a payment for today's visit checks the patient in")
HUB_LISTEN = Option("hub.listen", "127.0.0.1", "where the hub hosted here listens; 0.0.0.0 lets other desks join")
HUB_HERE = Option("hub.here", False, "this desk hosts the clinic's hub")
PRACTICE_DEVICES = Option("devices.practice", False, "practice reader and printer run on this computer, no real money")
WINDOW_SCHEME = Option("window.scheme", "system", "light, dark, or as the system", choices=("system", "light", "dark"))
WINDOW_COMPACT = Option("window.compact", False, "set everything closer; a low window does so by itself")
WINDOW_TEXT_SCALE = Option("window.text_scale", 100, "size of text in per cent", least=100, most=150)
WINDOW_LESS_MOTION = Option("window.less_motion", False, "spinners and fades stand still")
WINDOW_SIZE = Option("window.size", "", "how large the window was, as 1366x768, with + when it filled the screen")
PAYMENT_COLUMNS = Option("payments.columns", "", "widths of columns of the list of payments, 0: hidden (memo=0 due=90)")
LOCK_MINUTES = Option("lock.minutes", 3, "minutes without a key press after which the desk locks", least=1, most=15)
KEY_FILE_CONSENT = Option("secrets.key_file_consent", "", "who agreed to keep keys in a plain file, and when")
BACKUP_FOLDER = Option("backups.folder", "", "folder of backups; empty: beside the store, on the same disk")
BACKUP_EVERY_HOURS = Option("backups.every_hours", 24, "hours between backups by itself; 0: never", most=168)
ANSWERS_FOLDER = Option("answers.folder", "", "folder of payers' answers (271), read as they come; empty: none")
BACKUP_ALARM_DAYS = Option("backups.alarm_days", 7, "days after which a last good backup is too old", least=1, most=44)

OPTIONS: tuple[Option[Any], ...] = (
    TERMINAL_URL, TERMINAL_NAME, CARD_WAIT_S, PRINTER_URL, PRINTER_PROFILE, PRINT_RECEIPTS, DRAWER, DRAWER_URL,
    DRAWER_PULSE, DRAWER_SENSOR, DISPLAY_URL, SCANNER_URL, SCANNER_PREFIX, PAST_DUE_DAYS, CHECK_IN_ON_PAYMENT,
    HUB_HERE, HUB_LISTEN, PRACTICE_DEVICES, WINDOW_SCHEME, WINDOW_COMPACT, WINDOW_TEXT_SCALE, WINDOW_LESS_MOTION,
    WINDOW_SIZE, PAYMENT_COLUMNS, LOCK_MINUTES, KEY_FILE_CONSENT, BACKUP_FOLDER, BACKUP_EVERY_HOURS, BACKUP_ALARM_DAYS,
    ANSWERS_FOLDER,
)  # fmt: skip
"""Every option there is."""

TRAINING_FIXED = "training.fixed"
IN_TRAINING: dict[Option[Any], Any] = {
    PRACTICE_DEVICES: True, TERMINAL_URL: "", PRINTER_URL: "", SCANNER_URL: "", DRAWER: True, DRAWER_URL: "",
    DISPLAY_URL: "", HUB_HERE: True, HUB_LISTEN: "127.0.0.1", BACKUP_EVERY_HOURS: 0, ANSWERS_FOLDER: "",
}  # fmt: skip
"""What stands in training whatever anybody sets: practice devices, a hub for this computer alone, no backups."""


class Settings:
    """The options' values at this desk. Reading never touches the file after `load`; writing replaces it whole."""

    def __init__(self, path: Path | None, values: Mapping[str, Any] | None = None) -> None:
        self._path = path
        self._values = dict(values or {})
        self._lock = threading.Lock()
        self._for_now: dict[str, Any] = {}
        self._fixed: dict[str, str] = {}
        self._listeners: list[Callable[[str], None]] = []

    @classmethod
    def load(cls, path: Path) -> Settings:
        """The settings in `path`, defaults when there is no file.

        Raises StorageError naming the file when it cannot be read or is no JSON object, RuleBroken naming the option
        when a value does not fit. Nothing is guessed and nothing is overwritten.
        """
        try:
            values = json.loads(path.read_text("utf-8"))
        except FileNotFoundError:
            return cls(path)
        except (OSError, ValueError) as error:
            raise StorageError("settings.unreadable", file=path.name) from error
        if not isinstance(values, dict):
            raise StorageError("settings.unreadable", file=path.name)
        for option in OPTIONS:
            if option.key in values:
                option.check(values[option.key])
        return cls(path, values)

    def get(self, option: Option[T]) -> T:
        """The value of an option, or its default."""
        known = self._for_now if option.key in self._for_now else self._values
        return known.get(option.key, option.default)  # type: ignore[no-any-return]

    def for_now(self, values: Mapping[Option[Any], Any]) -> None:
        """Use these values until the program ends, whatever the file says: addresses of practice devices."""
        self._for_now.update({option.key: option.check(value) for option, value in values.items()})
        for option in values:
            self._tell(option.key)

    def fix(self, values: Mapping[Option[Any], Any], why: str) -> None:
        """Use these values until the program ends and let nobody set others: who tries is told `why`, a message key."""
        self.for_now(values)
        self._fixed |= {option.key: why for option in values}

    def set(self, option: Option[T], value: T) -> None:
        """Set an option and write the file. Raises RuleBroken (value refused) or StorageError (nothing changed)."""
        self.update({option: value})

    def update(self, values: Mapping[Option[Any], Any]) -> None:
        """Set several options in one write. Raises as `set` does."""
        for option in values:
            if option.key in self._fixed:
                raise RuleBroken(self._fixed[option.key], option=option.key)
        checked = {option.key: option.check(value) for option, value in values.items()}
        with self._lock:
            new = {**self._values, **checked}
            if self._path is not None:
                _write_whole(self._path, json.dumps(new, indent=1, sort_keys=True, ensure_ascii=False))
            self._values = new
        for key in checked:
            self._for_now.pop(key, None)  # what a person sets counts from now on
            self._tell(key)

    def subscribe(self, listener: Callable[[str], None]) -> Callable[[], None]:
        """Call `listener` with the key of every option that was set; the answer ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _tell(self, key: str) -> None:
        for listener in list(self._listeners):
            listener(key)


def _write_whole(path: Path, text: str) -> None:
    """Replace a file in one step: a power cut leaves the old one or the new one, never half."""
    new = path.with_suffix(".new")
    try:
        with open(new, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, path)
    except OSError as error:
        raise StorageError("settings.not_written", file=path.name) from error
