"""Tables of payments: types, methods, signs and fields by the field's codes, and which payment a refund is of."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from exchange.csv.columns import Mapping
from exchange.csv.payments import METHODS, TYPES
from exchange.csv.read import read_csv
from exchange.drafts import FileContent, Reading
from exchange.linking.link import Linked, link
from exchange.money import GIVEN_BACK, TAKEN, TAKEN_OFF, MoneyElsewhere, as_operations
from models.basics.ids import natural_id
from models.operations.bodies import PAYMENT_TYPES, Allocate, Collect, Correct, RefundElsewhere, RefundPaid, RefundPlace
from models.operations.records import Appointment, Charge, Method, Patient
from models.store.queries.records import MoneyRow
from tests.unit.exchange.known import SOURCE, TENANT, ZONE, KnownRecords, made, reasons

TODAY = date(2026, 5, 14)
HEAD = "id,patient,appointment,line_item,doctor,payment_method,payment_transaction_type,amount,received_date,"
HEAD += "posted_date,trace_number,notes\n"


def name(kind: str, ident: str) -> str:
    """The id of what the source calls so."""
    return natural_id(TENANT, SOURCE, kind, ident)


ADA = Patient(id=name("Patient", "1"), family="Quillfeather", given="Ada")
BEN = Patient(id=name("Patient", "2"), family="Quillfeather", given="Ben", guarantor_id=ADA.id)
EVE = Patient(id=name("Patient", "3"), family="Other", given="Eve")
VISIT = Appointment(id=name("Appointment", "v1"), patient_id=ADA.id, starts_at="2026-03-02T15:00:00.000Z",
                    service_date="2026-03-02")  # fmt: skip
LINE = Charge(id=name("LineItem", "l1"), patient_id=ADA.id, service_date="2026-03-02", description="Lab",
              responsibility_cents=10000, appointment_id=VISIT.id)  # fmt: skip
BENS = Charge(id=name("LineItem", "l2"), patient_id=BEN.id, service_date="2026-03-03", description="Lab",
              responsibility_cents=5000)  # fmt: skip
KNOWN = (ADA, BEN, EVE, VISIT, LINE, BENS)


def content(*rows: str, head: str = HEAD) -> FileContent:
    """A table of payments."""
    return read_csv("payments.csv", head + "\n".join(rows) + "\n", Reading(ZONE), Mapping(), TODAY)


def linked(*rows: str, known: tuple[Any, ...] = KNOWN, money: tuple[MoneyRow, ...] = ()) -> Linked:
    """What becomes of rows."""
    return link([content(*rows)], TENANT, SOURCE, KnownRecords(known, money), ZONE)


def only(*rows: str, **more: Any) -> MoneyElsewhere:
    """The one payment of a table."""
    result = linked(*rows, **more)
    assert reasons(result) == []
    (money,) = made(result, MoneyElsewhere)
    return money


@pytest.mark.parametrize(
    ("code", "sign", "way", "payment_type"),
    [
        ("", "", TAKEN, ""), ("COPAY", "", TAKEN, "copay"), ("COINSR", "", TAKEN, "coinsurance"),
        ("OTHR", "", TAKEN, "other"), ("REF", "-", GIVEN_BACK, ""), ("COR", "-", TAKEN_OFF, ""),
        ("Credit", "", TAKEN, ""), ("Refund", "-", GIVEN_BACK, ""), ("Coinsurance", "", TAKEN, "coinsurance"),
        ("REF", "", GIVEN_BACK, ""), ("COR", "", TAKEN_OFF, ""), ("", "-", GIVEN_BACK, ""),
    ],
)  # fmt: skip
def test_s0_05_and_s0_06_types_and_their_signs(code: str, sign: str, way: str, payment_type: str) -> None:
    """The type says which way money went, whatever sign stands there; a negative credit gives money back (N25)."""
    money = only(f"p1,1,,,,CASH,{code},{sign}25.00,2026-03-02,,,")
    assert (money.way, money.amount_cents, money.payment_type) == (way, 2500, payment_type)
    assert money.payment_type in PAYMENT_TYPES


def test_s0_06_an_amount_is_never_zero() -> None:
    result = linked("p1,1,,,,CASH,,0.00,,,,", "p2,1,,,,CASH,,,,,,", "p3,1,,,,CASH,REF,0,,,,")
    assert reasons(result) == ["import.amount_zero"] * 3
    assert made(result, MoneyElsewhere) == []


@pytest.mark.parametrize("code", ["CASH", "CHCK", "DBIT", "CRDT", "AMEX", "VISA", "MSTR", "DISC", "SQRE", "PTPA",
                                  "ONPT", "OTHR"])  # fmt: skip
def test_s0_07_every_method_code_is_known(code: str) -> None:
    from app.method import KNOWN_METHODS

    money = only(f"p1,1,,,,{code},,5,,,77,")
    way = METHODS[code.casefold()]
    assert (money.method_id, money.brand) == (way.method_id, way.brand)
    assert money.method_id in KNOWN_METHODS


def test_s0_07_a_custom_method_becomes_one_of_the_practice_and_is_not_offered_by_itself() -> None:
    result = linked("p1,1,,,,flex spending card,,5,,,,", "p2,1,,,,Flex Spending Card,,6,,,,")
    (method,) = made(result, Method)
    assert (method.name, method.active) == ("flex spending card", False)
    assert {money.method_id for money in made(result, MoneyElsewhere)} == {method.id}
    assert result.read["method"] == 1
    known = Method(id="flex", name="flex spending card")
    again = linked("p1,1,,,,flex spending card,,5,,,,", known=(*KNOWN, known))
    assert made(again, Method) == []
    assert made(again, MoneyElsewhere)[0].method_id == "flex"


def test_s0_08_every_field_arrives() -> None:
    money = only("p1,1,v1,,Dr. Okafor,CHCK,COPAY,25.00,2026-03-02T10:00:00,03/03/2026,318,mailed in")
    assert (money.check_no, money.trace_no, money.received_date, money.posted_date, money.note) == (
        "318", "", "2026-03-02", "2026-03-03", "mailed in",
    )  # fmt: skip
    assert (money.appointment_id, money.number) == (VISIT.id, "p1")
    (collect,) = as_operations(money)
    assert isinstance(collect, Collect)
    assert (collect.tender, collect.payment_type, collect.check_no, collect.received_date, collect.memo) == (
        "external", "copay", "318", "2026-03-02", "mailed in",
    )  # fmt: skip
    assert collect.practitioner_id
    assert only("p1,1,,,,CASH,,1,,,318,").trace_no == "318"


def test_s0_08_the_visit_follows_from_the_line_item() -> None:
    money = only("p1,1,,l1,,VISA,,25,,,,")
    assert (money.charge_id, money.appointment_id) == (LINE.id, VISIT.id)
    collect, allocate = as_operations(money)
    assert isinstance(collect, Collect)
    assert isinstance(allocate, Allocate)
    assert [(line.charge_id, line.amount_cents) for line in allocate.lines] == [(LINE.id, 2500)]


def test_a_payment_may_be_for_the_family_and_for_nobody_else() -> None:
    assert only("p1,1,,l2,,VISA,,25,,,,").charge_id == BENS.id
    assert reasons(linked("p1,3,,l1,,VISA,,25,,,,")) == ["import.charge_of_another_patient"]
    assert reasons(linked("p1,3,v1,,,VISA,,25,,,,")) == ["import.visit_of_another_patient"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",1,,,,CASH,,5,,,,", "import.no_id"),
        ("p1,,,,,CASH,,5,,,,", "import.no_patient"),
        ("p1,9,,,,CASH,,5,,,,", "import.patient_unknown"),
        ("p1,1,,,,CASH,GIFT,5,,,,", "import.payment_type_unknown"),
        ("p1,1,,,,CASH,,five,,,,", "import.not_an_amount"),
        ("p1,1,,,,CASH,,5,yesterday,,,", "import.not_a_date"),
        ("p1,1,,nothing,,CASH,,5,,,,", "import.charge_unknown"),
        ("p1,1,,,,CASH,,100000000000,,,,", "import.amount_too_large"),
    ],
)
def test_what_is_wrong_is_named_and_stops_nothing_else(row: str, reason: str) -> None:
    result = linked(row, "p2,1,,,,CASH,,5,,,,")
    assert reasons(result) == [reason]
    assert len(made(result, MoneyElsewhere)) == 1


def test_a_line_item_nobody_knows_leaves_the_money_with_its_visit() -> None:
    money = only("p1,1,v1,nothing,,CASH,,5,,,,")
    assert (money.charge_id, money.appointment_id) == ("", VISIT.id)


def test_s3_06_a_refund_without_a_visit_stands_by_itself() -> None:
    result = linked("p1,1,,,,CASH,,200,,,,", "p2,1,,,,CASH,REF,-200,,,,")
    refund = next(money for money in made(result, MoneyElsewhere) if money.way == GIVEN_BACK)
    assert refund.payment_id == ""
    (body,) = as_operations(refund)
    assert isinstance(body, RefundElsewhere)


def test_s3_08_a_refund_of_a_visit_finds_the_payment_it_is_of() -> None:
    rows = ("r1,1,v1,,,CASH,REF,-40,2026-03-05,,,", "p1,1,v1,,,CASH,,100,2026-03-02,,,")
    refund = next(money for money in made(linked(*rows), MoneyElsewhere) if money.way == GIVEN_BACK)
    assert refund.payment_id == name("Payment", "p1")
    assert [type(body) for body in as_operations(refund)][1] is RefundPaid
    by_method = ("p1,1,v1,,,CASH,,100,,,,", "p2,1,v1,,,VISA,,100,,,,", "r1,1,v1,,,VISA,REF,-40,,,,")
    assert made(linked(*by_method), MoneyElsewhere)[-1].payment_id == name("Payment", "p2")


@pytest.mark.parametrize(
    "rows",
    [
        ("p1,1,v1,,,CASH,,100,,,,", "p2,1,v1,,,CASH,,100,,,,", "r1,1,v1,,,CASH,REF,-40,,,,"),
        ("p1,1,v1,,,CASH,,30,,,,", "r1,1,v1,,,CASH,REF,-40,,,,"),
        ("p1,1,,,,CASH,,100,,,,", "r1,1,v1,,,CASH,REF,-40,,,,"),
    ],
    ids=["two could be meant", "not that much", "another visit"],
)
def test_s3_07_where_nobody_can_tell_it_waits_on_its_visit(rows: tuple[str, ...]) -> None:
    refund = next(money for money in made(linked(*rows), MoneyElsewhere) if money.way == GIVEN_BACK)
    assert refund.payment_id == ""
    assert isinstance(as_operations(refund)[1], RefundPlace)


def test_a_payment_gives_back_no_more_than_it_holds() -> None:
    rows = ("p1,1,v1,,,CASH,,100,,,,", "r1,1,v1,,,CASH,REF,-60,,,,", "r2,1,v1,,,CASH,REF,-60,,,,")
    refunds = [money.payment_id for money in made(linked(*rows), MoneyElsewhere) if money.way == GIVEN_BACK]
    assert refunds == [name("Payment", "p1"), ""]
    stored = MoneyRow(name("Payment", "p0"), ADA.id, 10000, 3000, "cash", VISIT.id)
    assert only("r1,1,v1,,,CASH,REF,-40,,,,", money=(stored,)).payment_id == ""
    assert only("r1,1,v1,,,CASH,REF,-30,,,,", money=(stored,)).payment_id == stored.id


def test_s0_11_a_correction_finds_the_payment_it_corrects() -> None:
    rows = ("p1,1,v1,,,CASH,,100,,,,", "c1,1,v1,,,CASH,COR,-10,,,,wrong digit")
    money = made(linked(*rows), MoneyElsewhere)[-1]
    assert money.way == TAKEN_OFF
    (body,) = as_operations(money)
    assert isinstance(body, Correct)
    assert (body.payment_id, body.amount_cents, body.note) == (name("Payment", "p1"), 1000, "wrong digit")


def test_s0_09_a_payment_that_is_here_never_changes() -> None:
    here = MoneyRow(name("Payment", "p1"), ADA.id, 2500, 2500, "cash", "")
    assert reasons(linked("p1,1,,,,CASH,,26.00,,,,", money=(here,))) == ["import.payment_changed"]
    assert reasons(linked("p1,3,,,,CASH,,25.00,,,,", money=(here,))) == ["import.payment_changed"]
    assert reasons(linked("p1,1,,,,CHCK,,25.00,2020-01-01,,,", money=(here,))) == []


def test_the_newest_word_of_a_payment_counts_once() -> None:
    head = "id,patient,method,amount,type,updated_at\n"
    text = content("p1,1,CASH,25,,2026-01-01T00:00:00Z", "p1,1,CASH,26,,2026-02-01T00:00:00Z", head=head)
    result = link([text], TENANT, SOURCE, KnownRecords(KNOWN), ZONE)
    assert [money.amount_cents for money in made(result, MoneyElsewhere)] == [2600]
    assert result.repeats["payment"] == 1


def test_every_type_is_one_of_ours() -> None:
    assert {kind.payment_type for kind in TYPES.values()} == set(PAYMENT_TYPES)
