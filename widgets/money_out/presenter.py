"""What the dialogs about money that goes out share: open, preview each change, ask for a PIN where a right is missing,
do it on its lane, and tell how it ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot

from app.lanes import Job, Lane
from app.views import Person
from models.basics.errors import PosError
from models.rules.rights import RIGHT_WORDS, Right
from widgets.bridge import Bridge
from widgets.common.speech import Notice, Speech
from widgets.money_out.dialog import ActDialog, ActState

if TYPE_CHECKING:
    from app.signin import SignIn

_PIN = ("pin.", "staff.right_missing")
_REOPEN = ("account.changed", "account.done_before")


@dataclass(frozen=True, slots=True)
class Bench:
    """What every such presenter works with."""

    bridge: Bridge
    lanes: Mapping[str, Lane]
    sign_in: SignIn
    person: Callable[[], Person]
    speech: Speech
    today: Callable[[], date]


class ActPresenter(QObject):
    """One dialog. A subclass says what stands in the fields at first (`_begin`) and in the dialog (`_state`), what a
    change would do (`_rehearse`), does it (`_act`) and tells how it ended (`_told`)."""

    def __init__(self, dialog: ActDialog, bench: Bench) -> None:
        super().__init__(dialog)
        self._dialog, self._bench = dialog, bench
        self._sheet: Any = None
        self._preview: Any = None
        self._values: dict[str, Any] = {}
        self._notice: Notice | None = None
        self._busy, self._round = "", 0
        self._job: Job[Any] | None = None
        self._again: Callable[[], Any] = lambda: None
        self._done: Callable[[str], None] = lambda _words: None
        dialog.changed.connect(self._change)
        dialog.confirmed.connect(self._confirm)
        dialog.stopped.connect(self._stop)

    # Of the subclass --------------------------------------------------------------------------------------------------

    def _begin(self) -> dict[str, Any]:
        """What stands in the fields at first."""
        raise NotImplementedError

    def _needs(self) -> tuple[Right, ...]:
        """The rights it asks for."""
        raise NotImplementedError

    def _rehearse(self) -> Callable[[], Any] | None:
        """What previews the fields as they stand; None while there is nothing to preview."""
        raise NotImplementedError

    def _state(self, why_pin: str) -> ActState:
        raise NotImplementedError

    def _lane(self) -> str:
        return "store"

    def _act(self, job: Job[Any], person: Person, lender: Person | None) -> Any:
        """Do it, on its lane."""
        raise NotImplementedError

    def _told(self, answer: Any) -> str | Notice:
        """How it ended: words once the dialog is closed, or a notice that keeps it open."""
        raise NotImplementedError

    # Shared -----------------------------------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Is it being done right now?"""
        return bool(self._busy)

    def open_with(
        self, read: Callable[[], Any], done: Callable[[str], None], failed: Callable[[Exception], None]
    ) -> None:
        """Read what it is about on the `reads` lane and open; `failed` takes why it cannot be done at all."""
        if self.busy:
            return
        self._again, self._done = read, done

        def opened(sheet: Any) -> None:
            self._notice = None
            self._take(sheet)
            self._dialog.begin()

        self._start("reads", lambda _job: read(), opened, failed)

    def _take(self, sheet: Any) -> None:
        self._sheet, self._preview = sheet, None
        self._values = self._begin()
        self._draw()
        self._look()

    @Slot(str, object)
    def _change(self, key: str, value: object) -> None:
        if self.busy or self._values.get(key) == value:
            return
        self._values[key], self._notice = value, None
        self._draw()
        self._look()

    def _look(self) -> None:
        rehearse = self._rehearse()
        self._round += 1
        asked = self._round
        if rehearse is None:
            self._preview = None
            self._draw()
            return

        def seen(preview: Any) -> None:
            if asked == self._round:
                self._preview = preview
                self._draw()

        def not_seen(error: Exception) -> None:
            if asked == self._round and not self.busy:
                self._preview, self._notice = None, self._bench.speech.error(error)
                self._draw()

        self._start("reads", lambda _job: rehearse(), seen, not_seen)

    def _missing(self) -> tuple[Right, ...]:
        return tuple(right for right in self._needs() if right not in self._bench.person().rights)

    def _draw(self) -> None:
        if self._sheet is not None:
            missing = self._missing()
            why = f"Needs the right \u201c{RIGHT_WORDS[missing[-1]]}\u201d" if missing else ""
            self._dialog.draw(self._state(why))

    @Slot(str)
    def _confirm(self, pin: str) -> None:
        if self.busy or self._sheet is None:
            return
        missing, person, sign_in = self._missing(), self._bench.person(), self._bench.sign_in
        if missing and not pin:
            self._dialog.lend.refuse("Somebody who may has to enter their PIN.")
            return

        def work(job: Job[Any]) -> Any:
            lender = sign_in.supervise(pin, *missing) if missing else None
            return self._act(job, person, lender)

        self._busy, self._notice = "One moment\u2026", None
        self._draw()
        self._job = self._start(self._lane(), work, self._ended, self._failed)

    @Slot()
    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def _ended(self, answer: Any) -> None:
        self._busy, self._job = "", None
        told = self._told(answer)
        if isinstance(told, Notice):
            self._notice = told
            self._draw()
            return
        self._dialog.close_over()
        self._done(told)

    def _failed(self, error: Exception) -> None:
        self._busy, self._job = "", None
        key = error.message_key if isinstance(error, PosError) else ""
        words = self._bench.speech.error(error)
        if key.startswith(_PIN):
            self._draw()
            self._dialog.lend.refuse(f"{words.title}. {words.body}" if words.body else words.title)
            return
        self._notice = words
        self._draw()
        if key in _REOPEN:
            kept = dict(self._values)
            self._start("reads", lambda _job: self._again(), lambda sheet: self._once_more(sheet, kept, words),
                        self._failed_again)  # fmt: skip
        elif isinstance(error, PosError):
            self._dialog.point_at(str(error.facts.get("field") or ""))

    def _once_more(self, sheet: Any, kept: dict[str, Any], words: Notice) -> None:
        """The account changed meanwhile: a new sheet, what was typed, and why."""
        self._take(sheet)
        self._values, self._notice = kept, words
        self._draw()
        self._look()

    def _failed_again(self, error: Exception) -> None:
        self._notice = self._bench.speech.error(error)
        self._draw()

    def _start(
        self, lane: str, work: Callable[[Job[Any]], Any], done: Callable[[Any], None],
        failed: Callable[[Exception], None],
    ) -> Job[Any]:  # fmt: skip
        return self._bench.bridge.start(self._bench.lanes[lane], work, owner=self._dialog, done=done, failed=failed)
