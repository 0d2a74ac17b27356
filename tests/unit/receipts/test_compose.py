"""From the sale to the document."""

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from models.ledger.figures import Figures
from models.operations.bodies import CardFacts
from models.operations.codec import from_json, to_json
from receipts.compose import SaleLine, SaleTender, as_copy, compose, date_text, time_text
from receipts.document import Balances, ReceiptDocument
from tests.unit.receipts.samples import CARD_SALE, CONTACTLESS, DOCUMENTS, SALES


def test_names_what_health_accounts_ask_for() -> None:
    document = compose(CARD_SALE)
    first = document.lines[0]
    assert document.patient_name == "Rosa Quillfeather"
    assert (first.service_date, first.description, first.provider) == ("May 14, 2026", "Office visit", "Dr. Okafor")
    assert first.amount_cents == 3000
    assert document.clinic.name == "Alder Street Family Medicine"


@pytest.mark.parametrize("name", SALES)
def test_lines_and_tenders_add_up_to_the_total(name: str) -> None:
    document = compose(SALES[name])
    assert sum(line.amount_cents for line in document.lines) == document.total_cents
    assert sum(tender.amount_cents for tender in document.tenders) == document.total_cents


def test_money_that_no_line_names_is_kept_on_account() -> None:
    document = compose(replace(CARD_SALE, lines=CARD_SALE.lines[:1]))
    assert [(line.kind, line.amount_cents) for line in document.lines] == [("copay", 3000), ("credit", 4500)]


@pytest.mark.parametrize(
    ("sale", "reason"),
    [
        (replace(CARD_SALE, tenders=(SaleTender(tender="cash", amount_cents=7499),)), "more than was paid"),
        (replace(CARD_SALE, kind="gift"), "about a gift"),
        (replace(CARD_SALE, taken_at=datetime(2026, 5, 14, 9, 42)), "naive"),  # noqa: DTZ001
    ],
)
def test_refuses_what_cannot_have_happened(sale, reason) -> None:
    with pytest.raises(ValueError, match=reason):
        compose(sale)


@pytest.mark.parametrize(("kind", "banner"), [("void", "VOID"), ("refund", "REFUND"), ("correction", "CORRECTION")])
def test_money_given_back_is_negative_under_its_banner(kind: str, banner: str) -> None:
    document = compose(replace(CARD_SALE, kind=kind, refers_to="01-1-A-0041"))
    assert (document.banner, document.refers_to, document.total_cents) == (banner, "01-1-A-0041", -7500)
    assert [line.amount_cents for line in document.lines] == [-3000, -4500]
    assert document.requested_cents == 0


def test_keeps_no_more_of_a_card_than_a_receipt_may_show() -> None:
    card = replace(CONTACTLESS, last4="4111 1111 1111 1234", holder="ROSA QUILLFEATHER", host_ref="900012345678")
    document = compose(replace(CARD_SALE, tenders=(SaleTender(tender="card", amount_cents=7500, card=card),)))
    assert document.tenders[0].last4 == "1234"
    assert "ROSA" not in repr(asdict(document))
    assert "1111" not in repr(asdict(document))


def test_brands_read_as_people_know_them() -> None:
    def brand(of: str) -> str:
        tender = SaleTender(tender="card", amount_cents=7500, card=CardFacts(brand=of))
        return compose(replace(CARD_SALE, tenders=(tender,))).tenders[0].brand

    assert [brand(of) for of in ("visa", "Visa", "AMEX", "Carte Bleue")] == [
        "Visa", "Visa", "American Express", "Carte Bleue",
    ]  # fmt: skip


def test_balances_are_the_account_after_the_payment_or_left_off() -> None:
    after = Figures(responsibility_cents=17500, allocated_cents=7500, unallocated_cents=6000, prepaid_cents=5000)
    assert compose(replace(CARD_SALE, after=after)).balances == Balances(
        still_owed_cents=10000, credit_cents=1000, prepaid_cents=5000
    )
    assert compose(replace(CARD_SALE, after=None)).balances is None


def test_the_clock_is_the_clinics_and_the_day_is_the_business_day() -> None:
    late = datetime(2026, 5, 15, 0, 5, tzinfo=timezone(timedelta(hours=-5), "CDT"))
    document = compose(replace(CARD_SALE, taken_at=late, business_date="2026-05-14"))
    assert (document.taken_on, document.taken_at, document.zone) == ("May 14, 2026", "May 15, 2026 12:05 AM", "CDT")


@pytest.mark.parametrize(
    ("hour", "minute", "text"), [(0, 0, "12:00 AM"), (9, 5, "9:05 AM"), (12, 0, "12:00 PM"), (23, 59, "11:59 PM")]
)
def test_times_read_as_on_the_wall(hour: int, minute: int, text: str) -> None:
    assert time_text(datetime(2026, 5, 14, hour, minute, tzinfo=UTC)) == text


@pytest.mark.parametrize(("iso", "text"), [("2026-12-01", "Dec 1, 2026"), ("", ""), ("spring 2026", "spring 2026")])
def test_dates_read_as_written_by_hand(iso: str, text: str) -> None:
    assert date_text(iso) == text


def test_zones_without_a_name_show_their_distance() -> None:
    moment = datetime(2026, 5, 14, 9, 42, tzinfo=timezone(timedelta(hours=3)))
    assert compose(replace(CARD_SALE, taken_at=moment)).zone == "UTC+03:00"


def test_a_copy_is_the_original_but_for_its_mark() -> None:
    original = compose(CARD_SALE)
    assert replace(as_copy(original, 3), copy_no=0) == original
    with pytest.raises(ValueError, match="from 1"):
        as_copy(original, 0)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_survives_the_print_queue(name: str) -> None:
    assert from_json(ReceiptDocument, to_json(DOCUMENTS[name])) == DOCUMENTS[name]


def test_a_line_may_be_free_of_charge() -> None:
    free = replace(
        CARD_SALE, lines=(*CARD_SALE.lines, SaleLine(amount_cents=0, kind="copay", description="Nurse visit"))
    )
    assert [line.amount_cents for line in compose(free).lines] == [3000, 4500, 0]
