"""The dialogs and the panel that move and adjust money, through the keys, on a real store; and how they look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.adjustments import Adjustments
from app.fees import Fees
from app.fills import Fills
from app.lanes import Lane
from app.moves import Moves
from app.rules import MoneyRules
from app.signin import SignIn
from app.undo import Undoing
from models.ledger.figures import Figures
from models.operations.bodies import RefundElsewhere
from models.rules.rights import Right
from models.store.queries import collect
from tests.support.clinic import MARIA, PRIYA, TestClinic
from tests.support.windows import LOOKS, clipped, picture, press, settle, shown, type_text
from widgets import theme
from widgets.bridge import Bridge
from widgets.common import Notices
from widgets.ledger.acts import Target
from widgets.ledger.money_acts import MoneyActs

pytestmark = pytest.mark.usefixtures("themed")
PIN = "482913"
LONG = "Comprehensive preventive re-evaluation and management with counselling, established patient"


class Table:
    """A page as the acts see it: a window, and a place for the panel."""

    def __init__(self, window: QWidget) -> None:
        self.host, self.panel = window, None
        self.list = QWidget(window)
        self.body = QVBoxLayout(window)
        self.body.setContentsMargins(0, 260, 20, 60)

    def show_panel(self, panel: QWidget) -> None:
        self.panel = panel
        self.body.addWidget(panel, 0, Qt.AlignmentFlag.AlignRight)
        panel.setFixedWidth(theme.current().px(381))  # as wide as the ledger lays it
        panel.show()

    def hide_panel(self) -> None:
        if self.panel is not None:
            self.panel.hide()
        self.panel = None


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    made = TestClinic(tmp_path)
    made.patient()
    made.visit("april", service_date="2026-04-22", title="Skin biopsy", status="done", minutes=-31000)
    made.visit("march", service_date="2026-03-18", title="Lab panel", status="no_show", minutes=-81000)
    made.charge(20000, "2026-04-22", visit="april", charge_id="biopsy", description="Skin biopsy", code="11102")
    made.charge(4500, "2026-03-18", visit="march", charge_id="lab", code="80053")
    made.paid(18000, "pay", number="PAY-1-10391", tender="check", check_no="2281")
    yield made
    assert made.store.verify() == []
    made.close()


@pytest.fixture
def window(qtbot: Any) -> QWidget:
    made = QWidget()
    made.resize(1366, 768)
    qtbot.addWidget(made)
    return shown(made)


class Here:
    """The acts over a window, and what they told."""

    def __init__(self, clinic: TestClinic, window: QWidget, lane: Lane) -> None:
        self.clinic, self.window, self.told, self.who = clinic, window, [], MARIA
        self.sign_in = SignIn(clinic.clinic)
        stories = clinic.clinic
        desk = SimpleNamespace(
            lanes={"reads": lane, "store": lane}, moves=Moves(stories), fills=Fills(stories),
            adjustments=Adjustments(stories), fees=Fees(stories), undoing=Undoing(stories), sign_in=self.sign_in,
        )  # fmt: skip
        here = self

        class Session:
            @property
            def acting(self) -> Any:
                return here.who

        self.notices = Notices(window)
        kit: Any = SimpleNamespace(desk=desk, bridge=Bridge(window), session=Session(), facts=clinic.clinic.facts,
                                   notices=self.notices)  # fmt: skip
        self.stage = Table(window)
        self.acts = MoneyActs(kit, self.stage)  # type: ignore[arg-type]

    def dialog(self, kind: str) -> Any:
        found = [each for each in self.window.findChildren(QWidget) if type(each).__name__ == kind]
        return found[0] if found else None

    def figures(self) -> Figures:
        with self.clinic.store.reader() as reader:
            return collect.figures(reader, "alder", "rosa")

    def ops(self) -> int:
        return int(self.clinic.rows("SELECT count(*) FROM outbox")[0][0])


@pytest.fixture
def here(clinic: TestClinic, window: QWidget, lane: Lane) -> Here:
    return Here(clinic, window, lane)


def to(field: Any, words: str) -> None:
    """Walk a list of choices with the keys until it says `words`."""
    field.setFocus()
    for _ in range(field.count()):
        if words in field.currentText():
            return
        press("Down")
    raise AssertionError(f"{words} is not offered")


# Adjustments ------------------------------------------------------------------------------------------------------


@pytest.fixture
def adjusting(here: Here, qtbot: Any) -> Any:
    here.acts.adjust(Target("rosa", charge_id="lab"), here.told.append)
    dialog = here.dialog("AdjustDialog")
    qtbot.waitUntil(lambda: dialog.item.count() == 1)
    return dialog


def test_s0_27_a_write_off_with_reason_is_allowed_by_a_managers_pin(here: Here, adjusting: Any, qtbot: Any):
    here.sign_in.add("Priya Nair", "manager", PIN, PRIYA)
    press("Right")
    press("Right")
    assert (adjusting.kind.key, adjusting.amount.cents) == ("write_off", 4500)
    to(adjusting.reason, "Small balance")
    qtbot.waitUntil(adjusting.lend.isVisible)
    assert adjusting.group.key == "PR"
    assert not adjusting.primary.isEnabled()
    adjusting.lend.pin.setFocus()
    type_text("111111")
    press("Return")
    qtbot.waitUntil(lambda: adjusting.lend.error.text() != "")
    assert here.figures().responsibility_cents == 24500
    type_text(PIN)
    qtbot.waitUntil(adjusting.primary.isEnabled)
    assert adjusting.primary.label == "Write $45.00 off"
    picture(here.window, "adjust-pin")
    press("Return")
    qtbot.waitUntil(lambda: here.told == ["Wrote $45.00 off"])
    assert here.figures().responsibility_cents == 20000
    [(actor, supervisor)] = here.clinic.rows("SELECT actor, supervisor FROM adjustment")
    assert (actor, supervisor != "") == ("maria", True)


def test_who_may_adjust_up_to_the_limit_needs_no_pin_below_it(here: Here, qtbot: Any):
    here.who = replace(MARIA, rights=MARIA.rights | {Right.ADJUST})
    here.acts.adjust(Target("rosa", charge_id="biopsy"), here.told.append)
    dialog = here.dialog("AdjustDialog")
    qtbot.waitUntil(lambda: dialog.item.count() == 1)
    to(dialog.reason, "Self-pay")
    dialog.amount.setFocus()
    type_text("60")
    qtbot.waitUntil(dialog.lend.isVisible)
    assert "Above $50.00" in dialog.lend.why.text()
    dialog.amount.selectAll()
    type_text("50")
    qtbot.waitUntil(lambda: not dialog.lend.isVisible())
    qtbot.waitUntil(lambda: any("\u2192 $150.00" in line.amount for line in dialog.summary.lines))
    press("Return")
    qtbot.waitUntil(lambda: here.told == ["Took a discount of $50.00 off"])


@pytest.mark.parametrize(
    ("typed", "said"), [("45.01", "Up to $45.00"), ("4.505", "two digits"), ("x", "not an amount")]
)
def test_an_amount_that_cannot_be_is_said_and_nothing_is_written(
    here: Here, adjusting: Any, qtbot: Any, typed: str, said: str
):
    before = here.ops()
    to(adjusting.reason, "Self-pay")
    adjusting.amount.setFocus()
    type_text(typed)
    qtbot.waitUntil(lambda: said in adjusting.error.text)
    assert not adjusting.primary.isEnabled()
    press("Esc")
    assert not adjusting.isVisible()
    assert (here.ops(), here.told) == (before, [])


def test_no_reason_no_adjustment(here: Here, adjusting: Any, qtbot: Any):
    adjusting.amount.setFocus()
    type_text("10")
    settle()
    assert not adjusting.primary.isEnabled()


def test_what_was_written_off_is_offered_to_be_owed_again(here: Here, qtbot: Any):
    here.who = PRIYA
    here.acts.adjust(Target("rosa", charge_id="lab"), here.told.append)
    dialog = here.dialog("AdjustDialog")
    qtbot.waitUntil(lambda: dialog.item.count() == 1)
    assert not dialog.kind._segments[3].isVisible()
    dialog.kind._segments[2].click()
    to(dialog.reason, "Bad debt")
    qtbot.waitUntil(dialog.primary.isEnabled)
    press("Return")
    qtbot.waitUntil(lambda: len(here.told) == 1)
    here.acts.adjust(Target("rosa", charge_id="lab"), here.told.append)
    qtbot.waitUntil(lambda: dialog.kind.key == "recovery" and dialog.primary.isEnabled())
    assert dialog.primary.label == "Owe $45.00 again"
    press("Tab")
    press("Return")
    qtbot.waitUntil(lambda: len(here.told) == 2)
    assert here.figures().responsibility_cents == 24500


# Fees -------------------------------------------------------------------------------------------------------------


def test_a_no_show_fee_is_proposed_asked_for_and_taken_off(here: Here, qtbot: Any):
    MoneyRules(here.clinic.clinic).change(PRIYA, no_show_fee_cents=2500)
    here.acts.fee(Target("rosa", appointment_id="march"), here.told.append)
    dialog = here.dialog("FeeDialog")
    qtbot.waitUntil(dialog.primary.isEnabled)
    assert (dialog.primary.label, dialog.amount.cents) == ("Ask for $25.00", 2500)
    picture(here.window, "fee")
    press("Return")
    qtbot.waitUntil(lambda: here.told == ["A fee of $25.00 is asked for"])
    assert here.figures().responsibility_cents == 27000
    here.who = PRIYA
    here.acts.fee(Target("rosa", appointment_id="march"), here.told.append)
    qtbot.waitUntil(lambda: dialog.take_off.isVisible() and dialog.amount.cents == 2500)
    assert not dialog.primary.isEnabled()
    press("Alt+T")
    qtbot.waitUntil(dialog.primary.isEnabled)
    assert dialog.primary.label == "Take the fee off"
    press("Return")
    qtbot.waitUntil(lambda: here.told[-1] == "The fee was taken off")
    assert here.figures().responsibility_cents == 24500


def test_another_fee_needs_words(here: Here, qtbot: Any):
    here.acts.fee(Target("rosa"), here.told.append)
    dialog = here.dialog("FeeDialog")
    qtbot.waitUntil(lambda: dialog.fee.count() == 2)
    to(dialog.fee, "Other fee")
    qtbot.waitUntil(dialog.description.isVisible)
    dialog.amount.setFocus()
    type_text("7.50")
    settle()
    assert not dialog.primary.isEnabled()
    dialog.description.setFocus()
    type_text("Copies of records")
    qtbot.waitUntil(dialog.primary.isEnabled)
    press("Return")
    qtbot.waitUntil(lambda: here.told == ["A fee of $7.50 is asked for"])


# Fill -------------------------------------------------------------------------------------------------------------


def test_a_fill_that_finds_the_account_changed_shows_the_new_amounts(here: Here, qtbot: Any):
    here.acts.fill(Target("rosa", charge_ids=("lab", "biopsy")), here.told.append)
    dialog = here.dialog("FillDialog")
    qtbot.waitUntil(dialog.primary.isEnabled)
    assert dialog.primary.label == "Fill $180.00"
    here.clinic.paid(1000, "more")
    press("Return")
    qtbot.waitUntil(lambda: "changed meanwhile" in dialog.error.text)
    qtbot.waitUntil(lambda: dialog.primary.label == "Fill $190.00" and dialog.primary.isEnabled())
    press("Return")
    qtbot.waitUntil(lambda: here.told == ["Filled 2 line items with $190.00"])
    assert here.figures().unallocated_cents == 0


def test_without_money_the_fill_says_so(here: Here, qtbot: Any):
    here.clinic.put(RefundElsewhere(refund_id="minus", patient_id="rosa", amount_cents=18000, tender="cash"))
    here.acts.fill(Target("rosa", charge_ids=("lab",)), here.told.append)
    dialog = here.dialog("FillDialog")
    qtbot.waitUntil(lambda: "No money on account" in dialog.error.text)
    assert not dialog.primary.isEnabled()


# Move -------------------------------------------------------------------------------------------------------------


def test_money_of_a_visit_is_taken_off_and_its_source_chosen(here: Here, qtbot: Any):
    here.acts.fill(Target("rosa", charge_ids=("lab", "biopsy")), here.told.append)
    dialog = here.dialog("FillDialog")
    qtbot.waitUntil(dialog.primary.isEnabled)
    press("Return")
    qtbot.waitUntil(lambda: len(here.told) == 1)
    here.clinic.paid(1000, "second", number="PAY-1-10400")
    here.acts.move(Target("rosa", payment_id="second"), here.told.append)
    panel = here.stage.panel
    qtbot.waitUntil(panel.move_button.isEnabled)
    press("Return")
    press("Return")
    qtbot.waitUntil(lambda: len(here.told) == 2)
    here.acts.move(Target("rosa", appointment_id="april"), here.told.append)
    panel = here.stage.panel
    qtbot.waitUntil(lambda: panel.source.isVisible() and panel.move_button.isEnabled())
    assert panel.source.count() == 2
    to(panel.source, "PAY-1-10391")
    to(panel.place, "Credit")
    qtbot.waitUntil(lambda: panel._after.text() == "Credit will be $135.00")
    picture(here.window, "move-off-visit")
    panel.amount.setFocus()
    press("Return")
    qtbot.waitUntil(lambda: here.told[-1] == "$135.00 is credit now, free for any visit")


def test_one_line_item_is_chosen(here: Here, qtbot: Any):
    here.clinic.charge(3000, "2026-04-22", visit="april", charge_id="copay", description=LONG)
    here.acts.move(Target("rosa", payment_id="pay"), here.told.append)
    panel = here.stage.panel
    qtbot.waitUntil(panel.move_button.isEnabled)
    to(panel.place, "Apr 22")
    qtbot.waitUntil(panel.item.isVisible)
    to(panel.item, "Comprehensive")
    qtbot.waitUntil(lambda: panel.amount.cents == 3000 and panel._after.text() == "This item will owe $0.00")
    assert clipped(panel) == []
    picture(here.window, "move-line-item")
    panel.amount.setFocus()
    press("Return")
    qtbot.waitUntil(lambda: here.told == ["Moved $30.00 to Apr 22"])


def test_nothing_to_move_is_said_and_escape_leaves(here: Here, qtbot: Any):
    here.acts.move(Target("rosa", appointment_id="april"), here.told.append)
    panel = here.stage.panel
    qtbot.waitUntil(lambda: "Nothing is left" in panel._error.text)
    picture(here.window, "move-nothing")
    press("Esc")
    assert here.stage.panel is None


def test_undo_says_what_it_took_back_or_why_not(here: Here, qtbot: Any):
    here.acts.undo(Target("rosa"), here.told.append)
    qtbot.waitUntil(lambda: len(here.notices.texts) == 1)
    assert "nothing of yours" in here.notices.texts[0]
    assert here.told == []


# Without the line ---------------------------------------------------------------------------------------------------


class Away:
    """A line that is down."""

    online = False

    def state(self) -> Any:
        return self


def without_the_line(here: Here, limit_cents: int) -> None:
    """The hub may know of the payment, and does not answer."""
    MoneyRules(here.clinic.clinic).change(PRIYA, provisional_credit_cents=limit_cents)
    with here.clinic.store.write() as tx:
        tx.session.run("UPDATE outbox SET attempted_at = 'then'")
    here.clinic.clinic.holds.connect(Away(), SimpleNamespace(submit=lambda *_a, **_k: None))  # type: ignore[arg-type]


@pytest.mark.parametrize("look", LOOKS)
def test_credit_the_hub_must_confirm_says_so_before_it_goes(here: Here, themed: Any, qtbot: Any, look: str):
    themed.set(**LOOKS[look][0])
    without_the_line(here, 10_000)
    here.acts.fill(Target("rosa", charge_ids=("lab", "biopsy")), here.told.append)
    dialog = here.dialog("FillDialog")
    qtbot.waitUntil(dialog.primary.isEnabled)
    assert dialog.primary.label == "Fill $100.00"
    assert dialog.pending.isVisible()
    settle()
    assert clipped(dialog.card) == []
    picture(here.window, f"act-fill-pending-{look}")
    press("Esc")
    here.acts.move(Target("rosa", payment_id="pay"), here.told.append)
    panel = here.stage.panel
    qtbot.waitUntil(panel.move_button.isEnabled)
    to(panel.place, "Apr 22")
    qtbot.waitUntil(lambda: panel.amount.cents == 10_000 and panel._pending.isVisible())
    settle()
    assert clipped(panel) == []
    picture(here.window, f"act-move-pending-{look}")
    panel.amount.setFocus()
    press("Return")
    qtbot.waitUntil(lambda: here.told == ["Moved $100.00 to Apr 22"])
    here.acts.move(Target("rosa", payment_id="pay"), here.told.append)
    panel = here.stage.panel
    qtbot.waitUntil(lambda: "The hub must confirm this credit first" in panel._error.text)
    assert not panel.move_button.isEnabled()
    settle()
    picture(here.window, f"act-move-needs-hub-{look}")
    press("Esc")
    here.acts.fill(Target("rosa", charge_ids=("lab",)), here.told.append)
    dialog = here.dialog("FillDialog")
    qtbot.waitUntil(lambda: "The hub must confirm this credit first" in dialog.error.text)


# How they look ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("look", LOOKS)
def test_nothing_is_cut_in_any_look(here: Here, themed: Any, qtbot: Any, look: str):
    themed.set(**LOOKS[look][0])
    size = (1280, 680) if look == "compact" else (1366, 768)
    here.window.resize(*size)
    for n in range(9):
        here.clinic.charge(1500 + n, f"2026-02-0{n + 1}", charge_id=f"long-{n}", description=LONG, code="99396")
    rules = MoneyRules(here.clinic.clinic)
    rules.change(PRIYA, auto_allocate=True, no_show_fee_cents=2500)
    rules.opt_in(PRIYA, "okafor", True)
    wrong: dict[str, Any] = {}

    def look_at(name: str, ready: Any, part: Any) -> None:
        qtbot.waitUntil(ready)
        settle()
        picture(here.window, f"act-{name}-{look}")
        if found := clipped(part()):
            wrong[name] = found
        if (here.window.width(), here.window.height()) != size:
            wrong[f"{name} grew"] = (here.window.width(), here.window.height())

    here.acts.move(Target("rosa", payment_id="pay"), here.told.append)
    panel = here.stage.panel
    look_at("move", panel.move_button.isEnabled, lambda: panel)
    press("Esc")
    many = tuple(f"long-{n}" for n in range(9))
    for name, open_it, kind in (
        ("fill", lambda: here.acts.fill(Target("rosa", charge_ids=(*many, "lab")), here.told.append), "FillDialog"),
        ("autofill", lambda: here.acts.autofill(Target("rosa"), here.told.append), "FillDialog"),
        ("fee", lambda: here.acts.fee(Target("rosa", appointment_id="march"), here.told.append), "FeeDialog"),
    ):
        open_it()
        look_at(name, lambda kind=kind: here.dialog(kind).primary.isEnabled(), lambda kind=kind: here.dialog(kind).card)
        press("Esc")
    here.acts.adjust(Target("rosa"), here.told.append)
    dialog = here.dialog("AdjustDialog")
    qtbot.waitUntil(lambda: dialog.item.count() == 11)
    to(dialog.reason, "Financial hardship")
    dialog.amount.setFocus()
    type_text("12")
    look_at("adjust", lambda: dialog.summary.isVisible() and dialog.lend.isVisible(), lambda: dialog.card)
    press("Esc")
    assert wrong == {}
