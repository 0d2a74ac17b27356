"""The golden receipts: what each layout says, reviewed by eye."""

import pytest

from tests.unit.receipts.golden import FOLDER, golden
from tests.unit.receipts.samples import DOCUMENTS


@pytest.mark.parametrize("name", DOCUMENTS)
def test_says_what_was_reviewed(name: str) -> None:
    assert golden(name, DOCUMENTS[name]) == (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


def test_every_golden_file_belongs_to_a_sample() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == set(DOCUMENTS)
