"""Receipts of every shape, all about one family that does not exist."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

from models.ledger.figures import Figures
from models.operations.bodies import CardFacts
from models.operations.records import Practice
from receipts.compose import Sale, SaleLine, SaleTender, as_copy, compose
from receipts.document import ClinicBlock, ReceiptDocument
from receipts.layouts.escpos import PLAIN_80MM, Profile

CENTRAL = timezone(timedelta(hours=-5), "CDT")

PRACTICE = Practice(
    id="practice-1",
    name="Alder Street Family Medicine",
    timezone="America/Chicago",
    address=("214 Alder Street, Suite 3", "Springfield, IL 62701"),
    phone="(555) 010-2200",
    npi="1234567893",
    tin="12-3456789",
    receipt_message="Thank you. Feel better soon.",
    refund_policy="Refunds go back the way they were paid, within 45 days.",
)

CONTACTLESS = CardFacts(
    brand="Visa",
    last4="4242",
    entry_mode="contactless",
    auth_code="084917",
    aid="A0000000031010",
    app_label="VISA CREDIT",
    cvm="none",
)
CHIP = CardFacts(
    brand="Mastercard",
    last4="4444",
    entry_mode="chip",
    auth_code="771203",
    aid="A0000000041010",
    app_label="MASTERCARD DEBIT",
    cvm="pin",
    tvr="0000008000",
    tsi="E800",
)

COPAY = SaleLine(
    amount_cents=3000,
    kind="copay",
    description="Office visit",
    service_date="2026-05-14",
    provider="Dr. Okafor",
    code="99213",
)
LAB = SaleLine(
    amount_cents=4500, kind="balance", description="Lipid panel", service_date="2026-03-02", provider="Dr. Okafor"
)

CARD_SALE = Sale(
    practice=PRACTICE,
    receipt_no="01-1-A-0042",
    payment_number="PAY-1-00042",
    taken_at=datetime(2026, 5, 14, 9, 42, tzinfo=CENTRAL),
    business_date="2026-05-14",
    station="Desk 1",
    cashier="Maria D.",
    patient_name="Rosa Quillfeather",
    account_no="0041877",
    lines=(COPAY, LAB),
    tenders=(SaleTender(tender="card", amount_cents=7500, card=CONTACTLESS),),
    requested_cents=7500,
    after=Figures(responsibility_cents=17500, allocated_cents=7500),
)

LONG_WORDS = (
    "Evaluation and management of an established patient with a moderately complex history, including counselling, "
    "coordination of care and Pneumonoultramicroscopicsilicovolcanoconiosis-related-questions"
)


def _services(count: int) -> tuple[SaleLine, ...]:
    return tuple(
        SaleLine(
            amount_cents=1000 + 37 * n,
            kind="coinsurance" if n % 3 else "deductible",
            description=f"Physical therapy, session {n + 1}",
            service_date=f"2026-{1 + n // 28:02d}-{1 + n % 28:02d}",
            provider="Dr. Okafor",
            code="97110",
        )
        for n in range(count)
    )


MANY = _services(32)

SALES: dict[str, Sale] = {
    "card-copay-and-balance": CARD_SALE,
    "cash-with-change": replace(
        CARD_SALE,
        lines=(replace(COPAY, amount_cents=3600),),
        tenders=(SaleTender(tender="cash", amount_cents=3600, tendered_cents=4000, change_cents=400),),
        requested_cents=0,
        after=Figures(3600, 3600),
    ),
    "check-kept-as-credit": replace(
        CARD_SALE,
        lines=(),
        tenders=(SaleTender(tender="check", amount_cents=20000, check_no="1042"),),
        requested_cents=0,
        after=Figures(0, 0, 20000),
    ),
    "partial-approval-and-cash": replace(
        CARD_SALE,
        lines=(replace(COPAY, amount_cents=3000), replace(LAB, amount_cents=3000)),
        tenders=(
            SaleTender(tender="card", amount_cents=4000, card=CHIP),
            SaleTender(tender="cash", amount_cents=2000, tendered_cents=2000),
        ),
        after=Figures(17500, 6000),
    ),
    "credit-used-pending": replace(
        CARD_SALE,
        tenders=(
            SaleTender(tender="credit", amount_cents=2000),
            SaleTender(tender="card", amount_cents=5500, card=CONTACTLESS),
        ),
        requested_cents=5500,
        after=Figures(17500, 9500, 6000, 5000),
        pending_confirmation=True,
    ),
    "void": replace(CARD_SALE, kind="void", receipt_no="01-1-A-0043", refers_to="01-1-A-0042", after=Figures(17500)),
    "correction": replace(
        CARD_SALE,
        kind="correction",
        receipt_no="01-1-A-0044",
        refers_to="01-1-A-0042",
        tenders=(SaleTender(tender="cash", amount_cents=7500),),
        after=None,
        reason="Entered too high",
    ),
    "refund-to-card": replace(
        CARD_SALE,
        kind="refund",
        receipt_no="01-1-A-0045",
        payment_number="REF-1-00043",
        refers_to="01-1-A-0042",
        lines=(replace(COPAY, amount_cents=2000), SaleLine(amount_cents=500, kind="other", description="Credit")),
        tenders=(SaleTender(tender="card", amount_cents=2500, card=replace(CONTACTLESS, auth_code="300112")),),
        requested_cents=0,
        after=Figures(17500, 5000),
        reason="Billing error",
    ),
    "refund-undone": replace(
        CARD_SALE,
        kind="refund_undone",
        receipt_no="01-1-A-0046",
        payment_number="REF-1-00043",
        refers_to="01-1-A-0045",
        lines=(replace(COPAY, amount_cents=2000),),
        tenders=(SaleTender(tender="cash", amount_cents=2000),),
        requested_cents=0,
        after=Figures(17500, 7500),
    ),
    "deleted": replace(
        CARD_SALE,
        kind="delete",
        receipt_no="01-1-A-0047",
        refers_to="01-1-A-0042",
        tenders=(SaleTender(tender="cash", amount_cents=7500),),
        requested_cents=0,
        after=Figures(17500),
        reason="Entered twice",
    ),
    "check-returned": replace(
        CARD_SALE,
        kind="bounced",
        receipt_no="01-1-A-0048",
        refers_to="01-1-A-0042",
        tenders=(SaleTender(tender="check", amount_cents=7500, check_no="1042"),),
        requested_cents=0,
        after=Figures(20000),
        reason="Returned by the bank",
    ),
    "family-another-way": replace(
        CARD_SALE,
        lines=(
            COPAY,
            replace(LAB, patient="Ben"),
            replace(
                COPAY, kind="prepayment", description="", amount_cents=2000, service_date="2026-05-28", patient="Mia"
            ),
        ),
        tenders=(
            SaleTender(
                tender="other",
                amount_cents=9500,
                name="Flex spending card",
                trace_no="118-22",
                trace_label="Confirmation number",
            ),
        ),
        requested_cents=0,
        received_date="2026-05-12",
        note="Sent by post",
        after=Figures(3000, 3000),
    ),
    "paid-elsewhere": replace(
        CARD_SALE,
        receipt_no="",
        payment_number="1042",
        tenders=(SaleTender(tender="external", amount_cents=7500, name="Check", check_no="318"),),
        requested_cents=0,
        after=None,
    ),
    "after-midnight": replace(
        CARD_SALE, taken_at=datetime(2026, 5, 15, 0, 5, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    ),
    "long-words-and-accents": replace(
        CARD_SALE,
        patient_name="María-José Łucja Çelebi Peña Quillfeather-Österreicher von und zu Dvořáková-Szczęśliwa III",
        cashier="Zoë Ångström",
        lines=(replace(COPAY, description=LONG_WORDS, provider="Dr. Nguyễn Thị Bích Ngọc-Featherstonehaugh"), LAB),
    ),
    "other-scripts": replace(
        CARD_SALE,
        patient_name="李小龍 Quillfeather שרה",
        cashier="Мария Щ.",
        lines=(replace(COPAY, description="Ελένη's visit “follow-up” – ½ hour", provider="Др. Ёлкин"), LAB),
    ),
    "many-lines": replace(
        CARD_SALE,
        lines=MANY,
        tenders=(SaleTender(tender="external", amount_cents=sum(line.amount_cents for line in MANY)),),
        requested_cents=0,
    ),
}

BARE = ReceiptDocument(
    clinic=ClinicBlock(name="Alder Street Family Medicine"),
    receipt_no="01-1-A-0001",
    payment_number="",
    taken_on="May 14, 2026",
    taken_at="May 14, 2026 9:42 AM",
    zone="",
    station="Desk 1",
    cashier="",
    patient_name="Rosa Quillfeather",
    account_no="",
    lines=(),
    tenders=(),
    total_cents=0,
)

DOCUMENTS: dict[str, ReceiptDocument] = {
    **{name: compose(sale) for name, sale in SALES.items()},
    "copy-of-void": as_copy(compose(SALES["void"]), 2),
    "training": compose(replace(CARD_SALE, practice=replace(PRACTICE, id="training-practice-1"))),
    "bare": BARE,
}

PRINTERS = {
    "80mm": PLAIN_80MM,
    "80mm-48": Profile(columns=48),
    "80mm-858": Profile(columns=48, code_page="cp858", code_page_no=19),
    "58mm": Profile(columns=32, cutter=False),
    "58mm-437": Profile(columns=32, code_page="cp437", code_page_no=0, cutter=False),
}
