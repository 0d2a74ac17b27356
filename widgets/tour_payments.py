"""The tour of all payments through the real window by key events, with pictures: what payers allow, the cards and the
list with filters, order, numbers and columns; what a plan covers, a payment asked for with its estimate, its page; a
good faith estimate for who pays alone; money given back."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.demo import Stage
from app.sample_practice import MANAGER
from models.basics.money import show_cents
from models.rules.payment_status import Status
from widgets.asking.dialog import AskDialog
from widgets.common.overlay import Overlay
from widgets.coverage.dialog import BenefitsDialog, CoverageDialog
from widgets.driving import Script, Wait, drive, on, page, press, settled, sign_in, type_text
from widgets.fee_schedules.view import FeesView
from widgets.main_window import MainWindow
from widgets.papers.dialog import PaperDialog
from widgets.refund.dialog import RefundDialog
from widgets.screens import LEDGER, PAYMENT, PAYMENTS, SETTINGS, Place
from widgets.settings.state import FEES
from widgets.tour import shown

INSURED, ALONE = "0039914", "0044120"
"""Record numbers of the sample clinic: who has a plan, and who pays today's visit without one."""
HENRYS = "PAY-1-00005"
"""A check of his, of which a part goes back."""
PAYER = "Harbor Health EPO"
STAFF = 2


@dataclass
class PaymentsTour:
    """One look at everything, step by step."""

    stage: Stage
    window: MainWindow
    out: Path
    told: dict[str, Any] = field(default_factory=dict)
    pictures: list[str] = field(default_factory=list)

    def script(self) -> Script:
        """What payers allow; the page, narrowed and sorted, its numbers and columns; payments asked for and given
        back."""
        yield from self._manager()
        yield from self._prices()
        press(self.window, "Ctrl+3")
        yield Wait("the payments", lambda: on(self.window, PAYMENTS) and self._state.dashboard is not None)
        yield Wait("the list", lambda: bool(self._state.rows))
        yield from self._picture("payments")
        self._note("all")
        yield from self._filters()
        yield from self._dialog("Alt+E", "numbers")
        yield from self._dialog("Alt+C", "columns")
        yield from self._plan()
        yield from self._ask(INSURED, "600")
        yield from self._newest("asked")
        yield from self._ask(ALONE)
        yield from self._newest("asked-of-who-pays-alone")
        yield from self._good_faith()
        yield from self._refund()

    @property
    def _state(self) -> Any:
        return page(self.window).presenter.state

    def _note(self, name: str) -> None:
        shown = self._state.dashboard
        self.told[name] = {
            "payments": self._state.total, "collected": show_cents(shown.collected_cents),
            "net": show_cents(shown.net_cents), "outstanding": show_cents(shown.outstanding_cents),
        }  # fmt: skip

    def _picture(self, name: str) -> Script:
        yield from settled()
        file = f"{len(self.pictures) + 1:02d}-{name}.png"
        self.window.grab().save(str(self.out / file))
        self.pictures.append(file)

    def _overlay(self) -> Overlay | None:
        found = [each for each in self.window.findChildren(Overlay) if each.isVisible()]
        return found[-1] if found else None

    def _filters(self) -> Script:
        """The largest first, then what is outstanding, then a name; Esc shows everything again."""
        whole = self._state.total
        press(self.window, "Alt+S")
        type_text("largest")
        yield Wait("the largest first", lambda: self._state.ask.order.value == "amount")
        yield from self._picture("largest-first")
        name = self._state.lines[0].patient.split()[-1]
        press(self.window, "Ctrl+F")
        type_text(name)
        yield Wait("one family", lambda: self._state.ask.text == name and self._state.dashboard.narrowed)
        self._note("filtered")
        yield from self._picture("filtered")
        type_text("zzz")
        yield Wait("nothing", lambda: self._state.empty is not None)
        yield from self._picture("no-match")
        press(self.window, "Escape")
        yield Wait("everything again", lambda: self._state.total == whole and bool(self._state.rows))

    # Set-up -----------------------------------------------------------------------------------------------------------

    def _manager(self) -> Script:
        """Prices belong to who sets the practice up: the tile at the right of the receptionist's."""
        yield Wait("the staff", lambda: len(self.window.lock.state.tiles) == STAFF)
        yield Wait("the window to be in front", self.window.isActiveWindow)
        chosen = self.window.lock.state.chosen
        press(self.window, "Right")
        yield Wait("the manager", lambda: self.window.lock.state.chosen != chosen)
        yield from sign_in(self.window, MANAGER.pin)

    def _prices(self) -> Script:
        """One price by hand, then a table, looked at before it is read in."""
        self.window.navigator.go(Place(SETTINGS, item=FEES))
        yield Wait("the prices", lambda: bool(self.window.findChildren(FeesView)) and self._fees.first.isEnabled())
        yield from self._picture("no-fee-schedule")
        self._fees.by_hand.setFocus()
        press(self.window, "Ctrl+N")
        yield Wait("the form", lambda: self._overlay() is not None)
        for words in (PAYER, "99213", "112"):
            type_text(words)
            press(self.window, "Tab")
        press(self.window, "Tab")
        type_text("Letter of the payer")
        yield from self._picture("price-by-hand")
        press(self.window, "Return")
        yield Wait("the price", lambda: self._overlay() is None and bool(self._fees.fees.rows))
        yield from self._picture("fee-schedules")

    @property
    def _fees(self) -> FeesView:
        return self.window.findChildren(FeesView)[0]

    # Asking -----------------------------------------------------------------------------------------------------------

    def _plan(self) -> Script:
        """What Henry's plan covers, as his payer told it on the telephone."""
        press(self.window, "F2")
        yield Wait("the find field", self.window.find_overlay.isVisible)
        type_text(INSURED)
        yield Wait("the patient", lambda: self.window.finder.shows(self._patient(INSURED)))
        press(self.window, "Ctrl+L")
        yield Wait(
            "the account", lambda: on(self.window, LEDGER) and page(self.window).presenter.state.view is not None
        )
        press(self.window, "Alt+B")
        yield Wait("the card", lambda: isinstance(self._overlay(), CoverageDialog))
        yield from settled()
        press(self.window, "Return")
        yield Wait("the form", lambda: isinstance(self._overlay(), BenefitsDialog))
        press(self.window, "Tab")
        for words in ("20", "100", "2000"):
            type_text(words)
            press(self.window, "Tab")
        press(self.window, "Return")
        yield Wait("the card again", lambda: isinstance(self._overlay(), CoverageDialog))
        yield from self._picture("coverage")
        press(self.window, "Escape")
        yield Wait("the account again", lambda: self._overlay() is None)
        press(self.window, "Ctrl+3")
        yield Wait("the payments", lambda: on(self.window, PAYMENTS) and bool(self._state.rows))

    def _patient(self, mrn: str) -> str:
        return next(hit.patient.patient_id for hit in self.stage.desk.find.search(mrn) if hit.patient.mrn == mrn)

    def _ask(self, mrn: str, allowed: str = "") -> Script:
        """Ask somebody for a payment: with what the payer allows from the estimate, else for today's visit."""
        before = self._state.total
        page(self.window).widget.table.setFocus()
        press(self.window, "Ctrl+N")
        yield Wait("the form", lambda: isinstance(self._overlay(), AskDialog))
        form = self._overlay()
        assert isinstance(form, AskDialog)
        yield from settled()
        type_text(mrn)
        yield Wait("the patient", lambda: len(form.found.rows) == 1)
        press(self.window, "Return")
        yield Wait("the amount", form.amount.hasFocus)
        type_text("" if allowed else "145")
        press(self.window, "Tab")
        type_text("Treatment" if allowed else "Office")
        press(self.window, "Tab")
        if not allowed:
            press(self.window, "Down")
        press(self.window, "Tab")
        type_text("+7")
        if allowed:
            form.allowed.setFocus()
            type_text(allowed)
            yield Wait("the estimate", form.estimate.use.isVisible)
            yield from self._picture("estimate")
            self.told["estimate"] = form.estimate.amount.text()
            press(self.window, "Alt+U")
        press(self.window, "Return")
        yield Wait("the payment in the list", lambda: self._overlay() is None and self._state.total == before + 1)

    def _newest(self, name: str) -> Script:
        """The page of what was just asked for."""
        press(self.window, "Alt+S")
        type_text("newest")
        yield Wait("the newest first", lambda: self._state.ask.order.value == "created")
        yield from settled()
        page(self.window).widget.table.setFocus()
        press(self.window, "Ctrl+Home")
        press(self.window, "Return")
        yield from self._arrive(Status.PENDING)
        yield from self._picture(name)
        if not self._state.offers.good_faith:
            yield from self._back()

    def _good_faith(self) -> Script:
        """Kept under Documents, and there to be printed or sent."""
        press(self.window, "Alt+G")
        yield Wait("the estimate", lambda: isinstance(self._overlay(), PaperDialog))
        yield from settled()
        yield from self._picture("good-faith-estimate")
        press(self.window, "Escape")
        yield Wait("the page again", lambda: self._overlay() is None)
        yield from self._back()

    def _refund(self) -> Script:
        """Part of Henry's check goes back; its page says so."""
        press(self.window, "Ctrl+F")
        type_text(HENRYS)
        yield Wait("his check", lambda: len(self._state.rows) == 1)
        page(self.window).widget.table.setFocus()
        press(self.window, "Return")
        yield from self._arrive(Status.PAID)
        yield from self._picture("payment")
        press(self.window, "Alt+R")
        yield Wait("the refund", lambda: isinstance(self._overlay(), RefundDialog))
        press(self.window, "Alt+P")
        type_text("60")
        press(self.window, "Return")
        type_text("Billing")
        press(self.window, "Return")
        type_text("Billed twice, corrected claim sent")
        press(self.window, "Return")
        type_text("1187")
        yield from self._picture("refund")
        press(self.window, "Ctrl+Return")
        yield from self._arrive(Status.PARTIALLY_REFUNDED)
        yield from self._picture("refunded")
        yield from self._back()
        press(self.window, "Escape")
        yield Wait("everything again", lambda: not self._state.chosen.narrowed and not self._state.dashboard.narrowed)
        self._note("given_back")

    def _arrive(self, status: Status) -> Script:
        yield Wait(f"a payment that is {status}", lambda: on(self.window, PAYMENT) and self._overlay() is None
                   and self._state.detail is not None and self._state.detail.status is status)  # fmt: skip

    def _back(self) -> Script:
        press(self.window, "Escape")
        yield Wait("the list again", lambda: on(self.window, PAYMENTS) and bool(self._state.rows))

    # Looking ----------------------------------------------------------------------------------------------------------

    def _dialog(self, keys: str, name: str) -> Script:
        page(self.window).widget.table.setFocus()
        press(self.window, keys)
        yield Wait(name, lambda: self._overlay() is not None)
        yield from self._picture(name)
        while self._overlay() is not None:
            press(self.window, "Escape")
            yield from settled()

    def summary(self) -> dict[str, Any]:
        """What the cards said, and which pictures were left."""
        return {**self.told, "pictures": self.pictures,
                "seconds": round(time.monotonic() - self.stage.started, 1)}  # fmt: skip


def payments(stage: Stage) -> int:
    """Drive the tour and leave pictures and summary in `stage.out`. Returns 0 only if all of it happened."""
    out = stage.out or Path("out")
    out.mkdir(parents=True, exist_ok=True)
    window = shown(stage.desk)
    tour = PaymentsTour(stage, window, out)
    failure = drive(tour.script(), lambda: window, out)
    try:
        if not failure:
            (out / "summary.json").write_text(json.dumps(tour.summary(), indent=1) + "\n")
    finally:
        window.close()
    if failure:
        print(f"tour: {failure}", file=sys.stderr)
    return int(bool(failure))
