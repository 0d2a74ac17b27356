"""The page of payments in a process of its own, from what a person does to what is painted (offscreen), beside Qt's own
table model and its proxy over the same rows: `python -m bench.payments_page FOLDER WHAT ANSWER`.

`paint` times pages, filters and orders, `end` scrolls to the last page and looks at the memory, `proxy` loads Qt's
model, goes to its middle and end, then lays Qt's proxy over it, filters and sorts. FOLDER is that of
`bench.rows.payments`; `names.json` in it says the key and what to look for. Nothing is imported but what the program
imports itself, so that the memory is the program's.
"""

from __future__ import annotations

import gc
import itertools
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from app.clinic import Clinic
from app.lanes import Lane
from app.payment_views import PaymentOrder
from app.payments import Payments
from app.settings import Settings
from app.signin import SignIn
from models.basics.clock import FixedClock
from models.rules.payment_status import Status
from models.rules.rights import Right
from models.store.desk import DeskStore

ROUNDS, WARM_UP = 60, 4
WIDE, HIGH = 1162, 654
PATIENCE_S = 120.0


class Window:
    """The page with its real presenter, list and lanes."""

    def __init__(self, folder: Path) -> None:
        from widgets.bridge import Bridge
        from widgets.common.lend_dialog import Lending
        from widgets.common.speech import Speech
        from widgets.opening import application
        from widgets.payments.presenter import Doors, PaymentsPresenter
        from widgets.payments.view import PaymentsPage
        from widgets.session import Session

        self.app = application()
        self.told = json.loads((folder / "names.json").read_text())
        self.today = date.fromisoformat(self.told["today"])
        clock = FixedClock(datetime.fromisoformat(self.told["now"]))
        store = DeskStore.open(folder / "desk.db", self.told["key"], clock)
        self.payments = Payments(Clinic(store, clock), folder / "payments.db", self.told["key"])
        self.page = PaymentsPage()
        self.lanes = {name: Lane(name) for name in ("payments", "files", "store")}
        bridge, speech = Bridge(self.page), Speech(lambda: ZoneInfo("America/Chicago"))
        lending = Lending(self.page, Right.EXPORT, "", "", bridge=bridge, lane=self.lanes["store"],
                          sign_in=SignIn(self.payments.clinic), speech=speech)  # fmt: skip
        self.presenter = PaymentsPresenter(
            self.page, bridge=bridge, lanes=self.lanes, payments=lambda: self.payments, speech=speech,
            today=lambda: self.today, session=Session(), settings=Settings(None), lending=lending,
            doors=Doors(ledger=lambda _patient: None),
        )  # fmt: skip
        self.store = store
        self.page.resize(WIDE, HIGH)
        self.page.show()
        self.presenter.open()
        self.until(lambda: self.presenter.state.dashboard is not None and self.presenter.state.total > 0)
        gc.freeze()  # as the program does once it has settled

    def until(self, condition: Callable[[], bool]) -> None:
        """Let the window live until `condition`, which an event brings about."""
        from PySide6.QtCore import QEventLoop

        end = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > end:
                raise AssertionError("it did not happen")
            self.app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)  # as the program waits

    def painted(self, act: Callable[[], None]) -> float:
        """Seconds from `act` until its answer is painted; then the cards are awaited, untimed."""
        before, viewport = self.presenter.asked, self.page.table.viewport()
        begun = time.perf_counter()
        act()
        self.until(lambda: self.presenter.answered > before)
        viewport.repaint()
        took = time.perf_counter() - begun
        self.until(lambda: self.presenter.idle)
        return took

    def close(self) -> None:
        """Close everything."""
        for lane in self.lanes.values():
            lane.close()
        self.payments.close()
        self.store.close()


def choices(families: Iterable[str]) -> list[Any]:
    """Filters and searches, few and many that fit; each differs from the one before."""
    from widgets.payments.state import Chosen

    return [
        *(Chosen(statuses=frozenset({status.value})) for status in Status),
        *(Chosen(location=f"place-{n}", order=PaymentOrder.NAME, descending=False) for n in range(4)),
        *(Chosen(staff=f"staff-{n}", tender="check") for n in range(4)),
        *(Chosen(span=span, staff=f"staff-{n}") for n, span in enumerate(("today", "week", "month", "year"))),
        *(Chosen(text=name) for name in (*families, "mar", "jo sm", "PAY-1-00042")),
    ]  # fmt: skip


class Model:
    """Qt's own table model in Qt's own view over the same rows in a plain file, with an index for each order."""

    def __init__(self, folder: Path) -> None:
        from PySide6.QtSql import QSqlDatabase, QSqlTableModel
        from PySide6.QtWidgets import QApplication, QTableView

        self.app = QApplication.instance() or QApplication([])
        database = QSqlDatabase.addDatabase("QSQLITE", "bench-payments-page")
        database.setDatabaseName(str(folder / "plain.db"))
        if not database.open():
            raise AssertionError(database.lastError().text())
        self.model = QSqlTableModel(None, database)
        self.model.setTable("payment")
        self.view = QTableView()
        self.view.setModel(self.model)
        self.view.resize(WIDE, HIGH)
        self.view.show()

    def painted(self, where: str, column: int) -> float:
        """Seconds until a filter and an order are painted."""
        from PySide6.QtCore import Qt

        begun = time.perf_counter()
        self.model.setFilter(where)
        self.model.setSort(column, Qt.SortOrder.DescendingOrder)
        self.model.select()
        self.view.viewport().repaint()
        self.app.processEvents()
        return time.perf_counter() - begun


def paint(folder: Path) -> dict[str, Any]:
    """Times of each row, ours and the model's by turns."""
    window, model = Window(folder), Model(folder)
    pages = window.presenter.state.pages
    places = itertools.cycle((pages // 2, pages - 1, 1, pages // 3, pages // 2 + 1, pages - 8, 7, 0))
    orders, filters = itertools.cycle(_orders()), itertools.cycle(choices(window.told["families"]))
    columns = itertools.cycle((6, 2, 4, 3, 1))
    told = {}
    rows: tuple[tuple[str, Callable[[], None], Callable[[], float]], ...] = (
        ("pages", lambda: window.page.paging.wanted.emit(next(places)), lambda: model.painted("", 6)),
        ("orders", lambda: window.page.bar.chosen.emit(next(orders)), lambda: model.painted("", next(columns))),
        ("filters", lambda: window.page.bar.chosen.emit(next(filters)),
         lambda: model.painted("name LIKE '%kowal%'", 6)),
    )  # fmt: skip
    for name, act, peer in rows:
        if name == "pages" and (ask := window.presenter.state.ask) is not None:  # as in a quiet moment
            window.payments.prepare(ask, lambda: False)
        gc.collect()
        gc.disable()
        ours, theirs = [], []
        for n in range(WARM_UP + ROUNDS):
            took = window.painted(act)
            other = peer() if n % 4 == 0 or name == "pages" else 0.0
            if n >= WARM_UP:
                ours.append(took)
                theirs += [other] if other else []
        gc.enable()
        told[name] = {"ours": ours, "theirs": theirs}
    window.close()
    return told


def _orders() -> Iterator[Any]:
    from widgets.payments.state import ORDER_WORDS, Chosen

    for key in reversed(ORDER_WORDS):  # the first is what is shown already
        yield Chosen().ordered(key)


def end(folder: Path) -> dict[str, Any]:
    """MiB of a process that turns through the list to its end, the cards beside it."""
    window = Window(folder)
    pages = window.presenter.state.pages
    for page in (*range(1, pages - 1, max(pages // 300, 1)), pages - 1):
        window.painted(lambda page=page: window.page.paging.wanted.emit(page))  # type: ignore[misc]
    last = window.presenter.state.foot
    window.close()
    return {"mib": _resident(), "last": last}


def proxy(folder: Path) -> dict[str, Any]:
    """Seconds and MiB of Qt's model gone to its middle and its end, and of Qt's proxy over all its rows: loaded, gone
    to the middle, filtered by a name, sorted."""
    from PySide6.QtCore import QSortFilterProxyModel, Qt

    model = Model(folder)
    over = QSortFilterProxyModel()
    half = json.loads((folder / "names.json").read_text())["payments"] // 2
    begun = time.perf_counter()
    model.model.select()
    while model.model.canFetchMore() and model.model.rowCount() <= half:
        model.model.fetchMore()
    model.view.scrollTo(model.model.index(half, 0))
    model.view.viewport().repaint()
    told = {"model_middle_s": time.perf_counter() - begun}
    while model.model.canFetchMore():
        model.model.fetchMore()
    model.view.scrollToBottom()
    model.view.viewport().repaint()
    told["model_mib"] = _resident()
    over.setSourceModel(model.model)
    model.view.setModel(over)
    model.view.viewport().repaint()
    told["load_s"] = time.perf_counter() - begun

    def middle() -> None:
        model.view.scrollTo(over.index(half, 0))

    def narrow() -> None:
        over.setFilterKeyColumn(1)
        over.setFilterFixedString("kowal")

    def order() -> None:
        over.setFilterFixedString("")
        over.sort(1, Qt.SortOrder.AscendingOrder)

    for name, act in (("middle_s", middle), ("filter_s", narrow), ("sort_s", order)):
        begun = time.perf_counter()
        act()
        model.view.viewport().repaint()
        told[name] = time.perf_counter() - begun
    model.view.scrollToBottom()
    model.view.viewport().repaint()
    return {**told, "mib": _resident()}


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20), 1)


def main(folder: str, what: str, answer: str) -> int:
    """Measure and write the answer."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    told = {"paint": paint, "end": end, "proxy": proxy}[what](Path(folder))
    Path(answer).write_text(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
