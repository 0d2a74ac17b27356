"""The tour of a patient's account: money moved, shared out, taken back and given back through the real window by key
events, with pictures of every list and dialog and the figures before and after each act; then the clinic's lists, and
the end of its day."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication, QWidget

from app.demo import Stage
from app.sample_practice import MANAGER, RECEPTIONIST
from models.ledger.figures import Figures
from widgets.common.overlay import Overlay
from widgets.driving import Script, Wait, drive, on, page, press, settled, sign_in, type_text
from widgets.ledger.state import Tab
from widgets.main_window import MainWindow
from widgets.screens import CLAIMS, DAY_CLOSE, LEDGER, PATIENTS, RECEIPTS, REPORTS
from widgets.tour import shown

HENRY, FAMILY = "0039914", "0043699"
"""Record numbers of the sample clinic: who has credit and something prepaid, and who gets the bill of a family."""
REFUND = "60"
"""Dollars of Henry's check that go back."""
FLOAT = "150"
LISTS = (
    ("Ctrl+5", CLAIMS, "claims-feed"), ("Ctrl+2", PATIENTS, "patients"), ("Ctrl+Shift+R", RECEIPTS, "receipts"),
    ("Ctrl+8", REPORTS, "day-sheet"),
)  # fmt: skip
"""The clinic's lists after the acts: keys, screen, picture."""


@dataclass
class AccountsTour:
    """One account after the other, step by step."""

    stage: Stage
    window: MainWindow
    out: Path
    told: list[dict[str, Any]] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)

    def script(self) -> Script:
        """Look at Henry's account, move and fill and undo, let off, refund; then family, lists and statement."""
        yield from sign_in(self.window, RECEPTIONIST.pin)
        yield Wait("what was brought in to be sent", lambda: not self.stage.desk.store.pending_count(), 200.0)
        yield from self._account(HENRY)
        yield from self._picture("account")
        yield from self._move()
        yield from self._lists()
        yield from self._autofill()
        yield from self._undo()
        yield from self._refund()
        yield from self._statement()
        yield from self._family()
        for keys, screen, name in LISTS:
            yield from self._screen(keys, screen, name)
        yield from self._close()

    # Hands ----------------------------------------------------------------------------------------------------

    def _account(self, mrn: str) -> Script:
        press(self.window, "F2")
        yield Wait("the find field", self.window.find_overlay.isVisible)
        type_text(mrn)
        patient_id = self._patient(mrn)
        yield Wait("the patient", lambda: self.window.finder.shows(patient_id))
        press(self.window, "Ctrl+L")
        yield Wait("the account", lambda: on(self.window, LEDGER) and self._shows(patient_id))

    def _shows(self, patient_id: str) -> bool:
        view = page(self.window).presenter.state.view
        return view is not None and view.patient.patient_id == patient_id

    def _patient(self, mrn: str) -> str:
        return next(hit.patient.patient_id for hit in self.stage.desk.find.search(mrn) if hit.patient.mrn == mrn)

    def _figures(self) -> Figures:
        figures: Figures = page(self.window).presenter.state.view.figures
        return figures

    def _act(self, name: str, before: Figures) -> None:
        """Note what an act did to the five figures."""
        after = self.stage.desk.accounts.ledger(page(self.window).presenter.patient_id).figures
        self.told.append({"act": name, "before": _in_words(before), "after": _in_words(after)})

    def _done(self, before: Figures) -> Wait:
        return Wait("the new figures", lambda: self._figures() != before)

    def _overlay(self) -> Overlay | None:
        """The dialog over the window, if any."""
        found = [each for each in self.window.findChildren(Overlay) if each.isVisible()]
        return found[-1] if found else None

    def _tab(self, tab: Tab) -> Script:
        view = page(self.window).widget
        view.tabs.setFocus()
        order = list(Tab)
        while page(self.window).presenter.state.tab is not tab:
            now = page(self.window).presenter.state.tab
            press(self.window, "Right" if order.index(now) < order.index(tab) else "Left")
            yield Wait("the list", lambda now=now: page(self.window).presenter.state.tab is not now)  # type: ignore[misc]

    def _picture(self, name: str) -> Script:
        yield from settled()
        file = f"{len(self.pictures) + 1:02d}-{name}.png"
        self.window.grab().save(str(self.out / file))
        self.pictures.append(file)

    # Acts -----------------------------------------------------------------------------------------------------

    def _move(self) -> Script:
        """Three keys: M, Enter on the proposed visit, Enter."""
        before = self._figures()
        press(self.window, "M")
        yield Wait("the move panel", lambda: "move" in _focus_name().lower() or _focus_name() != "")
        yield from self._picture("move")
        press(self.window, "Return")
        yield from settled()
        press(self.window, "Return")
        yield self._done(before)
        self._act("move", before)
        yield from self._picture("moved")

    def _lists(self) -> Script:
        for tab in (Tab.PAYMENTS, Tab.LINES, Tab.DOCUMENTS, Tab.LOG):
            yield from self._tab(tab)
            yield from self._picture(str(tab))
        yield from self._tab(Tab.VISITS)

    def _undo(self) -> Script:
        before = self._figures()
        press(self.window, "Ctrl+Z")
        yield from settled()
        if self._overlay() is not None:
            yield from self._picture("undo")
            press(self.window, "Return")
        yield self._done(before)
        self._act("undo", before)

    def _autofill(self) -> Script:
        before = self._figures()
        press(self.window, "Alt+A")
        yield Wait("what AutoFill would do", lambda: self._overlay() is not None)
        yield from settled()
        yield from self._picture("autofill")
        press(self.window, "Return")
        yield self._done(before)
        self._act("autofill", before)

    def _refund(self) -> Script:
        """Part of a check, by another check: beyond the limit it takes a manager's PIN."""
        before = self._figures()
        press(self.window, "R")
        yield Wait("the refund dialog", lambda: self._overlay() is not None)
        yield from settled()
        press(self.window, "Alt+P")
        type_text(REFUND)
        press(self.window, "Return")
        press(self.window, "Down")
        press(self.window, "Return")
        type_text("Paid twice, once at the desk and once by check")
        press(self.window, "Return")
        type_text("1187")
        yield from settled()
        press(self.window, "Return")
        type_text(MANAGER.pin)
        yield from self._picture("refund")
        press(self.window, "Ctrl+Return")
        yield self._done(before)
        self._act("refund", before)
        yield Wait("the dialog to close", lambda: self._overlay() is None)
        yield from self._picture("refunded")

    def _statement(self) -> Script:
        press(self.window, "Alt+S")
        yield Wait("the statement", lambda: self._overlay() is not None)
        yield from settled()
        yield from self._picture("statement")
        press(self.window, "Escape")
        yield Wait("the dialog to close", lambda: self._overlay() is None)

    def _family(self) -> Script:
        yield from self._account(FAMILY)
        press(self.window, "Alt+W")
        yield Wait("the whole family", lambda: len(page(self.window).presenter.state.view.family) > 1)
        yield from self._picture("family")

    def _screen(self, keys: str, screen: str, name: str) -> Script:
        press(self.window, keys)
        yield Wait(f"the screen {screen}", lambda: on(self.window, screen))
        yield from self._picture(name)

    def _close(self) -> Script:
        """The drawer's float and its first notes; the count stays open."""
        press(self.window, "Ctrl+7")
        yield Wait("the day close", lambda: on(self.window, DAY_CLOSE))
        close = page(self.window)
        yield Wait("the drawer", lambda: close.presenter.state.view is not None)
        yield from settled()
        type_text(FLOAT)
        press(self.window, "Return")
        yield Wait("the count", lambda: close.presenter.state.step == "count")
        yield from settled()
        for notes in ("2", "2", "5"):
            type_text(notes)
            press(self.window, "Return")
        yield from self._picture("day-close")

    def summary(self) -> dict[str, Any]:
        """What was done, with the figures before and after, and which pictures were left."""
        return {"acts": self.told, "pictures": self.pictures,
                "seconds": round(time.monotonic() - self.stage.started, 1)}  # fmt: skip


def _in_words(figures: Figures) -> dict[str, int]:
    return {
        "total_paid_cents": figures.total_paid_cents, "allocated_cents": figures.allocated_cents,
        "unallocated_cents": figures.unallocated_cents, "statement_balance_cents": figures.statement_balance_cents,
        "total_balance_cents": figures.total_balance_cents,
    }  # fmt: skip


def _focus_name() -> str:
    focus: QWidget | None = QApplication.focusWidget()
    return focus.accessibleName() if focus else ""


def accounts(stage: Stage) -> int:
    """Drive the tour and leave pictures and summary in `stage.out`. Returns 0 only if all of it happened."""
    out = stage.out or Path("out")
    out.mkdir(parents=True, exist_ok=True)
    window = shown(stage.desk)
    tour = AccountsTour(stage, window, out)
    failure = drive(tour.script(), lambda: window, out)
    try:
        if not failure:
            (out / "summary.json").write_text(json.dumps(tour.summary(), indent=1) + "\n")
    finally:
        window.close()
    if failure:
        print(f"tour: {failure}", file=sys.stderr)
    return int(bool(failure))
