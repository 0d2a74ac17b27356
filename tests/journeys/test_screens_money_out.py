"""Money that goes out, through the real window and by keys alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.views import TenderKind
from models.operations.bodies import Collect, RefundElsewhere, RefundRequest
from models.operations.records import Rules, Staff
from models.store.queries import collect
from tests.support.clinic import DAY, TestClinic
from tests.support.front import Front, front
from tests.support.people import quick_hash
from tests.support.simulators import PaxProcess
from widgets.ledger.acts import Target
from widgets.ledger.offers import Offer
from widgets.screens import ATTENTION, LEDGER, Place

PIN = "2580"


def rosa(clinic: TestClinic) -> None:
    """A visit of today, paid with 320 in cash at this desk; a manager with a PIN."""
    clinic.patient()
    clinic.visit()
    clinic.charge(32000, day=DAY, visit="today", charge_id="seen", description="Skin biopsy")
    clinic.put(
        Rules(refund_limit_cents=5000),
        Staff(id="maria", name="Maria Delgado", role="receptionist"),
        Staff(id="priya", name="Priya Nair", role="manager", pin_hash=quick_hash(PIN)),
        Collect(payment_id="paid", patient_id="rosa", tender="cash", amount_cents=32000, number="PAY-1-00477",
                receipt_no="R-477", appointment_id="today", drawer="desk-1"),
    )  # fmt: skip


def ledger(at: Front) -> None:
    """The ledger with its list of payments and the first of them chosen."""
    at.window.navigator.go(Place(LEDGER, "rosa"))
    at.arrive(LEDGER, lambda: at.state.view is not None)
    at.view.tab_chosen.emit("payments")
    at.wait(lambda: at.state.tab.value == "payments")
    at.view.take_focus()
    at.keys.clear()


def dialog(at: Front, kind: str) -> object:
    """The dialog that is open over the window."""
    from widgets.money_out.dialog import ActDialog
    from widgets.refund.dialog import RefundDialog

    wanted = {"refund": RefundDialog, "act": ActDialog}[kind]
    found: list[object] = []

    def seen() -> bool:
        found[:] = [each for each in at.window.findChildren(wanted) if each.isVisible()]
        return bool(found)

    at.wait(seen)
    return found[0]


def test_a_partial_refund_takes_five_keys_and_a_pin(tmp_path: Path, qapp: object) -> None:
    with front(tmp_path, rosa) as at:
        ledger(at)
        at.press("Alt+R")
        shown = dialog(at, "refund")
        at.wait(lambda: len(shown.summary.lines) == 5)
        at.press("Alt+P")
        at.type("120")
        at.press("Return", "B")
        assert shown.reason.key == "billing_error"
        at.wait(shown.lend.isVisible)
        at.type(PIN)
        at.picture("refund")
        at.press("Ctrl+Return")
        at.wait(lambda: not shown.isVisible())
        assert at.keys == ["Alt+R", "Alt+P", "Return", "B", "Ctrl+Return"]
        assert at.counter.rows("SELECT state, amount_cents, requested_by, supervisor, reason FROM refund") == [
            ("paid", 12000, "maria", "priya", "billing_error")]  # fmt: skip
        at.wait(lambda: at.state.view.figures.total_paid_cents == 20000)


def test_a_wrong_pin_gives_nothing_back(tmp_path: Path, qapp: object) -> None:
    with front(tmp_path, rosa) as at:
        ledger(at)
        at.press("Alt+R")
        shown = dialog(at, "refund")
        at.wait(shown.lend.isVisible)
        at.press("Alt+F", "P", "Ctrl+Return")
        at.wait(lambda: "PIN" in shown.lend.error.text())
        assert shown.lend.pin.hasFocus()
        at.type("1111")
        at.press("Ctrl+Return")
        at.wait(lambda: "wrong" in shown.lend.error.text().lower() or "PIN" in shown.lend.error.text())
        assert shown.lend.pin.text() == ""
        at.picture("refund-wrong-pin")
        assert at.counter.rows("SELECT count(*) FROM refund") == [(0,)]
        at.press("Escape")
        at.wait(lambda: not shown.isVisible())


def test_plain_enter_never_refunds(tmp_path: Path, qapp: object) -> None:
    with front(tmp_path, rosa) as at:
        ledger(at)
        at.press("R")
        shown = dialog(at, "refund")
        at.press("Alt+P")
        at.type("20")
        at.press("Return", "P")
        at.wait(shown.primary.isEnabled)
        for _ in range(8):
            at.press("Return")
        assert shown.isVisible()
        assert at.counter.rows("SELECT count(*) FROM refund") == [(0,)]
        at.press("Ctrl+Return")
        at.wait(lambda: not shown.isVisible())
        assert at.counter.rows("SELECT amount_cents, tender FROM refund") == [(2000, "cash")]


def test_the_account_changes_while_the_dialog_is_open(tmp_path: Path, qapp: object) -> None:
    with front(tmp_path, rosa) as at:
        ledger(at)
        at.press("R")
        shown = dialog(at, "refund")
        at.wait(lambda: len(shown.summary.lines) == 5)
        TestClinic.over(at.counter.desk.store, at.counter.clock).charge(5000, day=DAY, charge_id="late")
        at.press("Alt+P")
        at.type("20")
        at.press("Return", "P", "Ctrl+Return")
        at.wait(lambda: "changed" in shown.banner.title.text())
        assert at.counter.rows("SELECT count(*) FROM refund") == [(0,)]
        at.picture("refund-changed")
        at.press("Ctrl+Return")
        at.wait(lambda: not shown.isVisible())
        assert at.counter.rows("SELECT amount_cents FROM refund") == [(2000,)]


ACTS = {"void": "Wrong amount", "delete": "Never happened", "correct": "Counted wrong"}


@pytest.mark.parametrize("act", ACTS)
def test_taking_a_payment_back_by_keys(tmp_path: Path, qapp: object, act: str) -> None:
    with front(tmp_path, rosa) as at:
        ledger(at)
        at.page.presenter.take(next(offer for offer in at.page.presenter.offers("payment:paid") if offer.act == act))
        shown = dialog(at, "act")
        if act == "correct":
            at.type("20")
            at.press("Return")
        at.press(ACTS[act][0])
        at.wait(lambda: shown.primary.isEnabled() and len(shown.summary.lines) > 3)
        if act != "void":
            shown.lend.pin.setFocus()
            at.type(PIN)
        at.picture(f"money-out-{act}")
        at.press("Ctrl+Return")
        if act == "delete":
            assert shown.isVisible(), "deleting asks twice"
            assert "Really delete" in shown.primary.label
            at.press("Ctrl+Return")
        at.wait(lambda: not shown.isVisible())
        left = {"void": 0, "delete": 0, "correct": 30000}[act]
        at.wait(lambda: at.state.view.figures.total_paid_cents == left)


def test_s0_26_a_card_is_voided_after_two_confirmations(tmp_path: Path, qapp: object, terminal: PaxProcess) -> None:
    with front(tmp_path, terminal=terminal.url) as at:
        here = at.counter
        here.collect(here.request(here.sheet(), TenderKind.CARD))
        at.watch.longest_ms = 0.0  # the test itself waited for the card
        [(payment_id,)] = here.rows("SELECT payment_id FROM payment")
        ledger(at)
        void = next(offer for offer in at.page.presenter.offers(f"payment:{payment_id}") if offer.act == "void")
        at.page.presenter.take(void)
        shown = dialog(at, "act")
        at.press("W")
        at.wait(shown.primary.isEnabled)
        at.press("Ctrl+Return")
        assert "Really void" in shown.primary.label
        assert terminal.captured_cents() == 7500
        at.press("Ctrl+Return")
        at.wait(lambda: not shown.isVisible())
        assert terminal.captured_cents() == 0


# The rest of the ways ----------------------------------------------------------------------------------------------


def offer(at: Front, key: str, act: str) -> None:
    """Choose an act of a row, as its menu does."""
    found = next(offer for offer in at.page.presenter.offers(key) if offer.act == act)
    at.page.presenter.take(found)


def test_a_cash_refund_is_handed_back_by_keys(tmp_path: Path, qapp: object) -> None:
    with front(tmp_path, rosa) as at:
        ledger(at)
        at.press("R")
        shown = dialog(at, "refund")
        at.press("Alt+P")
        at.type("20")
        at.press("Return", "P", "Ctrl+Return")
        at.wait(lambda: not shown.isVisible())
        at.wait(lambda: any(part.kind == "refund" for part in at.state.view.payments[0].parts))
        parts = at.state.view.payments[0].parts
        at.view.fold_wanted.emit("payment:paid", None)
        number = next(n for n, part in enumerate(parts) if part.kind == "refund")
        assert parts[number].can_undo
        offer(at, f"part:paid:{number}", "refund_undo")
        back = dialog(at, "act")
        at.press("R")
        at.wait(back.primary.isEnabled)
        at.picture("hand-back")
        at.press("Return")
        at.wait(lambda: not back.isVisible())
        assert at.counter.rows("SELECT state FROM refund") == [("undone",)]
        at.wait(lambda: at.state.view.figures.total_paid_cents == 32000)


def elsewhere(clinic: TestClinic) -> None:
    """A refund of another program waits for its payment."""
    clinic.patient()
    clinic.visit()
    clinic.paid(20000, number="PAY-1-00002")
    clinic.put(RefundElsewhere(refund_id="their", patient_id="rosa", amount_cents=12000, tender="external",
                               number="R-9"))  # fmt: skip


def test_s3_07_a_refund_of_another_program_is_netted_by_keys(tmp_path: Path, qapp: object) -> None:
    with front(tmp_path, elsewhere) as at:
        ledger(at)
        assert [lot.kind for lot in at.state.view.lots if lot.refund_id] == ["elsewhere"]
        at.page.presenter.take(Offer("net_out", "Net out", Target("rosa", refund_id="their")))
        shown = dialog(at, "act")
        at.wait(lambda: "120.00" in shown.primary.label)
        at.picture("net-out")
        at.press("Return")
        at.wait(lambda: not shown.isVisible())
        at.wait(lambda: not [lot for lot in at.state.view.lots if lot.kind == "elsewhere"])
        assert at.state.view.figures.unallocated_cents == 8000


def test_a_declined_card_refund_keeps_the_dialog_and_can_be_tried_again(
    tmp_path: Path, qapp: object, terminal: PaxProcess
) -> None:
    terminal.reset()
    with front(tmp_path, terminal=terminal.url) as at:
        here = at.counter
        here.collect(here.request(here.sheet(), TenderKind.CARD))
        at.watch.longest_ms = 0.0  # the test itself waited for the card
        terminal.next("slow-bank:0.5s")
        terminal.next("declined:05 DO NOT HONOR")
        ledger(at)
        at.press("R")
        shown = dialog(at, "refund")
        at.press("Alt+P")
        at.type("20")
        at.press("Return", "D", "Ctrl+Return")
        at.wait(lambda: shown.primary.busy)
        assert at.page.money_in_flight, "the window neither closes nor leaves now"
        at.wait(lambda: "said no" in shown.banner.title.text())
        assert "DO NOT HONOR" in shown.banner.text.text()
        at.picture("refund-declined")
        at.press("Ctrl+Return")
        at.wait(lambda: not shown.isVisible())
        assert not at.page.money_in_flight
        assert here.rows("SELECT state, amount_cents FROM refund ORDER BY requested_at, state") == [
            ("failed", 2000), ("paid", 2000)]  # fmt: skip
        assert terminal.captured_cents() == 5500


def waiting(clinic: TestClinic) -> None:
    """A refund was begun at this desk, and the program ended."""
    rosa(clinic)
    clinic.put(RefundRequest(refund_id="begun", payment_id="paid", patient_id="rosa", amount_cents=4000, tender="cash",
                             reason="patient_request", number="REF-1-00002"))  # fmt: skip


@pytest.mark.parametrize(("choice", "state", "left"), [("1", "paid", 28000), ("2", "failed", 32000)])
def test_a_refund_that_waits_is_handed_out_or_given_up(
    tmp_path: Path, qapp: object, choice: str, state: str, left: int
) -> None:
    with front(tmp_path, waiting) as at:
        at.window.navigator.go(Place(ATTENTION))
        at.arrive(ATTENTION, lambda: at.state.detail is not None)
        assert at.state.detail.item.kind == "refund_waiting"
        at.press(choice)
        at.picture(f"refund-waiting-{choice}")
        at.press("Return")
        at.wait(lambda: at.counter.rows("SELECT state FROM refund") == [(state,)])
        at.wait(lambda: at.state.detail is None)
        with at.counter.desk.store.reader() as reader:
            assert collect.figures(reader, "alder", "rosa").total_paid_cents == left
