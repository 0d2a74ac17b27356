"""A test print: what a receipt printer shows of itself, and where its drawer hangs."""

from __future__ import annotations

from receipts.layouts.common import Block, Roll, Rule

ACCENTS = "é ñ ü"


def trial_print(practice: str, desk: str, when: str, roll: Roll, *, cutter: bool) -> tuple[Block, ...]:
    """The blocks of a test print on `roll`. `when` is local text; a reader sees from the paper itself what works."""
    roll.centered("TEST PRINT", bold=True, tall=True)
    roll.centered(f"{practice}, {desk}")
    roll.rule()
    ruler = "".join(str(number % 10) for number in range(1, roll.columns + 1))
    roll.centered(ruler)
    roll.pair(f"{roll.columns} columns", "to the edge")
    roll.pair("Bold, double", "AB12", bold=True, tall=True)
    roll.pair("Accents", ACCENTS)
    roll.pair("Cut", "after the last line" if cutter else "by hand")
    roll.done.append(Rule())
    roll.centered(when)
    return tuple(roll.done)
