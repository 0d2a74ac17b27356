"""The rows of printer profiles, held against what others wrote down of fifty real printers."""

from __future__ import annotations

import codecs
from functools import cache
from json import loads
from typing import Any

import pytest

from devices.printers.profiles import PROFILES, PrinterProfile
from tests.support.shared_data import shared

MADE_FOR = {
    "80mm": ("TM-T20II", "TM-T20III", "TM-L90", "TM-m30III", "CT-S651", "SRP-S300", "RP-F10-80mm", "TM-T70II-SA"),
    "80mm-pin5": ("TM-T20II", "TM-T20III", "TM-m30III", "CT-S651", "SRP-S300"),
    "80mm-low": ("TM-T20II", "TM-T20III", "TM-m30III"),
    "80mm-42": ("TM-T88II", "TM-T88III", "TM-T88IV", "TM-T88V", "TM-T70", "TM-T70II", "TM-P80", "P822D", "RP326",
                "RP332", "TEP-200M", "TM-T20II-42col"),
    "80mm-437": ("ITPP047", "T-1", "TM-T88IV-SA"),
    "76mm": ("TM-U220", "TM-U220B"),
    "58mm": ("NT-5890K", "POS-5890", "ZJ-5870"),
    "58mm-qr": ("Sunmi-V2",),
}  # fmt: skip
"""Which printers on record a row is right for, in every column."""

OTHERS = {
    "a customer display": {"AF-240", "OCD-100", "OCD-300"},
    "speaks Star's own language, other numbers for pages": {"SP2000", "TSP600", "TSP800", "TUP500", "mcPrint"},
    "its record counts the dots of a letter as columns": {"NT-80-V-UL"},
    "not a printer but what several have in common": {"default", "safe", "simple"},
}


@cache
def known() -> dict[str, Any]:
    found: dict[str, Any] = loads(shared("escpos-printer-db/capabilities.json").read_text(encoding="utf-8"))
    return found


def page_of(printer: dict[str, Any], number: int) -> str:
    """The Python name of a printer's code page, or nothing."""
    name = known()["encodings"].get(printer["codePages"].get(str(number), ""), {}).get("python_encode", "")
    try:
        return codecs.lookup(name).name
    except LookupError:
        return ""


def wrong(row: PrinterProfile, printer: dict[str, Any], *, exactly: bool) -> list[str]:
    """What would come out wrong on a printer that is set up as `row`; with `exactly` also what it could do besides."""
    features, columns = printer["features"], printer["fonts"]["0"]["columns"]
    cuts = features.get("paperFullCut") or features.get("paperPartCut")
    checks = {
        "columns": columns == row.columns if exactly else columns >= row.columns,
        "code page": page_of(printer, row.code_page_number) == codecs.lookup(row.code_page).name,
        "cutter": cuts or not row.cutter,
        "QR codes": features.get("qrCode") or not row.draws_qr,
        "drawer": features.get("pulseStandard") or not exactly,
        "a cutter not used": not exactly or row.cutter or not cuts or row.key == "76mm",
        "QR codes not used": not exactly or row.draws_qr or not features.get("qrCode"),
    }
    return [what for what, right in checks.items() if not right]


@pytest.mark.parametrize(("name", "model"), [(name, model) for name, models in MADE_FOR.items() for model in models])
def test_a_row_is_right_for_its_printers(name: str, model: str) -> None:
    assert wrong(PROFILES[name], known()["profiles"][model], exactly=True) == []


def test_every_row_is_made_for_some_printer() -> None:
    assert set(MADE_FOR) == set(PROFILES)


def test_every_printer_on_record_prints_right_with_some_row() -> None:
    """At worst narrower than its paper, in plain letters, torn off by hand; never garbage."""
    apart = set().union(*OTHERS.values())
    without = [
        model
        for model, printer in known()["profiles"].items()
        if model not in apart and all(wrong(row, printer, exactly=False) for row in PROFILES.values())
    ]
    assert without == []


def test_a_row_for_another_printer_is_found_out() -> None:
    """The check itself: what is not so is named."""
    small, needles = known()["profiles"]["POS-5890"], known()["profiles"]["TM-U220"]
    assert wrong(PROFILES["80mm"], small, exactly=False) == ["columns", "cutter", "QR codes"]
    assert wrong(PROFILES["80mm-42"], needles, exactly=False) == ["code page", "cutter", "QR codes"]
