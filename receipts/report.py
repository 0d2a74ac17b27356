"""What a report says, as data: facts at its head, then tables with a sum; laid out on the roll and as a letter."""

from __future__ import annotations

from dataclasses import dataclass

from receipts.document import ClinicBlock


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSection:
    """A table: `columns` are its heads; every row has a cell for each, whole numbers are cents. `total` is its last
    row, empty where there is none; `note` stands under it."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | int, ...], ...]
    total: tuple[str | int, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDocument:
    """A report as it is printed, and printed again as it was. `kind` is what it is (`Z report`), `number` what it is
    called, `facts` are pairs of words, `closing` the last line; `sign` leaves lines to sign on."""

    clinic: ClinicBlock
    kind: str
    number: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[ReportSection, ...]
    closing: str = ""
    sign: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """`Z report Z-1-00012`."""
        return f"{self.kind} {self.number}".strip()
