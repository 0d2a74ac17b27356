"""The coverage card and benefits typed in, by keys alone on a real store, and how they look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtWidgets import QWidget

from app.eligibility import CoverageCard, Eligibility, freshness_of
from app.eligibility_answers import Answers, read_answers
from app.lanes import Lane
from app.views import Person
from tests.support.clinic import DAY, MARIA, PRIYA, TestClinic
from tests.support.papers import file_of
from tests.support.windows import LOOKS, clipped, picture, press, settle, shown, type_text
from tests.unit.app.test_eligibility import AT, GOLD, ROSA, text
from tests.unit.exchange.test_x12 import answer, message
from widgets import theme
from widgets.bridge import Bridge
from widgets.common.speech import Notice, Speech
from widgets.coverage.dialog import BenefitsDialog, CoverageDialog
from widgets.coverage.presenter import CoveragePresenter
from widgets.coverage.state import CoverageState, coverage_state

pytestmark = pytest.mark.usefixtures("themed")

ZONE = ZoneInfo("America/Chicago")
SPEECH = Speech(lambda: ZONE)
SAID = "MSG*PRIOR AUTHORIZATION REQUIRED FOR IMAGING; CALL THE NUMBER ON THE CARD BEFORE THE VISIT"


class Room:
    """A window over a clinic, with the card over it."""

    def __init__(self, folder: Path) -> None:
        self.clinic = TestClinic(folder)
        self.clinic.patient()
        self.clinic.coverage(member_id="MBR123456", checked_at="", copay_cents=None)
        self.story = Eligibility(self.clinic.clinic)
        self.lanes = {name: Lane(name) for name in ("reads", "store")}
        self.person: Person = MARIA
        self.said: list[str] = []
        self.page, self.bridge = QWidget(), Bridge()
        self.page.resize(1162, 700)
        self.file: Path | None = None
        self.card, self.form = CoverageDialog(self.page, lambda _parent: self.file), BenefitsDialog(self.page)
        self.presenter = CoveragePresenter(
            self.card, self.form, bridge=self.bridge, lanes=self.lanes, eligibility=lambda: self.story,
            person=lambda: self.person, speech=SPEECH, now=self.clinic.clinic.now,
        )  # fmt: skip
        shown(self.page)

    def answered(self, *lines: str) -> None:
        """The payer's answer of 8:31 came in."""
        content = read_answers("in.271", text(*lines))
        Answers(self.clinic.store).write(content, ZONE, self.clinic.clock.now(), DAY, "maria")

    def facts(self) -> dict[str, str]:
        return dict(self.presenter.state.facts) if self.presenter.state else {}

    def close(self) -> None:
        self.page.close()
        self.page.deleteLater()
        for lane in self.lanes.values():
            lane.close()
        self.clinic.close()


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path)
    yield made
    made.close()


def test_s2_07_the_card_tells_what_a_payer_said(room: Room, qtbot: Any) -> None:
    room.answered(*GOLD, "EB*G*IND*30***29*2500*****Y", SAID)
    room.presenter.open("rosa", room.said.append)
    qtbot.waitUntil(lambda: room.presenter.state is not None, timeout=20_000)
    state = room.presenter.state
    assert state is not None
    assert (state.look[0], state.age_meaning) == ("In force", "ok")
    assert room.facts() == {
        "Plan": "GOLD", "Member number": "MBR123456", "Copay, office visit": "$25.00", "Coinsurance": "20 %",
        "Deductible left": "$800.00", "Out-of-pocket left": "$2,500.00", "Source": "Payer’s answer (271)",
        "As of": "May 14, 8:31 AM",
    }  # fmt: skip
    assert state.messages == (SAID.removeprefix("MSG*"),)
    assert not room.card.show_raw.isVisible(), "the payer's own text is for managers"
    room.person = PRIYA
    room.presenter.open("rosa", room.said.append)
    qtbot.waitUntil(room.card.show_raw.isVisible, timeout=20_000)
    press("Alt+R")
    qtbot.waitUntil(lambda: "EB*B*IND*30" in room.card.raw.toPlainText(), timeout=20_000)
    picture(room.page, "coverage-raw")
    room.clinic.clock.advance(40 * 86_400)
    room.presenter.open("rosa", room.said.append)
    qtbot.waitUntil(lambda: room.presenter.state is not None, timeout=20_000)
    assert room.presenter.state.age_meaning == "warn"  # type: ignore[union-attr]
    assert "40 days" in room.presenter.state.age  # type: ignore[union-attr]


def test_benefits_are_typed_in_by_keys_alone(room: Room, qtbot: Any) -> None:
    room.presenter.open("rosa", room.said.append)
    qtbot.waitUntil(lambda: room.presenter.state is not None, timeout=20_000)
    assert room.presenter.state.look[0] == "Not checked"  # type: ignore[union-attr]
    press("Return")
    qtbot.waitUntil(room.form.isVisible, timeout=20_000)
    assert (room.form.payer.text(), room.form.member.text()) == ("Blue Cross", "MBR123456")
    press("Return")
    qtbot.waitUntil(lambda: "Nothing says" in room.form.error.text, timeout=20_000)
    type_text("30")
    room.form.share.setText("200")
    press("Return")
    assert "per cent" in room.form.rows["share"].error.text
    room.form.share.setText("12.5")
    room.form.deductible.setText("412.50")
    picture(room.page, "coverage-form")
    room.form.copay.setFocus()
    press("Return")
    qtbot.waitUntil(lambda: room.facts().get("Source") == "Typed in at the desk", timeout=20_000)
    assert room.said == ["Benefits kept"]
    facts = room.facts()
    told = [facts[name] for name in ("Copay, office visit", "Coinsurance", "Deductible left", "Out-of-pocket left")]
    assert told == ["$30.00", "12.5 %", "$412.50", "—"]
    assert room.clinic.rows("SELECT copay_cents, status FROM coverage") == [(3000, "active")]


def test_a_file_of_answers_is_read_from_the_card(room: Room, qtbot: Any) -> None:
    room.presenter.open("rosa", room.said.append)
    qtbot.waitUntil(lambda: room.presenter.state is not None, timeout=20_000)
    room.file = file_of(room.clinic.folder, "no.271", b"no x12 at all")
    press("Alt+M")
    qtbot.waitUntil(lambda: room.presenter.state.notice is not None, timeout=20_000)  # type: ignore[union-attr]
    room.file = file_of(room.clinic.folder, "in.271", text(*GOLD))
    press("Alt+M")
    qtbot.waitUntil(lambda: room.facts().get("Copay, office visit") == "$25.00", timeout=20_000)
    assert room.said == ["1 answer taken in"]
    press("Alt+M")
    qtbot.waitUntil(lambda: room.presenter.state.said == "1 known before", timeout=20_000)  # type: ignore[union-attr]
    rejected = message(answer("AAA*N**72*C", subscriber=ROSA).replace(AT[0], AT[1].replace("0831", "0905")))
    room.file = file_of(room.clinic.folder, "rejected.271", rejected)
    press("Alt+M")
    qtbot.waitUntil(lambda: bool(room.presenter.state.rejected), timeout=20_000)  # type: ignore[union-attr]
    assert room.facts()["Copay, office visit"] == "$25.00", "a payer that did not answer hides nothing"


def states(room: Room) -> dict[str, CoverageState | None]:
    room.answered(*GOLD, "EB*G*FAM*30***29*6500*****Y", SAID)
    now = room.clinic.clinic.now()
    full = coverage_state(room.story.card("rosa"), SPEECH, now)
    never = coverage_state(CoverageCard("max", freshness_of("", now), None, None, None), SPEECH, now)
    long = replace(full, title="Wolfeschlegelsteinhausenbergerdorff Mutual Assurance of the Upper Midwest, Inc.",
                   messages=(SAID * 3,) * 3, rejected="The payer did not answer on May 14 (AAA 72).")  # fmt: skip
    return {
        "full": full, "never": never, "long": long, "reading": None,
        "wrong": replace(full, notice=Notice("This is no X12 message", "Nothing was taken."), age_meaning="warn"),
    }  # fmt: skip


@pytest.mark.parametrize("look", LOOKS)
def test_every_state_fits(room: Room, look: str) -> None:
    theme.current().set(**LOOKS[look][0])
    room.page.resize(*LOOKS[look][1])
    for name, state in states(room).items():
        room.card.draw(state, may_see_raw=True)
        room.card.open_over()
        settle()
        picture(room.page, f"coverage-{name}-{look}")
        assert clipped(room.card) == [], name
        room.card.close_over()
    room.form.ask(room.story.form("rosa"))
    settle()
    picture(room.page, f"coverage-form-{look}")
    assert clipped(room.form) == []
