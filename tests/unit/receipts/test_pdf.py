"""The letter page, read back with another library."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import segno

from receipts.document import ReceiptLine, TenderLine
from receipts.layouts.pdf_fonts import MISSING, sans
from receipts.layouts.pdf_letter import CODE_SIDE, RIGHT, TOP, pdf
from receipts.layouts.pdf_page import LETTER, QR_MASK, Sheets
from tests.unit.receipts.pages import Picture, texts
from tests.unit.receipts.samples import BARE, DOCUMENTS

CARD = DOCUMENTS["card-copay-and-balance"]


def test_embeds_its_fonts_and_no_other() -> None:
    data = pdf(CARD)
    assert data.count(b"/FontFile2") == data.count(b"/BaseFont") == 2
    assert b"Helvetica" not in data
    assert b"IBMPlexSans-SemiBold" in data


def test_names_itself_without_naming_the_patient() -> None:
    data = pdf(CARD)
    assert b"(Receipt 01-1-A-0042)" in data
    assert b"(Alder Street Family Medicine)" in data
    assert b"Quillfeather" not in data  # the page itself is compressed


def test_half_a_letter_in_the_clinics_name_breaks_nothing() -> None:
    assert "Alder" in texts(pdf(replace(BARE, clinic=replace(BARE.clinic, name="Alder \udf46"))))[0]


def test_the_same_receipt_is_the_same_file() -> None:
    assert pdf(CARD) == pdf(CARD)


def test_is_small_enough_to_send() -> None:
    assert len(pdf(CARD)) < 60_000


def test_the_code_can_be_read_back_from_the_page() -> None:
    pixels_a_point = 4
    page = Picture(pdf(CARD), pixels_a_point)
    modules = segno.make_qr("01-1-A-0042", error="m", boost_error=False, mask=QR_MASK).matrix
    step = CODE_SIDE / len(modules)
    left, top = RIGHT - CODE_SIDE, LETTER[1] - TOP

    def dark(row: int, column: int) -> bool:
        x, y = left + (column + 0.5) * step, top + (row + 0.5) * step
        return page.at(x * pixels_a_point, y * pixels_a_point)[0] < 128

    seen = [[dark(row, column) for column in range(len(modules))] for row in range(len(modules))]
    assert seen == [[bool(bit) for bit in row] for row in modules]


def test_the_logo_stands_upright_at_the_foot() -> None:
    page = Picture(pdf(CARD), 10)
    left, bottom, unit = 540, 7920 - 400, 140 / 26

    def at(x: float, y: float) -> tuple[int, int, int]:
        return page.at(left + x * unit, bottom - 140 + y * unit)

    blue, ink, paper = (124, 192, 245), (15, 36, 52), (255, 255, 255)
    assert all(abs(a - b) < 8 for a, b in zip(at(3, 13), blue, strict=True))
    assert all(abs(a - b) < 8 for a, b in zip(at(13, 17), ink, strict=True))  # the receipt
    assert all(abs(a - b) < 8 for a, b in zip(at(13, 11.3), blue, strict=True))  # the cross on it
    assert all(abs(a - b) < 8 for a, b in zip(at(13, 21.5), blue, strict=True))  # between the teeth of its edge
    assert at(0.2, 0.2) == paper  # round corners


def test_letters_of_other_alphabets_get_a_subset_of_their_own() -> None:
    page = texts(pdf(replace(BARE, patient_name="Щукина Ελένη Nguyễn", cashier="Dvořák Łódź")))[0]
    assert "Щукина Ελένη Nguyễn" in page
    assert "Dvořák Łódź" in page


def test_what_the_font_lacks_is_shown_as_missing() -> None:
    page = texts(pdf(replace(BARE, patient_name="李小龍 שרה Quillfeather\x00")))[0]
    assert f"{MISSING * 3} {MISSING * 3} Quillfeather" in page


def test_pages_made_side_by_side_do_not_mix() -> None:
    names = [f"Ж{chr(0x410 + n)}{chr(0x3B1 + n % 17)} Quillfeather" for n in range(32)]
    documents = [replace(BARE, patient_name=name) for name in names]
    alone = [pdf(document) for document in documents]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(pdf, documents)) == alone
    assert all(name in texts(data)[0] for name, data in zip(names, alone, strict=True))


def test_long_receipts_go_on_with_their_head_and_number() -> None:
    pages = texts(pdf(DOCUMENTS["many-lines"]))
    assert len(pages) == 2
    assert "Receipt 01-1-A-0042, continued" in pages[1]
    assert all("What was paid for" in page and f"Page {n} of 2" in page for n, page in enumerate(pages, 1))


@pytest.mark.parametrize("count", [0, 1, 16, 17, 18, 19, 20, 21, 22, 50, 51, 52, 200])
def test_no_count_of_lines_leaves_the_page(count: int) -> None:
    line = ReceiptLine(description="Physical therapy", amount_cents=100, service_date="May 14, 2026")
    document = replace(CARD, lines=(line,) * count)
    assert "".join(texts(pdf(document))).count("Physical therapy") == count
    assert _lowest(document) >= 80


def test_a_line_longer_than_a_page_is_broken() -> None:
    line = ReceiptLine(description="word " * 1500, amount_cents=100)
    document = replace(CARD, lines=(line,))
    assert "".join(texts(pdf(document))).count("word") == 1500
    assert _lowest(document) >= 80


def test_a_name_longer_than_a_page_is_broken() -> None:
    document = replace(CARD, patient_name="Quillfeather " * 200)
    assert "".join(texts(pdf(document))).count("Quillfeather") == 200
    assert _lowest(document) >= 80


def test_many_tenders_go_on_as_well() -> None:
    tender = replace(CARD.tenders[0], tvr="0000008000", tsi="E800")
    document = replace(CARD, tenders=(tender,) * 20 + (TenderLine(method="cash", amount_cents=123456),))
    pages = texts(pdf(document))
    assert "".join(pages).count("Visa **** 4242") == 20
    assert "$1,234.56" in pages[-1]
    assert _lowest(document) >= 80


def test_widths_are_those_of_the_font() -> None:
    sheets = Sheets("", "")
    assert sheets.width("0", 10) == sheets.width("7", 10)
    assert sans(400).units("00") == 2 * sans(400).units("0") == 1200


def _lowest(document) -> float:
    """The lowest text of any page in points, the foot of the page left out."""
    import pypdfium2

    lowest = LETTER[1]
    file = pypdfium2.PdfDocument(pdf(document))
    for page in file:
        words = page.get_textpage()
        lowest = min(lowest, *(box[1] for n in range(words.count_rects()) if (box := words.get_rect(n))[1] > 60))
        assert all(words.get_rect(n)[2] <= RIGHT + 1 for n in range(words.count_rects()))
        words.close()
        page.close()
    file.close()
    return lowest
