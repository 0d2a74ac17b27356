"""Money on account moved, filled, let off and put back, by keys alone through the real window over a real store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget

from app.rules import MoneyRules
from tests.support.clinic import PRIYA, TestClinic
from tests.support.front import Front, front
from tests.support.windows import themed  # noqa: F401
from widgets.ledger.state import Tab
from widgets.screens import LEDGER, Place

pytestmark = pytest.mark.usefixtures("themed")


def henry(clinic: TestClinic) -> None:
    """The design's second patient: three open visits, 180 of a check on account, 20 prepaid for a visit ahead."""
    clinic.patient("henry", given="Henry", mrn="0039914", birth_date="1966-01-22", phone="5550107730")
    clinic.visit("feb", "henry", service_date="2026-02-10", title="Office visit", status="done", minutes=-133000)
    clinic.visit("march", "henry", service_date="2026-03-18", title="Lab panel", status="done", minutes=-81000)
    clinic.visit("april", "henry", service_date="2026-04-22", title="Skin biopsy", status="done", minutes=-31000)
    clinic.visit("today", "henry", title="Annual physical")
    clinic.visit("ahead", "henry", service_date="2026-05-28", title="Follow-up", status="scheduled", minutes=20000)
    clinic.charge(11200, "2026-03-18", "henry", "lab", "march", code="80053")
    clinic.charge(20000, "2026-04-22", "henry", "biopsy", "april", code="11102", description="Skin biopsy")
    clinic.charge(4000, "2026-05-14", "henry", "copay", "today", kind="copay", description="Copay")
    clinic.paid(18000, "check", "henry", tender="check", check_no="2281", number="PAY-1-10391")
    clinic.paid(2000, "prepaid", "henry", "ahead", tender="card", number="PAY-1-10447")


def ledger(made: Front) -> None:
    """Henry's account, with the keys on the list."""
    made.window.navigator.go(Place(LEDGER, "henry"))
    made.arrive(LEDGER, lambda: made.state.view is not None)
    made.keys.clear()


def panel(made: Front) -> Any:
    return made.page.widget.beside.panel


def movable(made: Front) -> bool:
    return bool(panel(made).move_button.isEnabled())


def owed(made: Front, charge_id: str) -> int:
    return int(made.counter.rows(f"SELECT debits + pending_debits - credits - pending_credits FROM account "
                                 f"WHERE id = 'AR:{charge_id}'")[0][0])  # fmt: skip


def dialog(made: Front, kind: str) -> Any:
    found = [each for each in made.window.findChildren(QWidget) if type(each).__name__ == kind and each.isVisible()]
    return found[0] if found else None


@pytest.fixture
def at(tmp_path: Path) -> Any:
    with front(tmp_path, henry) as made:
        ledger(made)
        yield made


def test_s0_14_moving_credit_to_the_proposed_visit_takes_three_keys(at: Front):
    at.press("M")
    at.wait(lambda: panel(at) is not None and panel(at).place.hasFocus())
    at.wait(lambda: movable(at))
    at.picture("ledger-move")
    at.press("Return")
    assert panel(at).amount.hasFocus()
    at.press("Return")
    at.wait(lambda: panel(at) is None)
    assert at.keys == ["M", "Return", "Return"]
    at.wait(lambda: "Moved" in at.state.said)
    assert owed(at, "lab") == 0
    at.picture("ledger-moved")


def test_s0_14_any_part_to_a_chosen_visit_and_what_it_will_owe(at: Front):
    at.press("M")
    at.wait(lambda: panel(at) is not None and panel(at).place.hasFocus())
    at.press("Down")
    at.wait(lambda: panel(at).place.key == "visit:april")
    at.press("Return")
    at.type("55.5")
    at.wait(lambda: panel(at)._after.text() == "Apr 22 will owe $144.50")
    at.picture("ledger-move-part")
    at.press("Return")
    at.wait(lambda: panel(at) is None)
    assert owed(at, "biopsy") == 14450


def test_escape_moves_nothing_and_the_list_has_the_keys_again(at: Front):
    at.press("M")
    at.wait(lambda: panel(at) is not None and panel(at).place.hasFocus())
    at.press("Esc")
    at.wait(lambda: panel(at) is None)
    assert at.screen == LEDGER
    assert at.view.tables[Tab.VISITS].hasFocus()
    assert at.counter.rows("SELECT count(*) FROM outbox WHERE op LIKE '%payment.move%'") == [(0,)]


def test_too_much_is_said_in_the_panel_with_what_is_possible(at: Front):
    at.press("M")
    at.wait(lambda: panel(at) is not None and panel(at).place.hasFocus())
    at.press("Return")
    at.type("999")
    at.wait(lambda: "is possible" in panel(at)._error.text)
    at.picture("ledger-move-too-much")
    at.press("Return")
    assert panel(at) is not None
    assert at.counter.rows("SELECT count(*) FROM outbox WHERE op LIKE '%payment.move%'") == [(0,)]


def test_the_account_changing_meanwhile_is_said_and_the_next_enter_moves_what_is_there(at: Front):
    at.press("M")
    at.wait(lambda: panel(at) is not None and panel(at).place.hasFocus())
    at.wait(panel(at)._after.text)  # what it would do was looked at before
    clinic = TestClinic.over(at.counter.desk.store, at.counter.clock)
    clinic.charge(100, "2026-05-01", "henry", "meanwhile")
    at.press("Return", "Return")
    at.wait(lambda: "changed meanwhile" in panel(at)._error.text)
    at.picture("ledger-move-changed")
    before = owed(at, "lab")
    at.wait(lambda: panel(at).move_button.isEnabled() and panel(at)._after.text())
    at.press("Return", "Return")
    at.wait(lambda: panel(at) is None)
    assert owed(at, "lab") < before


def test_s0_15_ticked_line_items_are_filled(at: Front):
    at.view.tabs._tabs[list(Tab).index(Tab.LINES)].click()
    at.wait(lambda: at.state.tab is Tab.LINES)
    at.view.take_focus()
    at.press("Space", "Down", "Space")
    at.wait(lambda: len(at.state.ticked) == 2)
    at.press("F")
    at.wait(lambda: dialog(at, "FillDialog") is not None and dialog(at, "FillDialog").primary.isEnabled())
    at.picture("ledger-fill")
    at.press("Return")
    at.wait(lambda: dialog(at, "FillDialog") is None)
    at.wait(lambda: "Filled" in at.state.said)
    at.wait(lambda: at.state.view.figures.credit_cents == 0)


def test_s0_16_autofill_is_off_until_the_practice_turns_it_on(at: Front):
    at.press("Alt+A")
    at.wait(lambda: dialog(at, "FillDialog") is not None and dialog(at, "FillDialog").error.text)
    assert "turned off" in dialog(at, "FillDialog").error.text
    at.picture("ledger-autofill-off")
    at.press("Esc")
    at.wait(lambda: dialog(at, "FillDialog") is None)
    rules = MoneyRules(at.counter.desk.clinic)
    rules.change(PRIYA, auto_allocate=True)
    rules.opt_in(PRIYA, "okafor", True)
    at.press("Alt+A")
    at.wait(lambda: dialog(at, "FillDialog") is not None and dialog(at, "FillDialog").primary.isEnabled())
    at.picture("ledger-autofill")
    at.press("Return")
    at.wait(lambda: "AutoFill put" in at.state.said)
    at.press("Ctrl+Z")
    at.wait(lambda: "AutoFill undone" in at.state.said)
    at.wait(lambda: at.state.view.figures.unallocated_cents == 20000)


def test_ctrl_z_takes_the_last_step_back_and_says_when_there_is_none(at: Front):
    before = at.state.view.figures
    at.press("M")
    at.wait(lambda: panel(at) is not None and panel(at).place.hasFocus())
    at.wait(lambda: movable(at))
    at.press("Return", "Return")
    at.wait(lambda: at.state.view.figures != before)
    at.press("Ctrl+Z")
    at.wait(lambda: "Move undone" in at.state.said)
    at.wait(lambda: at.state.view.figures == before)
    at.press("Ctrl+Z")
    at.wait(lambda: any("nothing of yours to undo" in text for text in at.window.notices.texts))
