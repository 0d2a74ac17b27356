"""Payment requests by link: how the list and its forms look, and what a row can take."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.ask_views import AskLine, AskSheet, AskState, AsksView, ManyLine, ManySheet, ManyWish, Which
from app.messages import Way
from app.online_views import OnlineTab, OnlineView
from app.views import PatientHead
from models.rules.campaigns import LeftOut
from tests.support import frozen
from tests.support.windows import LOOKS, clipped, picture, shown, unfit
from widgets import theme
from widgets.common.speech import Notice
from widgets.inbox.asks_dialogs import ManyDialog, OneDialog, SmallDialog
from widgets.inbox.asks_state import AsksState, asks_state, days_of, many_words, offers_for, snooze_words
from widgets.inbox.state import Chosen, inbox_state
from widgets.inbox.view import InboxPage

pytestmark = pytest.mark.usefixtures("themed")

TODAY = date(2026, 5, 14)
AT = datetime(2026, 5, 14, 9, 12, tzinfo=UTC)
LONG = replace(frozen.LONG, merged_with="")


def head(name: str = "Ada Quillfeather", mrn: str = "0041877") -> PatientHead:
    return PatientHead(f"p-{mrn}", name, "AQ", date(1984, 3, 14), 42, mrn, "(555) 010-4417")


def line(state: AskState, **more: Any) -> AskLine:
    known: dict[str, Any] = {
        "ask_id": state.value, "patient": head(), "amount_cents": 8_500, "state": state, "at": AT, "campaign": "",
        "channel": "text", "address": "(555) 010-4417", "told": 1, "times": 3, "told_on": TODAY, "next_on": None,
        "note": "", "link_id": "l",
    }  # fmt: skip
    return AskLine(**{**known, **more})


LINES = (
    line(AskState.WAITING, told=0),
    line(AskState.SENT, next_on=TODAY + timedelta(3), campaign="Spring balances 2026 of everybody who owes 50 and more",
         patient=LONG, channel="email", address="an.address.that.is.long.enough@mail.of.a.clinic.example"),
    line(AskState.REMINDED, told=2, next_on=TODAY + timedelta(4), snoozed_until=TODAY + timedelta(30)),
    line(AskState.FAILED, reason="message.failed.address_refused"),
    line(AskState.PAID), line(AskState.SETTLED), line(AskState.CANCELLED), line(AskState.EXPIRED),
    line(AskState.LEFT_OUT, told=0, reason="ask.left.on_plan"),
)  # fmt: skip
WAY = Way("text", "(555) 010-4417")
SHEET = AskSheet("k", LONG, 8_500, Way("email", "rosa@home.test", agreed=True), WAY, "email", known=(LINES[1],))
MANY = ManySheet("c", ManyWish(), tuple(
    ManyLine(replace(head(f"Patient {n:02d}", f"{n:07d}"), patient_id=f"m{n}"), 12_345 + n, date(2026, 4, 1), None,
             "email", f"patient{n:02d}@home.test") for n in range(30)
), tuple(ManyLine(replace(head(mrn=why.value), patient_id=why.value), 500, date(2026, 4, 1), why,
                  snoozed_until=TODAY + timedelta(9)) for why in LeftOut))  # fmt: skip


def states() -> dict[str, AsksState]:
    view = AsksView(LINES, tuple((each, 1) for each in AskState), TODAY)
    nothing = AsksView((), (), TODAY)
    return {
        "requests": asks_state(view, Chosen()),
        "page": asks_state(replace(view, more=True), Chosen(page=2)),
        "said": asks_state(view, Chosen(), said="$85.00 asked of Ada Quillfeather."),
        "nothing": asks_state(nothing, Chosen()),
        "no-match": asks_state(nothing, Chosen(which=Which.PAID)),
        "broken": asks_state(view, Chosen(), notice=Notice("The store is busy", "Nothing was changed.")),
        "waiting": AsksState(skeleton=True),
    }


class Requests(InboxPage):
    """The page at its list of requests."""

    def draw(self, state: Any) -> None:
        super().draw(inbox_state(OnlineView((), (), 3, 16_500, TODAY), Chosen(OnlineTab.REQUESTS)))
        self.asks.draw(state)
        self.draw_asks(state)


@pytest.mark.parametrize("look", LOOKS)
def test_nothing_is_clipped_in_any_look(qtbot: Any, look: str) -> None:
    theme.current().set(**LOOKS[look][0])
    page = Requests()
    qtbot.addWidget(page)
    page.offer(frozenset({"ledger"}), put_away=True)
    page.asks.offer(offers_for(LINES[1]), shown=True)
    assert unfit(page, "asks", look, states(), page.take_focus) == {}


@pytest.mark.parametrize("look", LOOKS)
def test_nothing_of_the_forms_is_clipped(qtbot: Any, look: str) -> None:
    theme.current().set(**LOOKS[look][0])
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(*LOOKS[look][1])
    shown(host)
    one, many = OneDialog(host), ManyDialog(host)
    small = SmallDialog(host, "Snooze", "Snooze", "Up to", "6/14, +30")

    def choosing() -> None:
        one.begin()

    def chosen() -> None:
        one.begin()
        one.show_sheet(SHEET, TODAY, "No patient can pay online yet. Nothing was sent.")

    def asked() -> None:
        many.begin()
        many.show_sheet(MANY, "")

    def left() -> None:
        asked()
        many.statement.setChecked(True)
        many.parts.set_key("left")
        many.left.set_key(LeftOut.SNOOZED.value)
        many._show_part()
        assert many.snooze.isVisible()

    def nobody() -> None:
        many.begin()
        many.show_sheet(replace(MANY, asked=()), "")

    def snoozed() -> None:
        small.begin(LONG.name, snooze_words(TODAY + timedelta(30)), "+30")

    found: dict[str, Any] = {}
    ways = {"choosing": (one, choosing), "one": (one, chosen), "many": (many, asked), "left": (many, left),
            "nobody": (many, nobody), "snooze": (small, snoozed)}  # fmt: skip
    for name, (dialog, opened) in ways.items():
        opened()
        QTest.qWait(2)
        picture(host, f"asks-{name}-{look}")
        if wrong := clipped(host):
            found[name] = wrong
        dialog.close_over()
    assert found == {}


@pytest.mark.parametrize(
    ("state", "acts"),
    [
        (AskState.WAITING, {"cancel"}), (AskState.SENT, {"again", "cancel"}), (AskState.REMINDED, {"again", "cancel"}),
        (AskState.FAILED, {"again", "cancel"}), (AskState.PAID, set()), (AskState.SETTLED, set()),
        (AskState.CANCELLED, set()), (AskState.EXPIRED, set()), (AskState.LEFT_OUT, set()),
    ],
)  # fmt: skip
def test_s1_16_what_a_row_can_take(state: AskState, acts: set[str]) -> None:
    assert offers_for(line(state)) == acts | {"many", "snooze"}
    assert offers_for(None) == {"many"}


def test_s1_16_reminders_are_chosen_in_days() -> None:
    assert [days_of(key) for key in ("", "3", "3,7")] == [(), (3,), (3, 7)]


def test_a_row_is_read_as_one_sentence() -> None:
    rows = {row.key: row.sentence for row in states()["requests"].rows}
    assert "Ada Quillfeather" in rows["reminded"]
    assert "Next May 18, 2026" in rows["reminded"]
    assert "On a payment plan" in rows["left_out"]
    assert states()["requests"].foot.startswith("1 on its way · 1 sent · 1 reminded · 1 not sent · 1 bank asked")


def test_s1_17_how_many_get_a_statement_is_said_before() -> None:
    some = replace(MANY, asked=tuple(replace(line, agreed=n < 7) for n, line in enumerate(MANY.asked)))
    assert many_words(some, statement=True)[1].endswith("in all · 7 with a statement")
    assert "statement" not in many_words(some)[1]
