"""The slip with a payment link's code: the golden files are reviewed by eye.
`python -m tests.unit.receipts.test_link_slip` writes them anew."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from receipts.compose import clinic_block
from receipts.layouts.common import Code, Text
from receipts.layouts.escpos import PLAIN_80MM, Profile, encode
from receipts.layouts.letters import width
from receipts.layouts.slip_roll import slip_blocks
from receipts.link_slip import LinkSlip
from tests.unit.receipts.paper import read, shown, spelled
from tests.unit.receipts.samples import PRACTICE, PRINTERS

FOLDER = Path(__file__).parent / "golden_slips"
ADDRESS = "https://pay.alder-street.example/pay/0Zk3vT9mQ2xWc7LrYb5Nf8JdHs1PgAe6UiKo4MtXyBnVqRzCwEaSdFgHjKlOp2Qw"
ENGLISH = LinkSlip(clinic=clinic_block(PRACTICE), link_id="01900000-0000-7000-8000-000000000001",
                   until="May 21, 2026", language="en")  # fmt: skip
SLIPS = {
    "english": ENGLISH,
    "spanish": replace(ENGLISH, language="es-US", until="21 de mayo de 2026"),
    "training": replace(ENGLISH, language="ko", clinic=replace(ENGLISH.clinic, training=True, phone="")),
}


def paper(slip: LinkSlip, printer: Profile) -> bytes:
    """What goes over the wire."""
    return encode(slip_blocks(slip, ADDRESS, printer.columns, printer.code_page), printer)


def golden(slip: LinkSlip) -> str:
    """One slip on wide and narrow paper, and its bytes."""
    narrow = PRINTERS["58mm-437"]
    parts = {
        "ESC/POS, 80mm": shown(paper(slip, PLAIN_80MM), 42),
        "ESC/POS, 58mm-437": shown(paper(slip, narrow), narrow.columns),
        "ESC/POS bytes, 80mm": spelled(paper(slip, PLAIN_80MM)),
    }
    return "\n".join(f"==== {title}\n{part}" for title, part in parts.items())


@pytest.mark.parametrize("name", SLIPS)
def test_s2_11_says_what_was_reviewed(name: str) -> None:
    assert golden(SLIPS[name]) == (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


def test_every_golden_file_belongs_to_a_slip() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == set(SLIPS)


@pytest.mark.parametrize("printer", PRINTERS)
def test_s2_11_every_printer_gets_the_whole_address_and_no_line_is_too_wide(printer: str) -> None:
    made = PRINTERS[printer]
    on_paper = read(paper(ENGLISH, made))
    assert on_paper.codes == ([ADDRESS] if made.draws_qr else [])
    assert (on_paper.drawer_kicks, on_paper.cuts) == (0, 1 if made.cutter else 0)
    assert all(width(line.text) <= made.columns for line in on_paper.lines)


def test_nothing_of_a_patient_and_nothing_secret_is_in_words() -> None:
    """Who finds the paper reads a practice, a day and how to scan; the address is in the code alone."""
    said = " ".join(block.text for block in slip_blocks(ENGLISH, ADDRESS) if isinstance(block, Text))
    assert said == (
        "ALDER STREET FAMILY MEDICINE SCAN TO PAY Point your phone camera at the code. It works once, until "
        "May 21, 2026. The page asks for a birth date first. Questions? (555) 010-2200"
    )
    assert [block.data for block in slip_blocks(ENGLISH, ADDRESS) if isinstance(block, Code)] == [ADDRESS]
    assert "http" not in said
    assert "$" not in said


def test_narrower_paper_is_refused() -> None:
    with pytest.raises(ValueError, match="24 columns"):
        slip_blocks(ENGLISH, ADDRESS, 20)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for sample, slip in SLIPS.items():
        (FOLDER / f"{sample}.txt").write_text(golden(slip), encoding="utf-8")
