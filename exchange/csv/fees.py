"""Tables of what payers allow for services: payer, code, allowed amount, and from when on where they say it (S2-16)."""

from __future__ import annotations

from exchange.csv.cells import amount, day
from exchange.csv.view import Cells, Sheet
from exchange.drafts import FeeRow, FileContent
from exchange.values import cents
from models.basics.errors import ImportRefused
from models.rules.codes import LONGEST_CODE, tidy

LONGEST_PAYER = 120


def read(sheet: Sheet, content: FileContent) -> None:
    """Every price of the table, in its order; a code that comes twice has its last price."""
    sheet.each(content, "fee_schedule", lambda cells: content.fees.append(_fee(cells)))


def _fee(cells: Cells) -> FeeRow:
    payer, code = cells.text("payer", LONGEST_PAYER), tidy(cells.text("code", LONGEST_CODE))
    allowed = amount(cells.text("allowed"), cells.at("allowed"))
    if not payer or not code:
        raise ImportRefused("import.no_payer_or_code", path=cells.path)
    found = cents(allowed, cells.at("allowed")) if allowed is not None else 0
    if found <= 0:
        raise ImportRefused("import.not_an_amount", path=cells.at("allowed"))
    typed = cells.text("starts_on")
    starts_on = day(typed, cells.sheet.order, cells.at("starts_on")).isoformat() if typed else ""
    return FeeRow(payer, code, found, starts_on)
