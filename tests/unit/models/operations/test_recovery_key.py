"""The recovery key: groups a person can write down, and every slip of one sign is found."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.basics.errors import RuleBroken
from models.operations.joining import SIGNS
from models.operations.recovery_key import backup_key, new_recovery_key, read, written

KEYS = st.binary(min_size=16, max_size=16)


@given(KEYS)
def test_what_was_written_is_read(key: bytes) -> None:
    text = written(key)
    assert [len(group) for group in text.split("-")] == [4] * 7
    assert read(text) == read(text.lower().replace("-", " ")) == key


def test_every_key_is_another_and_opens_another_backup() -> None:
    keys = {new_recovery_key() for _ in range(50)}
    assert len(keys) == len({backup_key(key) for key in keys}) == 50
    assert all(len(backup_key(key)) == 64 for key in keys)


@given(KEYS, st.integers(0, 27), st.sampled_from(SIGNS))
def test_one_wrong_sign_is_not_taken_for_another_key(key: bytes, place: int, sign: str) -> None:
    """1 in 1024 slips would pass; none that passes may read as the same key by chance of the empty top bits."""
    signs = list(written(key).replace("-", ""))
    if signs[place] == sign:
        return
    signs[place] = sign
    with suppress(RuleBroken):
        assert read("".join(signs)) != key


@pytest.mark.parametrize("text", ["", "7K3M", "0" * 27, "0" * 29, "…"])
def test_what_is_too_short_or_long_is_told(text: str) -> None:
    with pytest.raises(RuleBroken, match=r"recovery_key\.length"):
        read(text)


def test_look_alike_signs_are_read_as_meant() -> None:
    text = written(bytes(16))
    assert read(text.replace("0", "O")) == bytes(16)
