"""Every screen: each control has a name a screen reader can say, targets are large enough, every icon is carried."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QTableView, QWidget

import resources
from tests.support.windows import let_go, shown
from tests.unit.widgets import (
    test_approved,
    test_attention,
    test_claims,
    test_collect,
    test_ledger,
    test_patients,
    test_today,
)  # fmt: skip
from widgets.approved.state import PRINT_STATES, UNDO_REASONS
from widgets.approved.view import ApprovedPage
from widgets.attention.state import KINDS
from widgets.attention.view import AttentionPage
from widgets.claims.state import BILLING_LOOKS
from widgets.claims.view import ClaimsPage
from widgets.collect.reader import AGAIN, PROMPTS
from widgets.collect.state import REASON_WORDS, TENDER_WORDS
from widgets.collect.view import COVERAGE_WORDS, CollectPage
from widgets.ledger.view import LedgerPage
from widgets.patients.view import PatientsPage
from widgets.today.side import COVERAGE_LOOKS
from widgets.today.state import RECEIPT_WORDS
from widgets.today.view import TodayPage

pytestmark = pytest.mark.usefixtures("themed")

LEAST = 24
"""Pixels of the smallest target."""


SCREENS: dict[str, tuple[type[Any], Callable[[], dict[str, Any]]]] = {
    "today": (TodayPage, lambda: {name: make() for name, make in test_today.states().items()}),
    "collect": (CollectPage, test_collect.states),
    "approved": (ApprovedPage, test_approved.states),
    "ledger": (LedgerPage, test_ledger.states),
    "attention": (AttentionPage, test_attention.states),
    "patients": (PatientsPage, test_patients.states),
    "claims": (ClaimsPage, test_claims.states),
}
"""Every screen with its states; made one at a time, for a page that nobody deletes stays for ever."""


@pytest.mark.parametrize("kind", SCREENS)
def test_every_control_has_a_name_and_room_for_a_finger(qtbot: Any, kind: str):
    make, states = SCREENS[kind]
    page = make()
    qtbot.addWidget(page)
    page.resize(1162, 654)
    shown(page)
    nameless: set[str] = set()
    small: set[str] = set()
    for name, state in states().items():
        page.draw(state)
        QTest.qWait(1)
        for control in page.findChildren(QWidget):
            if not control.isVisible() or not isinstance(control, QAbstractButton | QComboBox | QLineEdit | QTableView):
                continue
            if type(control).__module__.startswith("PySide6"):
                continue  # parts of Qt's own controls
            if not control.accessibleName():
                nameless.add(f"{name}: {type(control).__name__}")
            if min(control.width(), control.height()) < LEAST:
                small.add(f"{name}: {type(control).__name__} {control.width()}x{control.height()}")
    assert nameless == set()
    assert small == set()


@pytest.mark.parametrize("kind", SCREENS)
def test_a_page_that_was_deleted_is_gone_with_all_its_parts(themed: Any, kind: str):
    let_go()
    gc.collect()
    before = len(QApplication.allWidgets())
    make, states = SCREENS[kind]
    page = make()
    gone = weakref.ref(page)
    page.resize(1162, 654)
    shown(page)
    for state in list(states().values())[:3]:
        page.draw(state)
    page.close()
    page.deleteLater()
    del page
    let_go()
    gc.collect()
    assert gone() is None
    assert len(QApplication.allWidgets()) == before


def icons() -> Iterator[str]:
    """Every icon that a table of these screens names."""
    yield from (icon for icon, _words in RECEIPT_WORDS.values())
    yield from (icon for icon, _words, _key in TENDER_WORDS.values())
    yield from (icon for icon, _words in AGAIN.values())
    yield from (prompt.icon for prompt in PROMPTS.values())
    yield from (state.icon for state in PRINT_STATES.values())
    yield from (icon for kind in KINDS.values() for icon in (kind.icon, kind.pill[2]))
    yield from (look[2] for look in (*COVERAGE_WORDS.values(), *BILLING_LOOKS.values()))
    yield from (icon for _look, icon, _ink in COVERAGE_LOOKS.values())


def test_every_icon_is_carried():
    assert [name for name in set(icons()) if name and not resources.path(f"icons/{name}.svg").exists()] == []


def test_the_reasons_of_the_screens_are_those_of_the_books():
    from models.operations.bodies import NOT_COLLECTING_REASONS

    assert tuple(REASON_WORDS) == NOT_COLLECTING_REASONS
    assert len(UNDO_REASONS) <= 9
