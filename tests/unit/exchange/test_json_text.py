from __future__ import annotations

from decimal import Decimal

import pytest

from exchange.fhir.json_text import Document, documents, doubled_name, parsed
from models.basics.errors import ImportRefused


def test_numbers_are_exactly_as_written() -> None:
    assert parsed("[28.104000000000003, 1, 1E+2, -0.0]").value == [
        Decimal("28.104000000000003"), Decimal(1), Decimal("1E+2"), Decimal("-0.0"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('{"a": 1', "import.not_json"),
        ("{'a': 1}", "import.not_json"),
        ("", "import.not_json"),
        ('{"a": NaN}', "import.amount_not_finite"),
        ('{"a": -Infinity}', "import.amount_not_finite"),
        ("[" * 200_000, "import.too_deep"),
        ('{"a":' * 200_000, "import.too_deep"),
        ('{"a": 1E999999999999999999999}', "import.number_too_long"),
    ],
)
def test_hostile_json(text: str, key: str) -> None:
    with pytest.raises(ImportRefused, match=key):
        parsed(text)


def test_a_huge_number_is_read_without_being_computed() -> None:
    assert parsed("9" * 20_000).value.adjusted() == 19_999


def test_the_place_of_a_syntax_error() -> None:
    with pytest.raises(ImportRefused) as refused:
        parsed('{\n "a": 1,\n "b": ]\n}')
    assert (refused.value.facts["line"], refused.value.facts["column"]) == (3, 7)


def test_doubled_names_are_found_wherever_they_are() -> None:
    document = parsed('{"a": [{"b": {"c": 1, "d": 2, "c": 3}}]}')
    assert document.doubled
    assert doubled_name(document.value) == "c"
    plain = parsed('{"a": {"a": 1}}')
    assert not plain.doubled
    assert doubled_name(plain.value) is None


def test_lines_of_ndjson_stand_alone() -> None:
    found = list(documents('{"a": 1}\n\n{"a": \n{"a": 3}\r\n'))
    assert [item.path if isinstance(item, Document) else item[0] for item in found] == ["line 1", "line 3", "line 4"]
    broken = found[1]
    assert not isinstance(broken, Document)
    assert broken[1].facts["line"] == 3


def test_a_broken_first_line_does_not_hide_the_others() -> None:
    found = list(documents('{"resourceType": "Patient", }\n{"resourceType": "Patient"}\n'))
    assert [isinstance(item, Document) for item in found] == [False, True]


@pytest.mark.parametrize("text", ['{"a": 1}', '\n{\n"a": 1\n}\n', '[{"a": 1},\n{"a": 2}]', '{"a": 1}\n\n'])
def test_one_document_is_one_document(text: str) -> None:
    assert [item.path for item in documents(text) if isinstance(item, Document)] == [""]
