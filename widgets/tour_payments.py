"""The tour of all payments: the cards and the list through the real window by key events, with pictures of filters,
order, numbers and columns, the form that asks for a payment, and one payment with everything about it."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.demo import Stage
from app.sample_practice import RECEPTIONIST
from models.basics.money import show_cents
from widgets.common.overlay import Overlay
from widgets.driving import Script, Wait, drive, on, page, press, settled, sign_in, type_text
from widgets.main_window import MainWindow
from widgets.screens import PAYMENT, PAYMENTS
from widgets.tour import shown


@dataclass
class PaymentsTour:
    """One look at everything, step by step."""

    stage: Stage
    window: MainWindow
    out: Path
    told: dict[str, Any] = field(default_factory=dict)
    pictures: list[str] = field(default_factory=list)

    def script(self) -> Script:
        """The page, narrowed and sorted, its numbers and columns, a new request, a payment."""
        yield from sign_in(self.window, RECEPTIONIST.pin)
        press(self.window, "Ctrl+3")
        yield Wait("the payments", lambda: on(self.window, PAYMENTS) and self._state.dashboard is not None)
        yield Wait("the list", lambda: bool(self._state.rows))
        yield from self._picture("payments")
        self._note("all")
        yield from self._filters()
        yield from self._dialog("Alt+E", "numbers")
        yield from self._dialog("Alt+C", "columns")
        yield from self._dialog("Ctrl+N", "create-payment")
        yield from self._one()

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
        return next((each for each in self.window.findChildren(Overlay) if each.isVisible()), None)

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

    def _dialog(self, keys: str, name: str) -> Script:
        page(self.window).widget.table.setFocus()
        press(self.window, keys)
        yield Wait(name, lambda: self._overlay() is not None)
        yield from self._picture(name)
        while self._overlay() is not None:
            press(self.window, "Escape")
            yield from settled()

    def _one(self) -> Script:
        """The first payment with everything about it, and back."""
        page(self.window).widget.table.setFocus()
        press(self.window, "Return")
        yield Wait("the payment", lambda: on(self.window, PAYMENT))
        yield from self._picture("payment")
        press(self.window, "Escape")
        yield Wait("the list again", lambda: on(self.window, PAYMENTS))

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
