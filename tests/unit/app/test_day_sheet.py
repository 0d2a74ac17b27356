"""The day sheet: what is listed under which tab and day, what the sums say, and what is saved (S0-41)."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.day_paper import tender_section
from app.day_sheet import DaySheet
from app.day_sums import add_up, tender_key
from app.day_views import LONGEST_DAYS, DateType, DaySheetAsk, DaySheetView, Tab
from models.basics.errors import RuleBroken
from models.operations import bodies
from models.operations.records import Location, Practitioner
from models.operations.tasks import TaskResolved
from models.store.queries import day
from tests.support.clinic import DAY, MARIA, PRIYA, TestClinic
from tests.support.money_acts import move

TODAY = date(2026, 5, 14)
APRIL = date(2026, 4, 22)


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    """A day: Rosa's copay by card, 45 of cash of which 15 went back; Ben's check, returned; Cleo's payment voided; a
    write-off, a fee; money moved; something another program took; and a payment that came in the day before."""
    made = TestClinic(tmp_path)
    made.put(Practitioner(id="reyes", name="Dr. Reyes"), Location(id="north", name="North"), Location(id="s", name="S"))
    made.patient("rosa", "Rosa", "Quillfeather")
    made.visit("today", "rosa", location_id="north")
    made.charge(3000, DAY, "rosa", "copay", "today", kind="copay")
    made.visit("april", "rosa", -60 * 24 * 22, service_date="2026-04-22", status="done", practitioner_id="reyes")
    made.charge(4500, "2026-04-22", "rosa", "lab", "april")
    _pay(made, "card", "rosa", 3000, tender="card", card=bodies.CardFacts(brand="Visa", last4="4242"))
    _pay(made, "cash", "rosa", 4500)
    made.put(
        bodies.Allocate(allocation_id="a1", lot_payment_id="card", patient_id="rosa",
                        lines=(bodies.AllocationLine(charge_id="copay", amount_cents=3000),)),
        bodies.Allocate(allocation_id="a2", lot_payment_id="cash", patient_id="rosa",
                        lines=(bodies.AllocationLine(charge_id="lab", amount_cents=2500),)),
        bodies.RefundRequest(refund_id="r1", payment_id="cash", patient_id="rosa", amount_cents=1500, tender="cash",
                             reason="patient_request", number="REF-1-00009"),
        bodies.RefundPaid(refund_id="r1", payment_id="cash", patient_id="rosa", amount_cents=1500, tender="cash",
                          receipt_no="R-r1", drawer="desk-1"),
        bodies.Adjust(adjustment_id="w", charge_id="lab", patient_id="rosa", kind="write_off", group="PR",
                      reason_code="SMALL", amount_cents=500),
        bodies.Fee(charge_id="f", patient_id="rosa", code="NOSHOW", description="Missed visit", amount_cents=2000,
                   service_date=DAY, appointment_id="today"),
        move("rosa", bodies.MoveLine(lot_payment_id="cash", amount_cents=1000, from_charge_id="lab")),
    )  # fmt: skip
    _pay(made, "check", "rosa", 2100, tender="check", check_no="2281")
    made.put(_back("check", "bounced"))
    _pay(made, "void", "rosa", 700)
    made.put(_back("void", "void"))
    _pay(made, "portal", "rosa", 5000, tender="external")
    _pay(made, "post", "rosa", 900, tender="check", received_date="2026-05-13")
    yield made
    made.close()


def _pay(made: TestClinic, payment_id: str, patient_id: str, cents: int, **more: Any) -> None:
    known = {"tender": "cash", "number": f"PAY-1-{payment_id}", "receipt_no": f"R-{payment_id}", **more}
    made.put(bodies.Collect(payment_id=payment_id, patient_id=patient_id, amount_cents=cents, **known))


def _back(payment_id: str, act: str) -> bodies.Reverse:
    return bodies.Reverse(payment_id=payment_id, patient_id="rosa", reason="slip", reversal_id=f"v-{payment_id}",
                          receipt_no=f"R-v-{payment_id}", act=act)  # fmt: skip


def sheet(clinic: TestClinic, first: date = TODAY, last: date = TODAY, **ask: Any) -> DaySheetView:
    return DaySheet(clinic.clinic).page(DaySheetAsk(first, last, **ask))


def test_s0_41_the_summary_per_way_to_pay(clinic: TestClinic) -> None:
    sums = sheet(clinic).sums
    found = {key: (each.count, each.gross_cents, each.voids_cents, each.refunds_cents, each.net_cents)
             for key, each in sums.tenders.items()}  # fmt: skip
    assert found == {
        "card": (1, 3000, 0, 0, 3000), "cash": (2, 5200, -700, -1500, 3000), "check": (2, 3000, -2100, 0, 900),
    }  # fmt: skip
    assert sums.collected_cents == 6900
    assert (sums.elsewhere.count, sums.elsewhere.net_cents) == (1, 5000), "what another program took stands beside it"


def test_s0_41_what_this_desk_took_back_is_its_own_before_the_hub_heard_of_it(clinic: TestClinic) -> None:
    assert sheet(clinic, device="desk-1").sums.collected_cents == 6900
    assert sheet(clinic, device="desk-2").sums.collected_cents == 0


def test_s0_41_the_summary_per_person(clinic: TestClinic) -> None:
    by_person = sheet(clinic).sums.people
    assert {name: (each.count, each.net_cents) for name, each in by_person.items()} == {"maria": (5, 6900)}


@pytest.mark.parametrize(
    ("tab", "words"),
    [
        (Tab.DEBITS, {"Charge Lab panel", "Fee NOSHOW Missed visit", "Refund", "Check returned", "Void"}),
        (Tab.CREDITS, {"Payment"}),
        (Tab.ADJUSTMENTS, {"Write-off Lab panel"}),
        (Tab.PAYMENTS, {"Payment", "Refund", "Check returned", "Void"}),
    ],
)
def test_s0_41_what_stands_under_which_tab(clinic: TestClinic, tab: Tab, words: set[str]) -> None:
    assert {line.words for line in sheet(clinic, tab=tab).lines} == words


def test_s0_41_moved_cash_only_when_asked_for_and_never_collected(clinic: TestClinic) -> None:
    assert not [line for line in sheet(clinic, tab=Tab.ALL).lines if line.kind == "moved"]
    view = sheet(clinic, tab=Tab.ALL, moved=True)
    rows = [(line.words, line.amount_cents) for line in view.lines if line.kind == "moved"]
    assert sorted(rows) == [("Moved from here", -1000), ("Moved here", 1000)]
    assert (view.sums.moved_cents, view.sums.moved_net_cents, view.sums.collected_cents) == (1000, 0, 6900)


def test_s0_41_a_move_taken_back_cancels_out_too(clinic: TestClinic) -> None:
    moved = clinic.rows("SELECT op_id FROM moved")[0][0]
    clinic.put(bodies.Undo(undo_id="u", patient_id="rosa", op_ids=(moved,)))
    view = sheet(clinic, tab=Tab.ALL, moved=True)
    assert [line.amount_cents for line in view.lines if line.kind == "moved"] == [1000, -1000, 1000, -1000]
    assert (view.sums.moved_cents, view.sums.moved_net_cents) == (2000, 0)


def test_s0_41_by_day_posted_paid_and_served(clinic: TestClinic) -> None:
    before = date(2026, 5, 13)
    assert sheet(clinic, before, before).rows == 0
    paid = sheet(clinic, before, before, by=DateType.PAYMENT, tab=Tab.PAYMENTS)
    assert [(line.number, line.amount_cents) for line in paid.lines] == [("PAY-1-post", 900)]
    assert "PAY-1-post" not in {line.number for line in sheet(clinic, by=DateType.PAYMENT, tab=Tab.ALL).lines}
    april = sheet(clinic, APRIL, APRIL, by=DateType.SERVICE, tab=Tab.ALL)
    assert [(line.words, line.amount_cents) for line in april.lines] == [
        ("Charge Lab panel", 4500), ("Let off Lab panel", 500), ("Payment", 1500),
    ]  # fmt: skip


def test_s0_41_collected_apart_from_allocated(clinic: TestClinic) -> None:
    sums = sheet(clinic).sums
    assert sums.on_account_cents == 1500 + 5000 + 900, "what lies unallocated of these payments"


def test_s0_41_copays_expected_and_collected(clinic: TestClinic) -> None:
    view = sheet(clinic)
    assert (view.expected_copay_cents, view.collected_copay_cents) == (3000, 3000)
    clinic.visit("other", "rosa", 60, copay_cents=2500)
    view = sheet(clinic)
    assert (view.expected_copay_cents, view.collected_copay_cents) == (5500, 3000)


@pytest.mark.parametrize(
    ("ask", "numbers"),
    [
        ({"tender": "card"}, {"PAY-1-card"}),
        ({"tender": "check"}, {"PAY-1-check", "PAY-1-post"}),
        ({"practitioner_id": "reyes"}, {"PAY-1-cash", "REF-1-00009", ""}),
        ({"practitioner_id": "okafor"}, {"PAY-1-card", ""}),
        ({"location_id": "north"}, {"PAY-1-card", ""}),
        ({"staff_id": "nobody"}, set()),
        ({"device": "desk-2"}, set()),
    ],
)  # fmt: skip
def test_s0_41_filters(clinic: TestClinic, ask: dict[str, Any], numbers: set[str]) -> None:
    assert {line.number for line in sheet(clinic, tab=Tab.ALL, **ask).lines} == numbers


def test_s0_41_what_there_is_to_choose_from(clinic: TestClinic) -> None:
    view = sheet(clinic)
    assert view.tenders == (("cash", "Cash"), ("check", "Check"), ("card", "Card"), ("external", "Paid elsewhere"))
    assert view.desks == (("desk-1", "Desk 1"),)
    assert [name for _, name in view.locations] == ["North", "S"]


def test_s0_41_no_more_than_31_days(clinic: TestClinic) -> None:
    longest = TODAY - timedelta(days=LONGEST_DAYS - 1)
    assert sheet(clinic, longest, TODAY).rows
    with pytest.raises(RuleBroken) as caught:
        sheet(clinic, longest - timedelta(days=1), TODAY)
    assert (caught.value.message_key, caught.value.facts) == ("report.too_long", {"days": 32, "limit": 31})
    with pytest.raises(RuleBroken, match="wrong_way_round"):
        sheet(clinic, TODAY, TODAY - timedelta(days=1))


def test_s0_41_a_correction_and_then_the_check_comes_back(clinic: TestClinic) -> None:
    _pay(clinic, "big", "rosa", 5000, tender="check")
    clinic.put(bodies.Correct(correction_id="k", payment_id="big", patient_id="rosa", amount_cents=2000,
                              reason="keyed_wrong", number="COR-1-1", receipt_no="R-k"))  # fmt: skip
    clinic.put(_back("big", "bounced"))
    check = sheet(clinic).sums.tenders["check"]
    assert (check.gross_cents, check.voids_cents, check.net_cents) == (8000, -7100, 900)


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "pdf"])
def test_s0_41_saved_for_its_owner_alone(clinic: TestClinic, tmp_path: Path, suffix: str) -> None:
    story, ask = DaySheet(clinic.clinic), DaySheetAsk(TODAY, TODAY, tab=Tab.PAYMENTS)
    path = tmp_path / story.file_name(ask, suffix)
    saved = story.export(ask, path, PRIYA)
    assert (saved.rows, saved.file) == (9, f"day-sheet-2026-05-14.{suffix}")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    if suffix == "csv":
        text = path.read_text("utf-8-sig")
        assert "Quillfeather" in text
        assert "45.00" in text
    else:
        assert path.read_bytes()[:4] == {"xlsx": b"PK\x03\x04", "pdf": b"%PDF"}[suffix]


def test_s0_41_saving_needs_the_right_or_a_lender(clinic: TestClinic, tmp_path: Path) -> None:
    story, ask = DaySheet(clinic.clinic), DaySheetAsk(TODAY, TODAY)
    path = tmp_path / "sheet.csv"
    with pytest.raises(RuleBroken, match="right_missing"):
        story.export(ask, path, MARIA)
    with pytest.raises(RuleBroken, match="kind_unknown"):
        story.export(ask, tmp_path / "sheet.txt", PRIYA)
    assert list(tmp_path.glob("sheet.*")) == []
    assert story.export(ask, path, MARIA, PRIYA).rows == sheet(clinic).rows


def test_pages_of_a_hundred(clinic: TestClinic) -> None:
    for n in range(120):
        _pay(clinic, f"n{n:03d}", "rosa", 100)
    first, last = (sheet(clinic, tab=Tab.CREDITS, page=page) for page in (0, 9))
    assert (len(first.lines), first.first, first.rows) == (100, 0, 126)
    assert (len(last.lines), last.first) == (26, 100)
    assert first.tab_cents == last.tab_cents == 12000 + sum((3000, 4500, 2100, 700, 5000, 900))


def test_the_sums_are_made_of_the_rows_alone(clinic: TestClinic) -> None:
    with clinic.store.reader() as reader:
        acts = day.acts(reader, "alder", DAY, DAY, moved=True, device="desk-1")
    again = add_up(acts)
    assert again == sheet(clinic, moved=True).sums
    assert {tender_key(act) for act in acts if act.kind == "payment"} == {"cash", "card", "check", "external"}


def test_s0_41_what_was_given_back_beyond_a_payment_and_came_back(tmp_path: Path) -> None:
    made = TestClinic(tmp_path)
    made.patient("rosa", "Rosa", "Quillfeather")
    _pay(made, "cash", "rosa", 2000)
    made.put(bodies.RefundPaid(refund_id="r1", payment_id="cash", patient_id="rosa", amount_cents=5000, tender="cash",
                               receipt_no="R-r1", drawer="desk-1"))  # fmt: skip
    with made.store.reader() as reader:
        [(task_id,)] = reader.execute("SELECT task_id FROM task WHERE resolved_op_id = ''").fetchall()
    made.put(TaskResolved(task_id=task_id, patient_id="rosa", how="recovered", reason="Brought back", amount_cents=3000,
                          tender="cash", drawer="desk-1"))  # fmt: skip
    with made.store.reader() as reader:
        rows = day.acts(reader, made.store.tenant, DAY, DAY, device="desk-1")
        [(lies,)] = reader.execute(
            "SELECT sum(debits + pending_debits - credits - pending_credits) FROM account WHERE code = 'CASH'"
        ).fetchall()
    sums = add_up(rows)
    assert [(row.kind, row.amount_cents, row.payment_id) for row in rows if row.kind == "recovered"] == [
        ("recovered", 3000, "cash")
    ]
    assert sums.tenders["cash"].net_cents == sums.collected_cents == lies == 0
    made.close()


def test_s0_41_money_whose_payment_is_not_known_stands_in_lines_of_its_own(tmp_path: Path) -> None:
    """What came or went for nothing we know lies in the drawer or is gone from it: the sheet says so, and once the
    payment arrives it stands as what it was."""
    made = TestClinic(tmp_path)
    made.patient("rosa", "Rosa", "Quillfeather")
    _pay(made, "known", "rosa", 2000)
    _pay(made, "known", "rosa", 700, receipt_no="R-again")
    made.put(bodies.RefundPaid(refund_id="r1", payment_id="late", patient_id="rosa", amount_cents=500, tender="cash",
                               receipt_no="R-r1", drawer="desk-1"))  # fmt: skip
    view = sheet(made, tab=Tab.PAYMENTS)
    assert {(line.words, line.amount_cents, line.way) for line in view.lines} == {
        ("Payment", 2000, "Cash"), ("Money in for nothing we know", 700, "Cash"),
        ("Money out for a payment that is not here", 500, "Cash"),
    }  # fmt: skip
    assert dict(view.tenders)["in_question:cash"] == "Cash, payment not known"
    own = view.sums.tenders["in_question:cash"]
    assert (own.count, own.gross_cents, own.refunds_cents, own.net_cents) == (1, 700, -500, 200)
    assert view.sums.tenders["cash"].net_cents == 2000
    assert view.sums.collected_cents == _in_drawer(made) == 2200
    assert view.sums.allocated_cents == 0, "none of it is on charges"
    only = sheet(made, tab=Tab.PAYMENTS, tender="in_question:cash")
    assert (len(only.lines), only.sums.collected_cents) == (2, 200)
    section = tender_section("How", view.sums.tenders, view.sums.tenders, dict(view.tenders))
    assert {row[0] for row in section.rows} == {"Cash", "Cash, payment not known"}
    _pay(made, "late", "rosa", 500)
    view = sheet(made, tab=Tab.PAYMENTS)
    assert [line.words for line in view.lines if "not here" in line.words or line.words == "Refund"] == ["Refund"]
    assert view.sums.collected_cents == _in_drawer(made) == 2700
    with made.store.reader() as reader:
        [(task_id,)] = reader.execute("SELECT task_id FROM task WHERE resolved_op_id = ''").fetchall()
    made.put(TaskResolved(task_id=task_id, patient_id="rosa", how="given_back", reason="a mistake", amount_cents=700,
                          tender="cash", drawer="desk-1"))  # fmt: skip
    assert sheet(made).sums.collected_cents == _in_drawer(made) == 2000
    made.close()


def _in_drawer(made: TestClinic) -> int:
    with made.store.reader() as reader:
        [(lies,)] = reader.execute(
            "SELECT sum(debits + pending_debits - credits - pending_credits) FROM account WHERE code = 'CASH'"
        ).fetchall()
    return int(lies)
