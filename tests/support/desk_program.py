"""A desk as a process of its own for tests: the real window offscreen, worked by lines of JSON on standard input.

`python -m tests.support.desk_program FOLDER [--clock-off SECONDS]`: each line `{"do": …}` is done on the window's
thread and answered by one line: `{"ok": …}`, or `{"error": …}` with the kind of error alone. `DeskOutside` is the other
end. The event loop is watched all the while: a window that stood still for long ends with another code than 0.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import orjson
from PySide6.QtCore import QSocketNotifier
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel

from app.desk import open_desk
from app.folders import Folders
from models.basics.clock import SystemClock
from models.operations.codec import from_json
from models.operations.kinds import KINDS
from tests.support.clocks import Skewed
from tests.support.people import MARIA, PRIYA
from tests.support.stalls import LoopWatch, allowed_stall_ms
from widgets.main_window import MainWindow
from widgets.opening import application
from widgets.screens import TODAY, Place

OWN_WORK = {"record", "see", "items", "rows", "failures", "business_date", "cursor", "device", "picture"}
"""What a test does in the window's thread and no person could: its time is none of the window's."""

PEOPLE = {person.staff_id: person for person in (MARIA, PRIYA)}


class Program:
    """The window over an open desk, and what may be asked of it."""

    def __init__(self, folder: Path, clock_off_s: int) -> None:
        clock = Skewed(timedelta(seconds=clock_off_s)) if clock_off_s else SystemClock()
        self.desk = open_desk(Folders(folder), clock)
        self.window = MainWindow(self.desk)
        self.window._line._patience.setInterval(50)
        self.window.show()
        self.window.activateWindow()
        QTest.qWaitForWindowActive(self.window)
        self._watch = LoopWatch()
        self._input = b""

    def listen(self) -> int:
        """Answer until standard input ends."""
        notifier = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)
        notifier.activated.connect(self._readable)
        self._answer({"ok": self.desk.store.tenant})
        self._watch.start()
        code = QApplication.exec()
        self._watch.stop()
        self.window.hide()
        self.desk.close()
        if self._watch.longest_ms > allowed_stall_ms():
            print(f"the window stood still for {self._watch.longest_ms:.0f} ms", file=sys.stderr)
            return 3
        return code

    def _readable(self) -> None:
        part = os.read(sys.stdin.fileno(), 1 << 16)
        if not part:
            QApplication.exit(0)
            return
        *lines, self._input = (self._input + part).split(b"\n")
        for line in lines:
            asked = orjson.loads(line)
            what = asked.pop("do")
            try:
                done = getattr(self, f"do_{what}")(**asked)
            except Exception as error:  # told to the test, without what it is about
                key = getattr(error, "message_key", "")
                self._answer({"error": f"{type(error).__name__} {key}"})
            else:
                self._answer({"ok": done})
            if what in OWN_WORK:
                self._watch.leave_out()

    def _answer(self, said: dict[str, Any]) -> None:
        sys.stdout.buffer.write(orjson.dumps(said, default=str) + b"\n")
        sys.stdout.buffer.flush()

    # Hands ------------------------------------------------------------------------------------------------------

    def do_sit(self, person: str) -> None:
        """Somebody sits down; the day is shown."""
        self.window.session.sign_in(PEOPLE[person])
        self.window.navigator.top(Place(TODAY))

    def do_press(self, keys: list[str]) -> None:
        for each in keys:
            QTest.keySequence(QApplication.focusWidget() or self.window, QKeySequence(each))

    def do_type(self, text: str) -> None:
        QTest.keyClicks(QApplication.focusWidget() or self.window, text)

    def do_tab_to(self, name: str) -> None:
        """Walk with Tab to what is called `name`."""
        for _ in range(60):
            focused = QApplication.focusWidget()
            if focused is not None and focused.accessibleName().startswith(name):
                return
            self.do_press(["Tab"])
        raise LookupError

    def do_go(self, screen: str, patient: str = "", visit: str = "", item: str = "") -> None:
        self.window.navigator.top(Place(screen, patient, visit, item=item))

    def do_light(self, name: str) -> None:
        """Open what a light of the status bar explains."""
        self.window.shell.status_bar.light(name).click()

    def do_record(self, bodies: list[tuple[str, dict[str, Any]]], day: str) -> None:
        """What another program, the bank or an earlier hour writes at this desk: operations by kind, in one act."""
        with self.desk.store.write() as tx:
            for kind, body in bodies:
                tx.record(from_json(KINDS[kind].body, body), person_id="maria", business_date=day)

    # Eyes -------------------------------------------------------------------------------------------------------

    def do_see(self) -> dict[str, Any]:
        """The screen, what stands in the window to be read, the buttons that may be pressed, the banner."""
        shown = [each for each in self.window.findChildren(QLabel) if each.isVisible() and each.text()]
        buttons = [each for each in self.window.findChildren(QAbstractButton) if each.isVisible() and each.isEnabled()]
        place, banner = self.window.navigator.place, self.window.shell.banner
        return {
            "screen": place.screen if place else "", "texts": [each.text() for each in shown],
            "buttons": [each.accessibleName() or each.text() for each in buttons],
            "banner": [banner.title.text(), banner.text.text(), banner.note.text()] if banner.isVisible() else [],
            "ready": bool(getattr(getattr(self._presenter(), "state", None), "primary", True)),
        }  # fmt: skip

    def do_items(self) -> list[dict[str, Any]]:
        """The rows of Needs attention, when it is shown: what, whose, and whether it is looked at."""
        state = getattr(self._presenter(), "state", None)
        rows = [row for row in getattr(state, "rows", ()) if hasattr(row, "item_id")]
        return [{"title": row.title, "patient": row.subtitle, "chosen": row.item_id == state.selected} for row in rows]

    def do_rows(self, sql: str) -> list[Any]:
        with self.desk.store.reader() as reader:
            return [list(row) for row in reader.execute(sql).fetchall()]

    def do_failures(self) -> list[str]:
        """Which invariants of this desk's books do not hold."""
        return [failure.invariant for failure in self.desk.store.verify(deep=True)]

    def do_business_date(self) -> str:
        return self.desk.clinic.today().isoformat()

    def do_cursor(self) -> list[Any]:
        """How far this desk has read, and how many of its operations have not come back in what it read."""
        waiting = self.do_rows("SELECT count(*) FROM outbox WHERE acknowledged_at = '' OR returned_at = ''")
        return [self.desk.store.cursor().seq, waiting[0][0]]

    def do_device(self) -> list[Any]:
        identity = self.desk.clinic.identity
        return [identity.device_id, identity.device_no, identity.epoch]

    def do_picture(self, path: str) -> None:
        self.window.grab().save(path)

    def _presenter(self) -> Any:
        return getattr(self.window.navigator.page, "presenter", None)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--clock-off", type=int, default=0)
    options = parser.parse_args()
    application()
    gc.disable()
    return Program(options.folder, options.clock_off).listen()


if __name__ == "__main__":
    sys.exit(main())
