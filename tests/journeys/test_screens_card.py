"""Cards through the window: stopped, late, in part, twice, lost; the screen says what is, and the money is right."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.views import CollectEnd, DueState
from tests.support.front import Front, front
from tests.support.simulators import PaxProcess, pax_running
from tests.support.windows import themed  # noqa: F401
from widgets.attention import checking
from widgets.links.dialog import LinkDialog
from widgets.screens import APPROVED, ATTENTION, COLLECT, TODAY

pytestmark = pytest.mark.usefixtures("themed")


@pytest.fixture(scope="module")
def shared_terminal() -> Iterator[PaxProcess]:
    with pax_running() as running:
        yield running


@pytest.fixture
def terminal(shared_terminal: PaxProcess) -> PaxProcess:
    shared_terminal.reset()
    return shared_terminal


@pytest.fixture
def desk(tmp_path: Path, terminal: PaxProcess) -> Iterator[Front]:
    with front(tmp_path, terminal=terminal.url) as made:
        yield made


def charge(desk: Front) -> None:
    """From Today to a running reader."""
    desk.press("Return")
    desk.arrive(COLLECT, lambda: desk.state.primary)
    desk.press("Return")


def prompt(desk: Front) -> str:
    """The large words of the reader's pane."""
    return desk.state.prompt.title if desk.screen == COLLECT and desk.state.prompt else ""


def test_rule_3_s0_43_escape_or_another_way_stops_the_reader_and_enter_starts_it_again(tmp_path: Path) -> None:
    with pax_running(present_after_s=60.0) as slow, front(tmp_path, terminal=slow.url) as desk:
        charge(desk)
        desk.wait(lambda: prompt(desk) == "Swipe, dip or tap" and desk.state.ring)
        assert desk.state.ring[1] == 60
        assert desk.page.money_in_flight
        desk.wait(lambda: "Reader waiting for card" in [text for _light, text in lights(desk)])
        desk.picture("journey-waiting")
        desk.press("Esc")
        desk.wait(lambda: prompt(desk) == "Card payment cancelled")
        assert not desk.page.money_in_flight
        assert desk.payments() == []
        desk.press("Return")
        desk.wait(lambda: prompt(desk) == "Swipe, dip or tap")
        desk.press("F9")  # asked by link instead: only once the reader has stopped
        desk.wait(lambda: any(form.isVisible() for form in desk.window.findChildren(LinkDialog)))
        assert not desk.page.money_in_flight
        assert (desk.payments(), slow.captured_cents()) == ([], 0)
        desk.press("Esc", "Return")
        desk.wait(lambda: prompt(desk) == "Swipe, dip or tap")
        desk.press("F6")
        desk.wait(lambda: desk.state.pane == "cash")
        desk.press("Return")
        desk.arrive(APPROVED)
        assert desk.payments() == [("cash", 7500, "")]
        assert slow.captured_cents() == 0


def lights(desk: Front) -> list[tuple[str, str]]:
    return [(light.key, words.title) for light, words in desk.window._lights]


@pytest.mark.parametrize(
    ("fault", "title"),
    [
        ("cancelled", "Patient pressed cancel"),
        ("card-timeout", "No card was shown"),
        ("chip-failed", "Use the chip"),
        ("declined", "Card declined"),
    ],
)
def test_every_no_says_that_nothing_was_charged_and_enter_tries_again(
    desk: Front, terminal: PaxProcess, fault: str, title: str
) -> None:
    terminal.next(fault)
    charge(desk)
    desk.wait(lambda: prompt(desk) == title)
    assert "Nothing was charged" in " ".join(desk.state.prompt.lines)
    assert terminal.captured_cents() == 0
    desk.press("Return")
    desk.arrive(APPROVED)
    assert desk.payments() == [("card", 7500, "")]


def test_hammering_enter_charges_once(desk: Front, terminal: PaxProcess) -> None:
    terminal.next("slow-bank:1s")
    desk.press("Return")
    desk.arrive(COLLECT, lambda: desk.state.primary)
    desk.press(*["Return"] * 8)
    terminal.wait("authorising")
    desk.press(*["Return"] * 4)
    desk.arrive(APPROVED)
    assert terminal.requests("T00") == 1
    assert terminal.captured_cents() == 7500
    assert desk.payments() == [("card", 7500, "")]


def test_a_part_by_card_and_the_rest_in_cash(desk: Front, terminal: PaxProcess) -> None:
    terminal.next("partial:5000")
    charge(desk)
    desk.wait(lambda: prompt(desk) == "Approved for $50.00" and desk.state.to_collect_cents == 2500)
    desk.picture("journey-partly")
    desk.press("F6", "Return")
    desk.arrive(APPROVED)
    assert sorted(desk.payments()) == [("card", 5000, ""), ("cash", 2500, "")]
    assert desk.state.collected.still_owed_cents == 0


def test_the_same_card_and_amount_needs_a_second_key(desk: Front, terminal: PaxProcess) -> None:
    charge(desk)
    desk.arrive(APPROVED)
    desk.press("Return")
    desk.arrive(TODAY, lambda: desk.state.side and desk.state.side.view)
    terminal.tell("again")
    desk.press("F3")
    desk.type("quillfeather")
    desk.wait(lambda: desk.window.find_overlay.finder.table.key)
    desk.press("Return")
    desk.arrive(COLLECT, lambda: desk.state.sheet)
    desk.press("Alt+A")
    desk.type("75")
    desk.press("Return")
    desk.wait(lambda: desk.state.primary and desk.state.primary.text == "Charge $75.00 to card")
    desk.press("Return")
    desk.wait(lambda: prompt(desk) == "Charged before")
    assert terminal.captured_cents() == 7500
    terminal.tell("again")
    desk.press("Ctrl+Return")
    desk.arrive(APPROVED)
    assert terminal.captured_cents() == 15000
    assert [row[:2] for row in desk.payments()] == [("card", 7500), ("card", 7500)]


def test_no_reader_leaves_cash_and_checks(tmp_path: Path) -> None:
    with front(tmp_path, terminal="pax+serial:///nowhere/at-all") as desk:
        desk.press("Return")
        desk.arrive(COLLECT, lambda: desk.state.primary)
        desk.wait(lambda: prompt(desk) == "Reader not connected")
        desk.press("Return")
        desk.wait(lambda: desk.state.notice is not None or prompt(desk) == "Reader not connected")
        desk.press("F7")
        desk.type("2281")
        desk.press("Return")
        desk.arrive(APPROVED)
        assert desk.payments() == [("check", 7500, "")]


def test_a_lost_answer_is_found_by_asking_and_posted_once(tmp_path: Path) -> None:
    with pax_running() as own, front(tmp_path, terminal=own.url) as desk:
        own.next("unplug:answer")
        charge(desk)
        desk.wait(lambda: prompt(desk) == "We do not know yet")
        assert desk.payments() == []
        assert own.captured_cents() == 7500
        desk.picture("journey-unknown")
        desk.press("Return")
        desk.arrive(ATTENTION, lambda: desk.state.detail)
        desk.picture("journey-attention")
        own.replug()
        desk.press("Ctrl+R")
        desk.wait(lambda: desk.state.loaded and not desk.state.rows, 60)
        assert desk.payments() == [("card", 7500, "")]
        assert own.captured_cents() == 7500
        assert own.requests("T00") == 1


def test_cash_meanwhile_leaves_the_found_card_money_as_credit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(checking, "DELAYS_S", (2, 2))
    with pax_running() as own, front(tmp_path, terminal=own.url) as desk:
        own.next("unplug:answer")
        charge(desk)
        desk.wait(lambda: prompt(desk) == "We do not know yet")
        desk.press("Esc")
        desk.arrive(TODAY, lambda: desk.state.side and desk.state.side.row.due_state is DueState.CONFIRMING)
        desk.press("Return")
        desk.arrive(ATTENTION, lambda: desk.state.detail)
        desk.press("2", "Return")
        desk.arrive(COLLECT, lambda: desk.state.primary)
        assert not next(tile for tile in desk.state.tiles if tile.tender == "card").enabled
        desk.press("F6", "Return")
        desk.arrive(APPROVED)
        own.replug()
        desk.wait(lambda: len(desk.payments()) == 2, 60)
        assert sorted(desk.payments()) == [("card", 7500, ""), ("cash", 7500, "")]
        view = desk.counter.desk.accounts.ledger("rosa")
        assert (view.figures.total_paid_cents, view.figures.statement_balance_cents) == (15000, 0)


def test_a_payment_is_taken_back_the_way_it_came(desk: Front, terminal: PaxProcess) -> None:
    charge(desk)
    desk.arrive(APPROVED)
    desk.press("Ctrl+Z", "1")
    desk.picture("journey-undo")
    desk.press("Ctrl+Return")
    desk.wait(lambda: desk.state.title == "Voided. The card is not charged.")
    [(tender, cents, reversed_at)] = desk.payments()
    assert (tender, cents) == ("card", 7500)
    assert reversed_at
    assert terminal.captured_cents() == 0
    assert desk.state.collected.end is CollectEnd.TAKEN
    desk.press("Return")
    desk.arrive(TODAY, lambda: desk.state.side and desk.state.side.primary.text == "Collect $75.00")
