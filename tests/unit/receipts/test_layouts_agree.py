"""Whatever happened, every layout says it: no line too wide, no amount lost, no card number shown."""

import json
from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from models.basics.money import MINUS, show_cents
from receipts.document import Balances, ClinicBlock, ReceiptDocument, ReceiptLine, TenderLine
from receipts.layouts.common import KINDS, METHODS
from receipts.layouts.escpos import escpos
from receipts.layouts.letters import width
from receipts.layouts.pdf_letter import pdf
from receipts.layouts.text import text
from tests.support.shared_data import shared
from tests.unit.receipts.pages import texts
from tests.unit.receipts.paper import read
from tests.unit.receipts.samples import DOCUMENTS, PRINTERS

CENTS = st.integers(-(10**9), 10**9)
"""Ten times the largest amount a desk takes."""
WORDS = st.text(st.characters(), max_size=50)
SHORT = st.text(st.characters(codec="ascii", categories=["L", "N"]), max_size=16)
DIGITS = st.text("0123456789", max_size=4)

LINES = st.builds(
    ReceiptLine,
    description=WORDS,
    amount_cents=CENTS,
    kind=st.sampled_from([*KINDS, "other", ""]),
    service_date=SHORT,
    provider=WORDS,
    code=SHORT,
)
TENDERS = st.builds(
    TenderLine,
    method=st.sampled_from([*METHODS, "voucher"]),
    amount_cents=CENTS,
    tendered_cents=st.integers(0, 10**9),
    change_cents=st.integers(0, 10**9),
    check_no=SHORT,
    brand=SHORT,
    last4=DIGITS,
    entry_mode=SHORT,
    auth_code=SHORT,
    aid=SHORT,
    app_label=WORDS,
    cvm=SHORT,
    tvr=SHORT,
    tsi=SHORT,
)
RECEIPTS = st.builds(
    ReceiptDocument,
    clinic=st.builds(ClinicBlock, name=WORDS, address=st.lists(WORDS, max_size=3).map(tuple), phone=SHORT, npi=SHORT),
    receipt_no=SHORT,
    payment_number=SHORT,
    taken_on=SHORT,
    taken_at=SHORT,
    zone=SHORT,
    station=WORDS,
    cashier=WORDS,
    patient_name=WORDS,
    account_no=SHORT,
    lines=st.lists(LINES, max_size=6).map(tuple),
    tenders=st.lists(TENDERS, max_size=3).map(tuple),
    total_cents=CENTS,
    requested_cents=st.integers(0, 10**9),
    balances=st.none() | st.builds(Balances, still_owed_cents=CENTS, credit_cents=CENTS, prepaid_cents=CENTS),
    pending_confirmation=st.booleans(),
    banner=st.sampled_from(["", "VOID", "REFUND", "CORRECTION"]),
    copy_no=st.integers(0, 12),
    message=WORDS,
    refund_policy=WORDS,
    refers_to=SHORT,
    clinic_copy=st.booleans(),
    signature=st.sampled_from(["", "10,12;14,18|40,12", "junk"]),
)


def amounts(document: ReceiptDocument) -> set[str]:
    """Every amount of the document as a reader knows it."""
    cents = {document.total_cents, *(line.amount_cents for line in document.lines)}
    for tender in document.tenders:
        cents.add(tender.amount_cents)
        if tender.method == "cash" and tender.tendered_cents:
            cents |= {tender.tendered_cents, tender.change_cents}
    if document.balances:
        cents.add(document.balances.still_owed_cents)
        cents |= {document.balances.credit_cents, document.balances.prepaid_cents} - {0}
    return {show_cents(abs(amount), symbol="") for amount in cents}


@settings(max_examples=60)
@given(RECEIPTS, st.integers(24, 64))
def test_text_says_everything_within_its_columns(document: ReceiptDocument, columns: int) -> None:
    said = text(document, columns)
    assert all(width(line) <= columns for line in said.splitlines())
    assert {amount for amount in amounts(document) if amount not in said} == set()


@settings(max_examples=60)
@given(RECEIPTS, st.sampled_from(sorted(PRINTERS)))
def test_the_roll_says_everything_within_its_columns(document: ReceiptDocument, name: str) -> None:
    profile = PRINTERS[name]
    paper = read(escpos(document, profile))
    assert all(len(line.text) <= profile.columns for line in paper.lines)
    assert {amount for amount in amounts(document) if amount not in paper.text} == set()
    assert paper.codes == ([document.receipt_no] if document.receipt_no else [])
    assert paper.drawer_kicks == 0


@settings(max_examples=25, deadline=None)
@given(RECEIPTS)
def test_the_page_says_everything(document: ReceiptDocument) -> None:
    said = "\n".join(texts(pdf(document)))
    assert {amount for amount in amounts(document) if amount not in said} == set()
    assert f"*** COPY {document.copy_no} ***" in said or document.copy_no == 0


@settings(max_examples=25, deadline=None)
@given(st.text("0123456789", min_size=12, max_size=19))
def test_no_layout_shows_more_than_four_digits_of_a_card(number: str) -> None:
    honest = DOCUMENTS["card-copay-and-balance"]
    assume(number[-5:] not in "".join(text(honest).split()))
    careless = replace(honest, tenders=(replace(honest.tenders[0], last4=number),))
    for said in (text(careless), read(escpos(careless)).text, "\n".join(texts(pdf(careless)))):
        assert f"**** {number[-4:]}" in said
        assert number[-5:] not in said.replace(" ", "")


def test_money_given_back_is_seen_to_be() -> None:
    void = DOCUMENTS["void"]
    assert f"{MINUS}$75.00" in text(void)
    assert "-$75.00" in read(escpos(void)).text
    assert f"{MINUS}$75.00" in texts(pdf(void))[0]


def test_strings_that_broke_other_programs_do_not_break_a_receipt() -> None:
    honest = DOCUMENTS["card-copay-and-balance"]
    strings = json.loads(shared("naughty-strings/blns.json").read_text(encoding="utf-8"))
    lines = tuple(replace(honest.lines[0], description=naughty, provider=naughty) for naughty in strings)
    for naughty, line in zip(strings, lines, strict=True):
        document = replace(honest, patient_name=naughty, cashier=naughty, message=naughty, lines=(line,))
        assert all(width(row) <= 42 for row in text(document).splitlines())
        assert "75.00" in read(escpos(document)).text
    assert "".join(texts(pdf(replace(honest, lines=lines)))).count("30.00\n") == len(lines)
