"""Cards on a Stripe reader through the window, by keyboard, against the simulated processor: the screen says what is,
and what is paid is what was captured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.views import CollectEnd, DueState, TenderKind
from devices import registry
from tests.support.counter import Counter, furnish, rosa_with_copay_and_balance
from tests.support.front import Front, front
from tests.support.killed_paying import DesksThatDie
from tests.support.simulators import PrinterProcess, StripeProcess, printer_running, stripe_running
from tests.support.waiting import until
from tests.support.windows import themed  # noqa: F401
from widgets.attention import checking
from widgets.screens import APPROVED, ATTENTION, COLLECT, TODAY

pytestmark = pytest.mark.usefixtures("themed")
QUICK = replace(registry.STRIPE_TIMERS, poll_s=0.05, retry_s=0.05, lost_s=0.3, ask_again_s=0.05)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "STRIPE_TIMERS", QUICK)


@pytest.fixture(scope="module")
def shared() -> Iterator[StripeProcess]:
    with stripe_running() as running:
        yield running


@pytest.fixture
def stripe(shared: StripeProcess) -> Iterator[StripeProcess]:
    shared.reset()
    shared.tell("card visa")
    yield shared
    shared.clear()


@pytest.fixture
def desk(tmp_path: Path, stripe: StripeProcess) -> Iterator[Front]:
    with front(tmp_path, terminal=stripe.url) as made:
        yield made


@pytest.fixture
def paper() -> Iterator[PrinterProcess]:
    with printer_running() as machine:
        yield machine


def charge(desk: Front) -> None:
    """From Today to a running reader."""
    desk.press("Return")
    desk.arrive(COLLECT, lambda: desk.state.primary)
    desk.press("Return")


def prompt(desk: Front) -> str:
    """The large words of the reader's pane."""
    return desk.state.prompt.title if desk.screen == COLLECT and desk.state.prompt else ""


def lines(desk: Front) -> str:
    return " ".join(desk.state.prompt.lines)


def test_a_copay_by_stripe_reader_in_two_keys_with_its_receipt(
    tmp_path: Path, stripe: StripeProcess, paper: PrinterProcess
) -> None:
    with front(tmp_path, terminal=stripe.url, printer=paper.url) as desk:
        charge(desk)
        desk.arrive(APPROVED)
        desk.picture("journey-stripe-approved")
        assert desk.keys == ["Return", "Return"]
        assert desk.payments() == [("card", 7500, "")]
        assert stripe.captured_cents() == 7500
        taken = desk.state.collected
        assert (taken.method_text, taken.entry_text) == ("Visa •••• 4242", "Contactless")
        desk.counter.wait_job(taken.print_job_id)
        [receipt] = paper.receipts()
        for words in ("Visa **** 4242", f"Auth {taken.auth_code}", "A0000000031010", "Visa Credit"):
            assert words in receipt


def test_declined_then_another_card_on_the_same_intent(desk: Front, stripe: StripeProcess) -> None:
    stripe.tell("card insufficient")
    charge(desk)
    desk.wait(lambda: prompt(desk) == "Card declined")
    assert "Nothing was charged" in lines(desk)
    assert desk.payments() == []
    desk.picture("journey-stripe-declined")
    stripe.tell("card mastercard")
    desk.press("Return")
    desk.arrive(APPROVED)
    assert desk.payments() == [("card", 7500, "")]
    assert desk.state.collected.method_text == "Mastercard •••• 4444"
    assert [intent["status"] for intent in stripe.intents()] == ["succeeded"]
    assert stripe.captured_cents() == 7500


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("offline", "The reader is offline"),
        ("other-till", "The reader serves another desk"),
        ("busy", "The reader is busy"),
        ("refuse:terminal_reader_hardware_fault@readers.process_payment_intent", "The reader reports a fault"),
    ],
)
def test_a_reader_that_cannot_now_says_so_and_enter_tries_again(
    desk: Front, stripe: StripeProcess, fault: str, words: str
) -> None:
    stripe.next(fault)
    charge(desk)
    desk.wait(lambda: prompt(desk) == words)
    assert "othing was charged" in lines(desk)
    assert desk.payments() == []
    if fault == "other-till":
        stripe.wait("approved")
        assert stripe.captured_cents() == 1000
    desk.picture(f"journey-stripe-{fault.partition(':')[0]}")
    desk.press("Return")
    desk.arrive(APPROVED)
    assert desk.payments() == [("card", 7500, "")]
    assert stripe.captured_cents() == 7500 + (1000 if fault == "other-till" else 0)


@pytest.mark.parametrize(
    "fault", ["timeout-false", "connection-error-charged", "drop-after@readers.process_payment_intent"]
)
def test_a_trouble_that_is_none_ends_approved_once(desk: Front, stripe: StripeProcess, fault: str) -> None:
    stripe.next(fault)
    charge(desk)
    desk.arrive(APPROVED)
    assert desk.payments() == [("card", 7500, "")]
    assert stripe.captured_cents() == 7500


def test_escape_while_waiting_charges_nothing_and_no_late_card_pays(tmp_path: Path) -> None:
    with stripe_running("--by-hand") as slow, front(tmp_path, terminal=slow.url) as desk:
        charge(desk)
        desk.wait(lambda: prompt(desk) == "Swipe, dip or tap")
        desk.press("Esc")
        desk.wait(lambda: prompt(desk) == "Card payment cancelled")
        assert [intent["status"] for intent in slow.intents()] == ["canceled"]
        desk.press("F6", "Return")
        desk.arrive(APPROVED)
        assert desk.payments() == [("cash", 7500, "")]
        assert slow.captured_cents() == 0


def test_rule_8_cancel_during_authorising_says_so_and_shows_the_true_result(desk: Front, stripe: StripeProcess) -> None:
    stripe.next("slow-bank:700ms")
    charge(desk)
    stripe.wait("authorising")
    desk.press("Esc")
    desk.wait(lambda: prompt(desk) == "Asking the bank")
    desk.picture("journey-stripe-authorising")
    desk.arrive(APPROVED)
    assert desk.payments() == [("card", 7500, "")]
    assert stripe.captured_cents() == 7500


def test_rule_10_line_lost_in_the_middle_keeps_the_attempt_and_resolves_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "DELAYS_S", (1, 1))
    with stripe_running("--by-hand") as far, front(tmp_path, terminal=far.url) as desk:
        charge(desk)
        far.wait("present card")
        far.unplug()
        far.tell("press")
        far.wait("approved")
        desk.wait(lambda: prompt(desk) == "We do not know yet")
        assert "Do not charge again" in f"{prompt(desk)} {lines(desk)}"
        assert desk.payments() == []
        desk.picture("journey-stripe-unknown")
        desk.press("Esc")
        desk.arrive(TODAY, lambda: desk.state.side and desk.state.side.row.due_state is DueState.CONFIRMING)
        desk.press("Return")
        desk.arrive(ATTENTION, lambda: desk.state.detail)
        desk.press("2", "Return")
        desk.arrive(COLLECT, lambda: desk.state.primary)
        assert not next(tile for tile in desk.state.tiles if tile.tender == "card").enabled
        far.replug()
        desk.wait(desk.payments, 60)
        assert desk.payments() == [("card", 7500, "")]
        assert far.captured_cents() == 7500


def test_a_payment_is_taken_back_the_way_it_came(desk: Front, stripe: StripeProcess) -> None:
    charge(desk)
    desk.arrive(APPROVED)
    desk.press("Ctrl+Z", "1", "Ctrl+Return")
    desk.wait(lambda: desk.state.title == "Voided. The card is not charged.")
    [(tender, cents, reversed_at)] = desk.payments()
    assert (tender, cents, bool(reversed_at)) == ("card", 7500, True)
    assert stripe.captured_cents() == 0


def test_hammering_enter_charges_once(desk: Front, stripe: StripeProcess) -> None:
    stripe.next("slow-bank:500ms")
    desk.press("Return")
    desk.arrive(COLLECT, lambda: desk.state.primary)
    desk.press(*["Return"] * 8)
    stripe.wait("authorising")
    desk.press(*["Return"] * 4)
    desk.arrive(APPROVED)
    assert stripe.requests("payment_intents.create") == 1
    assert stripe.captured_cents() == 7500


# Killed ---------------------------------------------------------------------------------------------------------------

CRASH = """
    import os, signal, sys
    from pathlib import Path
    from app.attempts import Attempts
    from app.folders import Folders
    from app.views import TenderKind
    from devices.terminals.stripe import StripeTerminal
    from devices.terminals.stripe_run import Run
    from tests.support.counter import Counter

    def die(*what, **more):
        os.kill(os.getpid(), signal.SIGKILL)

    where = sys.argv[2]
    if where == "before":       # written down, not a byte sent
        StripeTerminal.payment = die
    elif where == "created":    # the intent is made, its name is not written down
        Attempts.note = die
    elif where == "noted":      # its name is written down, the reader not asked
        Run.pay = die
    elif where == "waiting":    # the reader asks for the card
        Run._wait = die
    elif where == "captured":   # the answer is here, the books are not
        Attempts.settle = die
    desk = Counter(Folders(Path(sys.argv[1])))
    desk.collect(desk.request(desk.sheet(), TenderKind.CARD))
"""


@pytest.mark.parametrize("where", ["before", "created", "noted", "waiting", "captured"])
def test_killed_at_every_step_is_found_at_the_next_start(tmp_path: Path, desks: DesksThatDie, where: str) -> None:
    """A real process dies by SIGKILL; at the next start the attempt is asked about, and one paid row stands at most."""
    with stripe_running(*(["--by-hand"] if where == "waiting" else [])) as stripe:
        folders = furnish(tmp_path, rosa_with_copay_and_balance, terminal=stripe.url)
        desks.crash(CRASH, folders, where)
        captured = 7500 if where == "captured" else 0
        assert stripe.captured_cents() == captured
        desk = Counter(folders)
        try:
            until(lambda: desk.desk.recovery.asked, 30)
            outcome = "approved" if captured else "not_performed"
            assert desk.rows("SELECT state, outcome FROM terminal_attempt") == [("resolved", outcome)]
            assert desk.payments() == ([("card", 7500, "")] if captured else [])
            assert stripe.requests("readers.process_payment_intent") == (where in ("waiting", "captured"))
            if where == "waiting":  # nobody can pay it any more
                with pytest.raises(ValueError, match="no reader"):
                    stripe.tell("press")
            if not captured and where != "waiting":
                taken = desk.collect(desk.request(desk.sheet(), TenderKind.CARD))
                assert taken.end is CollectEnd.TAKEN
                assert stripe.captured_cents() == 7500
            desk.holds()
        finally:
            desk.close()
