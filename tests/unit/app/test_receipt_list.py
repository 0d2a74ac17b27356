"""Lists of receipts: what is in them, several on paper or in one PDF, and a table that only its owner can read."""

from __future__ import annotations

import csv
import io
import stat
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pypdfium2
import pytest

from app.receipt_list import COLUMNS, Receipts, ReceiptsAsk
from app.settings import PRINTER_URL
from models.basics.errors import RuleBroken
from models.operations.bodies import Collect, Correct, Reverse
from tests.support.clinic import DAY, MARIA, PRIYA, TestClinic
from tests.support.printing_office import papers_of

TODAY = date.fromisoformat(DAY)


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    """Today: 30 of Rosa in cash, voided; 45 of Ama by check, corrected by 5. In April: 25 of Rosa."""
    made = TestClinic(tmp_path)
    made.patient()
    made.patient("ama", "Ama", family="=HYPERLINK(1)", mrn="0041878")
    made.paid(2500, receipt_no="01-1-A-0000", number="PAY-1-00000")
    made.put(
        Collect(payment_id="cash", patient_id="rosa", tender="cash", amount_cents=3000, number="PAY-1-00001",
                receipt_no="01-1-A-0001"),
        Collect(payment_id="check", patient_id="ama", tender="check", check_no="2281", amount_cents=4500,
                number="PAY-1-00002", receipt_no="01-1-A-0002"),
        Reverse(payment_id="cash", patient_id="rosa", reason="wrong amount", reversal_id="v", receipt_no="01-1-A-0003"),
        Correct(correction_id="k", payment_id="check", patient_id="ama", amount_cents=500, reason="typed wrong",
                number="COR-1-00001", receipt_no="01-1-A-0004"),
    )  # fmt: skip
    yield made
    assert made.store.verify() == []
    made.close()


@pytest.fixture
def receipts(clinic: TestClinic) -> Iterator[Receipts]:
    clinic.settings.for_now({PRINTER_URL: "tcp://127.0.0.1:1"})
    with papers_of(clinic) as (papers, _):
        yield Receipts(clinic.clinic, papers)


def today() -> ReceiptsAsk:
    return ReceiptsAsk(TODAY, TODAY)


def test_s0_40_a_day_lists_every_kind_of_receipt_with_its_sign(receipts: Receipts) -> None:
    view = receipts.page(today())
    assert sorted((line.words, line.number, line.cents) for line in view.lines) == [
        ("Correction receipt", "01-1-A-0004", -500), ("Receipt", "01-1-A-0001", 3000), ("Receipt", "01-1-A-0002", 4500),
        ("Void receipt", "01-1-A-0003", -3000),
    ]  # fmt: skip
    assert view.total_cents == 4000
    assert {line.name for line in view.lines} == {"receipt:cash", "receipt:check", "void:cash", "correction:k"}


def test_s0_40_a_patient_lists_all_their_days(receipts: Receipts) -> None:
    found = receipts.page(ReceiptsAsk(TODAY, TODAY, "rosa")).lines
    assert [line.number for line in found] == ["01-1-A-0000", "01-1-A-0001", "01-1-A-0003"]


def test_s0_40_several_are_printed_as_jobs_of_their_own_in_order(clinic: TestClinic, receipts: Receipts) -> None:
    assert receipts.print(["receipt:check", "correction:k", "receipt:cash"], MARIA) == 3
    jobs = clinic.rows("SELECT payment_id, kind, copies_no FROM print_job ORDER BY created_at, rowid")
    assert jobs == [("check", "copy", 1), ("k", "copy", 1), ("cash", "copy", 1)]
    with pytest.raises(RuleBroken) as refused:
        receipts.print([], MARIA)
    assert refused.value.message_key == "receipts.nothing_chosen"


def test_s0_40_several_are_one_pdf(receipts: Receipts, tmp_path: Path) -> None:
    path = tmp_path / receipts.file_name("pdf")
    assert receipts.save(["receipt:check", "void:cash", "correction:k"], path).rows == 3
    assert path.name == "receipts-2026-05-14.pdf"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    document = pypdfium2.PdfDocument(path)
    pages = [page.get_textpage().get_text_bounded() for page in document]
    assert len(pages) == 3
    for text, number in zip(pages, ("01-1-A-0002", "01-1-A-0003", "01-1-A-0004"), strict=True):
        assert number in text


def test_s0_40_the_export_is_a_table_for_one_pair_of_eyes(receipts: Receipts, tmp_path: Path) -> None:
    path = tmp_path / receipts.file_name("csv")
    assert receipts.export(today(), path, PRIYA).rows == 4
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    rows = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))
    assert rows[0] == [name for name, _ in COLUMNS]
    assert {row[2]: row[7] for row in rows[1:]} == {
        "01-1-A-0001": "30.00", "01-1-A-0002": "45.00", "01-1-A-0003": "-30.00", "01-1-A-0004": "-5.00",
    }  # fmt: skip
    assert not any(cell.startswith("=") for row in rows for cell in row)


def test_s0_40_export_needs_the_right(receipts: Receipts, tmp_path: Path) -> None:
    with pytest.raises(RuleBroken) as refused:
        receipts.export(today(), tmp_path / "x.csv", MARIA)
    assert refused.value.message_key == "staff.right_missing"
    assert receipts.export(today(), tmp_path / "x.csv", MARIA, PRIYA).rows == 4
    with pytest.raises(RuleBroken) as refused:
        receipts.export(today(), tmp_path / "x.docx", PRIYA)
    assert refused.value.message_key == "export.kind_unknown"
