"""Two watches of the window: over the line (the offline banner) and over the keys (the lock)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Final

from PySide6.QtCore import QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtGui import QWindow

from app.line_news import LineNews, news_of
from app.views import DeviceLight
from app.words import WORDS, Words, sentence
from models.basics.clock import Clock


@dataclass(frozen=True, slots=True)
class LineBanner:
    """What the banner says. `offers`: trying again now makes sense."""

    meaning: str
    title: str
    text: str
    note: str = ""
    offers: bool = False


class LineWatch(QObject):
    """Says what the line deserves (`app.line_news`) as `banner(LineBanner | None)`: that it is broken after 10 s, then
    until it is back and everything has gone out; what stops the desk, what mends itself and a wrong clock at once."""

    PATIENCE_MS: Final = 10_000
    FAREWELL_MS: Final = 6_000
    banner = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._zone: tzinfo = UTC
        self._news: LineNews | None = None
        self._pending = self._most = 0
        self._serves = False
        self._shown: LineNews | None = None
        self._leaving = False
        self._patience = QTimer(self, singleShot=True, interval=self.PATIENCE_MS)
        self._patience.timeout.connect(self._show)
        self._farewell = QTimer(self, singleShot=True, interval=self.FAREWELL_MS)
        self._farewell.timeout.connect(self._hide)

    @property
    def waiting_for_a_line(self) -> int:
        """How many changes wait while the line is broken or stopped; 0 while they can go out."""
        return self._pending if self._news is not None and (self._news.patient or self._news.meaning == "bad") else 0

    @property
    def serves(self) -> bool:
        """Do other desks exchange their payments through the hub on this computer?"""
        return self._serves

    def see(self, lights: Sequence[tuple[DeviceLight, Words]], zone: tzinfo = UTC) -> None:
        """The desk's lights as they are now; times are told in `zone`."""
        known = {light.key: light for light, _words in lights}
        self._zone = zone
        if "sync" in known:
            self._pending = int(known["sync"].facts.get("pending") or 0)
        self._serves = "line" in known and bool(known["line"].facts.get("serves"))
        self._news = news_of(known)
        if self._news is None:
            self._well()
        else:
            self._trouble(self._news)

    def _trouble(self, news: LineNews) -> None:
        self._farewell.stop()
        self._leaving = False
        if news.patient:
            self._most = max(self._most, self._pending)
        if not news.patient or (self._shown is not None and self._shown.patient):
            self._show()
        elif not self._patience.isActive():
            self._patience.start()

    def _well(self) -> None:
        self._patience.stop()
        if self._shown is not None:
            self._back(self._shown)

    @Slot()
    def _show(self) -> None:
        news = self._news
        if news is None:
            return
        self._patience.stop()
        self._shown = news
        words = sentence(news.words, news.facts, self._zone)
        text = " ".join(part for part in (self._why(news), words.body, words.action) if part)
        cents = int(news.facts.get("provisional_cents") or 0)
        key = "banner.waiting_credit" if cents else "banner.waiting"
        note = sentence(key, {"count": self._pending, "cents": cents}).title if news.patient and self._pending else ""
        self.banner.emit(LineBanner(news.meaning, f"{words.title}.", text, note, news.offers))

    @staticmethod
    def _why(news: LineNews) -> str:
        """The cause of a broken line in plain words."""
        cause = str(news.facts.get("cause") or "") if news.patient else ""
        return f"{sentence(cause, news.facts).title}." if cause in WORDS else ""

    def _back(self, was: LineNews) -> None:
        """All is well again: what was waited for goes out, then the banner takes its leave."""
        if was.patient and self._pending:
            self._most = max(self._most, self._pending)
            self._bid("banner.back_sending", self._pending)
        elif was.patient:
            sent, self._most = self._most, 0
            self._bid("banner.back" if sent else "banner.back_nothing", sent)
            self._leave()
        elif was.meaning == "info":
            self._bid("banner.mended", 0)
            self._leave()
        elif not self._leaving:
            self._shown = None
            self.banner.emit(None)

    def _leave(self) -> None:
        self._shown = None
        self._leaving = True
        self._farewell.start()

    def _bid(self, key: str, count: int) -> None:
        words = sentence(key, {"count": count})
        self.banner.emit(LineBanner("ok", f"{words.title}.", words.body))

    @Slot()
    def _hide(self) -> None:
        self._leaving = False
        if self._shown is None:
            self.banner.emit(None)


_KEYS: Final = {
    QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.Wheel,
    QEvent.Type.TouchBegin, QEvent.Type.TouchUpdate,
}  # fmt: skip


class IdleWatch(QObject):
    """Emits `idle` after `minutes()` without a key, and at once when the machine slept that long. Looks at the native
    window only: its events are few, and nothing else in the program has to remember to tell."""

    LOOK_MS: Final = 1_000
    idle = Signal()

    def __init__(self, clock: Clock, minutes: Callable[[], int], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clock, self._minutes = clock, minutes
        self._last = clock.now()
        self._timer = QTimer(self, interval=self.LOOK_MS)
        self._timer.timeout.connect(self.look)

    def watch(self, window: QWindow) -> None:
        """Watch the keys of `window`."""
        window.installEventFilter(self)

    def start(self) -> None:
        """Somebody is at the desk from now on."""
        self.touch()
        self._timer.start()

    def stop(self) -> None:
        """The desk is locked."""
        self._timer.stop()

    def touch(self) -> None:
        """A key was pressed."""
        self._last = self._clock.now()

    @Slot()
    def look(self) -> None:
        """Is it time?"""
        if (self._clock.now() - self._last).total_seconds() >= self._minutes() * 60:
            self.idle.emit()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in _KEYS and "_last" in vars(self):  # nothing while Qt takes the window apart
            self.touch()
        return False
