"""Every row of the specification about payments at the desk is held by a test that carries its id."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests import cases
from tests.cases.reading import read_case

TESTS = Path(__file__).resolve().parents[2]
ROWS = (
    *(f"s0_{n:02}" for n in (*range(2, 28), *range(34, 43))),
    *(f"s2_{n:02}" for n in range(1, 17)),
    *(f"s3_{n:02}" for n in range(1, 9)),
)
"""S0-02 to S0-27 and S0-34 to S0-42: patient payments; S2-01 to S2-16: the dashboard, the list and the life of a
payment; S3-01 to S3-08: unallocated money."""
NUMBERS = (*range(1, 20), 21, 22, 25, 27, 31, 42, 43, 44, 45)
"""Worked numbers that are played as cases."""

DEVICE_RULES = range(1, 15)
"""What must happen when a device, its wire or the program fails in the middle: `test_rule_9_…`."""


@cache
def functions() -> list[str]:
    """The name of every test function there is."""
    return [
        node.name
        for path in TESTS.rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    ]


@pytest.fixture(scope="module")
def carried() -> set[str]:
    """The row ids that names of test functions carry: `test_s0_24_s0_25_…`."""
    return {
        row for name in functions() for row in re.findall(r"(?<![a-z0-9])s[023]_\d\d(?!\d)", name.replace("__", "_"))
    }


@pytest.mark.parametrize("row", ROWS)
def test_a_row_has_a_test_with_its_id(row: str, carried: set[str]) -> None:
    assert row in carried


@pytest.mark.parametrize("number", NUMBERS)
def test_a_worked_number_has_a_case(number: int) -> None:
    written = {row for path in Path(cases.__file__).parent.glob("*.toml") for row in read_case(path).rows}
    assert f"N{number}" in written


@pytest.mark.parametrize("rule", DEVICE_RULES)
def test_a_rule_of_devices_has_a_test_with_its_number(rule: int) -> None:
    assert [name for name in functions() if re.match(rf"test_rule_{rule}_", name)]
