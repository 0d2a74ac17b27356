"""Moving money on account, on a real store: previewed by the engine that writes it, refused in words."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.money_views import MoveOrder, MovePlace, MovePreview, MoveSheet
from app.moves import MoveFrom, Moves
from models.basics.errors import RuleBroken
from models.ledger.figures import Figures
from models.operations.bodies import RefundElsewhere, VisitStatus
from models.operations.records import Appointment
from models.store.queries import collect
from tests.support.clinic import MARIA, TestClinic
from tests.support.refusing import refused


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    made = TestClinic(tmp_path)
    made.patient()
    yield made
    assert made.store.verify() == []
    made.close()


@pytest.fixture
def moves(clinic: TestClinic) -> Moves:
    return Moves(clinic.clinic)


def figures(clinic: TestClinic, patient_id: str = "rosa") -> Figures:
    with clinic.store.reader() as reader:
        return collect.figures(reader, "alder", patient_id)


def owed(clinic: TestClinic, charge_id: str) -> int:
    with clinic.store.reader() as reader:
        return collect.owed_on(reader, "alder", charge_id)


def ops(clinic: TestClinic) -> int:
    return int(clinic.rows("SELECT count(*) FROM outbox")[0][0])


def order(sheet: MoveSheet, cents: int, place: str = "", source: str = "", charge: str = "") -> MoveOrder:
    return MoveOrder(sheet, source or sheet.source_key, place or sheet.proposed, cents, charge)


def april_and_march(clinic: TestClinic) -> None:
    """A visit of April owes 200, one of March 45, and 180 lie on account."""
    clinic.visit("april", service_date="2026-04-22", title="Skin biopsy", status="done", minutes=-31000)
    clinic.visit("march", service_date="2026-03-18", title="Lab panel", status="done", minutes=-81000)
    clinic.charge(20000, "2026-04-22", visit="april", charge_id="biopsy")
    clinic.charge(4500, "2026-03-18", visit="march", charge_id="lab")
    clinic.paid(18000, "pay", number="PAY-1-10391", tender="check", check_no="2281")


# What is offered --------------------------------------------------------------------------------------------------


def test_s0_14_the_oldest_open_visit_is_proposed(clinic: TestClinic, moves: Moves):
    april_and_march(clinic)
    sheet = moves.open(MoveFrom("rosa", "pay"))
    assert [(each.number, each.method, each.place, each.cents) for each in sheet.sources] == [
        ("PAY-1-10391", "Check 2281", "free for any visit", 18000)
    ]
    places = sheet.places_for(sheet.source_key)
    assert [(each.key, each.title, each.owes_cents) for each in places] == [
        ("visit:march", "Lab panel", 4500), ("visit:april", "Skin biopsy", 20000),
    ]  # fmt: skip
    assert sheet.proposed == "visit:march"


def test_n12_part_of_unallocated_money_goes_to_a_visit(clinic: TestClinic, moves: Moves):
    """N12: U25; move 10: A + 10, U 15."""
    clinic.charge(10000, charge_id="c")
    clinic.paid(2500, "pay")
    preview = moves.preview(order(moves.open(MoveFrom("rosa", "pay")), 1000))
    assert (preview.before, preview.after) == (Figures(10000, 0, 2500, 0), Figures(10000, 1000, 1500, 0))
    assert (preview.will_owe_cents, preview.left_cents) == (9000, 1500)
    moves.do(preview, MARIA)
    assert figures(clinic) == preview.after


def test_n5_a_move_never_changes_what_was_paid_or_the_balance(clinic: TestClinic, moves: Moves):
    """N5: U200, PR100; move 100: A100 U100 T200 SB0 TB −100."""
    clinic.paid(20000, "pay")
    clinic.charge(10000, charge_id="c")
    preview = moves.preview(order(moves.open(MoveFrom("rosa", "pay")), 10000))
    acted = moves.do(preview, MARIA)
    now = figures(clinic)
    assert (now.allocated_cents, now.unallocated_cents, now.total_paid_cents) == (10000, 10000, 20000)
    assert (now.statement_balance_cents, now.total_balance_cents) == (0, -10000)
    assert (preview.before.total_paid_cents, preview.before.total_balance_cents) == (20000, -10000)
    assert acted.words == "move.done"
    assert acted.facts == {"cents": 10000, "place": "Mar 2"}


def test_s0_14_line_items_are_chosen_or_paid_oldest_first(clinic: TestClinic, moves: Moves):
    clinic.visit("april", service_date="2026-04-22", status="done")
    clinic.charge(3000, "2026-04-22", visit="april", charge_id="a-copay", description="Copay")
    clinic.charge(4500, "2026-04-22", visit="april", charge_id="b-lab")
    clinic.paid(6000, "pay")
    sheet = moves.open(MoveFrom("rosa", "pay"))
    place = sheet.place("visit:april")
    assert place is not None
    assert [(item.title, item.owes_cents) for item in place.items] == [("Copay", 3000), ("Lab panel", 4500)]
    one = moves.preview(order(sheet, 2000, charge="b-lab"))
    assert one.will_owe_cents == 2500
    moves.do(moves.preview(order(sheet, 4000)), MARIA)
    assert (owed(clinic, "a-copay"), owed(clinic, "b-lab")) == (0, 3500)


def test_s0_14_from_a_visit_to_another_and_back_to_credit(clinic: TestClinic, moves: Moves):
    april_and_march(clinic)
    moves.do(moves.preview(order(moves.open(MoveFrom("rosa", "pay")), 4500)), MARIA)
    sheet = moves.open(MoveFrom("rosa", appointment_id="march"))
    assert [(each.place, each.cents) for each in sheet.sources] == [("paid to Mar 18, Lab panel", 4500)]
    assert [each.key for each in sheet.places_for(sheet.source_key)] == ["visit:april", "credit"]
    moves.do(moves.preview(order(sheet, 2000, "visit:april")), MARIA)
    assert (owed(clinic, "lab"), owed(clinic, "biopsy")) == (2000, 18000)
    sheet = moves.open(MoveFrom("rosa", charge_id="lab"))
    acted = moves.do(moves.preview(order(sheet, 2500, "credit")), MARIA)
    assert acted.words == "move.to_credit"
    assert figures(clinic) == Figures(24500, 2000, 16000, 0)
    assert [row[0] for row in clinic.rows(
        "SELECT json_extract(op, '$.body.way') FROM outbox WHERE json_extract(op, '$.kind') = 'payment.move' "
        "ORDER BY dseq")] == ["move", "move", "free"]  # fmt: skip


def test_s3_02_money_is_set_aside_for_a_visit_that_lies_ahead(clinic: TestClinic, moves: Moves):
    clinic.visit("ahead", service_date="2026-05-28", title="Follow-up", status="scheduled", minutes=20000)
    clinic.paid(18000, "pay")
    sheet = moves.open(MoveFrom("rosa"))
    assert sheet.proposed == "wait:ahead"
    preview = moves.preview(order(sheet, 2000))
    assert (preview.waits_cents, preview.after.prepaid_cents) == (2000, 2000)
    assert moves.do(preview, MARIA).words == "move.set_aside"
    there = moves.open(MoveFrom("rosa", "pay", "ahead"))
    assert (there.sources[0].place, there.sources[0].cents) == ("set aside for May 28", 2000)
    assert there.proposed == "credit"
    moves.do(moves.preview(order(there, 2000)), MARIA)
    assert figures(clinic) == Figures(0, 0, 18000, 0)


def test_s0_14_prepaid_money_may_go_to_another_visit(clinic: TestClinic, moves: Moves):
    april_and_march(clinic)
    clinic.visit("ahead", service_date="2026-05-28", status="scheduled", minutes=20000)
    clinic.paid(3000, "aside", visit="ahead")
    sheet = moves.open(MoveFrom("rosa", "aside", "ahead"))
    moves.do(moves.preview(order(sheet, 3000, "visit:april")), MARIA)
    assert owed(clinic, "biopsy") == 17000


def test_without_a_row_anything_unallocated_can_be_moved_free_credit_first(clinic: TestClinic, moves: Moves):
    april_and_march(clinic)
    clinic.paid(3000, "aside", visit="april-2")
    sheet = moves.open(MoveFrom("rosa"))
    assert [each.where.payment_id for each in sheet.sources] == ["pay", "aside"]


def test_a_guarantors_money_pays_for_the_family(clinic: TestClinic, moves: Moves):
    clinic.patient("dan", given="Dan", guarantor_id="rosa", mrn="0041878")
    clinic.charge(4500, "2026-01-02", patient_id="dan", charge_id="dans")
    clinic.charge(3000, "2026-03-02", charge_id="rosas")
    clinic.paid(9000, "pay")
    sheet = moves.open(MoveFrom("rosa", "pay"))
    assert [(each.key, each.whose) for each in sheet.places_for(sheet.source_key)] == [
        ("charge:rosas", ""), ("charge:dans", "Dan Q."),
    ]  # fmt: skip
    moves.do(moves.preview(order(sheet, 4500, "charge:dans")), MARIA)
    assert figures(clinic, "dan") == Figures(4500, 4500, 0, 0)
    assert figures(clinic) == Figures(3000, 0, 4500, 0)


# Refused ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cents", "key", "facts"),
    [
        (18001, "refused.not_that_much_now", {"there_cents": 18000}),
        (4501, "refused.more_than_owed_now", {"owes_cents": 4500}),
        (0, "amount.zero", None),
        (-100, "amount.negative", None),
    ],
)
def test_an_amount_that_cannot_be_is_refused_with_what_is_possible(
    clinic: TestClinic, moves: Moves, cents: int, key: str, facts: dict[str, int] | None
):
    april_and_march(clinic)
    sheet = moves.open(MoveFrom("rosa", "pay"))
    before = ops(clinic)
    error = refused(moves.preview, order(sheet, cents))
    assert error.message_key == key
    assert facts is None or error.facts == facts
    assert ops(clinic) == before


def forged(preview: MovePreview, **place: Any) -> MovePreview:
    """A preview whose place was changed behind the story's back: what the engine itself refuses."""
    sheet = preview.order.sheet
    known = sheet.place(preview.order.place_key)
    assert known is not None
    other = replace(known, **place)
    places = tuple(other if each is known else each for each in sheet.places)
    return replace(preview, order=replace(preview.order, sheet=replace(sheet, places=places)))


def item_of(place: MovePlace, charge_id: str) -> Any:
    return tuple(replace(item, charge_id=charge_id) for item in place.items)


@pytest.mark.parametrize(
    ("charge_id", "key"),
    [
        ("future", "refused.future_visit"),
        ("stranger", "refused.wrong_patient"),
        ("cancelled", "refused.visit_cancelled"),
        ("nowhere", "refused.missing_dependency"),
    ],
)
def test_the_ledger_refuses_what_no_screen_offers_and_nothing_is_written(
    clinic: TestClinic, moves: Moves, charge_id: str, key: str
):
    april_and_march(clinic)
    clinic.patient("sam", given="Sam", mrn="0041900")
    clinic.visit("off", service_date="2026-04-01", status="cancelled")
    clinic.charge(5000, "2026-06-01", charge_id="future")
    clinic.charge(5000, "2026-04-01", patient_id="sam", charge_id="stranger")
    clinic.charge(5000, "2026-04-01", visit="off", charge_id="cancelled")
    sheet = moves.open(MoveFrom("rosa", "pay"))
    offered = {item.charge_id for place in sheet.places for item in place.items}
    assert offered == {"lab", "biopsy"}
    preview = moves.preview(order(sheet, 1000))
    place = sheet.place(sheet.proposed)
    assert place is not None
    before, was = ops(clinic), figures(clinic)
    assert refused(moves.do, forged(preview, items=item_of(place, charge_id)), MARIA).message_key == key
    assert (ops(clinic), figures(clinic)) == (before, was)


def test_a_stale_screen_moves_nothing_and_says_how_the_account_stands(clinic: TestClinic, moves: Moves):
    april_and_march(clinic)
    preview = moves.preview(order(moves.open(MoveFrom("rosa", "pay")), 4500))
    clinic.paid(1000, "meanwhile")
    before = ops(clinic)
    error = refused(moves.do, preview, MARIA)
    assert (error.message_key, error.facts) == (
        "account.changed", {"unallocated_cents": 19000, "owes_cents": 24500},
    )  # fmt: skip
    assert ops(clinic) == before


def test_two_moves_of_the_same_money_at_once_one_of_them_falls(clinic: TestClinic, moves: Moves):
    april_and_march(clinic)
    one = moves.preview(order(moves.open(MoveFrom("rosa", "pay")), 4500))
    two = moves.preview(order(moves.open(MoveFrom("rosa", "pay")), 18000, "visit:april"))
    moves.do(one, MARIA)
    assert refused(moves.do, two, MARIA).message_key == "account.changed"
    assert figures(clinic) == Figures(24500, 4500, 13500, 0)


def test_two_desks_hands_on_the_same_store_at_the_same_moment(clinic: TestClinic, moves: Moves):
    april_and_march(clinic)
    previews = [moves.preview(order(moves.open(MoveFrom("rosa", "pay")), 18000, "visit:april")) for _ in range(4)]
    ends: list[str] = []
    start = threading.Barrier(len(previews))

    def act(preview: MovePreview) -> None:
        start.wait(5)
        try:
            moves.do(preview, MARIA)
            ends.append("moved")
        except RuleBroken as error:
            ends.append(error.message_key)

    threads = [threading.Thread(target=act, args=(preview,)) for preview in previews]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(ends) == ["account.changed"] * 3 + ["moved"]
    assert owed(clinic, "biopsy") == 2000


def test_a_second_enter_moves_nothing_twice(clinic: TestClinic, moves: Moves):
    april_and_march(clinic)
    preview = moves.preview(order(moves.open(MoveFrom("rosa", "pay")), 1000))
    moves.do(preview, MARIA)
    assert refused(moves.do, preview, MARIA).message_key == "account.done_before"
    assert owed(clinic, "lab") == 3500


def test_nothing_there_and_nowhere_to_go(clinic: TestClinic, moves: Moves):
    assert refused(moves.open, MoveFrom("rosa")).message_key == "move.nothing_there"
    clinic.paid(1000, "pay")
    assert refused(moves.open, MoveFrom("rosa", "pay")).message_key == "move.no_place"


def test_places_that_are_not_offered_are_not_taken(clinic: TestClinic, moves: Moves):
    april_and_march(clinic)
    sheet = moves.open(MoveFrom("rosa", "pay"))
    assert refused(moves.preview, order(sheet, 100, "credit")).message_key == "move.place_gone"
    assert refused(moves.preview, order(sheet, 100, charge="biopsy")).message_key == "move.place_gone"
    assert refused(moves.preview, order(sheet, 100, source="x")).message_key == "move.nothing_there"


def test_who_may_not_move_money_does_not(clinic: TestClinic, moves: Moves):
    april_and_march(clinic)
    preview = moves.preview(order(moves.open(MoveFrom("rosa", "pay")), 1000))
    assert refused(moves.do, preview, replace(MARIA, rights=frozenset())).message_key == "staff.right_missing"


def test_n11_what_was_refunded_elsewhere_cannot_be_moved(clinic: TestClinic, moves: Moves):
    clinic.paid(20000, "plus")
    clinic.charge(8000, charge_id="pr80")
    clinic.put(RefundElsewhere(refund_id="minus", patient_id="rosa", amount_cents=15000, tender="cash"))
    sheet = moves.open(MoveFrom("rosa", "plus"))
    assert (sheet.sources[0].cents, sheet.sources[0].spendable_cents) == (20000, 5000)
    error = refused(moves.preview, order(sheet, 8000))
    assert (error.message_key, error.facts["spendable_cents"]) == ("refused.refunded_elsewhere_now", 5000)
    moves.do(moves.preview(order(sheet, 5000)), MARIA)
    assert figures(clinic) == Figures(8000, 5000, 0, 0)


def test_s0_39_a_cancelled_visit_keeps_its_money_until_it_is_moved(clinic: TestClinic, moves: Moves):
    clinic.charge(4500, charge_id="lab")
    clinic.visit("ahead", service_date="2026-05-28", status="scheduled", minutes=20000)
    clinic.paid(2000, "aside", visit="ahead")
    clinic.put(VisitStatus(appointment_id="ahead", patient_id="rosa", status="cancelled"))
    sheet = moves.open(MoveFrom("rosa", appointment_id="ahead"))
    assert [place.kind for place in sheet.places_for(sheet.source_key)] == ["visit", "credit"]
    moves.do(moves.preview(order(sheet, 2000)), MARIA)
    assert owed(clinic, "lab") == 2500


def test_a_visit_without_charges_of_long_ago_is_no_place_to_wait(clinic: TestClinic, moves: Moves):
    clinic.put(Appointment(id="old", patient_id="rosa", starts_at="2026-02-01T15:00:00.000Z",
                           service_date="2026-02-01"))  # fmt: skip
    clinic.paid(1000, "pay")
    assert refused(moves.open, MoveFrom("rosa", "pay")).message_key == "move.no_place"


def test_enter_asks_the_books_nothing_that_the_preview_asked(clinic: TestClinic, moves: Moves):
    april_and_march(clinic)
    preview = moves.preview(order(moves.open(MoveFrom("rosa")), 2500))
    driver: Any = clinic.store._connection.connection.dbapi_connection  # type: ignore[union-attr]
    asked: list[str] = []
    driver.set_trace_callback(asked.append)
    moves.do(preview, MARIA)
    driver.set_trace_callback(None)
    assert [each for each in asked if each.startswith("SELECT")] == []
    assert [each for each in asked if each.startswith("INSERT")]
