"""Whatever people are called: every name others collected to break programs comes out as somebody would write it."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from functools import cache

import pytest

from devices.printers.profiles import PROFILES
from devices.simulators.escpos_paper import Paper
from devices.simulators.escpos_parser import Reader
from receipts.layouts.common import Text
from receipts.layouts.escpos import Profile, encode, escpos
from receipts.layouts.letters import STAND_IN, fit
from tests.support.shared_data import shared
from tests.unit.receipts.samples import BARE

CELL_DOTS = 12


def profile(name: str) -> Profile:
    """A printer's row as the layout takes it."""
    row = PROFILES[name]
    return Profile(row.columns, row.code_page, row.code_page_number, row.cutter, row.draws_qr)


@cache
def naughty() -> tuple[str, ...]:
    """Strings that break input handling: other scripts, directions, controls, commands, half characters."""
    return tuple(json.loads(shared("naughty-strings/blns.json").read_text(encoding="utf-8")))


@cache
def people() -> tuple[str, ...]:
    """Names as they are typed, and the names of a census."""
    messy = json.loads(shared("person-names/messy_names.json").read_text(encoding="utf-8"))
    lists = sorted(shared("person-names/us_census_1990").glob("*.gz"))
    assert lists
    rows = [line.split()[0] for path in lists for line in gzip.decompress(path.read_bytes()).decode().splitlines()]
    return tuple(dict.fromkeys([*(name for name in messy if isinstance(name, str)), *rows]))


def printed(data: bytes, columns: int) -> Paper:
    """`data` on the simulated printer's paper; nothing else may have happened than that."""
    cut: list[Paper] = []
    happened: list[int] = []
    reader = Reader(columns * CELL_DOTS, cut=cut.append, pulse=happened.append, tell=happened.append,
                    automatic_status=happened.append)  # fmt: skip
    buffer = bytearray(data)
    while buffer:
        used = reader.step(buffer)
        assert used, "it ends in the middle of a command"
        del buffer[:used]
    assert not reader.unknown
    assert not reader.lacking
    assert not happened, "a drawer opened, or the printer was asked something"
    return cut[0] if cut else reader.head.take_paper()


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("name", PROFILES)
def test_every_name_is_printed_letter_for_letter_or_in_letters_there_are(name: str) -> None:
    kind = profile(name)
    wanted = [fit(words, kind.code_page) for words in (*naughty(), *people()[:2500])]
    paper = printed(encode(tuple(Text(words) for words in wanted), kind), kind.columns)
    assert squeezed(paper.text()) == squeezed("".join(wanted))


@pytest.mark.parametrize("name", PROFILES)
def test_a_receipt_for_somebody_with_such_a_name_is_whole(name: str) -> None:
    kind = profile(name)
    bare = printed(escpos(BARE, kind), kind.columns).text().splitlines()
    for words in naughty()[:: len(PROFILES)]:
        lines = printed(escpos(replace(BARE, patient_name=words), kind), kind.columns).text().splitlines()
        assert lines[0] == bare[0]
        assert lines[-3:] == bare[-3:], words
        assert max(map(len, lines)) <= kind.columns
        shown = squeezed(fit(words, kind.code_page))
        assert shown[:12] in squeezed("".join(lines)), words


@pytest.mark.parametrize("page", sorted({row.code_page for row in PROFILES.values()}))
def test_people_of_the_lists_are_never_question_marks(page: str) -> None:
    """Every collected name in Latin letters can be read: no letter of it became a stand-in."""
    for name in people():
        if all(ord(sign) < 0x250 for sign in name):
            assert fit(name, page).count(STAND_IN) == name.count(STAND_IN), name
