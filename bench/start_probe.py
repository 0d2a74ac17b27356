"""One start of the desk's window, timed from outside: `python -m bench.start_probe HOME PIN ANSWER STARTED_AT`.

Does what `copaydesk --home HOME` does, then types the PIN and presses Enter on the selected visit. Times are seconds;
the first counts from STARTED_AT (wall clock of the parent), so interpreter and imports are in it.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

TYPING_S = 0.8
"""How long the quickest person needs for four digits; not counted."""


def main(home: str, pin: str, answer: str, started_at: str) -> int:
    """Start, sign in, open Collect, write the times."""
    from app.folders import Folders
    from widgets.opening import DeskWindow, Opening, application

    opening = Opening(Folders(Path(home)))
    application()
    desk_window = DeskWindow(opening)
    from widgets.driving import Script, Wait, drive, on, page, press, rows, type_text
    from widgets.main_window import MainWindow
    from widgets.screens import COLLECT

    told: dict[str, float] = {}

    def script() -> Script:
        yield Wait("the window", lambda: isinstance(desk_window.window, MainWindow) and desk_window.window.isVisible())
        window = desk_window.window
        assert isinstance(window, MainWindow)
        yield Wait("the staff", lambda: any(t.staff_id == window.lock.state.chosen for t in window.lock.state.tiles))
        window.repaint()
        told["lock_s"] = time.time() - float(started_at)
        yield Wait("a person's hand on the keys", lambda: time.time() - float(started_at) > told["lock_s"] + TYPING_S)
        yield Wait("the window to be in front", window.isActiveWindow)
        type_text(pin)
        began = time.perf_counter()
        press(window, "Return")
        yield Wait("the schedule", lambda: bool(rows(window)) and page(window).presenter.state.side is not None)
        window.repaint()
        told["today_s"] = time.perf_counter() - began
        yield Wait("a quiet moment", lambda: time.perf_counter() - began > 1.5)
        began = time.perf_counter()
        press(window, "Return")
        yield Wait("Collect", lambda: on(window, COLLECT) and page(window).presenter.state.primary is not None)
        window.repaint()
        told["collect_s"] = time.perf_counter() - began

    failure = drive(script(), lambda: desk_window.window, Path(answer).parent)
    told["rss_mib"] = round(int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / (1 << 20), 1)
    desk_window.close_desk()
    if failure:
        print(failure, file=sys.stderr)
        return 1
    Path(answer).write_text(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
