"""Needs attention: what happened, ways out with their outcomes, asking by itself, a person's word last."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QObject

from app.attention_lists import PAGE, AttentionRecord, RecordPage
from app.lanes import Lane
from app.views import AttentionItem, Collected, CollectEnd, Side, SideRow
from app.words import sentence
from models.basics.errors import DeviceTimeout, RuleBroken
from models.rules.rights import Right, rights_of
from tests.support import frozen
from tests.support.clinic import PRIYA
from tests.support.windows import FULL, LOOKS, press, shown, type_text, unfit
from widgets import theme
from widgets.attention import checking
from widgets.attention.checking import DELAYS_S, Checked, Checker
from widgets.attention.presenter import NOT_CHARGED, SETTLED_WORDS, AttentionPresenter, Doors, Stories
from widgets.attention.records import records_state
from widgets.attention.state import (
    KINDS,
    NOT_KNOWN_YET,
    OPEN,
    OTHERWISE,
    SOLVED,
    WAITING,
    WAYS,
    AttentionState,
    Known,
    Looking,
    attention_state,
    ordered,
    ways_of,
)
from widgets.attention.view import AttentionPage
from widgets.bridge import Bridge
from widgets.common.banner import Notices
from widgets.common.cells import RowKind
from widgets.common.speech import Speech
from widgets.session import Session

pytestmark = pytest.mark.usefixtures("themed")

SPEECH = Speech(lambda: frozen.ZONE)
UNKNOWN, REFUSED, UNSURE = frozen.attention()
FALLEN = replace(
    REFUSED, item_id="fallen:visit-7", kind="visit_fallen", words="attention.visit_cancelled", amount_cents=2500,
    facts={"cents": 2500, "appointment_id": "visit-7", "payment_id": "pay-7", "visit": "Follow-up, May 28"},
)  # fmt: skip
_FACTS: dict[str, Any] = {
    "cents": 1250, "owes_cents": 4000, "asked_cents": 4500, "granted_cents": 3250, "paid_cents": 3000,
    "gone_cents": 6000,
    "desk": "this desk", "who": "Maria D.", "when": "8:41 AM", "elsewhere": "Desk 1", "spent": " (10:02 AM)",
    "visit": "Lab panel, Apr 9", "appointment_id": "visit-7", "payment_id": "pay-7", "charge_id": "c7",
    "credit_cents": 0, "first": "8:41 AM", "second": "8:52 AM",
}  # fmt: skip
BOTH = (
    Side("This desk", "monitor", "8:41 AM, Maria", (
        SideRow("Owed when it was taken", 4500), SideRow("Paid", 4500, strong=True), SideRow("Left to pay", 0))),
    Side("Meanwhile", "building-2", "8:39 AM, Priya", (
        SideRow("Charge", 3250, strong=True), SideRow("Paid elsewhere", 0), SideRow("Left to pay", 0))),
)  # fmt: skip
TASKS = {
    what: replace(REFUSED, item_id=f"{what}:op", kind=what, words=f"attention.{what}", amount_cents=1250, facts=_FACTS,
                  sides=BOTH if what in ("paid_over", "credit_used", "paid_twice", "reopened", "insurer_paid") else ())
    for what in ("credit_used", "paid_over", "reopened", "insurer_paid", "taken_back", "over_refunded", "money_in",
                 "money_out", "not_known", "paid_twice", "in_use", "refund_returned", "doubted_payment",
                 "doubted_void", "doubted_refund", "void_returned", "dispute_lost", "dispute_unposted")
}  # fmt: skip
BEN, HENRY = UNKNOWN.patient, REFUSED.patient
WAITS = RecordPage((
    AttentionRecord("op-1", "payments", frozen.at(9, 24), HENRY, 4000, "act.collected", who="Maria Delgado",
                    number="PAY-1-0042", tried_at=frozen.at(9, 25)),
    AttentionRecord("op-2", "postings", frozen.at(9, 24), HENRY, 4000, "act.allocated", who="Maria Delgado"),
    AttentionRecord("op-3", "visits", frozen.at(9, 31), BEN, 0, "act.visit_checked_in", who="Ana Ruiz"),
    AttentionRecord("op-4", "practice", frozen.at(9, 36), None, 0, "act.other", who="Priya Nair"),
), 0, 4)  # fmt: skip
WAS = RecordPage((
    AttentionRecord("task:a", "credit_used", frozen.at(9, 12), HENRY, 4000, "attention.credit_used", _FACTS,
                    "Maria Delgado", "solved.left_owed", since=frozen.at(8, 41)),
    AttentionRecord("card:b", "unknown_payment", frozen.at(8, 50), BEN, 3000, "attention.unknown_payment", {},
                    "Maria Delgado", "solved.unknown_payment.went", "Saw it on the reader’s slip", frozen.at(8, 31)),
    AttentionRecord("task:c", "paid_over", frozen.at(8, 45), BEN, 1250, "attention.paid_over", _FACTS, "",
                    "solved.passed", since=frozen.at(8, 45)),
    AttentionRecord("task:d", "elsewhere", frozen.at(16, 20).replace(day=13), HENRY, 0, "attention.seen_elsewhere", {},
                    "Priya Nair", "solved.seen"),
), 0, 4)  # fmt: skip
VOID = replace(UNKNOWN, item_id="attempt-void", words="attention.unknown_void", facts={"void": True})


def state(
    looking: Looking = Looking(), found: Checked | None = None, items: tuple[AttentionItem, ...] | None = None
) -> AttentionState:
    known = frozen.attention() if items is None else items
    return attention_state(known, looking, say=sentence, now=frozen.at(9, 41), checked=lambda _id: found)


# What is shown ----------------------------------------------------------------------------------------------------


def test_money_comes_first_and_what_is_not_known_before_all():
    assert [item.item_id for item in ordered((UNSURE, REFUSED, VOID, UNKNOWN))] == [
        "attempt-9", "attempt-void", "op-7", "job-3",
    ]  # fmt: skip


def test_the_head_counts_and_names_the_oldest():
    assert state().head == "3 open, oldest from 8:41 AM"
    assert state(items=()).head == ""


def test_every_kind_has_a_look_and_one_recommended_way():
    for kind in KINDS:
        ways = WAYS.get(kind, OTHERWISE)
        assert [way.recommended for way in ways].count(True) == 1, kind
        assert 1 < len(ways) <= 3


@pytest.mark.parametrize(
    ("asked", "failed", "enabled"), [(0, 0, False), (1, 1, False), (2, 0, True), (0, 2, True), (0, 7, True)]
)
def test_a_person_may_say_what_happened_only_after_two_questions(asked: int, failed: int, enabled: bool):
    item = replace(UNKNOWN, facts={"asked": asked})
    known = ways_of(item, Checked(failed))[2]
    assert known.enabled is enabled
    assert (known.outcome == NOT_KNOWN_YET) is not enabled


def test_what_is_not_known_tells_its_story():
    found = Checked(2, frozen.at(9, 40, 12), 42)
    detail = state(Looking("attempt-9"), found).detail
    assert detail is not None
    assert [(fate.words, fate.when) for fate in detail.history] == [
        ("Sent to the reader", "9:24:00 AM"), ("No answer reached this desk", ""),
        ("Asked 2 times, no answer", "9:40:12 AM"), ("Asking the reader by itself", "next try in 42 s"),
    ]  # fmt: skip
    assert detail.pill[0] == "Do not charge again yet"


def test_a_void_in_doubt_never_offers_to_take_money():
    detail = state(Looking("attempt-void"), items=(VOID,)).detail
    assert detail is not None
    assert [way.act for way in detail.ways] == ["wait", "known"]
    assert detail.title == "Was this card payment taken back?"


def test_an_item_without_a_patient_leads_nowhere_it_cannot():
    item = replace(UNSURE, kind="excepted", words="attention.excepted", patient=None)
    assert [way.act for way in ways_of(item, None)] == ["close"]


def test_yesterdays_items_say_so():
    old = replace(UNKNOWN, at=frozen.at(9, 24).replace(day=13))
    assert state(items=(old,)).rows[0].time == "May 13, 9:24 AM"


# Asking by itself -------------------------------------------------------------------------------------------------


class Finder:
    """Recovery whose answers a test writes."""

    def __init__(self) -> None:
        self.answers: list[Collected | Exception] = []
        self.asked: list[str] = []
        self.open: tuple[AttentionItem, ...] = ()
        self.resolved: list[tuple[str, bool, str]] = []

    def check(self, attempt_id: str, _job: Any) -> Collected:
        self.asked.append(attempt_id)
        answer = self.answers.pop(0) if self.answers else frozen.collected(CollectEnd.UNKNOWN)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def open_attempts(self) -> tuple[AttentionItem, ...]:
        return self.open

    def resolve_by_person(self, attempt_id: str, _person: Any, charged: bool, reason: str) -> Collected:
        self.resolved.append((attempt_id, charged, reason))
        return frozen.collected() if charged else frozen.collected(CollectEnd.NOT_SENT)


@pytest.fixture
def lanes() -> Iterator[dict[str, Lane]]:
    made = {name: Lane(name) for name in ("reads", "store", "terminal")}
    yield made
    for lane in made.values():
        lane.close()


@pytest.fixture
def asker(qtbot: Any, lanes: dict[str, Lane]) -> tuple[Checker, Finder]:
    owner, finder = QObject(), Finder()
    bridge = Bridge(owner)
    made = Checker(bridge=bridge, lanes=lanes, recovery=finder, parent=bridge)  # type: ignore[arg-type]
    made._keep = owner  # type: ignore[attr-defined]
    return made, finder


def test_questions_come_at_growing_distances(qtbot: Any, asker: tuple[Checker, Finder]):
    checker, finder = asker
    checker.follow("attempt-1")
    first = checker.checked("attempt-1")
    assert first is not None
    assert first.next_in_s == DELAYS_S[0]
    for failed, delay in enumerate((*DELAYS_S[1:], DELAYS_S[-1]), start=1):
        checker.check_now("attempt-1")
        qtbot.waitUntil(lambda failed=failed: checker.checked("attempt-1").failed == failed)  # type: ignore[union-attr]
        found = checker.checked("attempt-1")
        assert found is not None
        assert found.next_in_s == delay
        assert found.last_at is not None
    assert len(finder.asked) == len(DELAYS_S)


def test_it_asks_when_its_time_has_come_and_tells_what_it_was(
    qtbot: Any, asker: tuple[Checker, Finder], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(checking, "DELAYS_S", (1, 60))
    checker, finder = asker
    finder.answers = [frozen.collected()]
    with qtbot.waitSignal(checker.settled) as told:
        checker.follow("attempt-1")
    assert told.args[0] == "attempt-1"
    assert told.args[1].end is CollectEnd.TAKEN
    assert checker.checked("attempt-1") is None


def test_a_reader_that_cannot_be_reached_counts_as_asked(qtbot: Any, asker: tuple[Checker, Finder]):
    checker, finder = asker
    finder.answers = [DeviceTimeout("terminal.silent", device="reader")]
    checker.check_now("attempt-1")
    qtbot.waitUntil(lambda: checker.checked("attempt-1").failed == 1)  # type: ignore[union-attr]


def test_one_question_at_a_time(qtbot: Any, asker: tuple[Checker, Finder]):
    checker, finder = asker
    for _ in range(5):
        checker.check_now("attempt-1")
        checker.check_now("attempt-2")
    qtbot.waitUntil(lambda: checker.checked("attempt-1").failed == 1)  # type: ignore[union-attr]
    assert finder.asked == ["attempt-1"]


def test_what_was_settled_elsewhere_is_forgotten(asker: tuple[Checker, Finder]):
    checker, _finder = asker
    checker.follow("attempt-1")
    checker.follow_only({"attempt-2"})
    assert checker.checked("attempt-1") is None
    assert checker.checked("attempt-2") is not None


# The page ---------------------------------------------------------------------------------------------------------


class Items:
    """Attention, printing and visits of a test."""

    def __init__(self) -> None:
        self.now: tuple[AttentionItem, ...] | Exception = frozen.attention()
        self.closed: list[str] = []
        self.reprints: list[str] = []
        self.kept: list[tuple[str, int]] = []
        self.resolved: list[tuple[str, str, str, str]] = []
        self.waits, self.was = WAITS, WAS

    def counts(self) -> tuple[int, int]:
        return self.waits.count, self.was.count

    def waiting(self, first: int = 0) -> RecordPage:
        return replace(self.waits, first=first)

    def solved(self, first: int = 0) -> RecordPage:
        return replace(self.was, first=first)

    def items(self) -> tuple[AttentionItem, ...]:
        if isinstance(self.now, Exception):
            raise self.now
        return self.now

    def resolve(self, item_id: str, how: str, reason: str, _person: Any, supervisor: Any = None) -> None:
        self.resolved.append((item_id, how, reason, supervisor.staff_id if supervisor else ""))
        self.now = ()

    def keep_as_credit(self, appointment_id: str, seen_cents: int, _person: Any, _lender: Any = None) -> int:
        self.kept.append((appointment_id, seen_cents))
        self.now = ()
        return seen_cents

    def close(self, item_id: str, _person: Any) -> None:
        self.closed.append(item_id)
        assert not isinstance(self.now, Exception)
        self.now = tuple(item for item in self.now if item.item_id != item_id)

    def reprint(self, payment_id: str, _person: Any) -> str:
        self.reprints.append(payment_id)
        return "job-9"


class Desk:
    """A Needs attention page with everything around it."""

    def __init__(self, lanes: dict[str, Lane]) -> None:
        self.page, self.items, self.finder = AttentionPage(), Items(), Finder()
        self.went: list[tuple[str, ...]] = []
        self.lent: list[tuple[Right, str, Callable[[Any], None]]] = []
        bridge, session = Bridge(self.page), Session(self.page)
        session.sign_in(replace(frozen.MARIA, rights=rights_of("receptionist")))
        self.checker = Checker(bridge=bridge, lanes=lanes, recovery=self.finder, parent=bridge)  # type: ignore[arg-type]
        self.notices = Notices(self.page)
        self.presenter = AttentionPresenter(
            self.page, bridge=bridge, lanes=lanes,
            stories=Stories(self.items, self.items, self.finder, self.items, self.items, lambda: self.items),  # type: ignore[arg-type]
            checker=self.checker, session=session, notices=self.notices, speech=SPEECH,
            now=lambda: frozen.at(9, 41),
            doors=Doors(collect=lambda *who: self.went.append(("collect", *who)),
                        ledger=lambda who: self.went.append(("ledger", who)),
                        money=lambda *what: self.went.append(("money", *what)),
                        back=lambda: self.went.append(("back",)),
                        settings=lambda page: self.went.append(("settings", page)),
                        lend=lambda right, what, then: self.lent.append((right, what, then)),
                        message=lambda patient, paper, _said: self.went.append(("message", patient, paper)),
                        sync=lambda: self.went.append(("sync",))),
        )  # fmt: skip

    @property
    def state(self) -> AttentionState:
        return self.presenter.state


@pytest.fixture
def desk(qtbot: Any, lanes: dict[str, Lane]) -> Desk:
    made = Desk(lanes)
    qtbot.addWidget(made.page)
    made.page.resize(*FULL)
    shown(made.page)
    made.presenter.open()
    qtbot.waitUntil(lambda: made.state.loaded)
    made.page.table.setFocus()
    return made


def test_waiting_lets_the_patient_go_in(desk: Desk):
    press("Return")
    assert desk.went == [("back",)]


def test_it_can_be_taken_another_way(desk: Desk):
    press("2")
    press("Return")
    assert desk.went == [("collect", "p-0040962", "")]


def test_the_third_way_is_closed_until_the_reader_was_asked_twice(qtbot: Any, desk: Desk):
    press("3")
    assert desk.state.detail is not None
    assert desk.state.detail.chosen == 0
    for times in (1, 2):
        press("Ctrl+R")
        qtbot.waitUntil(lambda times=times: (desk.checker.checked("attempt-9") or Checked()).failed == times)
    press("3")
    assert desk.state.detail.chosen == 2
    press("Return")
    assert desk.page.known.error.text == "Say whether the card was charged."
    desk.page.known.charged.click()
    press("Return") if not desk.page.known.charged.hasFocus() else desk.page.applied.emit()
    assert desk.page.known.error.text == "Say where you saw it."
    desk.page.known.reason.setFocus()
    type_text("Slip in the reader")
    desk.items.now = (REFUSED, UNSURE)
    press("Return")
    qtbot.waitUntil(lambda: desk.finder.resolved == [("attempt-9", True, "Slip in the reader")])
    qtbot.waitUntil(lambda: len(desk.state.rows) == 2)
    assert desk.notices.texts == (SETTLED_WORDS[CollectEnd.TAKEN],)


def test_nothing_charged_is_said_as_such(qtbot: Any, desk: Desk):
    desk.finder.answers = [frozen.collected(CollectEnd.NOT_SENT)]
    desk.items.now = (REFUSED,)
    press("Ctrl+R")
    qtbot.waitUntil(lambda: desk.notices.texts == (NOT_CHARGED,))
    qtbot.waitUntil(lambda: len(desk.state.rows) == 1)


def test_a_question_on_its_way_is_shown(qtbot: Any, desk: Desk):
    desk.checker.check_now("attempt-9")
    assert desk.state.detail is not None
    assert desk.state.detail.checking
    assert desk.page.check.label == "Asking…"
    qtbot.waitUntil(lambda: not (desk.state.detail and desk.state.detail.checking))


def test_a_refused_amount_is_collected_or_left(qtbot: Any, desk: Desk):
    desk.page.table.set_key("op-7")
    press("Return")
    assert desk.went == [("collect", "p-0039914", "")]
    press("2")
    press("Return")
    qtbot.waitUntil(lambda: desk.items.closed == ["op-7"])
    qtbot.waitUntil(lambda: len(desk.state.rows) == 2)


def test_what_was_chosen_for_one_item_is_not_applied_to_the_next(qtbot: Any, desk: Desk):
    desk.page.table.set_key("op-7")
    press("2")
    desk.items.now = (UNSURE,)
    press("Return")
    qtbot.waitUntil(lambda: desk.items.closed == ["op-7"])
    qtbot.waitUntil(lambda: len(desk.state.rows) == 1)
    desk.presenter.refresh()
    qtbot.waitUntil(lambda: desk.presenter._items == (UNSURE,))
    desk.presenter._draw()
    assert desk.state.detail is not None
    assert (desk.state.selected, desk.state.detail.chosen) == (UNSURE.item_id, 0)


def test_a_receipt_in_doubt_is_printed_again_as_a_copy(qtbot: Any, desk: Desk):
    desk.items.now = (replace(UNSURE, facts={"payment_id": "pay-3", "number": "PAY-1-00007"}),)
    desk.presenter.refresh()
    qtbot.waitUntil(lambda: len(desk.state.rows) == 1)
    press("2")
    press("Return")
    qtbot.waitUntil(lambda: desk.items.closed == ["job-3"])
    assert desk.items.reprints == ["pay-3"]
    qtbot.waitUntil(desk.page.empty.isVisible)


@pytest.fixture
def fallen(qtbot: Any, desk: Desk) -> Desk:
    desk.items.now = (FALLEN,)
    desk.presenter.refresh()
    qtbot.waitUntil(lambda: desk.state.selected == "fallen:visit-7")
    return desk


def test_h6_money_of_a_cancelled_visit_is_moved_or_refunded_in_the_ledger(fallen: Desk):
    detail = fallen.state.detail
    assert detail is not None
    assert detail.text.startswith("$25.00 waits for Follow-up, May 28, which will not be.")
    press("Return")
    press("2")
    press("Return")
    patient_id = FALLEN.patient.patient_id  # type: ignore[union-attr]
    assert fallen.went == [("money", patient_id, "visit-7", "move:pay-7"),
                           ("money", patient_id, "visit-7", "refund:pay-7")]  # fmt: skip


def test_h6_it_is_kept_as_credit_with_the_amount_that_was_seen(qtbot: Any, fallen: Desk):
    press("3")
    press("Return")
    qtbot.waitUntil(lambda: fallen.items.kept == [("visit-7", 2500)])
    qtbot.waitUntil(fallen.page.empty.isVisible)


def test_the_ledger_is_one_key_away(desk: Desk):
    press("Ctrl+L")
    assert desk.went == [("ledger", "p-0040962")]


def test_an_error_leaves_the_list(qtbot: Any, desk: Desk):
    desk.items.now = RuleBroken("attention.not_found")
    desk.presenter.refresh()
    qtbot.waitUntil(desk.page.banner.isVisible)
    assert len(desk.state.rows) == 3


def test_the_list_has_its_two_parts(desk: Desk):
    assert [row.key for row in desk.page.table.rows if row.kind is RowKind.SECTION] == ["Money first", "Then these"]
    press("Down")
    press("Down")
    assert desk.state.selected == "job-3"


def test_ways_are_spoken_with_their_outcome(desk: Desk):
    assert desk.page.ways[0].accessibleName() == (
        "Wait, and let the patient go in, recommended. It is asked again by itself. Check-in is not held up."
    )


# What takes a right, and what a patient may be told ----------------------------------------------------------------


def about(qtbot: Any, desk: Desk, item: AttentionItem) -> Desk:
    desk.items.now = (item,)
    desk.presenter.refresh()
    qtbot.waitUntil(lambda: desk.state.selected == item.item_id)
    return desk


@pytest.mark.parametrize(("what", "key", "how", "right"), [
    ("over_refunded", "3", "borne", Right.BILLING), ("over_refunded", "2", "set_against", Right.BILLING),
    ("in_use", "2", "free", Right.BILLING),
])  # fmt: skip
def test_a_right_that_is_missing_is_borrowed_for_this_one_act(
    qtbot: Any, desk: Desk, what: str, key: str, how: str, right: Right
):
    about(qtbot, desk, TASKS[what])
    press(key)
    desk.page.known.reason.setFocus()
    type_text("Ann was here")
    press("Return")
    [(wanted, words, then)] = desk.lent
    assert (wanted, desk.items.resolved) == (right, [])
    assert words.endswith("$12.50, Henry Osei.")
    then(PRIYA)
    qtbot.waitUntil(lambda: desk.items.resolved != [])
    assert desk.items.resolved == [(f"{what}:op", how, "Ann was here", "priya")]


def test_h15_a_dispute_that_was_lost_leads_to_its_end(qtbot: Any, desk: Desk):
    lost = TASKS["dispute_lost"]
    about(qtbot, desk, replace(lost, facts={**lost.facts, "dispute_id": "d-7"}))
    press("Return")
    assert desk.went == [("money", "p-0039914", "", "dispute:pay-7 d-7")]


def test_who_has_the_right_is_not_asked(qtbot: Any, desk: Desk):
    about(qtbot, desk, TASKS["over_refunded"])
    desk.page.known.reason.setFocus()
    type_text("Ann brought it")
    press("Return")
    qtbot.waitUntil(lambda: desk.items.resolved != [])
    assert (desk.lent, desk.items.resolved) == ([], [("over_refunded:op", "recovered", "Ann brought it", "")])


def test_h1_the_patient_may_be_told_that_the_visit_owes_again(qtbot: Any, desk: Desk):
    about(qtbot, desk, TASKS["credit_used"])
    press("Ctrl+M")
    assert desk.went == [("message", "p-0039914", "balance:c7")]


@pytest.mark.parametrize("what", ["paid_over", "paid_twice", "insurer_paid", "over_refunded"])
def test_h1_only_of_what_a_visit_owes(qtbot: Any, desk: Desk, what: str):
    about(qtbot, desk, TASKS[what])
    assert not desk.page.message.isVisible()
    press("Ctrl+M")
    assert desk.went == []


# What waits, and what was solved ------------------------------------------------------------------------------------


def test_the_three_lists_by_key_with_their_counts(qtbot: Any, desk: Desk):
    assert desk.state.counts == {OPEN: 3, WAITING: 4, SOLVED: 4}
    press("Alt+2")
    qtbot.waitUntil(lambda: desk.state.tab == WAITING)
    assert [(row.title, row.subtitle) for row in desk.state.rows][:2] == [
        ("Payment taken", "Henry Osei · Maria Delgado"), ("Put on visits", "Henry Osei · Maria Delgado"),
    ]  # fmt: skip
    assert desk.state.head == "4 changes waiting for the hub, oldest from 9:24 AM"
    press("Return")
    assert desk.went == [("sync",)]
    press("Alt+3")
    qtbot.waitUntil(lambda: desk.state.tab == SOLVED)
    assert [row.section for row in desk.state.rows] == ["Today", "Today", "Today", "May 13"]
    press("Alt+1")
    qtbot.waitUntil(lambda: desk.state.tab == OPEN)
    press("Return")
    assert desk.went[-1] == ("back",)


def test_what_was_solved_says_who_when_how_and_why(qtbot: Any, desk: Desk):
    press("Alt+3")
    qtbot.waitUntil(lambda: desk.state.tab == SOLVED)
    press("Down")
    qtbot.waitUntil(lambda: desk.state.selected == "card:b")
    assert desk.state.record is not None
    assert desk.state.record.facts == (
        ("How", "It went through"), ("Solved", "8:50 AM"), ("By", "Maria Delgado"),
        ("Why", "Saw it on the reader’s slip"), ("Came up", "8:31 AM"),
    )  # fmt: skip
    press("2")  # there is no way to choose here
    press("Return")
    assert desk.went == [("ledger", "p-0040962")]


def test_nobody_had_to(desk: Desk):
    record = records(SOLVED, WAS, "task:c").record
    assert record is not None
    assert ("By", "Nobody had to") in record.facts


def test_long_lists_come_in_pages(qtbot: Any, desk: Desk):
    desk.items.was = replace(WAS, count=123)
    press("Alt+3")
    qtbot.waitUntil(lambda: desk.state.tab == SOLVED)
    assert desk.state.pages is not None
    assert (desk.state.pages.words, desk.state.pages.has_before, desk.state.pages.has_after) == (
        "1–4 of 123",
        False,
        True,
    )
    press("Ctrl+PgDown")
    qtbot.waitUntil(lambda: desk.state.pages is not None and desk.state.pages.has_before)
    assert desk.state.pages.words.startswith(f"{PAGE + 1}–")
    press("Ctrl+PgUp")
    qtbot.waitUntil(lambda: desk.state.pages is not None and not desk.state.pages.has_before)


def test_an_item_that_is_led_to_is_open(qtbot: Any, desk: Desk):
    press("Alt+3")
    qtbot.waitUntil(lambda: desk.state.tab == SOLVED)
    desk.presenter.open("op-7")
    qtbot.waitUntil(lambda: desk.state.tab == OPEN)
    assert desk.state.selected == "op-7"


# Pictures ---------------------------------------------------------------------------------------------------------


OF_DESK = (
    AttentionItem("care:books", "books_wrong", frozen.at(8, 2), None, 0, "care.books_wrong", {"invariant": "I2, I18"}),
    AttentionItem("care:disk", "disk_full", frozen.at(9, 12), None, 0, "care.reserve_used"),
    AttentionItem("care:backup", "backup_old", frozen.at(7, 0), None, 0, "backup.alarm_old", {"days": 9}),
    AttentionItem(
        "eligibility:folder", "answers_refused", frozen.at(9, 2), None, 0, "eligibility.files_refused", {"count": 2}
    ),
)
"""What can be the matter with a desk itself (app.care)."""


COUNTS = {OPEN: 3, WAITING: 4, SOLVED: 23}


def records(tab: str, page: RecordPage, chosen: str = "") -> AttentionState:
    return records_state(tab, page, chosen, COUNTS, say=sentence, now=frozen.at(9, 41))


def states() -> dict[str, AttentionState]:
    """Every state of the page that a person should look at."""
    soon, twice = Checked(next_in_s=18), Checked(2, frozen.at(9, 40, 12), 42)
    long = replace(UNKNOWN, patient=frozen.LONG, amount_cents=99_999_999)
    many = tuple(replace(item, item_id=f"{item.item_id}-{n}") for n in range(12) for item in frozen.attention())
    return {
        "unknown": state(Looking("attempt-9"), soon),
        "asking": state(Looking("attempt-9"), Checked(1, frozen.at(9, 40))),
        "known": state(Looking("attempt-9", 2, Known(True, "", "Say where you saw it.")), twice),
        "void": state(Looking("attempt-void"), soon, (VOID,)),
        "refused": state(Looking("op-7")),
        "print": state(Looking("job-3")),
        "unsigned": state(items=(replace(UNSURE, kind="unsigned", words="attention.unsigned",
                                         facts={"number": "PAY-1-00042", "method": "Visa •••• 4242"}),)),
        "excepted": state(items=(replace(REFUSED, kind="excepted", words="attention.excepted"),)),
        **{what: state(items=(task,)) for what, task in TASKS.items()},
        "tasks": state(Looking("paid_over:op"), items=tuple(TASKS.values())),
        "why": state(Looking("over_refunded:op", 2, Known(None, "", "Say why, in a few words.")),
                     items=(TASKS["over_refunded"],)),
        "both_long": state(items=(replace(TASKS["credit_used"], patient=frozen.LONG, amount_cents=99_999_999),)),
        "fallen": state(items=(FALLEN, replace(FALLEN, item_id="fallen:2", words="attention.visit_no_show"))),
        "long": state(items=(long,), found=soon),
        "many": state(Looking("op-7-9"), items=many),
        **{f"desk-{item.kind}": state(Looking(item.item_id), items=OF_DESK) for item in OF_DESK},
        "waiting": records(WAITING, WAITS),
        "waiting_nobody": records(WAITING, WAITS, "op-4"),
        "waiting_none": records(WAITING, RecordPage()),
        "solved": records(SOLVED, WAS),
        "solved_why": records(SOLVED, WAS, "card:b"),
        "solved_elsewhere": records(SOLVED, WAS, "task:d"),
        "solved_pages": records(SOLVED, replace(WAS, first=50, count=123), "task:c"),
        "solved_long": records(SOLVED, RecordPage((replace(
            WAS.lines[1], patient=frozen.LONG, cents=99_999_999,
            reason="The slip was in the drawer, under the till, and said approved, code 084917, as the patient said"),),
            0, 1)),
        "solved_none": records(SOLVED, RecordPage()),
        "clear": state(items=()),
        "error": attention_state(frozen.attention(), Looking(), say=sentence, now=frozen.at(9, 41),
                                 checked=lambda _id: soon, notice=SPEECH.notice("store.locked")),
    }  # fmt: skip


@pytest.mark.parametrize("look", LOOKS)
def test_nothing_is_clipped(qtbot: Any, look: str):
    theme.current().set(**LOOKS[look][0])
    page = AttentionPage()
    qtbot.addWidget(page)
    assert unfit(page, "attention", look, states(), page.table.setFocus) == {}
