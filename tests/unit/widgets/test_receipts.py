"""The list of receipts: of days or of a patient, chosen with Space, printed, saved, sent, exported."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.lanes import Lane
from app.list_views import Exported
from app.receipt_list import ReceiptLine, ReceiptsAsk, ReceiptsView
from app.views import Person
from models.basics.errors import DeviceMissing, RuleBroken
from models.rules.rights import rights_of
from tests.support import frozen
from tests.support.windows import FULL, LOOKS, press, shown, unfit
from widgets import theme
from widgets.bridge import Bridge
from widgets.common.speech import Speech
from widgets.receipts.presenter import Doors, ReceiptsPresenter
from widgets.receipts.state import SPAN_WORDS, Chosen, ReceiptsState, receipts_state
from widgets.receipts.view import ReceiptsPage
from widgets.session import Session

pytestmark = pytest.mark.usefixtures("themed")

TODAY = frozen.DAY
SPEECH = Speech(lambda: frozen.ZONE)


def line(number: int, **more: Any) -> ReceiptLine:
    known = {
        "name": f"receipt:p-{number}", "number": f"01-1-A-00{number:02}", "words": "Receipt",
        "at": frozen.at(9, number), "patient": frozen.collected().patient, "method_text": "Visa •••• 4242",
        "cents": 7500, "payment_number": f"PAY-1-004{number:02}", "by": "Maria Delgado",
    }  # fmt: skip
    return ReceiptLine(**(known | more))


LINES = (
    line(1), line(2, words="Void receipt", name="void:p-1", cents=-7500),
    line(3, patient=frozen.NEXT.patient, method_text="Cash", cents=4000),
    line(4, patient=frozen.LONG, method_text="Flex spending card 11829 of the employer", cents=99_999_999),
)  # fmt: skip


class Story:
    """Receipts of a test."""

    def __init__(self) -> None:
        self.lines = LINES
        self.asked: list[ReceiptsAsk] = []
        self.printed: list[tuple[str, ...]] = []
        self.saved: list[tuple[str, ...]] = []
        self.exported: list[tuple[Path, str]] = []
        self.error: Exception | None = None

    def page(self, ask: ReceiptsAsk) -> ReceiptsView:
        self.asked.append(ask)
        return ReceiptsView(ask, self.lines, TODAY)

    def print(self, names: Any, _person: Any) -> int:
        if self.error is not None:
            raise self.error
        self.printed.append(tuple(names))
        return len(names)

    def save(self, names: Any, path: Path) -> Exported:
        self.saved.append(tuple(names))
        return Exported(len(names), path.name)

    def export(self, _ask: Any, path: Path, person: Any, _lender: Any) -> Exported:
        self.exported.append((path, person.name))
        return Exported(len(self.lines), path.name)

    def file_name(self, suffix: str) -> str:
        return f"receipts-2026-05-14.{suffix}"


class Lend:
    """Asks for somebody with the right."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def ask(self, what: str, _why: str, _then: Any) -> None:
        self.asked.append(what)


class Desk:
    def __init__(self, folder: Path, person: Person) -> None:
        self.page, self.story, self.lending = ReceiptsPage(), Story(), Lend()
        self.lanes = {name: Lane(name) for name in ("lists", "store")}
        self.went: list[tuple[Any, ...]] = []
        session = Session(self.page)
        session.sign_in(person)
        doors = Doors(
            back=lambda: self.went.append(("back",)),
            show=lambda name, patient_id, _said: self.went.append(("show", name, patient_id)),
            send=lambda names, patient_id, _said: self.went.append(("send", tuple(names), patient_id)),
            ask_pdf=lambda _parent, name: folder / name, ask_list=lambda _parent, name: folder / name,
        )  # fmt: skip
        self.presenter = ReceiptsPresenter(
            self.page, bridge=Bridge(self.page), lanes=self.lanes, receipts=lambda: self.story,  # type: ignore[arg-type,return-value]
            session=session, speech=SPEECH, today=lambda: TODAY, doors=doors, lending=self.lending,  # type: ignore[arg-type]
        )  # fmt: skip

    @property
    def state(self) -> ReceiptsState:
        return self.presenter.state

    def close(self) -> None:
        for lane in self.lanes.values():
            lane.close()


MANAGER = replace(frozen.MARIA, rights=rights_of("manager"))


@pytest.fixture
def desk(qtbot: Any, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Desk]:
    made = Desk(tmp_path, getattr(request, "param", MANAGER))
    qtbot.addWidget(made.page)
    made.page.resize(*FULL)
    shown(made.page)
    made.presenter.open("")
    qtbot.waitUntil(lambda: len(made.state.rows) == len(LINES))
    made.page.take_focus()
    yield made
    made.close()


def test_s0_40_several_are_chosen_with_space_and_printed_in_their_order(qtbot: Any, desk: Desk):
    press("Space")
    press("Down")
    press("Down")
    press("Space")
    assert desk.state.ticked == ("receipt:p-1", "receipt:p-3")
    assert desk.state.foot.endswith("2 chosen")
    assert desk.page.print.label == "Print 2"
    press("Ctrl+P")
    qtbot.waitUntil(lambda: desk.story.printed == [("receipt:p-1", "receipt:p-3")])
    qtbot.waitUntil(lambda: desk.page.said.text() == "2 receipts on the way to the printer, marked COPY.")


def test_s0_40_without_ticks_the_row_in_focus_is_meant(qtbot: Any, desk: Desk):
    press("Down")
    press("Ctrl+S")
    qtbot.waitUntil(lambda: desk.story.saved == [("void:p-1",)])
    press("Return")
    assert desk.went == [("show", "void:p-1", frozen.collected().patient.patient_id)]


def test_s0_40_all_and_none(desk: Desk):
    press("Ctrl+A")
    assert len(desk.state.ticked) == len(LINES)
    press("Ctrl+A")
    assert desk.state.ticked == ()


def test_s0_40_receipts_of_one_patient_go_in_one_message(desk: Desk):
    press("Ctrl+A")
    press("Ctrl+M")
    assert desk.went == []
    assert "several patients" in desk.page.said.text()
    press("Ctrl+A")
    press("Space")
    press("Down")
    press("Space")
    press("Ctrl+M")
    assert desk.went == [("send", ("receipt:p-1", "void:p-1"), frozen.collected().patient.patient_id)]


def test_s0_40_the_list_is_exported_to_a_file_without_a_name_in_it(qtbot: Any, desk: Desk):
    press("Ctrl+E")
    qtbot.waitUntil(lambda: len(desk.story.exported) == 1)
    assert desk.story.exported[0][0].name == "receipts-2026-05-14.csv"
    qtbot.waitUntil(lambda: "Saved 4 receipts" in desk.page.said.text())


@pytest.mark.parametrize("desk", [replace(frozen.MARIA, rights=rights_of("receptionist"))], indirect=True)
def test_s0_40_export_needs_the_right_or_somebody_who_lends_it(desk: Desk):
    press("Ctrl+E")
    assert len(desk.lending.asked) == 1
    assert desk.story.exported == []


def test_s0_40_days_are_chosen_and_ticks_forgotten(qtbot: Any, desk: Desk):
    press("Space")
    desk.page.span_chosen.emit("week")
    qtbot.waitUntil(lambda: desk.story.asked[-1] == ReceiptsAsk(TODAY - timedelta(days=6), TODAY))
    qtbot.waitUntil(lambda: len(desk.state.rows) == len(LINES))
    assert desk.state.ticked == ()
    desk.presenter.open("rosa")
    qtbot.waitUntil(lambda: desk.story.asked[-1].patient_id == "rosa")
    qtbot.waitUntil(lambda: desk.state.title.startswith("Receipts of "))
    assert not desk.page.span.isVisible()


def test_what_fails_is_said(qtbot: Any, desk: Desk):
    desk.story.error = DeviceMissing("receipt.no_printer", device="printer")
    press("Ctrl+P")
    qtbot.waitUntil(lambda: desk.state.notice is not None)
    assert desk.page.banner.isVisible()
    press("Escape")
    assert desk.went == [("back",)]


@pytest.mark.parametrize("span", SPAN_WORDS)
def test_every_span_ends_not_before_it_begins(span: str):
    ask = Chosen(span).ask(date(2026, 3, 1))
    assert ask.first <= ask.last <= date(2026, 3, 1)


def states() -> dict[str, ReceiptsState]:
    def of(lines: tuple[ReceiptLine, ...], chosen: Chosen = Chosen(), **more: Any) -> ReceiptsState:
        return receipts_state(ReceiptsView(chosen.ask(TODAY), lines, TODAY), chosen, **more)

    return {
        "list": of(LINES, ticked=frozenset({"receipt:p-1", "void:p-1"})),
        "patient": of(LINES[:2], Chosen(patient_id="rosa"), ticked=frozenset()),
        "empty": of((), ticked=frozenset()),
        "error": of(LINES, ticked=frozenset(), notice=SPEECH.error(RuleBroken("receipts.nothing_chosen"))),
        "loading": ReceiptsState(skeleton=True),
    }


@pytest.mark.parametrize("look", LOOKS)
def test_nothing_is_clipped(qtbot: Any, look: str):
    theme.current().set(**LOOKS[look][0])
    page = ReceiptsPage()
    qtbot.addWidget(page)
    assert unfit(page, "receipts", look, states(), page.take_focus) == {}


def test_the_page_is_spoken():
    row = receipts_state(ReceiptsView(Chosen().ask(TODAY), LINES, TODAY), Chosen(), frozenset({"void:p-1"})).rows[1]
    assert row.spoken.startswith("ticked, ")
    assert "Void receipt" in row.spoken
