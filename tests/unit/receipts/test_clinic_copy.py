"""The clinic's copy: a line to sign on every paper, or what was signed on the reader; the patient's has neither."""

from __future__ import annotations

import zlib

import pytest

from receipts.compose import as_clinic_copy
from receipts.layouts.common import CLINIC_COPY, SIGN_HERE, SIGNED
from receipts.layouts.escpos import escpos
from receipts.layouts.pdf_letter import pdf
from receipts.layouts.text import text
from tests.support import frozen
from tests.unit.receipts.pages import texts

PEN = "10,12;14,18;21,30|40,12;44,19"


def test_the_patients_receipt_has_no_line_to_sign() -> None:
    plain = text(frozen.receipt())
    assert SIGN_HERE not in plain
    assert CLINIC_COPY not in plain


@pytest.mark.parametrize("columns", [24, 32, 42, 48])
def test_the_line_to_sign_is_as_wide_as_the_paper(columns: int) -> None:
    lines = text(as_clinic_copy(frozen.receipt()), columns).splitlines()
    assert "x" + "_" * (columns - 1) in lines
    at = lines.index("x" + "_" * (columns - 1))
    assert lines[at - 3 : at] == ["", "", ""], "room for a pen"
    assert any(CLINIC_COPY in line for line in lines)
    assert "No signature needed" in text(frozen.receipt())
    assert "No signature" not in "".join(lines), "the clinic asks for one all the same"


def test_what_was_signed_is_drawn_on_the_page_and_said_on_the_roll() -> None:
    signed = as_clinic_copy(frozen.receipt(), PEN)
    assert "_____" not in text(signed)
    assert SIGNED.split(".")[0] in " ".join(text(signed, 60).split())
    assert b"x____" not in escpos(signed)
    assert SIGNED in " ".join(texts(pdf(signed)))
    assert strokes_in(pdf(signed)) == strokes_in(pdf(as_clinic_copy(frozen.receipt()))) + 2, "two strokes of the pen"
    assert pdf(as_clinic_copy(frozen.receipt(), "junk"))


def strokes_in(page: bytes) -> int:
    """Pen strokes drawn on the pages: paths with a round end."""
    found = 0
    for part in page.split(b"stream\n")[1:]:
        try:
            found += zlib.decompress(part.split(b"endstream")[0]).count(b"1 J")
        except zlib.error:
            found += part.split(b"endstream")[0].count(b"1 J")
    return found
