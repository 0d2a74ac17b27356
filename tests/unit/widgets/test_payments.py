"""The payments as they are drawn: what cards, rows and charts say, filters as questions, columns, and every look."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.payment_views import (
    PAGE,
    Month,
    PaymentCards,
    PaymentChoices,
    PaymentLine,
    PaymentOrder,
    PaymentsAsk,
    PaymentsView,
)
from models.rules.payment_status import OUTSTANDING, Status
from tests.support.windows import LOOKS, picture, shown, unfit
from widgets import theme
from widgets.common.several import SeveralChoice
from widgets.common.speech import Notice
from widgets.payments.columns import COLUMNS, MOST, Shown
from widgets.payments.columns_dialog import ColumnsDialog
from widgets.payments.figures import axis_text, dashboard, steps
from widgets.payments.numbers_dialog import NumbersDialog
from widgets.payments.state import (
    OPEN_STATUSES,
    ORDER_WORDS,
    OWN_SPAN,
    SPAN_WORDS,
    STATUS_PRESETS,
    STATUS_WORDS,
    Chosen,
    Exporting,
    PaymentsState,
    payments_state,
    status_words,
)
from widgets.payments.view import PaymentsPage

pytestmark = pytest.mark.usefixtures("themed")

TODAY = date(2026, 5, 14)
LONG = "Maximiliana-Theodora Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh"
CHOICES = PaymentChoices(
    (("alder", "Alder Street"), ("birch", "Birch Lane Pediatrics and Family Medicine")),
    (("cash", "Cash"), ("card", "Card")), (("maria", "Maria Delgado"), ("priya", "Priya Nair")),
)  # fmt: skip


def at(year: int, month: int, day: int, hour: int, minute: int) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def line(number: int, patient: str, cents: int, status: Status, **more: Any) -> PaymentLine:
    asked = status in OUTSTANDING | {Status.FAILED, Status.CANCELLED}
    known: dict[str, Any] = {
        "refunded_cents": 0, "due": TODAY, "overdue": False, "treatment": "v",
        "treatment_number": f"TR-{number % 9973}", "created": at(2026, 5, 14, 9, 42), "memo": "",
    }  # fmt: skip
    key = f"x{number}"
    return PaymentLine("" if asked else key, key if asked else "", f"PAY-1-{number}", f"p{number}", patient, cents,
                       status=status, **{**known, **more})  # fmt: skip


LINES = (
    line(10482, "Rosa Alvarez", 7500, Status.PAID, memo="Copay + Mar 2 lab"),
    line(10480, "Nadia Petrova", 21000, Status.PROCESSING, memo="Plan 2 of 6", created=at(2026, 5, 14, 8, 58)),
    line(10477, "Ingrid Sørensen", 32000, Status.PARTIALLY_REFUNDED, memo="billing error", refunded_cents=12000,
         due=date(2026, 5, 6), created=at(2026, 5, 6, 11, 0)),
    line(10474, "Owen Fitzgerald", 5825, Status.FAILED, memo="Pay link, card expired", due=date(2026, 5, 4),
         created=at(2026, 5, 4, 11, 0)),
    line(10468, "Priscilla Mbeki", 14500, Status.PENDING, due=date(2026, 4, 30), overdue=True,
         created=at(2026, 4, 23, 11, 0)),
    line(10465, "Danielle Brooks", 2500, Status.DRAFT, memo="Office visit estimate", treatment="", treatment_number="",
         created=at(2026, 4, 22, 11, 0)),
    line(10461, "Ben Kowalski", 6000, Status.VOIDED, due=None), line(10460, "Mei Tanaka", 5000, Status.REFUNDED,
                                                                     refunded_cents=5000),
    line(10459, "Cleo Dunn", 500, Status.CANCELLED),
    line(10458, LONG, 123_456_789_00, Status.PARTIALLY_REFUNDED, memo="Comprehensive preventive medicine evaluation "
         "and management of an established patient", refunded_cents=12_345_678_00, due=date(2025, 12, 31),
         created=at(2025, 12, 31, 11, 0)),
)  # fmt: skip


def cards(**more: Any) -> PaymentCards:
    sums = (15200, 16700, 14900, 17600, 18900, 17100, 13800, 19400, 18100, 21000, 20200, 11920)
    months = tuple(Month(2025 + (at + 5) // 12, (at + 5) % 12 + 1, cents * 100) for at, cents in enumerate(sums))
    known: dict[str, Any] = {
        "ask": PaymentsAsk(), "collected_cents": 20512050, "net_cents": 20001050,
        "months": (*months[:-1], replace(months[-1], projected_cents=1970000)), "month_so_far_cents": 1192050,
        "ahead_percent": 6, "outstanding": 56, "outstanding_cents": 684025, "overdue": 12, "overdue_cents": 190500,
        "by_status": dict(zip(Status, (11, 42, 3, 318, 9, 7, 6, 4, 5), strict=True)),
    }  # fmt: skip
    return PaymentCards(**{**known, **more})


def view(**more: Any) -> PaymentsView:
    known: dict[str, Any] = {"ask": PaymentsAsk(), "lines": LINES, "today": TODAY, "payments": 1138, "cents": 1490275}
    return PaymentsView(**{**known, **more})


NARROW = Chosen("rosa", frozenset({"pending", "failed"}), "birch", "month", tender="card", staff="maria")
HUGE = cards(collected_cents=123_456_789_012, net_cents=-98_765_432_10, outstanding_cents=98_765_432_198,
             outstanding=987_654, overdue=123_456, overdue_cents=98_765_432_10, month_so_far_cents=12_345_678_900,
             by_status=dict.fromkeys(Status, 1_234_567))  # fmt: skip


def states() -> dict[str, PaymentsState]:
    """Every state of the page."""
    known = dashboard(cards())
    everything = payments_state(view(), Chosen(), choices=CHOICES, dashboard=known)
    nothing = view(lines=(), payments=0, cents=0)
    none = dashboard(cards(collected_cents=0, net_cents=0, months=tuple(replace(each, cents=0, projected_cents=0)
                                                                        for each in cards().months),
                           month_so_far_cents=0, ahead_percent=None, outstanding=0, outstanding_cents=0, overdue=0,
                           overdue_cents=0, by_status=dict.fromkeys(Status, 0)))  # fmt: skip
    return {
        "all": everything,
        "filtered": payments_state(view(first=50), NARROW, choices=CHOICES,
                                   dashboard=dashboard(cards(ask=PaymentsAsk(text="rosa")))),
        "own-days": payments_state(view(), Chosen(span=OWN_SPAN, first=date(2026, 4, 15), last=TODAY), choices=CHOICES,
                                   dashboard=known),
        "huge": payments_state(view(lines=LINES[::-1]), Chosen(), choices=CHOICES, dashboard=dashboard(HUGE)),
        "none": payments_state(nothing, Chosen(), choices=CHOICES, dashboard=none),
        "no-match": payments_state(nothing, NARROW, choices=CHOICES, dashboard=none),
        "saving": replace(everything, exporting=Exporting(120_000, 1_040_000)),
        "said": replace(everything, said="Saved 138 payments in list.xlsx."),
        "broken": replace(everything, notice=Notice("The store is busy", "Nothing was changed.")),
        "fewer-columns": payments_state(view(), Chosen(), choices=CHOICES, dashboard=known,
                                        shown=Shown(frozenset({"memo", "due"}), {"patient": 320})),
        "waiting": PaymentsState(choices=CHOICES, today=TODAY, skeleton=True),
    }  # fmt: skip


# What is said -----------------------------------------------------------------------------------------------------


def test_s2_01_cards_say_literal_and_net_apart_and_how_the_month_goes() -> None:
    told = dashboard(cards())
    assert told.spoken_collected == (
        "Total collected 205,120 dollars 50 cents, net of refunds 200,010 dollars 50 cents, $11,920.50 this month so "
        "far, 6% ahead of April at this point"
    )
    assert told.spoken_outstanding == "Outstanding 6,840 dollars 25 cents in 56 payments, 12 overdue with 1,905 dollars"
    assert told.spoken_status.startswith("Status breakdown, 405 payments: Paid 318, Pending 42, Processing 3, Draft 11")
    assert told.spoken_trend.startswith(
        "Collected by month, 12 months: most in March 2026 with 21,000 dollars; May 2026 so far 11,920 dollars, "
        "heading for 19,700 dollars"
    )


@pytest.mark.parametrize(("percent", "words"), [(None, "so far"), (0, "level with April at this point"),
                                                (-9, "9% behind April at this point")])  # fmt: skip
def test_s2_01_the_pace_of_the_month(percent: int | None, words: str) -> None:
    assert dashboard(cards(ahead_percent=percent)).pace.endswith(words)


def test_s2_01_figures_that_follow_a_filter_say_so() -> None:
    told = dashboard(cards(ask=PaymentsAsk(text="rosa")))
    assert {told.collected_title, told.outstanding_title, told.status_title} == {
        "Total collected, filtered", "Outstanding, filtered", "Status breakdown, filtered"}  # fmt: skip
    assert states()["filtered"].filter_words == (
        "“rosa” · Pending, Failed · Birch Lane Pediatrics and Family Medicine · Last 30 days · Card · Maria Delgado"
    )


def test_s2_02_a_row_is_read_as_one_sentence() -> None:
    rows = {row.key: row for row in states()["all"].rows}
    assert rows["x10468"].sentence == (
        "PAY-1-10468, Priscilla Mbeki, 145 dollars, Pending, due Apr 30, TR-495, created Apr 23, Overdue 14 days"
    )
    assert rows["x10477"].sentence.endswith("created May 6, Refunded $120.00, billing error")


def test_s2_02_the_foot_has_place_and_sum() -> None:
    assert states()["all"].foot == "1 to 10 of 1,138 payments · $14,902.75"
    assert states()["filtered"].foot == "51 to 60 of 1,138 payments that match · $14,902.75"
    assert (states()["all"].page, states()["all"].pages, states()["all"].has_before) == (0, 23, False)


def test_s2_03_nine_statuses_and_what_is_outstanding() -> None:
    asked = {key: Chosen(statuses=keys).ask(TODAY).statuses for key, (_, keys) in STATUS_PRESETS.items()}
    assert asked == {"": frozenset(), OPEN_STATUSES: {Status.DRAFT, Status.PENDING, Status.PROCESSING}}
    assert list(STATUS_WORDS) == [status.value for status in Status]
    assert len(STATUS_WORDS) == 9


@pytest.mark.parametrize(("keys", "words"), [("", "Status: any"), ("draft pending processing", "Outstanding"),
                                             ("voided", "Voided"), ("voided paid", "Paid, Voided")])  # fmt: skip
def test_s2_03_several_statuses_are_named_in_their_order(keys: str, words: str) -> None:
    assert status_words(frozenset(keys.split())) == words


def test_s2_03_statuses_are_ticked_by_keys_and_by_clicks() -> None:
    """Space ticks and leaves the list open; Enter takes one alone; a letter at the closed field, too."""
    host = QWidget()
    field = SeveralChoice("Status", STATUS_PRESETS, tuple(STATUS_WORDS.items()), status_words, host)
    told: list[frozenset[str]] = []
    field.several.connect(told.append)
    shown(host)
    field.setFocus()
    QTest.keyClicks(field, "pa")  # the closed field: paid alone
    assert told[-1] == {"paid"}
    field.showPopup()
    for key in ("Down", "Space", "Down", "Space"):
        QTest.keyClick(field.view(), getattr(Qt.Key, f"Key_{key}"))
    assert field.view().isVisible()
    assert (told[-1], field.words) == ({"paid", "failed", "cancelled"}, "Paid, Failed, Cancelled")
    row = field.view().visualRect(field.model().index(field.findData("draft"), 0)).center()
    QTest.mouseClick(field.view().viewport(), Qt.MouseButton.LeftButton, pos=row)
    assert told[-1] == {"paid", "failed", "cancelled", "draft"}
    picture(host, "payments-statuses")
    picture(field.view().window(), "payments-statuses-open")
    QTest.keyClick(field.view(), Qt.Key.Key_Return)
    assert not field.view().isVisible()
    assert told[-1] == field.keys == {"paid", "failed", "cancelled", "draft"}
    field.showPopup()
    field.view().setCurrentIndex(field.model().index(1, 0))
    QTest.keyClick(field.view(), Qt.Key.Key_Return)
    assert field.keys == STATUS_PRESETS[OPEN_STATUSES][1]
    assert field.accessibleDescription() == "Outstanding"
    host.close()
    host.deleteLater()


def test_s2_02_several_rows_are_selected_and_stay_so() -> None:
    page = PaymentsPage(detail=True)
    page.resize(1162, 654)
    shown(page)
    page.draw(states()["all"])
    page.take_focus()
    QTest.keyClick(page.table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(page.table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert page.table.keys == ("x10482", "x10480", "x10477")
    page.draw(payments_state(view(lines=(line(1, "New", 100, Status.PAID), *LINES)), Chosen(), choices=CHOICES))
    assert page.table.keys == ("x10482", "x10480", "x10477")
    page.table.viewport().repaint()
    assert [page.table.is_selected(row) for row in range(5)] == [False, True, True, True, False]
    QTest.keyClick(page.table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(page.table.keys) == len(LINES) + 1
    page.close()
    page.deleteLater()


@pytest.mark.parametrize("span", [key for key in SPAN_WORDS if key != OWN_SPAN])
def test_s2_03_every_span_of_days_can_be_asked(span: str) -> None:
    ask = Chosen(span=span).ask(TODAY)
    assert (ask.first is None) is (span == "")
    assert ask.last in (None, TODAY)


def test_s2_03_days_the_wrong_way_round_are_one_day() -> None:
    ask = Chosen(span=OWN_SPAN, first=TODAY, last=TODAY - timedelta(3)).ask(TODAY)
    assert (ask.first, ask.last) == (TODAY - timedelta(3), TODAY - timedelta(3))


def test_s2_04_five_keys_both_ways() -> None:
    asked = {(Chosen().ordered(key).ask(TODAY).order, Chosen().ordered(key).ask(TODAY).descending)
             for key in ORDER_WORDS}  # fmt: skip
    assert asked == {(order, way) for order in PaymentOrder for way in (True, False)}
    assert all(Chosen().ordered(key).order_key == key for key in ORDER_WORDS)


def test_s2_04_a_head_turns_its_own_order_round_and_begins_with_what_is_wanted_first() -> None:
    by = Chosen(page=3).by_column("amount")
    assert (by.order, by.descending, by.page) == (PaymentOrder.AMOUNT, True, 0)
    assert not by.by_column("amount").descending
    assert not by.by_column("patient").descending
    assert by.by_column("memo") == by


# Charts and columns -----------------------------------------------------------------------------------------------


@given(st.integers(0, 10**14))
def test_s2_01_the_lines_behind_the_bars_hold_every_bar(most: int) -> None:
    low, middle, high = steps(most)
    assert low == 0 < middle < high
    assert most <= high <= max(most * 4 // 3 + 1, 100)


@pytest.mark.parametrize(("cents", "words"), [(0, "$0"), (50, "$0.50"), (40000, "$400"), (1000000, "$10k"),
                                              (250000, "$2.5k"), (500_000_000_00, "$500M")])  # fmt: skip
def test_sums_at_the_axis(cents: int, words: str) -> None:
    assert axis_text(cents) == words


@given(st.lists(st.integers(0, 10**7), min_size=9, max_size=9), st.floats(200, 900))
def test_s2_01_slices_fill_the_bar_and_none_is_lost(counts: list[int], room: float) -> None:
    from widgets.payments.charts import StatusChart

    chart = StatusChart()
    told = dashboard(cards(by_status=dict(zip(Status, counts, strict=True))))
    chart.set(told.slices, told.spoken_status)
    widths = chart.widths(room)
    assert len(widths) == sum(count > 0 for count in counts)
    assert all(width >= 2 for width in widths)
    if widths:
        assert sum(widths) + len(widths) - 1 == pytest.approx(room)


@given(st.dictionaries(st.sampled_from(sorted(COLUMNS)), st.integers(0, 900)))
def test_columns_are_remembered_as_they_were_left(widths: dict[str, int]) -> None:
    kept = Shown.read(" ".join(f"{name}={width}" for name, width in widths.items()))
    assert Shown.read(kept.text) == kept
    assert "number" in kept.names
    assert all(width <= MOST for width in kept.widths.values())


@pytest.mark.parametrize("text", ["", "nonsense", "memo=wide", "=3", "unknown=0 patient", "number=0"])
def test_what_cannot_be_read_is_as_the_program_comes(text: str) -> None:
    assert Shown.read(text) == Shown()


def test_a_drawn_column_keeps_its_width() -> None:
    kept = Shown().sized("memo", 5000)
    assert kept.columns[-1].width == MOST
    assert kept.columns[-1].stretch == 0


# How it looks -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("look", LOOKS)
def test_it_fits_in_every_look(look: str) -> None:
    theme.current().set(**LOOKS[look][0])
    page = PaymentsPage(detail=True)
    try:
        assert unfit(page, "payments", look, states(), page.take_focus) == {}
    finally:
        page.deleteLater()


@pytest.mark.parametrize("look", LOOKS)
def test_the_dialogs_fit_in_every_look(look: str) -> None:
    from tests.support.windows import clipped

    theme.current().set(**LOOKS[look][0])
    host = QWidget()
    host.resize(*LOOKS[look][1])
    shown(host)
    numbers, columns = NumbersDialog(host), ColumnsDialog(host)
    wrong = {}
    for name, told in (("numbers", dashboard(cards())), ("numbers-huge", dashboard(HUGE))):
        numbers.show_numbers(told, "")
        picture(host, f"payments-{name}-{look}")
        wrong[name] = clipped(numbers)
    numbers.close_over()
    columns.ask(Shown(frozenset({"memo"}), {"patient": 333, "due": 137}))
    picture(host, f"payments-columns-{look}")
    wrong["columns"] = clipped(columns)
    assert columns.chosen == Shown(frozenset({"memo"}), {"patient": 333, "due": 137})
    columns.close_over()
    host.close()
    host.deleteLater()
    assert wrong == {"numbers": [], "numbers-huge": [], "columns": []}


def test_everything_has_a_name_for_a_screen_reader() -> None:
    page = PaymentsPage(detail=True)
    page.resize(1162, 654)
    shown(page)
    page.draw(states()["filtered"])
    parts = (page.bar.field, page.bar.status, page.bar.location, page.bar.span, page.bar.tender, page.bar.staff,
             page.bar.order, page.table, page.cards.collected, page.cards.collected.chart, page.cards.outstanding,
             page.cards.breakdown, page.cards.breakdown.chart, page.numbers, page.columns, page.export, page.clear,
             page.paging.before, page.paging.after, page.paging.field)  # fmt: skip
    assert [type(part).__name__ for part in parts if not part.accessibleName()] == []
    assert PAGE == 50
    page.close()
    page.deleteLater()
