"""Reports on the roll, as text and as letter pages: the golden files are reviewed by eye.
`python -m tests.unit.receipts.test_reports` writes them anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from receipts.layouts.escpos import encode
from receipts.layouts.letters import width
from receipts.layouts.report_letter import report_pdf
from receipts.layouts.report_roll import report_blocks, report_text
from receipts.report import ReportDocument
from tests.unit.receipts.pages import texts
from tests.unit.receipts.paper import shown
from tests.unit.receipts.report_samples import REPORTS
from tests.unit.receipts.samples import PRINTERS

FOLDER = Path(__file__).parent / "golden_reports"


def golden(document: ReportDocument) -> str:
    """One report in every layout."""
    narrow = PRINTERS["58mm-437"]
    paper = encode(report_blocks(document, narrow.columns, narrow.code_page), narrow)
    parts = {
        "text, 42 columns": report_text(document),
        "ESC/POS, 58mm-437": shown(paper, narrow.columns),
        "PDF, letter": "\n---- next page\n".join(texts(report_pdf(document))) + "\n",
    }
    return "\n".join(f"==== {title}\n{part}" for title, part in parts.items())


@pytest.mark.parametrize("name", REPORTS)
def test_s0_41_says_what_was_reviewed(name: str) -> None:
    assert golden(REPORTS[name]) == (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


def test_every_golden_file_belongs_to_a_report() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == set(REPORTS)


@pytest.mark.parametrize("columns", [24, 32, 42, 48])
@pytest.mark.parametrize("name", REPORTS)
def test_no_line_is_wider_than_the_paper(name: str, columns: int) -> None:
    assert all(width(line) <= columns for line in report_text(REPORTS[name], columns).splitlines())


def test_narrower_paper_is_refused() -> None:
    with pytest.raises(ValueError, match="24 columns"):
        report_blocks(REPORTS["x-report"], 20)


def test_a_long_sheet_goes_on_over_pages_with_its_heads() -> None:
    pages = texts(report_pdf(REPORTS["day-sheet"]))
    assert len(pages) > 1
    assert all("Transaction" in page for page in pages[:2])


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for sample, report in REPORTS.items():
        (FOLDER / f"{sample}.txt").write_text(golden(report), encoding="utf-8")
