"""Collect for the family, by the practice's own ways to pay, in advance, and with its fields: states and looks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget

from app.views import CollectSheet, PaymentFields, TenderKind, VisitChoice, WayToPay
from tests.support import frozen
from tests.support.windows import FULL, LOOKS, clipped, picture, shown, unfit
from tests.unit.widgets.test_collect import SPEECH, sheet, state_of
from widgets import theme
from widgets.collect.details import DetailsDialog, Typed, meant, places, typed_of
from widgets.collect.draft import EXTRA_KEY, carry_over, decide, first_draft
from widgets.collect.state import CollectState, Phase
from widgets.collect.view import CollectPage

pytestmark = pytest.mark.usefixtures("themed")

BENS = replace(frozen.LAB, key="bens", charge_id="bens", title="Strep test", subtitle="Ben · Visit Apr 2, 2026",
               visit_title="Strep test", patient_id="p-ben", patient="Ben", owes_cents=2000, selected=False,
               appointment_id="v-ben")  # fmt: skip
MIAS = replace(BENS, key="mias", charge_id="mias", title="Copay, well child", subtitle="Mia · Today 10:15 AM",
               patient="Mia", patient_id="p-mia", owes_cents=2500, appointment_id="v-mia")  # fmt: skip
WAYS = (WayToPay("flex", "Flex spending card", "Confirmation number"), WayToPay("voucher", "County voucher"))
VISITS = (
    VisitChoice("a-4", frozen.DAY, "Office visit", "Dr. Okafor"),
    VisitChoice("v-may", date(2026, 5, 28), "Follow-up", "Dr. Okafor"),
    VisitChoice("v-ben-2", date(2026, 6, 4), "Well child", "L. Fischer, NP", "Ben", "p-ben"),
)
LONG_WAY = WayToPay("long", "County hospital employees’ mutual voucher"[:40], "Authorisation reference number")
"""As long as Settings lets them be."""


def more(**changes: Any) -> CollectSheet:
    """Rosa's sheet with a family, ways to pay and visits to come."""
    known: dict[str, Any] = {
        "lines": (frozen.COPAY, frozen.LAB, frozen.FOLLOW, BENS, MIAS), "ways": WAYS, "visits": VISITS,
        "tenders": ("card", "cash", "check", "other"), "practitioners": (("okafor", "Dr. Okafor"), ("reyes", "Dr. R")),
    }  # fmt: skip
    return sheet(**(known | changes))


def other(**changes: Any) -> Any:
    """A draft that pays another way."""
    return replace(first_draft(more()), tender=TenderKind.OTHER, **changes)


# What is chosen -----------------------------------------------------------------------------------------------------


def test_the_family_is_one_switch_away_and_never_asked_for_by_itself():
    draft = first_draft(more())
    state = state_of(more(), draft)
    assert [line.key for line in state.lines] == ["copay", "lab", "follow"]
    assert state.to_collect_cents == 7500
    assert state.family is not None
    assert (state.family.on, state.family.names, state.family.cents) == (False, "Ben, Mia", 4500)
    assert state.total_note == "$175.00 owed in all · $100.00 left after this"
    paid_for = draft.with_family(more(), True)
    state = state_of(more(), paid_for)
    assert [line.key for line in state.lines] == ["copay", "lab", "follow", "bens", "mias"]
    assert state.to_collect_cents == 12000
    assert state.total_note == "$220.00 owed by the family · $100.00 left after this"
    assert [row.title for row in state.goes][-3:-1] == ["Strep test, Ben", "Strep test, Mia"]
    assert state_of(more(), paid_for.with_family(more(), False)).to_collect_cents == 7500


def test_what_the_family_gets_stands_on_their_accounts():
    draft = first_draft(more()).with_family(more(), True)
    decided = decide(more(), draft, SPEECH.field)
    from tests.unit.widgets.test_collect import goes

    plan = goes(more(), decided.amounts)
    assert plan.after.allocated_cents - plan.before.allocated_cents == 7500
    assert plan.after.unallocated_cents == 0


def test_another_way_to_pay_names_itself_and_asks_its_number():
    state = state_of(more(), other())
    assert (state.pane, state.tender) == ("other", TenderKind.OTHER)
    assert state.other is not None
    assert (state.other.method_id, state.other.label) == ("flex", "Confirmation number")
    assert state.primary is not None
    assert state.primary.text == "Record $75.00"
    missing = state_of(more(), other(), Phase(number_missing=True))
    assert missing.other is not None
    assert missing.other.error == "Confirmation number is needed."
    plain = state_of(more(), other(method_id="voucher"), Phase(number_missing=True))
    assert plain.other is not None
    assert (plain.other.label, plain.other.error) == ("", "")


def test_a_way_that_is_gone_falls_back_to_the_first():
    draft = carry_over(other(method_id="gone", extra_for="gone"), more())
    assert (draft.method_id, draft.extra_for) == ("flex", None)
    assert carry_over(other(method_id="flex"), more(ways=())).method_id == ""


@pytest.mark.parametrize(
    ("place", "row", "under"),
    [
        ("", "Unallocated credit", "Free for any visit"),
        ("a-4", "Prepaid for this visit", "Waits for this visit"),
        ("v-may", "Prepaid for May 28 Follow-up", "Waits for May 28 Follow-up"),
        ("v-ben-2", "Prepaid for Ben, Jun 4 Well child", "Waits for Ben, Jun 4 Well child"),
    ],
)
def test_s3_01_and_s3_02_money_in_advance_goes_where_it_is_said(place: str, row: str, under: str):
    draft = first_draft(more()).typed(EXTRA_KEY, "20").kept(extra_for=place)
    state = state_of(more(), draft)
    assert state.to_collect_cents == 9500
    titles = [each.title for each in state.goes]
    assert row in titles
    assert next(each for each in state.goes if each.title == row).this_cents == 2000
    assert state.extra is not None
    assert state.extra.subtitle == under


def test_the_fields_are_read_as_people_type_them():
    draft = first_draft(more())
    typed = Typed("20", "v-may", "copay", "reyes", "May 12", "  mailed   in ")
    found, errors = meant(typed, draft, frozen.DAY, SPEECH.field)
    assert errors == {}
    assert found.fields == PaymentFields("copay", date(2026, 5, 12), "reyes", "mailed in")
    assert (found.extra_for, found.texts[EXTRA_KEY]) == ("v-may", "20.00")
    assert typed_of(more(), found) == Typed("20.00", "v-may", "copay", "reyes", "5/12/2026", "mailed in")
    assert state_of(more(), found).details == "Copay, received May 12, Dr. R, with a note"
    assert state_of(more(), draft).details == ""


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        (Typed(extra="ten"), "extra"),
        (Typed(extra="0"), "extra"),
        (Typed(received="soon"), "received"),
        (Typed(received="5/20"), "received"),
    ],
)
def test_what_cannot_be_is_said_under_its_field(typed: Typed, field: str):
    assert set(meant(typed, first_draft(more()), frozen.DAY, SPEECH.field)[1]) == {field}


def test_nothing_typed_changes_nothing():
    draft = first_draft(more())
    found, errors = meant(typed_of(more(), draft), draft, frozen.DAY, SPEECH.field)
    assert errors == {}
    assert (found.fields, found.extra_for, state_of(more(), found).to_collect_cents) == (PaymentFields(), None, 7500)
    today, _ = meant(Typed(received="today"), draft, frozen.DAY, SPEECH.field)
    assert today.fields.received_on is None


def test_places_name_whose_visit_it_is():
    assert places(more(), frozen.DAY) == (
        ("", "Any visit: credit on account"), ("a-4", "May 14 Office visit, Dr. Okafor"),
        ("v-may", "May 28 Follow-up, Dr. Okafor"), ("v-ben-2", "Ben: Jun 4 Well child, L. Fischer, NP"),
    )  # fmt: skip


# How it looks -------------------------------------------------------------------------------------------------------


def looks() -> dict[str, CollectState]:
    """Every new state of the page."""
    family = first_draft(more()).with_family(more(), True)
    said = PaymentFields("coinsurance", date(2026, 5, 12), "okafor", "x")
    prepaid = first_draft(more()).typed(EXTRA_KEY, "20").kept(extra_for="v-ben-2", fields=said)
    long_way = more(ways=(LONG_WAY,), patient=frozen.LONG)
    return {
        "family-off": state_of(more()),
        "family-on": state_of(more(), family),
        "family-credit": state_of(more(credit_cents=2000), family),
        "other": state_of(more(), other()),
        "other-missing": state_of(more(), other(), Phase(number_missing=True)),
        "other-plain": state_of(more(), other(method_id="voucher")),
        "other-long": state_of(long_way, replace(first_draft(long_way), tender=TenderKind.OTHER)),
        "prepaid": state_of(more(), prepaid, Phase(editing=True)),
    }


@pytest.mark.parametrize("look", LOOKS)
def test_nothing_is_clipped(qtbot: Any, look: str):
    theme.current().set(**LOOKS[look][0])
    page = CollectPage()
    qtbot.addWidget(page)
    assert unfit(page, "collect-more", look, looks(), page.take_focus) == {}


@pytest.mark.parametrize("look", LOOKS)
def test_the_details_fit(qtbot: Any, look: str):
    theme.current().set(**LOOKS[look][0])
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(*LOOKS[look][1])
    shown(host)
    dialog = DetailsDialog(host)
    dialog.show_typed(more(), first_draft(more()), frozen.DAY, TenderKind.CARD)
    dialog.open_over()
    picture(host, f"collect-details-{look}")
    assert clipped(dialog) == []
    dialog.show_errors({"extra": "That is not an amount. Type it like 25 or 25.50.", "received": "That day is still to "
                        "come."})  # fmt: skip
    picture(host, f"collect-details-wrong-{look}")
    assert clipped(dialog) == []
    assert FULL
