"""Which files are documents, by what is in them; and what they are called, whatever they were called before."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.documents import (
    GIF,
    JPEG,
    LONGEST_NAME,
    MEDIA,
    PDF,
    PNG,
    WEBP,
    file_name,
    media_type_of,
    shown_name,
    size_words,
)
from tests.support.shared_data import shared

PNG_HEAD = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"%PDF-1.7\n", PDF), (b"\xef\xbb\xbf\n junk %PDF-1.4", PDF), (PNG_HEAD, PNG), (b"\xff\xd8\xff\xe0", JPEG),
        (b"GIF89a....", GIF), (b"RIFF\x10\0\0\0WEBPVP8 ", WEBP), (b"", ""), (b"MZ\x90\0", ""), (b"PK\x03\x04", ""),
        (b"RIFF\x10\0\0\0WAVE", ""), (b"#!/bin/sh\n", ""), (b"<html>", ""), (b" " * 1024 + b"%PDF-1.4", ""),
    ],
    ids=lambda value: value[:12] if isinstance(value, bytes) else value,
)  # fmt: skip
def test_what_a_file_is_stands_in_it(head: bytes, media_type: str) -> None:
    assert media_type_of(head) == media_type


@pytest.mark.parametrize(
    ("name", "media_type", "shown"),
    [
        ("Referral.pdf", PDF, "Referral.pdf"), ("Referral.PDF", PDF, "Referral.PDF"), ("scan", PDF, "scan.pdf"),
        ("photo.pdf", PNG, "photo.pdf.png"), ("photo.jpeg", JPEG, "photo.jpeg"), ("", PDF, "Document.pdf"),
        ("  two \n lines .pdf", PDF, "two lines.pdf"), ("inv\u202efdp.exe", PDF, "invfdp.exe.pdf"),
        ("\ud83d\ude00.pdf", PDF, "Document.pdf"), ("...", GIF, "Document.gif"), (".pdf", PDF, "Document.pdf"),
        ("Ren\u00e9e \u2013 \u7533\u8acb.pdf", PDF, "Ren\u00e9e \u2013 \u7533\u8acb.pdf"),
    ],
)  # fmt: skip
def test_s2_13_a_document_goes_by_a_name_that_can_be_read(name: str, media_type: str, shown: str) -> None:
    assert shown_name(name, media_type) == shown


@pytest.mark.parametrize(
    ("name", "copied"),
    [
        ("a/b\\c:d.pdf", "a-b-c-d.pdf"), ("con.pdf", "Document con.pdf"), ("x" * 400 + ".pdf", "x" * 146 + ".pdf"),
        ("\u00e9" * 150 + ".pdf", "\u00e9" * 98 + ".pdf"), ("../../etc/passwd", "-..-etc-passwd.pdf"),
    ],
    ids=["parts of paths", "a device", "long", "long in bytes", "upwards"],
)  # fmt: skip
def test_a_copy_has_a_name_every_file_system_takes(name: str, copied: str) -> None:
    assert file_name(name, PDF) == copied


def holds(name: str, media_type: str) -> None:
    """What is true of every name that is shown or saved."""
    for made in (shown_name(name, media_type), file_name(name, media_type)):
        assert 0 < len(made) <= LONGEST_NAME
        made.encode()
        assert made.casefold().endswith(MEDIA[media_type].endings)
        assert made == made.strip()
        assert not any(unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for sign in made)
    saved = file_name(name, media_type)
    assert len(saved.encode()) <= 200
    assert not set(saved) & set('/\\:*?"<>|')
    assert shown_name(shown_name(name, media_type), media_type) == shown_name(name, media_type)


@given(st.text(st.characters(), max_size=300), st.sampled_from(sorted(MEDIA)))
def test_every_name_becomes_one_that_can_be_shown_and_saved(name: str, media_type: str) -> None:
    holds(name, media_type)


def test_every_naughty_name() -> None:
    names = json.loads(shared("naughty-strings/blns.json").read_text("utf-8"))
    assert len(names) > 400
    for name in names:
        for media_type in MEDIA:
            holds(name, media_type)


@pytest.mark.parametrize(
    ("size", "words"),
    [(1, "1 byte"), (840, "840 bytes"), (12_300, "12 KB"), (1 << 20, "1.0 MB"), (52_428_800, "50.0 MB")],
)
def test_sizes_in_words(size: int, words: str) -> None:
    assert size_words(size) == words
