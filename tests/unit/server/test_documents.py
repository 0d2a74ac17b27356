"""Documents' bytes at the hub: in pieces, gone on with, looked at, given out. On both databases."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.sync.documents import DocumentLine
from app.sync.line import HubRefusal
from models.basics.ids import new_id
from models.operations.documents import DocumentAdd, DocumentRemove
from models.operations.operation import GENESIS
from models.operations.protocol import Cursor
from models.operations.records import Patient
from models.rules.documents import PDF
from models.store.vault import RECORD_BYTES
from server.settings import HubSettings, scan_command_of
from tests.support.hub import Member, RunningHub
from tests.support.waiting import until

PDF_HEAD = b"%PDF-1.7\n"


def desk_of(hub: RunningHub, tenant: str = "") -> Member:
    member = hub.member(tenant or hub.practice(), new_id())
    member.stream.add(Patient(id="jane", family="Doe", given="Jane", birth_date="1980-01-01"))
    return member


def add(desk: Member, content: bytes, name: str = "Referral.pdf") -> str:
    """Name a document in the log; its bytes are not there yet."""
    document_id = new_id()
    desk.stream.add(DocumentAdd(
        document_id=document_id, patient_id="jane", content_id=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content), media_type=PDF, name=name,
    ))  # fmt: skip
    desk.transport.push(desk.stream.batch())
    return document_id


def paper(size: int) -> bytes:
    return PDF_HEAD + os.urandom(size - len(PDF_HEAD))


def send(line: DocumentLine, document_id: str, content: bytes, piece: int = 4 * RECORD_BYTES) -> None:
    at = line.came(document_id)
    while at < len(content):
        at = line.put(document_id, at, content[at : at + piece])


def fetched(line: DocumentLine, document_id: str, size: int) -> bytes:
    found = b""
    while len(found) < size:
        found += line.read(document_id, len(found))
    return found


def verdicts(desk: Member) -> list[tuple[str, str]]:
    page = desk.transport.pull(Cursor(desk.identity.server_epoch, 0, GENESIS))
    return [(str(entry.op["body"]["document_id"]), str(entry.op["body"]["verdict"]))
            for entry in page.entries if entry.op["kind"] == "document.kept"]  # fmt: skip


def test_s2_13_a_document_travels_in_pieces_and_the_log_says_when_it_is_there(hub: RunningHub) -> None:
    one = desk_of(hub)
    other = hub.member(one.identity.tenant, "Second desk")
    content = paper(3 * RECORD_BYTES + 77)
    document_id, line, there = add(one, content), DocumentLine(one.transport), DocumentLine(other.transport)
    assert line.came(document_id) == 0
    assert line.missing([document_id, "nothing"]) == [document_id]
    assert line.put(document_id, 0, content[:RECORD_BYTES]) == RECORD_BYTES
    assert line.put(document_id, 0, content[:RECORD_BYTES]) == RECORD_BYTES, "a piece whose answer was lost"
    with pytest.raises(HubRefusal, match=r"documents\.waiting"):
        there.read(document_id, 0)
    send(line, document_id, content)
    assert verdicts(one) == [(document_id, "unscanned")]
    assert fetched(there, document_id, len(content)) == content
    assert line.missing([document_id]) == []
    twin = add(other, content, "The same again.pdf")
    assert there.came(twin) == len(content), "the same bytes are there once"
    assert verdicts(one)[1:] == [(twin, "unscanned")]
    assert hub.store.verify(one.identity.tenant, deep=True) == []


@pytest.mark.parametrize(
    ("start", "data"),
    [(0, b""), (0, b"x" * 100), (7, PDF_HEAD), (RECORD_BYTES, b"x" * (2 * RECORD_BYTES))],
    ids=["nothing", "torn", "between records", "beyond its end"],
)
def test_a_piece_that_fits_nowhere_is_refused(sqlite_hub: RunningHub, start: int, data: bytes) -> None:
    desk = desk_of(sqlite_hub)
    content = paper(2 * RECORD_BYTES)
    document_id, line = add(desk, content), DocumentLine(desk.transport)
    with pytest.raises(HubRefusal, match=r"documents\.piece_wrong"):
        line.put(document_id, start, data)
    assert line.came(document_id) == 0


def test_bytes_that_are_not_what_was_named_are_not_kept(sqlite_hub: RunningHub) -> None:
    desk = desk_of(sqlite_hub)
    content = paper(RECORD_BYTES + 5)
    document_id, line = add(desk, content), DocumentLine(desk.transport)
    line.put(document_id, 0, content[:RECORD_BYTES])
    with pytest.raises(HubRefusal, match=r"documents\.damaged"):
        line.put(document_id, RECORD_BYTES, b"wrong")
    assert line.came(document_id) == 0, "it begins anew"
    send(line, document_id, content)
    assert verdicts(desk) == [(document_id, "unscanned")]


def test_only_a_desk_of_the_practice_reaches_a_document_and_only_while_it_is_listed(sqlite_hub: RunningHub) -> None:
    desk, stranger = desk_of(sqlite_hub), desk_of(sqlite_hub)
    content = paper(100)
    document_id, line, outside = add(desk, content), DocumentLine(desk.transport), DocumentLine(stranger.transport)
    send(line, document_id, content)
    for ask in (lambda: outside.came(document_id), lambda: outside.read(document_id, 0),
                lambda: outside.put(document_id, 0, content)):  # fmt: skip
        with pytest.raises(HubRefusal, match=r"documents\.not_named"):
            ask()
    assert outside.missing([document_id]) == []
    desk.stream.add(DocumentRemove(document_id=document_id, patient_id="jane", reason="Wrong patient"))
    desk.transport.push(desk.stream.batch())
    with pytest.raises(HubRefusal, match=r"documents\.not_named"):
        line.read(document_id, 0)


def test_a_document_that_decayed_at_the_hub_can_be_brought_again(own_sqlite_hub: RunningHub) -> None:
    desk = desk_of(own_sqlite_hub)
    content = paper(RECORD_BYTES + 9)
    document_id, line = add(desk, content), DocumentLine(desk.transport)
    send(line, document_id, content)
    vault = own_sqlite_hub.hub.documents.vault
    path = vault.path(desk.identity.tenant, hashlib.sha256(content).hexdigest())
    spoilt = bytearray(path.read_bytes())
    assert content[:64] not in spoilt
    spoilt[500] ^= 1
    path.write_bytes(spoilt)
    with pytest.raises(HubRefusal, match=r"documents\.not_here"):
        line.read(document_id, 0)
    assert line.missing([document_id]) == [document_id]
    send(line, document_id, content)
    assert fetched(line, document_id, len(content)) == content


SCANNER = """
import sys, time
content = sys.stdin.buffer.read()
sys.exit(1 if b"EICAR" in content else 2 if b"broken" in content else 0)
"""


@pytest.fixture
def scanning_hub(sqlite_settings: HubSettings, tmp_path: Path) -> Iterator[RunningHub]:
    """A hub with a scanner: a program of its own that reads a document from its standard input."""
    program = tmp_path / "scan.py"
    program.write_text(SCANNER)
    running = RunningHub(replace(sqlite_settings, scan_command=f"{sys.executable} {program}"))
    yield running
    running.close()


def test_a_scanner_looks_before_others_see_a_document(scanning_hub: RunningHub) -> None:
    desk = desk_of(scanning_hub)
    line = DocumentLine(desk.transport)
    bodies = {"clean": paper(90), "refused": paper(90) + b"EICAR", "": paper(90) + b"broken"}
    ids = {verdict: add(desk, content) for verdict, content in bodies.items()}
    for verdict, content in bodies.items():
        send(line, ids[verdict], content)
    until(lambda: len(verdicts(desk)) == 2, timeout_s=30)
    assert dict(verdicts(desk)) == {ids["clean"]: "clean", ids["refused"]: "refused"}
    assert fetched(line, ids["clean"], 90) == bodies["clean"]
    for verdict, key in (("refused", r"documents\.held_back"), ("", r"documents\.waiting")):
        with pytest.raises(HubRefusal, match=key):
            line.read(ids[verdict], 0)


def test_the_scanners_command_is_a_line_of_words() -> None:
    assert scan_command_of({"COPAYDESK_SCAN_COMMAND": " clamdscan --no-summary - "}) == "clamdscan --no-summary -"
    assert scan_command_of({}) == ""
    with pytest.raises(Exception, match=r"hub\.setting_wrong"):
        scan_command_of({"COPAYDESK_SCAN_COMMAND": 'scan "half'})


def test_what_was_taken_out_of_every_list_leaves_the_disk(own_sqlite_hub: RunningHub) -> None:
    desk = desk_of(own_sqlite_hub)
    line, keeper = DocumentLine(desk.transport), own_sqlite_hub.hub.documents
    content, other = paper(500), paper(600)
    first, twin, kept = add(desk, content), add(desk, content), add(desk, other)
    for document_id, body in ((first, content), (twin, content), (kept, other)):
        send(line, document_id, body)
    desk.stream.add(DocumentRemove(document_id=first, patient_id="jane", reason="Old"))
    desk.transport.push(desk.stream.batch())
    assert keeper.tidy() == 0, "its twin still names the bytes"
    desk.stream.add(DocumentRemove(document_id=twin, patient_id="jane", reason="Old"))
    desk.transport.push(desk.stream.batch())
    stray = keeper.vault.folder / "ab" / ("ab" * 32)
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"of a log that is no more")
    assert keeper.tidy() == 1
    os.utime(stray, (0, 0))
    assert keeper.tidy() == 1
    assert fetched(line, kept, 600) == other
