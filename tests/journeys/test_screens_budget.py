"""The step budget of the design guide, counted in key presses through the real window, store, reader and printer."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.views import CollectEnd
from models.operations.records import Staff
from tests.support.clinic import TestClinic
from tests.support.counter import rosa_with_copay_and_balance
from tests.support.front import front
from tests.support.simulators import PaxProcess, PrinterProcess
from tests.support.windows import themed  # noqa: F401
from widgets.screens import APPROVED, COLLECT, SETTINGS, TODAY, Place
from widgets.settings.state import SECTIONS

pytestmark = pytest.mark.usefixtures("themed")


def two_patients(clinic: TestClinic) -> None:
    """Rosa has arrived; Henry comes next and has credit."""
    rosa_with_copay_and_balance(clinic)
    clinic.patient("henry", "Henry", birth_date="1966-01-22", mrn="0039914", phone="5550107730")
    clinic.coverage("henry", 4000)
    clinic.visit("next", "henry", minutes=15, title="Annual physical")


def with_credit(clinic: TestClinic) -> None:
    """Rosa owes 75 and has 200 on account."""
    rosa_with_copay_and_balance(clinic)
    clinic.charge(3000, "2026-05-14", visit="today", charge_id="copay", kind="copay", description="Copay")
    clinic.paid(20000)


def test_copay_by_card_is_two_keys_and_one_for_the_next_patient(
    tmp_path: Path, terminal: PaxProcess, paper: PrinterProcess
) -> None:
    terminal.reset()
    with front(tmp_path, two_patients, terminal=terminal.url, printer=paper.url) as desk:
        desk.press("Return")
        desk.arrive(COLLECT, lambda: desk.state.primary and desk.state.primary.text == "Charge $75.00 to card")
        desk.press("Return")
        desk.arrive(APPROVED)
        assert len(desk.keys) == 2
        assert desk.state.collected.end is CollectEnd.TAKEN
        assert terminal.captured_cents() == 7500
        desk.wait(lambda: desk.state.receipt.words == "Printed")
        desk.picture("journey-approved")
        desk.press("Return")
        desk.arrive(TODAY, lambda: desk.state.side and desk.state.side.row.patient.patient_id == "henry")
        assert len(desk.keys) == 3
        assert desk.payments() == [("card", 7500, "")]


def test_exact_cash_is_three_keys(tmp_path: Path, paper: PrinterProcess) -> None:
    with front(tmp_path, printer=paper.url) as desk:
        desk.press("Return")
        desk.arrive(COLLECT, lambda: desk.state.primary)
        desk.press("F6", "Return")
        desk.arrive(APPROVED)
        assert len(desk.keys) == 3
        assert desk.payments() == [("cash", 7500, "")]
        desk.wait(lambda: desk.counter.jobs("drawer") == ["printed"])


@pytest.mark.parametrize("keys", [("Alt+3",), ("1", "0", "0")], ids=["quick amount", "digits"])
def test_cash_with_change_is_four_keys_or_its_digits(
    tmp_path: Path, paper: PrinterProcess, keys: tuple[str, ...]
) -> None:
    with front(tmp_path, printer=paper.url) as desk:
        desk.press("Return")
        desk.arrive(COLLECT, lambda: desk.state.primary)
        desk.press("F6", *keys)
        assert desk.state.cash.change_cents == 2500
        assert desk.state.cash.notes == ((1, 2000), (1, 500))
        desk.picture("journey-cash")
        desk.press("Return")
        desk.arrive(APPROVED)
        assert len(desk.keys) == 3 + len(keys)
        assert desk.state.change_cents == 2500
        assert desk.payments() == [("cash", 7500, "")]


def test_find_and_collect_is_two_keys_beside_the_typing(tmp_path: Path, terminal: PaxProcess) -> None:
    terminal.reset()
    with front(tmp_path, terminal=terminal.url) as desk:
        desk.press("F2")
        desk.type("3/14/1984")
        desk.wait(lambda: desk.window.find_overlay.finder.table.key)
        desk.press("Return")
        desk.arrive(COLLECT, lambda: desk.state.primary)
        assert len(desk.keys) == 2
        desk.press("Return")
        desk.arrive(APPROVED)
        assert terminal.captured_cents() == 7500


def test_credit_on_account_is_two_keys(tmp_path: Path) -> None:
    with front(tmp_path, with_credit) as desk:
        desk.press("Return")
        desk.arrive(COLLECT, lambda: desk.state.primary)
        assert desk.state.primary.text == "Use $75.00 of credit"
        desk.picture("journey-credit")
        desk.press("Return")
        desk.arrive(APPROVED)
        assert len(desk.keys) == 2
        assert desk.state.title == "Paid from credit"
        assert [row[0] for row in desk.payments()] == ["cash"]


def test_declined_then_cash_is_two_keys_more(tmp_path: Path, terminal: PaxProcess) -> None:
    terminal.reset()
    terminal.next("declined")
    with front(tmp_path, terminal=terminal.url) as desk:
        desk.press("Return")
        desk.arrive(COLLECT, lambda: desk.state.primary)
        desk.press("Return")
        desk.wait(lambda: desk.state.prompt and desk.state.prompt.title == "Card declined")
        desk.picture("journey-declined")
        before = len(desk.keys)
        desk.press("F6", "Return")
        desk.arrive(APPROVED)
        assert len(desk.keys) - before == 2
        assert desk.payments() == [("cash", 7500, "")]
        assert terminal.captured_cents() == 0


def test_the_last_receipt_again_is_one_key(tmp_path: Path, paper: PrinterProcess) -> None:
    with front(tmp_path, printer=paper.url) as desk:
        desk.press("Return")
        desk.arrive(COLLECT, lambda: desk.state.primary)
        desk.press("F6", "Return")
        desk.arrive(APPROVED, lambda: desk.state.receipt.words == "Printed")
        desk.keys.clear()
        desk.press("Ctrl+Shift+P")
        assert len(desk.keys) == 1
        desk.wait(lambda: desk.counter.jobs("copy") == ["printed"])
        assert "*** COPY 1 ***" in paper.receipts()[-1]


def test_lock_is_one_key_and_unlock_a_pin(tmp_path: Path) -> None:
    def staffed(clinic: TestClinic) -> None:
        from app.signin import SignIn

        rosa_with_copay_and_balance(clinic)
        clinic.put(Staff(id="maria", name="Maria Delgado", role="receptionist", title="Front desk",
                         pin_hash=SignIn(clinic.clinic).hash("482913")))  # fmt: skip

    with front(tmp_path, staffed) as desk:
        desk.press("Return")
        desk.arrive(COLLECT, lambda: desk.state.primary)
        desk.press("F6", "8")
        desk.keys.clear()
        desk.press("Ctrl+Shift+L")
        assert len(desk.keys) == 1
        assert desk.window.session.locked
        desk.wait(desk.window.lock_view.isVisible)
        desk.type("482913")
        desk.wait(lambda: not desk.window.session.locked)
        assert desk.screen == COLLECT
        assert desk.state.cash.text == "8"


def test_every_page_of_settings_opens_without_the_window_standing_still(tmp_path: Path) -> None:
    """Its pages are made one at a time, each when it is first opened, with the event loop watched."""
    with front(tmp_path) as desk:
        for section in SECTIONS:
            ticks = len(desk.watch.late_ms)
            desk.window.navigator.go(Place(SETTINGS, item=section.name))
            desk.wait(lambda ticks=ticks: len(desk.watch.late_ms) > ticks + 3)
            assert desk.view.page_name == section.name
