"""Create payment through the keys on a real store: whom, how much, the estimate, drafts, and what is found again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QWidget

from app.eligibility import Eligibility
from app.find import Find
from app.lanes import Lane
from app.payment_requests import PaymentRequests
from models.operations.eligibility import PAYER, EligibilityCheck
from models.rules import benefits as plan
from models.rules.benefits import Benefit
from tests.support.clinic import MARIA, TestClinic
from tests.support.counter import rosa_with_copay_and_balance
from tests.support.windows import LOOKS, clipped, picture, press, settle, shown, type_text
from widgets.asking.act import Asking
from widgets.asking.dialog import AskDialog
from widgets.asking.state import KEPT

pytestmark = pytest.mark.usefixtures("themed")
LONG = "Wolfeschlegelsteinhausen-Featherstonehaugh"


def answer(
    clinic: TestClinic, state: str = plan.ELIGIBLE, checked_at: str = "2026-05-14T12:00:00.000Z", *more: Benefit
) -> None:
    """The payer's answer: copay 30, 20 %, 100 of the deductible left, 2,000 to the maximum, and what is said `more`."""
    left = plan.REMAINING
    benefits = (
        Benefit(kind=plan.COPAY, code="B", service_types=("98",), amount_cents=3000, period=plan.VISIT, network="in"),
        Benefit(kind=plan.COINSURANCE, code="A", service_types=("30",), percent_bp=2000, network="in"),
        Benefit(kind=plan.DEDUCTIBLE, code="C", service_types=("30",), amount_cents=10000, period=left,
                level=plan.INDIVIDUAL, network="in"),
        Benefit(kind=plan.OUT_OF_POCKET, code="G", service_types=("30",), amount_cents=200000, period=left,
                level=plan.INDIVIDUAL, network="in"),
    )  # fmt: skip
    clinic.put(EligibilityCheck(check_id=f"check-{state}", patient_id="rosa", source=PAYER, checked_at=checked_at,
                                state=state, payer="Blue Cross", benefits=(*benefits, *more)))  # fmt: skip


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    made = TestClinic(tmp_path)
    rosa_with_copay_and_balance(made)
    made.patient("max", "Maximiliana-Theodora", LONG, birth_date="1931-12-31", mrn="0038002")
    made.visit("crown", minutes=60 * 24 * 6, service_date="2026-05-20", title="Crown")
    made.charge(30000, day="2026-05-20", charge_id="crown-1", visit="crown", code="D2740", description="Crown",
                allowed_cents=60000, billed_cents=90000)  # fmt: skip
    yield made
    assert made.store.verify() == []
    made.close()


class Here:
    """The dialog over a window, and what it told."""

    def __init__(self, clinic: TestClinic, window: QWidget, lane: Lane) -> None:
        from widgets.bridge import Bridge

        self.clinic, self.window, self.told, self.noticed = clinic, window, list[str](), list[str]()
        self.requests = PaymentRequests(clinic.clinic)
        desk = SimpleNamespace(
            lanes={"reads": lane, "store": lane}, payment_requests=self.requests,
            find=Find(clinic.clinic, clinic.settings), eligibility=Eligibility(clinic.clinic),
        )  # fmt: skip
        kit = SimpleNamespace(
            desk=desk, bridge=Bridge(window), session=SimpleNamespace(acting=MARIA),
            notices=SimpleNamespace(show=lambda words, _meaning: self.noticed.append(words)),
            facts=lambda: SimpleNamespace(zone="America/New_York", business_date=clinic.clinic.today()),
        )  # fmt: skip
        self.asking = Asking(kit, lambda: window)  # type: ignore[arg-type]

    @property
    def dialog(self) -> AskDialog:
        return next(each for each in self.window.findChildren(QWidget) if isinstance(each, AskDialog))

    def open(self, qtbot: Any, **what: str) -> AskDialog:
        self.asking.ask(self.told.append, **what)
        qtbot.waitUntil(lambda: any(isinstance(each, AskDialog) and each.isVisible()
                                    for each in self.window.findChildren(QWidget)))  # fmt: skip
        return self.dialog

    def asked(self) -> list[tuple[Any, ...]]:
        return self.clinic.rows("SELECT number, patient_id, amount_cents, appointment_id, request_type, due_date, "
                                "memo, status FROM payment_request ORDER BY number")  # fmt: skip

    def kept(self) -> list[Any]:
        return self.clinic.rows("SELECT value FROM meta WHERE key LIKE 'request form%' AND value <> 'null'")


@pytest.fixture
def here(clinic: TestClinic, qtbot: Any, lane: Lane) -> Here:
    window = QWidget()
    window.resize(1366, 768)
    qtbot.addWidget(window)
    return Here(clinic, shown(window), lane)


def test_s2_06_asked_by_keys_alone_from_the_list(here: Here, qtbot: Any) -> None:
    dialog = here.open(qtbot)
    assert dialog.search.hasFocus()
    type_text("quill")
    qtbot.waitUntil(lambda: [row.key for row in dialog.found.rows] == ["rosa"])
    press("Return")
    qtbot.waitUntil(dialog.amount.hasFocus)
    type_text("340.50")
    press("Tab")
    dialog.kind.set_key("private_pay")
    dialog.kind.chosen.emit("private_pay")
    for part, typed in ((dialog.due, "5/28"), (dialog.memo, "Crown, first half")):
        part.setFocus()
        type_text(typed)
    assert dialog.rows["due"].hint.text() == "Thursday, May 28, 2026"
    assert dialog.primary.label == "Create payment, $340.50"
    press("Return")
    qtbot.waitUntil(lambda: here.told == ["PAY-1-00001: $340.50 asked of Rosa Quillfeather."])
    assert here.asked() == [("PAY-1-00001", "rosa", 34050, "", "private_pay", "2026-05-28", "Crown, first half",
                             "pending")]  # fmt: skip
    assert here.kept() == []


def test_s2_06_a_draft_is_saved_and_submitted_later(here: Here, qtbot: Any) -> None:
    dialog = here.open(qtbot, patient_id="rosa", appointment_id="crown")
    assert dialog.amount.hasFocus()
    assert dialog.treatment.key == "crown"
    assert not dialog.who.another.isVisible()
    type_text("80")
    press("Ctrl+S")
    qtbot.waitUntil(lambda: here.told == ["PAY-1-00001 is saved as a draft: $80.00."])
    request_id = here.clinic.rows("SELECT request_id FROM payment_request")[0][0]
    dialog = here.open(qtbot, request_id=request_id)
    qtbot.waitUntil(lambda: dialog.title.text() == "Change payment")
    assert (dialog.primary.label, dialog.draft.isVisible()) == ("Submit payment, $80.00", True)
    press("Return")
    qtbot.waitUntil(lambda: [row[-1] for row in here.asked()] == ["pending"])


def test_s2_06_what_is_missing_is_said_under_its_field(here: Here, qtbot: Any) -> None:
    dialog = here.open(qtbot)
    press("Return")
    assert dialog.find_row.error.text.startswith("Choose a patient")
    assert dialog.rows["amount"].error.text == "How much is asked for?"
    assert dialog.search.hasFocus()
    dialog.due.setFocus()
    type_text("soon")
    press("Return")
    assert dialog.rows["due"].error.text.startswith("The due date is not a day")
    dialog.due.setFocus()
    press("Ctrl+A")
    type_text("+7")
    assert dialog.rows["due"].error.text == ""
    assert here.asked() == []


def test_s2_06_what_was_typed_is_found_again_and_may_be_begun_anew(here: Here, qtbot: Any) -> None:
    dialog = here.open(qtbot, patient_id="rosa")
    type_text("12.5")
    dialog.memo.setFocus()
    type_text("Half a w")
    qtbot.waitUntil(lambda: len(here.kept()) == 1)
    press("Escape")
    qtbot.waitUntil(lambda: not dialog.isVisible())
    here.open(qtbot)  # for somebody else: nothing of Rosa's
    assert (dialog.amount.text(), dialog.found_again.isVisible()) == ("", False)
    press("Escape")
    here.open(qtbot, patient_id="rosa")
    qtbot.waitUntil(dialog.found_again.isVisible)
    assert (dialog.amount.cents, dialog.memo.text()) == (1250, "Half a w")
    dialog.found_again.button.click()
    qtbot.waitUntil(lambda: not dialog.found_again.isVisible())
    assert (dialog.amount.text(), dialog.memo.text()) == ("", "")
    assert here.kept() == []


def test_s2_06_a_card_number_is_kept_nowhere(here: Here, qtbot: Any) -> None:
    dialog = here.open(qtbot, patient_id="rosa")
    dialog.memo.setFocus()
    type_text("4242 4242 4242 4242")
    qtbot.waitUntil(lambda: dialog.rows["memo"].error.text != "")
    assert all("4242" not in str(row) for row in here.kept())


def choose_kind(dialog: AskDialog, kind: str) -> None:
    dialog.kind.set_key(kind)
    dialog.kind.chosen.emit(kind)


def test_s2_07_the_estimate_of_a_treatment_from_its_charges(here: Here, qtbot: Any) -> None:
    """600 allowed: 100 of the deductible, 20 % of 500 are 100: 200."""
    answer(here.clinic)
    dialog = here.open(qtbot, patient_id="rosa", appointment_id="crown")
    card = dialog.estimate
    assert not card.use.isVisible()
    assert not dialog.allowed.isVisible()
    choose_kind(dialog, "treatment_prepayment")
    qtbot.waitUntil(lambda: card.amount.text() == "$200.00")
    assert card._shown is not None
    shown_state = card._shown
    assert shown_state.parts == (("Copay", "Not said"), ("Coinsurance", "20 %"), ("Deductible left", "$100.00"),
                                 ("Out-of-pocket maximum left", "$2,000.00"))  # fmt: skip
    assert [(line.words, line.cents, line.made_of) for line in shown_state.lines] == [
        ("D2740 Crown", "$200.00", "of $600.00 allowed: deductible $100.00 + coinsurance $100.00")]  # fmt: skip
    assert shown_state.pill == ("High confidence", "ok", "check")
    assert "Coinsurance of 20 % on the rest makes $100.00." in shown_state.why
    assert "no fee schedule" in card.caveat.text()
    press("Alt+U")
    assert dialog.amount.cents == 20000
    assert dialog.primary.label == "Create payment, $200.00"


def test_s2_07_an_allowed_amount_is_typed(here: Here, qtbot: Any) -> None:
    """Without a visit: 50 allowed are all deductible; typed at the desk, so of medium confidence."""
    answer(here.clinic)
    dialog = here.open(qtbot, patient_id="rosa")
    choose_kind(dialog, "treatment_prepayment")
    qtbot.waitUntil(lambda: dialog.estimate.head.text() == "What the plan asks")
    assert not dialog.estimate.use.isVisible()
    dialog.allowed.setFocus()
    type_text("50")
    qtbot.waitUntil(lambda: dialog.estimate.amount.text() == "$50.00")
    assert dialog.estimate._shown is not None
    assert dialog.estimate._shown.pill == ("Medium confidence", "info", "info")
    dialog.network.set_key("out")
    dialog.network.chosen.emit("out")
    qtbot.waitUntil(lambda: dialog.estimate.amount.text() != "$50.00")


def test_s2_07_an_office_visit_asks_the_copay(here: Here, qtbot: Any) -> None:
    answer(here.clinic, checked_at="2026-05-01T12:00:00.000Z")
    dialog = here.open(qtbot, patient_id="rosa")
    choose_kind(dialog, "office_visit")
    qtbot.waitUntil(lambda: dialog.estimate.amount.text() == "$30.00")
    assert dialog.estimate.head.text() == "The plan asks a copay of"
    press("Alt+U")
    assert dialog.amount.cents == 3000


def test_s2_07_the_service_chosen_by_keys_says_whose_terms_count(here: Here, qtbot: Any) -> None:
    """The crown's 600 cost 200 by the plan as a whole; as physical therapy the plan asks a copay of 45, and where the
    service has no terms of its own the plan's count."""
    therapy = Benefit(kind=plan.COPAY, code="B", service_types=("PT",), amount_cents=4500, period=plan.VISIT,
                      network="in")  # fmt: skip
    answer(here.clinic, plan.ELIGIBLE, "2026-05-14T12:00:00.000Z", therapy)
    dialog = here.open(qtbot, patient_id="rosa", appointment_id="crown")
    card = dialog.estimate
    press("Tab")
    type_text("Treat")
    qtbot.waitUntil(lambda: card.amount.text() == "$200.00")
    for _ in range(5):
        press("Tab")
    assert dialog.window().focusWidget() is dialog.service
    type_text("Phys")
    assert (dialog.service.key, dialog.service.currentText()) == ("PT", "Physical therapy")
    qtbot.waitUntil(lambda: card.amount.text() == "$45.00")
    assert card._shown is not None
    assert "The plan asks a copay of $45.00 for the visit." in card._shown.why
    press("Down")
    assert dialog.service.currentText() == "Urgent care"
    qtbot.waitUntil(lambda: card.amount.text() == "$200.00")
    press("Up")
    qtbot.waitUntil(lambda: card.amount.text() == "$45.00")
    press("Home")
    assert dialog.service.currentText() == "By the type"
    qtbot.waitUntil(lambda: card.amount.text() == "$200.00")
    press("Alt+U")
    assert dialog.amount.cents == 20000


@pytest.mark.parametrize("state", ["never", plan.INELIGIBLE, plan.UNCLEAR])
def test_s2_07_no_estimate_without_a_plan_in_force(here: Here, qtbot: Any, state: str) -> None:
    if state != "never":
        answer(here.clinic, state)
    dialog = here.open(qtbot, patient_id="rosa", appointment_id="crown")
    choose_kind(dialog, "treatment_prepayment")
    qtbot.waitUntil(lambda: dialog.estimate.head.text() == "No estimate")
    assert not dialog.estimate.use.isVisible()
    assert dialog.estimate._shown is not None
    assert len(dialog.estimate._shown.why) == 1
    press("Alt+U")
    assert dialog.amount.cents is None


def test_s2_07_none_for_private_pay(here: Here, qtbot: Any) -> None:
    answer(here.clinic)
    dialog = here.open(qtbot, patient_id="rosa", appointment_id="crown")
    choose_kind(dialog, "private_pay")
    assert dialog.estimate.source.text() == "There is an estimate for Treatment Pre-Payment and Office Visit."
    assert (dialog.estimate.use.isVisible(), dialog.allowed.isVisible()) == (False, False)


def test_every_part_is_named_and_reached_by_tab(here: Here, qtbot: Any) -> None:
    answer(here.clinic)
    dialog = here.open(qtbot, patient_id="rosa", appointment_id="crown")
    choose_kind(dialog, "treatment_prepayment")
    qtbot.waitUntil(dialog.estimate.use.isVisible)
    parts = [part for part in dialog.findChildren(QWidget) if part.isVisible() and part.focusPolicy().value & 1]
    assert [part for part in parts if isinstance(part, QLineEdit | QAbstractButton) and not part.accessibleName()] == []
    met = set()
    for _ in range(len(parts) + 2):
        met.add(dialog.window().focusWidget())
        press("Tab")
    wanted = {dialog.amount, dialog.kind, dialog.treatment, dialog.due, dialog.memo, dialog.allowed, dialog.network,
              dialog.service, dialog.estimate.use, dialog.draft, dialog.cancel, dialog.primary}  # fmt: skip
    assert wanted <= met


@pytest.mark.parametrize("look", LOOKS)
def test_it_holds_in_every_look(here: Here, qtbot: Any, look: str) -> None:
    from widgets import theme

    setting, room = LOOKS[look]
    answer(here.clinic)
    theme.current().set(**setting)
    here.window.resize(*room)
    dialog = here.open(qtbot, patient_id="rosa", appointment_id="crown")
    type_text("200")
    choose_kind(dialog, "treatment_prepayment")
    qtbot.waitUntil(lambda: dialog.estimate.amount.text() == "$200.00")
    settle()
    assert dialog.note.text() == KEPT
    picture(here.window, f"asking-{look}")
    assert clipped(dialog) == []
    assert dialog.card.geometry().bottom() <= here.window.height()
    press("Escape")
    here.open(qtbot)
    type_text("wolfe")
    qtbot.waitUntil(lambda: [row.key for row in dialog.found.rows] == ["max"])
    settle()
    picture(here.window, f"asking-find-{look}")
    assert clipped(dialog) == []


def test_a_request_that_is_gone_is_said(here: Here, qtbot: Any) -> None:
    here.asking.ask(here.told.append, request_id="nobody")
    qtbot.waitUntil(lambda: here.noticed != [])
    assert here.noticed[0].startswith("This payment is not there any more")


def test_who_may_not_take_payments_is_told(here: Here, qtbot: Any) -> None:
    dialog = here.open(qtbot, patient_id="rosa")
    here.asking._made._person = lambda: replace(MARIA, rights=frozenset())  # type: ignore[union-attr]
    type_text("10")
    press("Return")
    qtbot.waitUntil(lambda: dialog.error.text != "")
    assert dialog.amount.cents == 1000
    assert here.asked() == []
