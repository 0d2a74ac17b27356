"""Needs attention by keys alone: a right that the person lacks is borrowed for one act."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from models.operations.records import Staff
from tests.support.clinic import MARIA, TestClinic
from tests.support.counter import rosa_with_copay_and_balance
from tests.support.front import front
from tests.support.people import quick_hash
from tests.support.windows import themed  # noqa: F401
from widgets.common.lend_dialog import LendDialog
from widgets.screens import ATTENTION

pytestmark = pytest.mark.usefixtures("themed", "cycles_wait")
PIN, WRONG = "471108", "000000"


def fallen(clinic: TestClinic) -> None:
    """Rosa paid ahead for a visit that was cancelled; Priya may lend her rights."""
    rosa_with_copay_and_balance(clinic)
    known = quick_hash(PIN)
    clinic.put(Staff(id="priya", name="Priya Nair", role="manager", pin_hash=known))
    clinic.visit("later", status="cancelled", minutes=60 * 24 * 14, service_date="2026-05-28", title="Follow-up")
    clinic.paid(2500, "ahead", visit="later")


def test_h6_who_may_not_move_money_asks_for_a_pin(tmp_path: Path) -> None:
    with front(tmp_path, fallen) as at:
        at.window.session.sign_in(replace(MARIA, rights=frozenset()))
        at.press("Ctrl+6")
        at.arrive(ATTENTION, lambda: at.state.detail is not None)
        at.press("3", "Return")
        at.wait(lambda: at.window.findChild(LendDialog) is not None)
        asked = at.window.findChild(LendDialog)
        at.wait(asked.isVisible)
        assert asked.what.text() == (
            "Keep it as credit: $25.00, Rosa Quillfeather. This takes the right “Patient payments: take, move, fill”."
        )
        at.picture("attention-lend")
        at.type(WRONG)
        at.press("Return")
        at.wait(asked.lend.error.isVisible)
        at.type(PIN)
        at.press("Return")
        at.wait(lambda: at.state.loaded and at.state.rows == ())
        who = "json_extract(op, '$.actor'), json_extract(op, '$.supervisor')"
        said = f"SELECT {who} FROM outbox ORDER BY dseq DESC LIMIT 1"
        assert [tuple(row) for row in at.counter.rows(said)] == [("maria", "priya")]
