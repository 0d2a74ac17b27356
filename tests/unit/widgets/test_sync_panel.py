"""The panel of the line in every state, as words and as pictures."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from app.syncing import SyncView
from tests.support.clinic import MORNING
from tests.support.windows import LOOKS, clipped, picture, settle, shown
from widgets.syncing.state import panel_of
from widgets.syncing.view import SyncPanel

pytestmark = pytest.mark.usefixtures("themed")
NOW = MORNING.astimezone(ZoneInfo("America/Chicago"))
GOOD = SyncView(
    online=True, stopped=False, cause="", since=NOW - timedelta(hours=2), last_at=NOW, waiting=(), oldest_at=None,
    hub="192.168.4.10:8417", hub_here=True, position=120_417, clock_off_s=0, not_taken=0,
    backup_at=NOW - timedelta(hours=9),
)  # fmt: skip
AWAY = replace(
    GOOD, online=False, cause="sync.hub_unreachable", since=NOW - timedelta(minutes=19), hub_here=False, not_taken=2,
    waiting=(("payments", 3), ("postings", 2), ("visits", 1)), oldest_at=NOW - timedelta(minutes=17),
    provisional_cents=4000, clock_off_s=-10_800, backup_at=None,
)  # fmt: skip
VIEWS = {
    "online": GOOD,
    "away": AWAY,
    "stopped": replace(AWAY, stopped=True, cause="sync.cloned"),
    "forgotten": replace(AWAY, stopped=True, cause="auth.unknown_device"),
    "mending": replace(GOOD, repair="sync.repair.hub_restored", repair_count=34),
    "still": replace(
        GOOD, still_s=124, waiting=(("payments", 3), ("postings", 1)), oldest_at=NOW - timedelta(minutes=2)
    ),
    "never": replace(AWAY, last_at=None, cause="sync.connecting", waiting=(), oldest_at=None, not_taken=0),
}


def facts(view: SyncView) -> dict[str, str]:
    return {fact.label: fact.value for fact in panel_of(view, NOW).facts}


def test_what_is_known_is_said_in_words() -> None:
    assert facts(AWAY) == {
        "Offline since": "9:22 AM", "Last exchange": "9:41 AM",
        "Waiting to be sent": "3 payments, 2 postings of credit, 1 change to a visit; the oldest from 9:24 AM",
        "Credit to be confirmed": "$40.00, until the hub has seen it", "Hub": "192.168.4.10:8417",
        "Position in the log": "120,417", "Computer clock": "3 h behind", "Last good backup": "None yet",
        "Today’s records": "2 not taken as they were",
    }  # fmt: skip
    assert facts(GOOD)["Hub"] == "192.168.4.10:8417, on this computer"
    assert "Credit to be confirmed" not in facts(GOOD)


@pytest.mark.parametrize(("name", "look"), [
    ("online", "Online"), ("away", "Offline"), ("stopped", "Needs somebody"), ("mending", "Mending"),
    ("still", "Nothing goes out"),
])  # fmt: skip
def test_the_pill_names_the_state(name: str, look: str) -> None:
    panel = panel_of(VIEWS[name], NOW)
    assert panel.look[0] == look
    assert panel.text.endswith(".")


def test_h11_a_restored_hub_needs_nobody() -> None:
    panel = panel_of(VIEWS["mending"], NOW)
    assert panel.text == "The server was restored; re-sending 34 records. Nothing is lost and nothing needs you."


@pytest.mark.parametrize("look", LOOKS)
def test_the_panel_holds_in_every_look(qtbot, themed, look: str) -> None:
    themed.set(**LOOKS[look][0])
    page = QWidget()
    qtbot.addWidget(page)
    page.resize(*LOOKS[look][1])
    shown(page)
    action = QAction("Sync now", page)
    action.setShortcut("Ctrl+R")
    panel = SyncPanel(page, action)
    panel.open_over()
    for name, view in VIEWS.items():
        panel.draw(panel_of(view, NOW))
        settle()
        assert panel.look_at.isVisible() is bool(view.not_taken)
        assert panel.again.isVisible() is view.stopped
        picture(page, f"panel-{name}-{look}")
        assert clipped(panel) == []
