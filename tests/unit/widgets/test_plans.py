"""Payment plans in the window, by keys on a real store: agreed, accepted, put into force, followed; how they look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.card_reader import CardReader
from app.lanes import Lane
from app.plan_lists import PlanLists
from app.plan_views import PlanListed
from app.plans import Plans
from models.operations.kept_cards import CardConsent, CardKeep
from models.rules.plan_standing import PlanStatus, State
from models.rules.plans import asked_for
from models.rules.rights import Right
from tests.support.clinic import MARIA, PRIYA, TestClinic
from tests.support.windows import FULL, LOOKS, picture, press, shown, unfit
from widgets import theme
from widgets.bridge import Bridge
from widgets.common.speech import Notice, Speech
from widgets.plans.list_page import PlansList
from widgets.plans.list_state import PlansState, plans_state
from widgets.plans.parts import AcceptDialog
from widgets.plans.presenter import Doors, PlanPresenter
from widgets.plans.state import PAYMENT_LOOKS, PlanState
from widgets.plans.view import PlanView

pytestmark = pytest.mark.usefixtures("themed")

PEN = "100,200;180,90;240,210;330,80;380,220;460,120;520,200|560,140;700,120;900,150"


class PlanDesk:
    """The page over a real store; `collected` are the ways it led to Collect, `papers` to paper."""

    def __init__(self, clinic: TestClinic, lane: Lane) -> None:
        self.clinic, self.collected, self.papers, self.backs = clinic, list[tuple[str, str]](), list[str](), 0
        self.plans = Plans(clinic.clinic, CardReader(clinic.settings))
        self.lists = PlanLists(clinic.clinic)
        self.session = SimpleNamespace(person=MARIA)
        self.lent: list[Right] = []
        self.sent: list[tuple[str, str]] = []
        self.window = QWidget()
        self.view = PlanView()
        QVBoxLayout(self.window).addWidget(self.view)
        self.window.resize(*FULL)
        doors = Doors(collect=lambda who, asked: self.collected.append((who, asked)),
                      paper=lambda name, _said: self.papers.append(name), back=self._back,
                      link=lambda who, plan, _said: self.sent.append((who, plan)))  # fmt: skip
        self.presenter = PlanPresenter(
            self.view, bridge=Bridge(self.view), lanes={"reads": lane, "store": lane}, plans=lambda: self.plans,
            lists=lambda: self.lists, speech=Speech(lambda: clinic.clinic.zone), doors=doors,
            session=self.session, lending=self._lending,  # type: ignore[arg-type]
        )  # fmt: skip

    def _back(self) -> None:
        self.backs += 1

    def _lending(self, right: Right) -> Any:
        def ask(_what: str, _why: str, then: Any) -> None:
            self.lent.append(right)
            then(PRIYA)

        return SimpleNamespace(ask=ask)

    @property
    def state(self) -> PlanState:
        return self.presenter.state

    def payments(self) -> list[str]:
        """The schedule as it is read out."""
        model = self.view.schedule.model()
        return [row.sentence for row in model.rows]  # type: ignore[attr-defined]


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    made = TestClinic(tmp_path)
    made.patient("marcus", "Marcus", mrn="0038651", birth_date="1978-09-08", phone="5550109042")
    made.visit("april", "marcus", minutes=-36 * 24 * 60, service_date="2026-04-08", status="done")
    made.charge(132_000, "2026-04-08", "marcus", "c", "april", practitioner_id="okafor")
    made.put(
        CardConsent(consent_id="word", patient_id="marcus", channel="desk", said_by="Marcus Quillfeather",
                    words="card-1", words_sha256="ab" * 32),
        CardKeep(kept_card_id="visa", patient_id="marcus", consent_id="word", processor="stripe", token="pm_1",
                 customer="cus_1", brand="Visa", last4="0077"),
    )  # fmt: skip
    yield made
    made.close()


@pytest.fixture
def desk(clinic: TestClinic, lane: Lane, qtbot: Any) -> PlanDesk:
    made = PlanDesk(clinic, lane)
    qtbot.addWidget(made.window)
    shown(made.window)
    made.presenter.open("marcus")
    made.view.take_focus()
    qtbot.waitUntil(lambda: made.state.worked is not None, timeout=20_000)
    return made


def agreed(desk: PlanDesk, qtbot: Any) -> None:
    """Save, accept by Marcus, activate: by keys."""
    press("Ctrl+S")
    qtbot.waitUntil(lambda: desk.state.page is not None and desk.state.page.saved, timeout=20_000)
    press("Alt+A")
    dialog = desk.window.findChild(AcceptDialog)
    assert dialog is not None
    assert dialog.name.text() == "Marcus Quillfeather"
    press("Return")
    qtbot.waitUntil(lambda: desk.state.accepted, timeout=20_000)
    press("Ctrl+Return")
    qtbot.waitUntil(lambda: desk.state.active, timeout=20_000)


def test_every_payment_of_a_plan_has_a_look() -> None:
    assert set(PAYMENT_LOOKS) == set(State)


def test_s4_06_an_agreement_is_worked_out_live_accepted_and_put_into_force(desk: PlanDesk, qtbot: Any) -> None:
    view, state = desk.view, desk.state
    assert view.tiles["6"].hasFocus()
    press("Alt+J")
    assert desk.sent == [], "an agreement goes to the patient as it is saved"
    assert state.worked is not None
    assert [line.cents for line in state.worked.lines] == [220_00] * 6
    assert not view.activate.isEnabled() or state.why_not_activate()
    view.language._segments[1].click()
    assert view._words.text().startswith("Debo $1,320.00 a ")
    view.language._segments[0].click()
    view.discount.setFocus()
    view.discount.setText("60")
    view.discount.textEdited.emit("60")
    assert desk.state.worked is not None
    assert (desk.state.worked.due_cents, desk.state.worked.lines[0].cents) == (1_260_00, 210_00)
    assert "I agree to pay $210.00 today and on the 14th of each month until October 14, 2026" in view._words.text()
    assert "Visa •••• 0077" in view._words.text()
    agreed(desk, qtbot)
    assert desk.lent == [Right.ADJUST_OVER_LIMIT], "60.00 are over the limit of who sits there"
    owed = desk.clinic.rows("SELECT debits + pending_debits - credits - pending_credits FROM account WHERE id = 'AR:c'")
    assert owed == [(126_000,)]
    assert desk.payments()[1] == "Payment 2, Jun 14, 2026, $210.00, Scheduled"
    view.schedule.setFocus()
    press("Return")
    assert desk.collected == [("marcus", asked_for(desk.presenter.plan_id, 1))]


def test_s0_45_skip_pay_off_and_cancel_ask_first(desk: PlanDesk, qtbot: Any) -> None:
    agreed(desk, qtbot)
    desk.view.schedule.setFocus()
    desk.view.schedule.set_key("2")
    press("S")
    press("Esc")
    assert len(desk.payments()) == 6
    press("S")
    press("Return")
    qtbot.waitUntil(lambda: len(desk.payments()) == 7, timeout=20_000)
    assert desk.payments()[1].endswith("Skipped")
    assert desk.payments()[6].startswith("Payment 7, Nov 14, 2026")
    press("Alt+E")
    press("Return")
    qtbot.waitUntil(lambda: len(desk.collected) == 1, timeout=20_000)
    assert desk.collected == [("marcus", asked_for(desk.presenter.plan_id, 0))]
    press("Alt+J")
    assert desk.sent == [("marcus", desk.presenter.plan_id)]
    press("Ctrl+P")
    assert desk.papers == [f"agreement:{desk.presenter.plan_id}"]
    desk.view.lists.set_key("history")
    desk.view.lists.chosen.emit("history")
    qtbot.waitUntil(lambda: bool(desk.state.history), timeout=20_000)
    assert [each.event for each in desk.state.history or ()] == [
        "Plan Payment Skipped", "Payment Plan Setup", "Payment Plan Accepted", "Payment Plan Pending",
    ]  # fmt: skip
    press("Alt+C")
    press("Ctrl+Return")
    qtbot.waitUntil(lambda: desk.state.page is not None and desk.state.page.status is PlanStatus.CANCELLED,
                    timeout=20_000)  # fmt: skip


def test_s4_03_the_history_of_the_whole_account_is_sorted_by_its_heads(desk: PlanDesk, qtbot: Any) -> None:
    """Beside the plan what is of none: the card that was kept, what was paid; by a click, by a digit, and back."""
    agreed(desk, qtbot)
    desk.clinic.paid(4_500, payment_id="other", patient_id="marcus", number="PAY-1-00009", receipt_no="R")
    view = desk.view
    view.lists.set_key("account")
    view.lists.chosen.emit("account")
    qtbot.waitUntil(lambda: len(view.history.rows) > 3 and desk.state.whole_account, timeout=20_000)

    def events() -> list[str]:
        return [row.cells[2].title for row in view.history.rows]  # type: ignore[attr-defined]

    newest = events()
    assert {"Payment profile created", "Other Payment", "Payment Plan Setup"} <= set(newest)
    picture(desk.window, "plan-history-account")
    view.history.setFocus()
    press("3")
    assert events() == sorted(newest)
    press("3")
    assert events() == sorted(newest, reverse=True)
    view.history.horizontalHeader().sectionClicked.emit(4)
    assert events()[0] == "Other Payment", "the largest amount first"
    press("1")
    assert events() == newest
    view.lists.set_key("history")
    view.lists.chosen.emit("history")
    qtbot.waitUntil(lambda: "Other Payment" not in events(), timeout=20_000)


def test_s4_06_new_terms_for_a_plan_in_force_by_keys(desk: PlanDesk, qtbot: Any) -> None:
    agreed(desk, qtbot)
    old = desk.presenter.plan_id
    press("Alt+N")
    qtbot.waitUntil(lambda: desk.state.draft and desk.presenter.plan_id != old, timeout=20_000)
    page = desk.state.page
    assert page is not None
    assert f"Takes the place of plan {page.replaces}" in desk.view._replaces.text()
    press("Esc")
    qtbot.waitUntil(lambda: desk.state.active and desk.presenter.plan_id == old, timeout=20_000)
    assert desk.backs == 0, "back to the plan in force"
    press("Alt+N")
    qtbot.waitUntil(lambda: desk.state.draft, timeout=20_000)
    desk.view.tiles["3"].click()
    assert desk.state.worked is not None
    assert [line.cents for line in desk.state.worked.lines] == [440_00] * 3
    agreed(desk, qtbot)
    assert desk.clinic.rows("SELECT status FROM plan WHERE plan_id = ?", (old,)) == [("cancelled",)]
    assert desk.payments()[0].startswith("Payment 1, Today, May 14, $440.00")
    press("Alt+N")
    qtbot.waitUntil(lambda: desk.state.draft, timeout=20_000)


def test_what_cannot_be_agreed_is_said_at_the_field(desk: PlanDesk) -> None:
    view = desk.view
    view.discount.setFocus()
    view.discount.setText("1320")
    view.discount.textEdited.emit("1320")
    assert desk.state.error[0] == "discount"
    assert "Enter less than $1,320.00." in view.error.text
    press("Ctrl+S")
    assert desk.state.page is not None
    assert not desk.state.page.saved
    view.discount.setText("")
    view.discount.textEdited.emit("")
    view.first.setFocus()
    view.first.setText("5/1/26")
    view.first.textEdited.emit("5/1/26")
    assert desk.state.error[0] == "first"


def pages(clinic: TestClinic) -> dict[str, PlanState]:
    """The page in the states it has, from a real store."""
    plans = Plans(clinic.clinic, CardReader(clinic.settings))
    page = plans.begin("marcus")
    form = replace(page.form, discount="60.00")
    draft = PlanState(page, form, plans.work_out(page, form))
    odd = replace(form, payments="7", down="100.00", apr="9.90", language="es")
    other = PlanState(page, odd, plans.work_out(page, odd))
    saved = plans.accept(plans.save(page, form, MARIA), "Marcus Quillfeather", "signature", MARIA, PEN)
    ready = PlanState(saved, saved.form, saved.worked, said="Agreement accepted")
    active = plans.activate(form.plan_id, PRIYA)
    running = plans.skip(form.plan_id, 2, MARIA)
    history = PlanLists(clinic.clinic).history("marcus", form.plan_id)
    clinic.clock.advance(40 * 86_400)
    late = plans.open(form.plan_id)
    clinic.clock.advance(-40 * 86_400)
    anew = plans.change(form.plan_id)
    return {
        "new_terms": PlanState(anew, replace(anew.form, apr="9.90"), plans.work_out(anew, anew.form)),
        "draft": draft, "other": other, "ready": ready, "active": PlanState(active, active.form, active.worked),
        "skipped": PlanState(running, running.form, running.worked, history=history),
        "late": PlanState(late, late.form, late.worked, notice=Notice("A payment plan was not changed as planned",
                                                                     "Another desk was first. No money moved.")),
        "wrong": replace(draft, worked=None, error=("discount", "The discount is more than the balance. Enter less.")),
        "reading": PlanState(skeleton=True),
    }  # fmt: skip


@pytest.mark.parametrize("look", list(LOOKS))
def test_the_page_holds_in_every_look(clinic: TestClinic, look: str, qtbot: Any) -> None:
    theme.current().set(**LOOKS[look][0])
    view = PlanView()
    qtbot.addWidget(view)
    assert unfit(view, "plan", look, pages(clinic), view.take_focus) == {}
    found = (
        PlanListed("p1", "a", "6MSOSBJI-A7IAPSUT", "Marcus Bell", "AR Payment Plan", PlanStatus.ACTIVE, 21_000, 105_000,
                   clinic.clinic.today(), 21_000, 42_000, clinic.clinic.today(), "failed", 5),
        PlanListed("p2", "b", "ZZZZZZZZ-WWWWWWWW", "Wolfeschlegelsteinhausenbergerdorff Quill", "AR Payment Plan",
                   PlanStatus.ACTIVE, 1_234_567, 98_765_432, clinic.clinic.today(), 1, 0, None, "", 24),
        PlanListed("p3", "c", "ABCDEFGH-IJKLMNOP", "Ada Lovelace", "AR One Time Payment", PlanStatus.DORMANT, 9_900,
                   9_900),
    )  # fmt: skip
    listed = PlansList()
    qtbot.addWidget(listed)
    today = clinic.clinic.today()
    states = {"full": plans_state(found, "all", today), "late": plans_state(found, "late", today),
              "empty": plans_state((), "all", today), "reading": PlansState(skeleton=True)}  # fmt: skip
    assert unfit(listed, "plans", look, states, listed.take_focus) == {}
