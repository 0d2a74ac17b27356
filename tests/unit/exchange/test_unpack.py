from __future__ import annotations

import gzip
import tracemalloc
import zlib

import pytest

from exchange.unpack import csv_text, json_text, looks_like_json, unpacked
from models.basics.errors import ImportRefused

PLAIN = b'{"resourceType": "Patient"}'


def test_gzip_of_one_and_of_several_members() -> None:
    assert unpacked(PLAIN) == PLAIN
    assert unpacked(gzip.compress(PLAIN)) == PLAIN
    assert unpacked(gzip.compress(PLAIN) + gzip.compress(PLAIN) + b"\0\0") == PLAIN * 2


DAMAGED = {
    "end missing": (gzip.compress(PLAIN * 50)[:-9], "import.gzip_truncated"),
    "head alone": (gzip.compress(PLAIN * 50)[:4], "import.gzip_truncated"),
    "no gzip": (b"\x1f\x8bnot gzip at all", "import.gzip_damaged"),
    "wrong sum": (gzip.compress(PLAIN)[:-8] + b"\1\2\3\4\5\6\7\x08", "import.gzip_damaged"),
    "more behind": (gzip.compress(PLAIN) + b"trailing", "import.gzip_damaged"),
}


@pytest.mark.parametrize(("data", "key"), DAMAGED.values(), ids=DAMAGED)
def test_damaged_gzip(data: bytes, key: str) -> None:
    with pytest.raises(ImportRefused, match=key):
        unpacked(data)


def test_a_bomb_is_stopped_at_the_limit_and_not_unpacked() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(64)) + packer.flush()
    assert len(bomb) < 100_000
    tracemalloc.start()
    with pytest.raises(ImportRefused, match=r"import\.too_large"):
        unpacked(bomb, limit=4 << 20)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12 << 20
    with pytest.raises(ImportRefused, match=r"import\.too_large"):
        unpacked(bytes(11), limit=10)


@pytest.mark.parametrize("data", [PLAIN, b"\xef\xbb\xbf" + PLAIN])
def test_json_is_utf8_with_or_without_a_mark(data: bytes) -> None:
    assert json_text(data) == PLAIN.decode()


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"", "import.empty"),
        (b"  \n", "import.empty"),
        (b'{"name": "Mu\xf1oz"}', "import.not_utf8"),
        (PLAIN.decode().encode("utf-16"), "import.not_utf8"),
        (PLAIN.decode().encode("utf-32"), "import.not_utf8"),
        (PLAIN.decode().encode("utf-16-le"), "import.nul_bytes"),
        (b'{"name": "a\0b"}', "import.nul_bytes"),
    ],
)
def test_other_json_is_refused_with_the_place(data: bytes, key: str) -> None:
    with pytest.raises(ImportRefused, match=key) as refused:
        json_text(data)
    if key != "import.empty":
        assert isinstance(refused.value.facts["offset"], int)


TABLE = "Name;Ort\nMuñoz;Köln\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "utf-32"])
def test_tables_are_decoded_by_mark_or_bytes(encoding: str) -> None:
    assert csv_text(TABLE.encode(encoding)) == TABLE


def test_tables_are_decoded_as_declared() -> None:
    assert csv_text(TABLE.encode("cp850"), "cp850") == TABLE
    assert csv_text("a,b\n1,2\n".encode("utf-16-le")) == "a,b\n1,2\n"
    with pytest.raises(ImportRefused, match=r"import\.wrong_encoding"):
        csv_text(b"a,b\n\xff,1\n", "utf-8")
    with pytest.raises(ImportRefused, match=r"import\.wrong_encoding"):
        csv_text(b"a,b\n\x81\x8d,1\n")  # neither UTF-8 nor Windows-1252
    with pytest.raises(ImportRefused, match=r"import\.encoding_unknown"):
        csv_text(b"a", "klingon")
    with pytest.raises(ImportRefused, match=r"import\.nul_bytes"):
        csv_text(b"a,b\n1,\0\n")
    with pytest.raises(ImportRefused, match=r"import\.empty"):
        csv_text(b"\n")


def test_json_is_known_by_its_first_sign() -> None:
    assert looks_like_json(b"\xef\xbb\xbf \n[")
    assert looks_like_json("{".encode("utf-16"))
    assert not looks_like_json(b"id,name")
