"""What differs between receipt printers that speak the same language: rows of data, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class DrawerSensor(StrEnum):
    """What the drawer's switch says on pin 3 of the printer's drawer connector. Depends on the drawer, not the
    printer."""

    NONE = "none"
    HIGH_IS_OPEN = "high_is_open"
    LOW_IS_OPEN = "low_is_open"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterProfile:
    """One kind of printer. `columns` counts signs of font A in a line; `code_page` is the name Python knows, and
    `code_page_number` the one the printer is told (ESC t); `draws_qr`: does it draw QR codes by itself (GS ( k)? Others
    print the bytes as letters. `real_time_drawer`: can it pulse the drawer while it is offline (DLE DC4)?"""

    key: str
    columns: int
    paper_mm: int
    code_page: str = "cp1252"
    code_page_number: int = 16
    cutter: bool = True
    draws_qr: bool = True
    drawer_pin: int = 2
    drawer_sensor: DrawerSensor = DrawerSensor.HIGH_IS_OPEN
    real_time_drawer: bool = True


def _small(key: str, *, draws_qr: bool) -> PrinterProfile:
    """A printer for 58 mm paper: no cutter, and nothing that tells of a drawer."""
    return PrinterProfile(key=key, columns=32, paper_mm=58, cutter=False, drawer_sensor=DrawerSensor.NONE,
                          real_time_drawer=False, draws_qr=draws_qr)  # fmt: skip


PROFILES: dict[str, PrinterProfile] = {
    row.key: row
    for row in (
        PrinterProfile(key="80mm", columns=48, paper_mm=80),
        PrinterProfile(key="80mm-42", columns=42, paper_mm=80),
        PrinterProfile(key="80mm-low", columns=48, paper_mm=80, drawer_sensor=DrawerSensor.LOW_IS_OPEN),
        PrinterProfile(key="80mm-pin5", columns=48, paper_mm=80, drawer_pin=5),
        PrinterProfile(key="80mm-437", columns=42, paper_mm=80, code_page="cp437", code_page_number=0),
        PrinterProfile(key="76mm", columns=42, paper_mm=76, code_page="cp437", code_page_number=0, cutter=False,
                       draws_qr=False),
        _small("58mm", draws_qr=False),
        _small("58mm-qr", draws_qr=True),
    )
}  # fmt: skip
"""By the name settings use: `80mm` is the usual one; `-42` prints wider letters, `-low` has a drawer that pulls its pin
low when it is open, `-pin5` a drawer at the other pin of its connector, `-437` has not got the Western page
(Windows-1252) or another one under its number, `76mm` prints with needles and a ribbon, `58mm` is small,
`58mm-qr` small and draws QR codes. A model that differs only in these columns is one more row."""
