"""Words and lines shared by all layouts."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receipts.compose import compose
from receipts.document import ReceiptLine, TenderLine
from receipts.layouts.common import Code, Rule, Text, blocks, card_title, item_title, said, two_sides, wrap
from receipts.layouts.letters import UNICODE, width
from tests.unit.receipts.samples import BARE, CARD_SALE, DOCUMENTS


@pytest.mark.parametrize(
    ("kind", "description", "title"),
    [
        ("copay", "Office visit", "Copay: Office visit"),
        ("copay", "Copay for office visit", "Copay for office visit"),
        ("copay", "", "Copay"),
        ("other", "Form fee", "Form fee"),
        ("", "", "Payment"),
        ("prepayment", "Visit May 20, 2026", "Prepayment: Visit May 20, 2026"),
        ("credit", "", "Kept as credit on account"),
    ],
)
def test_names_what_was_paid_for(kind: str, description: str, title: str) -> None:
    assert item_title(ReceiptLine(description=description, amount_cents=1, kind=kind)) == title


@pytest.mark.parametrize(
    ("brand", "last4", "title"),
    [
        ("Visa", "4242", "Visa **** 4242"),
        ("", "4242", "Card **** 4242"),
        ("Visa", "", "Visa"),
        ("Visa", "4111111111111234", "Visa **** 1234"),
        ("Visa", "x-12", "Visa **** 12"),
    ],
)
def test_masks_the_card(brand: str, last4: str, title: str) -> None:
    assert card_title(TenderLine(method="card", amount_cents=1, brand=brand, last4=last4)) == title


@pytest.mark.parametrize(
    ("cvm", "statement"),
    [("none", "No signature needed"), ("pin", "PIN verified"), ("2", "CVM 2")],
)
def test_says_how_the_cardholder_was_verified(cvm: str, statement: str) -> None:
    document = compose(CARD_SALE)
    tender = replace(document.tenders[0], cvm=cvm)
    assert said(replace(document, tenders=(tender,))).statements == (statement,)


def test_says_nothing_of_what_it_does_not_know() -> None:
    contents = said(BARE)
    assert contents.contact == contents.items == contents.tenders == contents.balances == contents.statements == ()
    assert [row.left for row in contents.facts] == ["Receipt", "Date", "Patient", "Taken by"]


@pytest.mark.parametrize("method", ["cash", "check", "external", "credit", "voucher", ""])
def test_every_method_has_a_name(method: str) -> None:
    document = replace(BARE, tenders=(TenderLine(method=method, amount_cents=100),))
    assert said(document).tenders[0].left


def test_part_approved_names_what_is_missing() -> None:
    rows = said(DOCUMENTS["partial-approval-and-cash"]).asked
    assert [row.right for row in rows] == ["$75.00", "$40.00", "$35.00"]
    assert said(DOCUMENTS["card-copay-and-balance"]).asked == ()
    assert said(replace(DOCUMENTS["cash-with-change"], requested_cents=7500)).asked == ()  # no card was asked


def test_a_receipt_needs_room_for_an_amount() -> None:
    with pytest.raises(ValueError, match="24 columns"):
        blocks(BARE, 23)


def test_rules_stand_only_between_things() -> None:
    for document in DOCUMENTS.values():
        laid = blocks(document)
        assert isinstance(laid[0], Text)
        assert not [two for two in pairwise(laid) if isinstance(two[0], Rule) and isinstance(two[1], Rule)]


def test_the_code_is_the_receipt_number() -> None:
    laid = blocks(DOCUMENTS["card-copay-and-balance"])
    assert [block.data for block in laid if isinstance(block, Code)] == ["01-1-A-0042"]
    assert not [block for block in blocks(replace(BARE, receipt_no="")) if isinstance(block, Code)]


def test_a_message_keeps_its_own_lines() -> None:
    lines = [block.text for block in blocks(replace(BARE, message="Thank you.\n\nOpen Monday\r\nto Friday."))
             if isinstance(block, Text)]  # fmt: skip
    assert [line for line in lines if line in {"Thank you.", "Open Monday", "to Friday."}] == [
        "Thank you.", "Open Monday", "to Friday.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "columns", "lines"),
    [
        ("short", 10, ("short",)),
        ("", 10, ()),
        ("one two three", 8, ("one two", "  three")),
        ("abcdefghijklmnop", 6, ("abcdef", "  ghij", "  klmn", "  op")),
        ("a abcdefghij", 6, ("a", "  abcd", "  efgh", "  ij")),
        ("Featherstone-Haugh", 15, ("Featherstone-", "  Haugh")),
        ("      ", 3, ("",)),
    ],
)
def test_wraps_at_spaces_where_there_are_any(text: str, columns: int, lines: tuple[str, ...]) -> None:
    assert wrap(text, columns, hang=2) == lines


@given(st.text(max_size=120), st.integers(8, 60))
def test_wrapping_loses_nothing_and_keeps_to_the_width(text: str, columns: int) -> None:
    lines = wrap(text, columns, width, hang=2)
    assert all(width(line) <= columns for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@given(st.text(max_size=60), st.text(max_size=60), st.integers(24, 60))
def test_two_sides_keep_to_the_width(left: str, right: str, columns: int) -> None:
    lines = two_sides(left, right, columns, width)
    assert all(width(line) <= columns for line in lines)
    assert sorted("".join("".join(lines).split())) == sorted("".join((left + right).split()))


@pytest.mark.parametrize("columns", [24, 32, 42, 48, 64])
@pytest.mark.parametrize("code_page", ["cp1252", "cp437", UNICODE])
def test_every_sample_fits_every_paper(columns: int, code_page: str) -> None:
    for document in DOCUMENTS.values():
        for block in blocks(document, columns, code_page):
            if isinstance(block, Text):
                assert width(block.text) <= columns
                assert block.text.encode(code_page or "utf-8")
