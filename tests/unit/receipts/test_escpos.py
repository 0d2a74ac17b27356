"""ESC/POS bytes, byte for byte and as a printer would read them."""

import json
import logging
from dataclasses import replace

import pytest

from receipts.layouts.common import Code, Rule, Text
from receipts.layouts.escpos import PLAIN_80MM, QR_DOTS, Profile, encode, escpos, qr
from tests.support.shared_data import shared
from tests.unit.receipts.paper import CODE_PAGES, read
from tests.unit.receipts.samples import BARE, DOCUMENTS, PRINTERS

CARD = DOCUMENTS["card-copay-and-balance"]


def test_sets_the_printer_up_and_ends_with_a_cut() -> None:
    assert escpos(CARD).startswith(bytes.fromhex("1b40 1b7410"))
    assert escpos(CARD).endswith(bytes.fromhex("1d564200"))


def test_feeds_the_paper_out_where_nothing_cuts() -> None:
    assert escpos(CARD, PRINTERS["58mm"]).endswith(bytes.fromhex("1b6405"))


def test_switches_a_style_once() -> None:
    laid = (Text("a", "center", True, True), Text("b", "center", True, True), Rule(), Code("1"), Text("é"))
    setup = bytes.fromhex("1b40 1b7410")
    style = bytes.fromhex("1b6101 1b4501 1d2101")
    plain = bytes.fromhex("1b6100 1b4500 1d2100")
    assert encode(laid, Profile(3)) == b"".join(
        (setup, style, b"a\nb\n", plain, b"---\n", b"\x1ba\x01", qr("1"), b"\x1ba\x00\xe9\n\x1dVB\x00")
    )


@pytest.mark.parametrize("name", PRINTERS)
def test_every_profile_prints_its_own_letters(name: str) -> None:
    profile = PRINTERS[name]
    assert CODE_PAGES[profile.code_page_no] == profile.code_page
    paper = read(escpos(replace(BARE, patient_name="José Peña"), profile))
    assert "José Peña" in paper.text
    assert max(len(line.text) for line in paper.lines) <= profile.columns
    assert bool(paper.cuts) is profile.cutter


def test_a_printer_that_draws_no_codes_is_sent_none() -> None:
    """It would print their bytes as letters."""
    assert read(escpos(CARD)).codes == [CARD.receipt_no]
    without = read(escpos(CARD, replace(PLAIN_80MM, draws_qr=False)))
    assert without.codes == []
    assert without.text == read(escpos(CARD)).text


def test_a_logo_can_be_kept_in_the_printer() -> None:
    assert read(escpos(BARE)).logos == []
    assert read(escpos(BARE, replace(PLAIN_80MM, stored_logo_no=1))).logos == [1]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_receipt_never_opens_the_drawer(name: str) -> None:
    hostile = replace(DOCUMENTS[name], patient_name="Rosa\x1bp\x00\x32\x32", message="\x10\x14\x01\x00\x01")
    paper = read(escpos(hostile))
    assert paper.drawer_kicks == 0
    assert b"\x10\x14" not in escpos(hostile)


def test_what_stands_out_is_bold_and_tall() -> None:
    strong = [line.text.strip() for line in read(escpos(DOCUMENTS["copy-of-void"])).lines if line.bold and line.tall]
    assert strong[:3] == ["ALDER STREET FAMILY MEDICINE", "VOID", "*** COPY 2 ***"]
    assert strong[3].startswith("TOTAL RETURNED")
    assert strong[3].endswith("-$75.00")


def test_is_small() -> None:
    assert len(escpos(CARD)) < 6405


def test_the_same_receipt_is_the_same_bytes() -> None:
    assert escpos(CARD) == escpos(CARD)


def test_draws_the_code_as_a_library_for_printers_does(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    from escpos.constants import QR_ECLEVEL_M, QR_MODEL_2  # its import starts logging: only here
    from escpos.printer import Dummy

    peer = Dummy()
    peer.qr("01-1-A-0042", ec=QR_ECLEVEL_M, size=QR_DOTS, model=QR_MODEL_2, native=True)
    assert qr("01-1-A-0042") in peer.output
    assert read(qr("A" * 300)).codes == ["A" * 300]


@pytest.mark.parametrize(
    ("model", "name"),
    [("TM-T88V", "80mm"), ("TM-T20II", "80mm-48"), ("TM-T20II", "80mm-858"), ("POS-5890", "58mm-437")],
)
def test_samples_are_real_printers(model: str, name: str) -> None:
    known = json.loads(shared("escpos-printer-db/capabilities.json").read_text(encoding="utf-8"))["profiles"][model]
    profile = PRINTERS[name]
    assert known["codePages"][str(profile.code_page_no)].lower() == profile.code_page
    assert known["fonts"]["0"]["columns"] == profile.columns
