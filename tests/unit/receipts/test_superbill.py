"""The superbill on letter paper: every code, price and diagnosis is on the page, and the same bytes each time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from models.operations.messages import MessagePaper
from receipts.attachments import as_text, pdf_of, pdf_of_document
from receipts.layouts.superbill_letter import superbill_pdf
from receipts.superbill import SuperbillDocument, SuperbillLine, all_diagnoses, letter_of, pointers
from tests.unit.receipts.pages import texts
from tests.unit.receipts.test_statement import CLINIC

GOLDEN = Path(__file__).parent / "golden" / "letters" / "superbill.txt"
ROSA = SuperbillDocument(
    clinic=CLINIC, service_date="2026-05-14", printed_on="2026-05-15", patient_name="Rosa Alvarez",
    birth_date="1984-03-14", account_no="0041877", address=("18 Birch Lane", "Springfield, IL 62704"),
    provider="Dr. Okafor", provider_npi="1987654321", place="Main office", payer="Blue Plains PPO",
    member_id="XJQ 9987 221", diagnoses=("E11.9", "I10"),
    lines=(
        SuperbillLine(code="99213", modifiers="25", description="Office visit, established patient, low complexity",
                      units=1, price_cents=18500, allowed_cents=11200, pointers="AB"),
        SuperbillLine(code="83036", description="Hemoglobin A1c", units=1, price_cents=4200, allowed_cents=1400,
                      pointers="A"),
        SuperbillLine(code="LETTER", description="Letter for school", units=2, price_cents=2000),
    ),
    insurance_cents=8200, patient_cents=6400, adjusted_cents=400, paid_cents=3000, balance_cents=3000,
    message="Thank you.",
)  # fmt: skip


def test_s0_40_the_superbill_says_what_was_reviewed() -> None:
    """Written anew by `python -m tests.unit.receipts.test_superbill`, and read like code."""
    assert "\n---- next page\n".join(texts(superbill_pdf(ROSA))) == GOLDEN.read_text("utf-8")


def test_s0_40_a_receipt_has_no_diagnosis_and_a_superbill_has_all() -> None:
    text = texts(superbill_pdf(ROSA))[0]
    for words in ("99213 25", "83036", "LETTER", "E11.9", "I10", "185.00", "112.00", "1987654321", "NPI 1234567893",
                  "Mar 14, 1984", "Blue Plains PPO", "$247.00", "$82.00", "$64.00", "−$4.00",
                  "−$30.00", "$30.00"):  # fmt: skip
        assert words in text, words


def test_s0_40_the_same_superbill_is_the_same_bytes() -> None:
    assert superbill_pdf(ROSA) == superbill_pdf(ROSA)


def test_s0_40_many_services_go_over_pages_and_none_is_lost() -> None:
    many = tuple(SuperbillLine(code=f"{90000 + n}", description=f"Service number {n} with a name that takes two lines",
                               units=1, price_cents=100 + n) for n in range(80))  # fmt: skip
    found = texts(superbill_pdf(replace(ROSA, lines=many)))
    assert len(found) > 2
    assert all("continued" in page for page in found[1:])
    assert all(f"{90000 + n}" in "\n".join(found) for n in range(80))


def test_s0_40_other_letters_and_nothing_known_are_shown() -> None:
    bare = SuperbillDocument(clinic=CLINIC, service_date="2026-05-14", printed_on="2026-05-14",
                             patient_name="Zoë Łukaszewska", lines=ROSA.lines[2:])  # fmt: skip
    text = texts(superbill_pdf(bare))[0]
    assert "Zoë Łukaszewska" in text
    for words in ("Diagnoses", "Allowed is", "Insurance", "Let off"):
        assert words not in text


def test_s0_40_diagnoses_are_named_by_letters() -> None:
    codes = all_diagnoses([("E11.9", "I10"), ("I10",), ("", "Z00.00")])
    assert codes == ("E11.9", "I10", "Z00.00")
    assert pointers(("Z00.00", "E11.9", "unknown"), codes) == "AC"
    assert [letter_of(place) for place in (0, 11, 12)] == ["A", "L", "13"]


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"clinic": 1}'])
def test_s0_40_a_paper_that_is_not_whole_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of whichever part is missing
        pdf_of(MessagePaper(kind="superbill", source_id="v", number="", day="2026-05-14", amount_cents=1,
                            document=text))  # fmt: skip


def test_s0_40_a_paper_survives_its_journey() -> None:
    paper = MessagePaper(kind="superbill", source_id="v", number="", day="2026-05-14", amount_cents=1,
                         document=as_text(ROSA))  # fmt: skip
    assert pdf_of(paper) == pdf_of_document(ROSA)


if __name__ == "__main__":
    GOLDEN.parent.mkdir(exist_ok=True)
    GOLDEN.write_text("\n---- next page\n".join(texts(superbill_pdf(ROSA))), encoding="utf-8")
