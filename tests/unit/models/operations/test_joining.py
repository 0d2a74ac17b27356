"""The line a person carries from the hub to a new desk."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.basics.errors import RuleBroken
from models.operations.joining import SIGNS, JoinLine, fingerprint_group, is_loopback, parse_join_line, plain_code

GROUP = fingerprint_group("9f" * 32)
CODE = "ABCD-EFGH-JKMN"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ((f"192.168.1.5:8417 {CODE} {GROUP}",), JoinLine("192.168.1.5", 8417, CODE, GROUP)),
        (("192.168.1.5", CODE, GROUP), JoinLine("192.168.1.5", 8417, CODE, GROUP)),
        (("https://hub.clinic.example:9000/", CODE.lower(), GROUP.replace("-", " ")),
         JoinLine("hub.clinic.example", 9000, CODE, GROUP)),
        ((f" 127.0.0.1:43121  {CODE.replace('-', '')} ",), JoinLine("127.0.0.1", 43121, CODE)),
        (("localhost", f"{CODE}{GROUP}"), JoinLine("localhost", 8417, CODE, GROUP)),
        (("[fe80::1]:8417", CODE, GROUP), JoinLine("fe80::1", 8417, CODE, GROUP)),
        (("127.0.0.1", "0I1L-UVWX-YZ23"), JoinLine("127.0.0.1", 8417, "0111-VVWX-YZ23")),
    ],
)  # fmt: skip
def test_every_way_of_typing_it(typed: tuple[str, ...], expected: JoinLine) -> None:
    assert parse_join_line(*typed) == expected


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        (("",), "join.address_wrong"),
        (("   ", CODE), "join.address_wrong"),
        (("192.168.1.5:99999", CODE, GROUP), "join.address_wrong"),
        (("192.168.1.5:0", CODE, GROUP), "join.address_wrong"),
        (("two/slashes/here", CODE, GROUP), "join.address_wrong"),
        (("127.0.0.1",), "join.code_missing"),
        (("127.0.0.1", "ABCD"), "join.code_wrong"),
        (("127.0.0.1", CODE, "K7QF"), "join.code_wrong"),
        (("192.168.1.5", CODE), "join.fingerprint_missing"),
    ],
)
def test_what_is_wrong_is_named(typed: tuple[str, ...], key: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        parse_join_line(*typed)
    assert refused.value.message_key == key


@given(st.text(SIGNS, min_size=12, max_size=12), st.integers(0, 2**256 - 1), st.integers(1, 65535))
def test_a_shown_line_is_read_back(code: str, fingerprint: int, port: int) -> None:
    shown = "-".join((code[:4], code[4:8], code[8:]))
    line = JoinLine("10.0.0.7", port, shown, fingerprint_group(f"{fingerprint:064x}"))
    assert parse_join_line(str(line)) == line
    assert line.address == f"https://10.0.0.7:{port}"


def test_codes_compare_as_meant() -> None:
    assert plain_code("abcd-efgh jkmn") == plain_code("ABCDEFGHJKMN")
    assert plain_code("OIL U") == "011V"


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("127.0.0.1", True),
        ("127.8.0.1", True),
        ("localhost", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("192.168.1.5", False),
        ("127.example", False),
    ],
)
def test_loopback(host: str, here: bool) -> None:
    assert is_loopback(host) is here
