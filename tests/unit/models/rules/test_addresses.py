"""Addresses that messages may go to: read without guessing, and never two of them or a header in one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.addresses import address_for, email_address, text_number


@pytest.mark.parametrize(
    ("typed", "address"),
    [("rosa@home.test", "rosa@home.test"), (" Rosa.A+b@Home.TEST ", "Rosa.A+b@home.test"),
     ("o'neil@a-b.co", "o'neil@a-b.co"),
     ("rosa", ""), ("@home.test", ""), ("rosa@", ""), ("rosa@home", ""), ("rosa@@home.test", ""), ("a b@home.test", ""),
     ("rosa@home.test,x@y.test", ""), ("rosa@home.test\nBcc: x@y.test", ""), ("rosa@home.test\r\n", ""),
     ("<rosa@home.test>", ""), ("rosa@-home.test", ""), (".rosa@home.test", ""), ("rosa..a@home.test", ""),
     ("rosa@[127.0.0.1]", ""), ("röse@home.test", ""), (f"{'a' * 65}@home.test", ""),
     (f"a@{'b' * 63}.{'c' * 200}.test", ""),
     ("", "")],
)  # fmt: skip
def test_s0_40_an_email_address_is_one_or_none(typed: str, address: str) -> None:
    assert email_address(typed) == address


@pytest.mark.parametrize(
    ("typed", "number"),
    [("(555) 010-4417", "+15550104417"), ("555.010.4417", "+15550104417"), ("1 555 010 4417", "+15550104417"),
     ("+44 20 7946 0958", "+442079460958"), ("555-0104", ""), ("+0123456789", ""), ("call me", ""),
     ("5550104417;x", ""), ("555010441\n7", ""), ("٥٥٥٠١٠٤٤١٧", ""), ("", "")],
)  # fmt: skip
def test_s0_40_a_phone_number_is_read_as_e164(typed: str, number: str) -> None:
    assert text_number(typed) == number


@given(st.text(max_size=300), st.sampled_from(["email", "text", "fax", ""]))
def test_s0_40_what_is_an_address_stays_one_and_is_plain(typed: str, channel: str) -> None:
    made = address_for(channel, typed)
    assert address_for(channel, made) == made
    assert made.isascii()
    assert not set(made) & set(' \t\r\n,;<>"()')
