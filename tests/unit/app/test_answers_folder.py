"""A watched folder: half-written files are waited for, what was read is put aside, what was not is told."""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from typing import Any

import pytest

from app.answers_folder import REFUSED, SETTLED_S, TAKEN, AnswersFolder, Looked
from app.settings import ANSWERS_FOLDER
from models.basics.errors import StorageError
from tests.support.clinic import TestClinic
from tests.unit.app.test_eligibility import GOLD, text


@pytest.fixture
def office(tmp_path: Path):
    made = TestClinic(tmp_path)
    made.patient()
    made.coverage(member_id="MBR123456", checked_at="", copay_cents=None)
    (tmp_path / "in").mkdir()
    made.settings.set(ANSWERS_FOLDER, str(tmp_path / "in"))
    yield made
    made.store.close()


def watch(office: TestClinic) -> AnswersFolder:
    return AnswersFolder(office.clinic, office.settings)


def inbox(office: TestClinic) -> Path:
    return office.folder / "in"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file()) if folder.exists() else []


def checks(office: TestClinic) -> list[tuple[Any, ...]]:
    with office.store.reader() as reader:
        return [tuple(row) for row in reader.execute("SELECT state, actor FROM eligibility_check")]


def settle(office: TestClinic, folder: AnswersFolder) -> Looked:
    """See what is there, and look again when it has stood still."""
    folder.look()
    office.clock.advance(SETTLED_S)
    return folder.look()


def test_a_file_is_read_once_it_stands_still_and_put_aside(office: TestClinic) -> None:
    folder = watch(office)
    (inbox(office) / "a.271").write_bytes(text(*GOLD))
    assert folder.look() == Looked()
    office.clock.advance(SETTLED_S - 1)
    assert folder.look() == Looked()
    office.clock.advance(1)
    assert folder.look() == Looked(1, 1, 0, 0)
    assert checks(office) == [("active", "folder")]
    assert (names(inbox(office)), names(inbox(office) / TAKEN)) == ([], ["a.271"])
    assert folder.items() == ()


def test_a_file_that_still_grows_is_waited_for(office: TestClinic) -> None:
    folder, path, whole = watch(office), inbox(office) / "a.271", text(*GOLD)
    for part in range(1, 5):
        path.write_bytes(whole[: len(whole) * part // 5])
        assert folder.look() == Looked()
        office.clock.advance(SETTLED_S - 1)
    path.write_bytes(whole)
    assert folder.look() == Looked()
    office.clock.advance(SETTLED_S)
    assert folder.look() == Looked(1, 1, 0, 0)


def test_what_other_programs_are_still_writing_and_hide_is_left_alone(office: TestClinic) -> None:
    for name in ("a.271.part", "b.tmp", ".c.271", "~d.271"):
        (inbox(office) / name).write_bytes(text(*GOLD))
    (inbox(office) / "sub").mkdir()
    (inbox(office) / "sub" / "e.271").write_bytes(text(*GOLD))
    assert settle(office, watch(office)) == Looked()
    assert checks(office) == []


def test_packed_and_repeated_files(office: TestClinic) -> None:
    folder = watch(office)
    (inbox(office) / "a.271.gz").write_bytes(gzip.compress(text(*GOLD)))
    assert settle(office, folder) == Looked(1, 1, 0, 0)
    (inbox(office) / "a.271.gz").write_bytes(gzip.compress(text(*GOLD)))
    assert settle(office, folder) == Looked(1, 0, 1, 0)
    assert names(inbox(office) / TAKEN) == ["a.271-2.gz", "a.271.gz"]


def test_what_was_not_taken_is_told_until_it_is_gone_and_may_be_tried_again(office: TestClinic) -> None:
    folder, stranger = watch(office), text(*GOLD).replace(b"MBR123456", b"X1").replace(b"ROSA", b"NOBODY")
    (inbox(office) / "a.271").write_bytes(stranger)
    (inbox(office) / "b.txt").write_bytes(b"hello")
    assert settle(office, folder) == Looked(2, 0, 0, 2)
    (item,) = folder.items()
    assert (item.kind, item.words, item.facts) == ("answers_refused", "eligibility.files_refused", {"count": 2})
    office.patient("nobody", "Nobody", mrn="7")
    os.replace(inbox(office) / REFUSED / "a.271", inbox(office) / "a.271")
    (inbox(office) / REFUSED / "b.txt").unlink()
    assert settle(office, folder) == Looked(1, 1, 0, 0)
    assert folder.items() == ()


def test_a_file_that_cannot_be_put_aside_is_read_once_until_it_changes(
    office: TestClinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, path = watch(office), inbox(office) / "a.271"
    path.write_bytes(text(*GOLD))
    monkeypatch.setattr("app.answers_folder.os.replace", _forbidden)
    assert settle(office, folder) == Looked(1, 1, 0, 0)
    assert settle(office, folder) == Looked()
    assert names(inbox(office)) == ["a.271"]
    path.write_bytes(text(*GOLD) + b"\n")
    assert settle(office, folder) == Looked(1, 0, 1, 0)


def _forbidden(_old: Path, _new: Path) -> None:
    raise PermissionError


def test_a_store_that_fails_leaves_the_file_for_later(office: TestClinic, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = watch(office)
    (inbox(office) / "a.271").write_bytes(text(*GOLD))
    with monkeypatch.context() as broken:
        broken.setattr(office.store, "write", _full)
        with pytest.raises(StorageError):
            settle(office, folder)
    assert names(inbox(office)) == ["a.271"]
    assert folder.look() == Looked(1, 1, 0, 0)


def _full() -> None:
    raise StorageError("store.disk_full")


def test_no_folder_and_a_folder_that_is_gone(office: TestClinic) -> None:
    folder = watch(office)
    inbox(office).rmdir()
    assert settle(office, folder) == Looked()
    assert [item.words for item in folder.items()] == ["eligibility.folder_missing"]
    office.settings.set(ANSWERS_FOLDER, "")
    assert (settle(office, folder), folder.items()) == (Looked(), ())


def test_it_starts_and_stops(office: TestClinic) -> None:
    folder = watch(office)
    folder.start()
    folder.stop()
    assert folder._thread is not None
    assert not folder._thread.is_alive()
