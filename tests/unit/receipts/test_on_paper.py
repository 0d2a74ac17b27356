"""The simulated printer, written by somebody else, prints what the layout meant."""

from __future__ import annotations

import pytest

from devices.simulators.escpos_paper import Paper, QrRow
from devices.simulators.escpos_parser import Reader
from receipts.document import ReceiptDocument
from receipts.layouts.escpos import Profile, escpos
from tests.unit.receipts.paper import read
from tests.unit.receipts.samples import DOCUMENTS, PRINTERS

DOTS_A_COLUMN = 12


def printed(document: ReceiptDocument, profile: Profile) -> Paper:
    """The receipt on the simulator's paper."""
    cut: list[Paper] = []
    pulses: list[int] = []
    reader = Reader(
        profile.columns * DOTS_A_COLUMN,
        cut=cut.append,
        pulse=pulses.append,
        tell=pulses.append,
        automatic_status=pulses.append,
    )
    buffer = bytearray(escpos(document, profile))
    while buffer:
        used = reader.step(buffer)
        assert used, "the receipt ends in the middle of a command"
        del buffer[:used]
    assert not reader.unknown
    assert not pulses
    assert len(cut) == profile.cutter
    return cut[0] if cut else reader.head.take_paper()


@pytest.mark.parametrize("name", PRINTERS)
def test_prints_line_for_line_what_was_meant(name: str) -> None:
    profile = PRINTERS[name]
    for document in DOCUMENTS.values():
        lines = [line.strip() for line in printed(document, profile).text().splitlines() if "[QR" not in line]
        assert lines == [line.text.strip() for line in read(escpos(document, profile)).lines]


def test_prints_the_code_of_the_receipt_number() -> None:
    document = DOCUMENTS["card-copay-and-balance"]
    codes = [row for row in printed(document, PRINTERS["80mm"]).rows if isinstance(row, QrRow)]
    assert [(row.data, row.level) for row in codes] == [(b"01-1-A-0042", "M")]
