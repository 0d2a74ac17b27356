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
    `code_page_number` the one the printer is told (ESC t); `real_time_drawer`: can it pulse the drawer while it is
    offline (DLE DC4)?"""

    key: str
    columns: int
    paper_mm: int
    code_page: str = "cp1252"
    code_page_number: int = 16
    cutter: bool = True
    drawer_pin: int = 2
    drawer_sensor: DrawerSensor = DrawerSensor.HIGH_IS_OPEN
    real_time_drawer: bool = True


PROFILES: dict[str, PrinterProfile] = {
    "80mm": PrinterProfile(key="80mm", columns=48, paper_mm=80),
    "80mm-42": PrinterProfile(key="80mm-42", columns=42, paper_mm=80),
    "80mm-low": PrinterProfile(key="80mm-low", columns=48, paper_mm=80, drawer_sensor=DrawerSensor.LOW_IS_OPEN),
    "58mm": PrinterProfile(
        key="58mm",
        columns=32,
        paper_mm=58,
        cutter=False,
        drawer_sensor=DrawerSensor.NONE,
        real_time_drawer=False,
    ),
}
"""By the name settings use. A model that differs only in these columns is one more row."""
