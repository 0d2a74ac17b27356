"""Files that are unreadable, cut, wrongly encoded or hostile: refused by name, place and reason, nothing half."""

from __future__ import annotations

import gzip
import json
import os
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.import_command import refusal_text
from app.words import WORDS
from tests.support.imports import ImportDesk, bundle, encounter, explanation, patient, write_json

GOOD = json.dumps(bundle(patient(), encounter(), explanation())).encode()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImportDesk]:
    made = ImportDesk(tmp_path_factory.mktemp("desk"))
    yield made
    made.close()


def bomb() -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(130)) + packer.flush()


def deep() -> bytes:
    return b'{"resourceType": "Patient", "id": "1", "extension": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"


WHOLE_FILES: dict[str, tuple[str, bytes, str]] = {
    "empty": ("a.json", b"", "import.empty"),
    "truncated": ("a.json", GOOD[:-40], "import.not_json"),
    "half a file": ("a.json", GOOD[: len(GOOD) // 2], "import.not_json"),
    "truncated gzip": ("a.json.gz", gzip.compress(GOOD)[:-20], "import.gzip_truncated"),
    "damaged gzip": ("a.json.gz", gzip.compress(GOOD)[:30] + b"\0\0\0" + gzip.compress(GOOD)[33:], "import.gzip_"),
    "a bomb": ("a.json.gz", bomb(), "import.too_large"),
    "latin 1": ("a.json", GOOD.replace(b"Quillfeather", b"Mu\xf1oz"), "import.not_utf8"),
    "utf-16": ("a.json", GOOD.decode().encode("utf-16"), "import.not_utf8"),
    "zero bytes": ("a.json", GOOD.replace(b"Quillfeather", b"Quill\0"), "import.nul_bytes"),
    "too deep": ("a.json", deep(), "import.too_deep"),
    "not a number": ("a.json", GOOD.replace(b"12.5", b"NaN"), "import.amount_not_finite"),
    "an endless exponent": ("a.json", GOOD.replace(b"12.5", b"1E99999999999999999999"), "import.number_too_long"),
    "html": ("a.json", b"<html><body>Sign in</body></html>", "import.not_json"),
    "a bundle that doubles its entries": ("a.json", b'{"resourceType": "Bundle", "entry": [], "entry": []}',
                                          "import.doubled_name"),
    "entries that are no list": ("a.json", b'{"resourceType": "Bundle", "entry": {"a": 1}}', "import.wrong_type"),
    "a list of nothing we know": ("a.json", b'[{"op": "add", "path": "/slot"}]', "import.not_fhir"),
    "a number": ("a.json", b"17", "import.not_fhir"),
    "a picture": ("a.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "import."),
    "a table of something else": ("a.csv", b"a,b\n1,2\n", "import.table_unknown"),
    "a table in no encoding": ("a.csv", b"MRN,Last Name\n\x81\x8d,1\n", "import.wrong_encoding"),
}  # fmt: skip


@pytest.mark.parametrize("case", sorted(WHOLE_FILES))
def test_files_that_are_refused_whole(desk: ImportDesk, tmp_path: Path, case: str) -> None:
    name, data, key = WHOLE_FILES[case]
    (tmp_path / name).write_bytes(data)
    good = write_json(tmp_path / "good.json", patient("good"))
    made = desk.outbox()
    report = desk.run(tmp_path / name, good)
    (refusal,) = report.refused
    assert refusal.file == name
    assert refusal.reason.startswith(key)
    assert refusal.reason in WORDS
    assert refusal_text(refusal).startswith(f"{name}")
    assert desk.outbox() <= made + 1  # the good file was taken, the first time
    assert desk.rows("SELECT count(*) FROM patient") == [(1,)]


def claim(amount: str) -> bytes:
    return json.dumps(explanation("odd", "good")).replace("12.5", amount).encode()


RESOURCES: dict[str, tuple[bytes, str]] = {
    "a doubled name inside": (b'{"resourceType": "Patient", "id": "x", "name": [{"family": "A", "family": "B"}]}',
                              "import.doubled_name"),
    "an id that climbs": (b'{"resourceType": "Patient", "id": "../../x", "name": [{"family": "A"}]}',
                          "import.id_signs"),
    "an id of another script": ('{"resourceType": "Patient", "id": "п1", "name": [{"family": "A"}]}'.encode(),
                                "import.id_signs"),
    "an endless name": (b'{"resourceType": "Patient", "id": "x", "name": [{"family": "' + b"A" * 1_000_000 + b'"}]}',
                        "import.text_too_long"),
    "half a surrogate pair": (b'{"resourceType": "Patient", "id": "x", "name": [{"family": "\\ud800"}]}',
                              "import.text_damaged"),
    "a zero in a name": (b'{"resourceType": "Patient", "id": "x", "name": [{"family": "A\\u0000"}]}',
                         "import.text_damaged"),
    "a huge amount": (claim("9" * 400), "import.amount_too_large"),
    "a negative amount": (claim("-12.5"), "import.amount_negative"),
    "an amount in another currency": (claim("12.5").replace(b"USD", b"EUR"), "import.currency"),
    "an amount that is text": (claim('"twelve"'), "import.wrong_type"),
    "no object": (b'"Patient"', "import.not_fhir"),
    "no type": (b'{"id": "x"}', "import.not_fhir"),
}  # fmt: skip


@pytest.mark.parametrize("case", sorted(RESOURCES))
def test_resources_that_are_refused_while_the_rest_is_taken(desk: ImportDesk, tmp_path: Path, case: str) -> None:
    data, key = RESOURCES[case]
    good = json.dumps(patient("good")).encode()
    file = tmp_path / "mixed.json"
    file.write_bytes(b'{"resourceType": "Bundle", "entry": [{"resource": ' + data + b'}, {"resource": ' + good + b"}]}")
    report = desk.run(file)
    (refusal,) = report.refused
    assert (refusal.reason, refusal.file) == (key, "mixed.json")
    assert refusal.path.startswith("entry[0]")
    assert report.kinds["patient"].created + report.kinds["patient"].unchanged == 1
    assert "good" not in refusal_text(refusal)


def test_three_decimals_are_rounded_once_and_zero_is_nothing_owed(desk: ImportDesk, tmp_path: Path) -> None:
    lines = [{"coinsurance": 28.104000000000003}, {"coinsurance": 0}]
    file = write_json(tmp_path / "a.json", bundle(patient("good"), explanation("cents", "good", lines)))
    assert desk.run(file).refused == ()
    assert desk.rows("SELECT responsibility_cents FROM charge ORDER BY 1 DESC LIMIT 2") == [(2810,), (0,)]


MISSING: dict[str, tuple[Callable[[Path], None], str]] = {
    "nothing there": (lambda _path: None, "import.file_missing"),
    "a pipe": (os.mkfifo, "import.not_a_file"),
    "a link to nowhere": (lambda path: path.symlink_to("nowhere"), "import.file_missing"),
    "a link to itself": (lambda path: path.symlink_to(path), "import.file_"),
    "beyond the limit": (lambda path: _sparse(path, (128 << 20) + 1), "import.too_large"),
}


def _sparse(path: Path, size: int) -> None:
    with path.open("wb") as file:
        file.truncate(size)


@pytest.mark.parametrize("case", sorted(MISSING))
def test_places_that_hold_no_file(desk: ImportDesk, tmp_path: Path, case: str) -> None:
    make, key = MISSING[case]
    path = tmp_path / "a.json"
    make(path)
    (refusal,) = desk.run(path).refused
    assert refusal.reason.startswith(key)


def test_a_file_that_may_not_be_read(desk: ImportDesk, tmp_path: Path) -> None:
    path = write_json(tmp_path / "a.json", patient())
    path.chmod(0)
    if os.access(path, os.R_OK):  # the administrator reads everything, but not this
        path = Path("/proc/self/mem")
    (refusal,) = desk.run(path).refused
    assert refusal.reason == "import.file_unreadable"


def test_the_money_of_one_person_never_reaches_another(desk: ImportDesk, tmp_path: Path) -> None:
    desk.run(write_json(tmp_path / "one.json", bundle(patient("same"), explanation("one", "same"))))
    stranger = patient("same", name=[{"family": "Somebody"}], birthDate="1999-09-09")
    before = desk.figures()
    report = desk.run(write_json(tmp_path / "two.json", bundle(stranger, explanation("two", "same"))))
    assert {refusal.reason for refusal in report.refused} == {"import.other_person"}
    assert desk.figures() == before
    named = desk.run(tmp_path / "two.json", source="other program")
    assert (named.refused, named.kinds["patient"].created) == ((), 1)
