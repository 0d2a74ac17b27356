"""Cards on file through the window, by keys alone: agreed at Collect, charged with F8, looked after in the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtTest import QTest

from tests.support.front import Front, front
from tests.support.simulators import PaxProcess, pax_running
from tests.support.windows import themed  # noqa: F401
from widgets.collect.state import TenderKind
from widgets.kept_cards.consent import ConsentDialog
from widgets.kept_cards.dialog import CardsDialog
from widgets.screens import APPROVED, COLLECT, LEDGER, TODAY

pytestmark = pytest.mark.usefixtures("themed")


@pytest.fixture(name="terminal")
def terminal_fixture() -> Iterator[PaxProcess]:
    with pax_running() as running:
        yield running


def shown(desk: Front, kind: type[Any]) -> Any:
    """The dialog of this kind that lies over the window, or None."""
    return next((each for each in desk.window.findChildren(kind) if each.isVisible()), None)


def to_collect(desk: Front) -> None:
    desk.press("Return")
    desk.arrive(COLLECT, lambda: desk.state.primary)


def test_s1_18_kept_at_collect_charged_from_file_and_removed_by_keys_alone(
    tmp_path: Path, terminal: PaxProcess
) -> None:  # fmt: skip
    with front(tmp_path, terminal=terminal.url) as desk:
        to_collect(desk)
        desk.press("Alt+K")
        desk.wait(lambda: shown(desk, ConsentDialog))
        desk.picture("journey-consent")
        assert not desk.state.keeps, "nothing is ticked before somebody agreed"
        desk.press("Esc")
        desk.wait(lambda: not shown(desk, ConsentDialog))
        assert not desk.state.keeps
        desk.press("Alt+K")
        desk.wait(lambda: shown(desk, ConsentDialog))
        desk.press("Return")
        desk.wait(lambda: desk.state.keeps)
        desk.press("Alt+A")  # a part of it, so that something is left to charge
        desk.type("10.00")
        desk.press("Return", "Return")
        desk.arrive(APPROVED)
        assert "Card kept on file" in [tile.title for tile in desk.state.tiles]
        desk.press("Return")
        desk.arrive(TODAY, lambda: desk.state.side is not None)
        to_collect(desk)
        desk.press("F8")
        desk.wait(lambda: desk.state.tender is TenderKind.ON_FILE)
        assert desk.state.pane == "on_file"
        desk.picture("journey-on-file")
        terminal.next("declined")
        desk.press("Return")
        desk.wait(lambda: desk.state.prompt and desk.state.prompt.title == "Card declined")
        desk.press("Return")
        desk.wait(lambda: desk.state.pane == "on_file")
        desk.press("Return")
        desk.arrive(APPROVED)
        assert sorted(cents for _, cents, _ in desk.payments()) == [2000, 5500]
        assert terminal.captured_cents() == 7500
        desk.press("Return")
        desk.arrive(TODAY, lambda: desk.state.side is not None)
        desk.press("Ctrl+L")
        desk.arrive(LEDGER, lambda: desk.state.view)
        cards_of_the_ledger(desk, terminal)


def cards_of_the_ledger(desk: Front, terminal: PaxProcess) -> None:
    """Another card saved without a charge (S0-31), put first, renamed; the first one removed."""
    terminal.tell("card mastercard")
    desk.press("Alt+K")
    desk.wait(lambda: shown(desk, CardsDialog))
    desk.press("Return")
    desk.wait(lambda: shown(desk, ConsentDialog))
    desk.press("Return")
    desk.wait(lambda: (dialog := shown(desk, CardsDialog)) and len(dialog.rows) == 2)
    desk.picture("journey-cards")
    assert terminal.captured_cents() == 7500
    dialog = shown(desk, CardsDialog)
    visa, mastercard = list(dialog.rows)
    press_on(desk, dialog.rows[mastercard].buttons["first"])
    desk.wait(lambda: list(dialog.rows) == [mastercard, visa])
    press_on(desk, dialog.rows[mastercard].buttons["rename"])
    desk.wait(dialog.rows[mastercard].field.hasFocus)
    desk.type("Blue one")
    desk.press("Return")
    desk.wait(lambda: dialog.rows[mastercard].name.text() == "Blue one")
    press_on(desk, dialog.rows[visa].buttons["remove"])
    desk.wait(lambda: "yes" in dialog.rows[visa].buttons)
    desk.picture("journey-card-remove")
    press_on(desk, dialog.rows[visa].buttons["yes"])
    desk.wait(lambda: list(dialog.rows) == [mastercard])
    desk.press("Esc")
    desk.wait(lambda: not shown(desk, CardsDialog))


def press_on(desk: Front, button: Any) -> None:
    """Tab to a button and press it."""
    for _ in range(40):
        if button.hasFocus():
            break
        desk.press("Tab")
    assert button.hasFocus(), f"{button.accessibleName()} cannot be reached by keys"
    desk.press("Space")
    QTest.qWait(1)
