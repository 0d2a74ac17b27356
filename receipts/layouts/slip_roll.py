"""A slip with a payment link's code on the receipt printer's roll."""

from __future__ import annotations

from receipts.layouts.common import NARROWEST_COLUMNS, TRAINING, Block, Code, Roll
from receipts.layouts.letters import fit
from receipts.link_slip import LinkSlip, words_of


def slip_blocks(slip: LinkSlip, address: str, columns: int = 42, code_page: str = "cp1252") -> tuple[Block, ...]:
    """The slip line by line for paper of `columns` characters (24 or more); its code leads to `address`. Raises
    ValueError for fewer."""
    if columns < NARROWEST_COLUMNS:
        raise ValueError(f"a slip needs {NARROWEST_COLUMNS} columns or more, not {columns}")
    page, words = Roll(columns, code_page), words_of(slip)
    if slip.clinic.training:
        page.centered(TRAINING, bold=True, tall=True)
    page.centered(slip.clinic.name.upper(), bold=True)
    page.rule()
    page.centered(words.title.upper(), bold=True, tall=True)
    page.done.append(Code(fit(address, "ascii")))
    page.centered(words.how)
    page.centered(words.until.format(until=slip.until), bold=True)
    page.centered(words.asks)
    if slip.clinic.phone:
        page.rule()
        page.centered(words.call.format(phone=slip.clinic.phone))
    return tuple(page.done)
