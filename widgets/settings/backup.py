"""Settings > Backup: how the last one went, one more now, and the recovery key for who may see it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QWidget

from app.backup import BackupView
from app.care import StoreCheck
from app.heads import day_text
from app.lanes import Lane
from app.views import Person
from app.words import Words, sentence, sentence_for
from models.basics.clock import parse_utc, utc_text
from widgets.bridge import Bridge
from widgets.common import Banner, Card, Field, KeycapButton, Role, Text
from widgets.common.when import time_text
from widgets.theme import S8, S12, S20

if TYPE_CHECKING:
    from app.backup import Backups

NEVER = "Not yet"
SAME_DISK = "On the same disk as the records: it is lost with that disk. Choose a folder on another disk or a share."
KEY_WHY = "The recovery key opens every backup of this desk."
KEY_SAFE = (
    "Write it down and keep the paper away from this computer. Without it no backup can be opened, by anybody; with it "
    "and a backup anybody can read the records."
)
ASK_TITLE, ASK_VERB = "Show the recovery key", "Show"


class BackupPart(Card):
    """How backups stand. `run_pressed` to make one now, `key_pressed` to see the key or put it away again."""

    run_pressed = Signal()
    key_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(inset=S20, parent=parent)
        self.setAccessibleName("Backup")
        self.last = Text("", "body_medium", wrap=True)
        self.where = Text("", "body", wrap=True)
        self.records = Text("", "body", wrap=True)
        self.banner = Banner("info")
        self.run = KeycapButton("Back up now", role=Role.PRIMARY, icon="download")
        self.show_key = KeycapButton("Show recovery key…", icon="lock")
        self.key = Field("Recovery key", style="mono_strong")
        self.key.setReadOnly(True)
        self.key_words = Text(KEY_SAFE, "caption", "muted", wrap=True)
        self._lay_out()
        self.hide_key()
        self.run.clicked.connect(lambda _checked=False: self.run_pressed.emit())
        self.show_key.clicked.connect(lambda _checked=False: self.key_pressed.emit())

    def _lay_out(self) -> None:
        self.body.setSpacing(S12)
        self.body.addWidget(Text("How backups stand", "heading"))
        self.body.addWidget(self.banner)
        facts = QGridLayout()
        facts.setHorizontalSpacing(S20)
        facts.setVerticalSpacing(S8)
        top = Qt.AlignmentFlag.AlignTop
        shown = (("Last good one", self.last), ("Kept in", self.where), ("Records here", self.records))
        for row, (label, value) in enumerate(shown):
            facts.addWidget(Text(label, "body", "muted"), row, 0, top)
            value.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            facts.addWidget(value, row, 1)
        facts.setColumnStretch(1, 1)
        self.body.addLayout(facts)
        self.body.addWidget(self.key)
        self.body.addWidget(self.key_words)
        buttons = QHBoxLayout()
        buttons.setSpacing(S8)
        buttons.addWidget(self.run)
        buttons.addWidget(self.show_key)
        buttons.addStretch(1)
        self.body.addLayout(buttons)

    def draw(self, view: BackupView, check: StoreCheck | None, now: datetime) -> None:
        """Show how it stands, and how the check after the start went; `now` is on the clinic's clock."""
        self.records.setText(str(_checked(check, now)))
        good = view.state.last_good_at
        at = parse_utc(good).astimezone(now.tzinfo) if good else None
        what = "Desk and hub" if len(view.state.files) > 1 else "This desk"
        when = f"{day_text(at.date(), now.date())}, {time_text(at)}" if at else ""
        self.last.setText(f"{when}. {what}, opened and checked after writing." if when else NEVER)
        self.where.setText(str(view.folder))
        if view.running:
            self.run.set_busy("Backing up…")
        else:
            self.run.set_idle()
        self._draw_banner(view)

    def show_told(self, meaning: str, words: Words) -> None:
        """How something went."""
        body = " ".join(part for part in (words.body, words.action) if part)
        self.banner.set(words.title, body, meaning=meaning)
        self.banner.show()

    def open_key(self, key: str) -> None:
        """Show the key until it is put away."""
        self.key.setText(key)
        self.key.show()
        self.key_words.show()
        self.show_key.set_text("Put the key away")
        self.key.setFocus(Qt.FocusReason.OtherFocusReason)
        self.key.selectAll()

    def hide_key(self) -> None:
        """Put it away: it stands nowhere on the page any more."""
        self.key.clear()
        self.key.hide()
        self.key_words.hide()
        self.show_key.set_text("Show recovery key…")

    @property
    def key_is_open(self) -> bool:
        """Is the key on the screen?"""
        return not self.key.isHidden()

    def _draw_banner(self, view: BackupView) -> None:
        if view.alarm is not None:
            words = sentence(view.alarm.words, {"days": view.alarm.days})
            self.show_told("bad", Words(words.title, words.body))
        elif view.state.error:
            self.show_told("warn", sentence(view.state.error))
        elif view.same_disk and view.every_hours:
            self.show_told("info", Words("Backups lie on this computer's disk", SAME_DISK))
        else:
            self.banner.hide()


def _checked(check: StoreCheck | None, now: datetime) -> Words:
    if check is None:
        return sentence("care.not_checked")
    told = {"at": utc_text(check.at)}
    if check.failures:
        return sentence("care.books_wrong", {"invariant": ", ".join(check.failures)})
    return sentence("care.check_failed" if check.error else "care.checked", told, now.tzinfo)


class BackupPresenter(QObject):
    """Shows how backups stand, makes one now, and shows the key to a person whose PIN was asked for."""

    def __init__(
        self, part: BackupPart, *, bridge: Bridge, lane: Lane, backups: Backups, now: Callable[[], datetime],
        checked: Callable[[], StoreCheck | None], ask: Callable[[Callable[[Person], None]], None],
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        """`ask` asks for the PIN of somebody who may see the key, and hands that person on. `now` is on the clinic's
        clock."""
        super().__init__(parent or part)
        self._part, self._bridge, self._lane, self._backups = part, bridge, lane, backups
        self._now, self._ask, self._checked = now, ask, checked
        self._told: tuple[str, Words] | None = None
        part.run_pressed.connect(self._run)
        part.key_pressed.connect(self._key)
        bridge.listen(backups.subscribe, part, self.refresh)

    def show(self) -> None:
        """The page is opened: how it stands now; the key is not."""
        self._part.hide_key()
        self._told = None
        self.refresh()

    def refresh(self) -> None:
        """Read how it stands."""
        self._bridge.start(self._lane, lambda _job: self._backups.view(), owner=self, done=self._draw)

    def _draw(self, view: BackupView) -> None:
        self._part.draw(view, self._checked(), self._now())
        if self._told is not None:
            self._part.show_told(*self._told)

    @Slot()
    def _run(self) -> None:
        self._told = None
        self._bridge.start(
            self._lane, lambda _job: self._backups.run(), owner=self, done=self._ran, failed=self._failed
        )

    def _ran(self, view: BackupView) -> None:
        self._told = "ok", sentence("backup.well", {"count": len(view.state.files)})
        self._draw(view)

    def _failed(self, error: Exception) -> None:
        self._told = "bad", sentence_for(error)
        self.refresh()

    @Slot()
    def _key(self) -> None:
        if self._part.key_is_open:
            self._part.hide_key()
        else:
            self._ask(self._reveal)

    def _reveal(self, person: Person) -> None:
        self._bridge.start(
            self._lane, lambda _job: self._backups.reveal_key(person), owner=self, done=self._part.open_key,
            failed=self._failed,
        )  # fmt: skip
