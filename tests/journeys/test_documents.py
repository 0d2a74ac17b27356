"""Documents between two desks and a real hub: cut off in the middle, gone on with, whole or not there at the other."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.clinic import Clinic
from app.kept_documents import KeptDocuments
from app.sync.documents import DocumentCourier
from app.sync.transport import HubTransport
from models.basics.clock import SystemClock
from models.basics.errors import RuleBroken, SyncLater
from models.operations.records import Patient
from models.store.queries import documents
from models.store.vault import RECORD_BYTES, Vault, vault_key
from tests.support.clinic import MARIA
from tests.support.desks import DAY, DESK_KEY, HURRY, ClinicDesk
from tests.support.fault_proxy import FaultProxy
from tests.support.hub import RunningHub, own_sqlite_hub, sqlite_hub_template, sqlite_settings  # noqa: F401
from tests.support.papers import file_of, pdf_bytes
from tests.support.waiting import until

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 40.0


class PaperDesk(ClinicDesk):
    """A desk with its documents: the real store, courier and line; `proxy` stands between it and the hub."""

    def __init__(self, folder: Path, hub: RunningHub, tenant: str, name: str) -> None:
        self.proxy = FaultProxy(hub.address.port)
        super().__init__(folder, hub.line(tenant, name), name, through=self.proxy.url)
        self.vault = Vault(folder / "documents", vault_key(DESK_KEY))
        self.courier = self._carry()
        self.clinic = Clinic(self.store, SystemClock())
        self.story = KeptDocuments(self.clinic, self.vault, self.courier, lambda: self.engine.state().online)

    def _carry(self) -> DocumentCourier:
        identity = self.store.identity
        assert identity is not None
        courier = DocumentCourier(self.store, self.vault, HURRY)
        courier.connect(HubTransport(self.proxy.url, device_id=identity.device_id, private_key_hex=self.key,
                                     fingerprint=identity.hub_fingerprint, connect_s=1.0, read_s=5.0))  # fmt: skip
        return courier

    def start_again(self) -> None:
        """The desk's program is started again, as far as documents go."""
        self.courier.stop()
        self.courier = self._carry()

    def close(self) -> None:
        self.courier.stop()
        self.proxy.close()
        super().close()

    def states(self) -> list[str]:
        return [each.state for each in self.story.view("rosa").items]

    def content(self, document_id: str) -> bytes:
        copy = self.story.save_copy(document_id, self.folder / "copy.pdf")
        return copy.read_bytes()


@pytest.fixture
def desks(tmp_path: Path, own_sqlite_hub: RunningHub) -> Iterator[tuple[RunningHub, PaperDesk, PaperDesk]]:  # noqa: F811
    hub = own_sqlite_hub
    tenant = hub.practice()
    one, two = (PaperDesk(tmp_path / name, hub, tenant, name) for name in ("one", "two"))
    with one.store.write() as tx:
        tx.record(Patient(id="rosa", family="Quillfeather", given="Rosa"), person_id="maria", business_date=DAY)
    yield hub, one, two
    for desk in (one, two):
        desk.close()
    assert hub.store.verify(tenant, deep=True) == []


def pieces(head: bytes) -> bool:
    return head.startswith((b"PUT /v1/documents/", b"GET /v1/documents/"))


def test_s2_13_a_document_reaches_the_other_desk_whatever_the_line_does(
    desks: tuple[RunningHub, PaperDesk, PaperDesk], tmp_path: Path
) -> None:
    """The line is cut, silent and answers garbage in the middle of the upload and of the download: it is gone on with,
    and both desks end with the same bytes."""
    hub, one, two = desks
    content = pdf_bytes(size=24 * RECORD_BYTES + 321)
    faults = iter(
        ["", "request cut", "reply lost", "", "garbage", "doubled", "reply cut", "bad gateway", "request lost"]
    )
    for desk in (one, two):
        desk.proxy.fault = lambda head: next(faults, "") if pieces(head) else ""
    hub.stop()
    found = one.story.add(file_of(tmp_path, "Referral.pdf", content), "rosa", "", MARIA).items[0]
    until(lambda: not one.engine.state().online, PATIENCE_S)
    assert one.states() == ["waiting"], "safe here, told as waiting"
    hub.start()
    for desk in (one, two):
        desk.engine.nudge()
        desk.courier.nudge()
    until(lambda: one.states() == ["unscanned"], PATIENCE_S)
    assert {"request cut", "reply lost", "garbage"} <= set(one.proxy.met)
    until(lambda: two.states() == ["unscanned"], PATIENCE_S)
    one.proxy.fault = lambda head: ""  # it may still ask whether its last piece came
    faults = iter(["", "reply cut", "request lost", "garbage"])
    for _ in range(3):
        with pytest.raises(SyncLater):
            two.content(found.document_id)
    assert 0 < two.vault.came(hub.store.tenants()[0], _content_id(two), len(content)) < len(content), (
        "half of it is here"
    )
    assert two.content(found.document_id) == content
    assert two.story.look(found.document_id).page_count == 1
    two.proxy.fault = lambda head: "refused" if pieces(head) else ""
    assert two.content(found.document_id) == content, "it is here now, line or no line"
    one.story.remove(found.document_id, "Belongs to somebody else", MARIA)
    until(lambda: two.states() == [], PATIENCE_S)
    with pytest.raises(RuleBroken, match=r"documents\.gone"):
        two.content(found.document_id)


def _content_id(desk: PaperDesk) -> str:
    with desk.store.reader() as reader:
        return str(reader.execute("SELECT content_id FROM document").fetchone()[0])


def test_a_hub_that_lost_its_folder_gets_documents_back(
    desks: tuple[RunningHub, PaperDesk, PaperDesk], tmp_path: Path
) -> None:
    hub, one, two = desks
    content = pdf_bytes(size=3 * RECORD_BYTES)
    found = one.story.add(file_of(tmp_path, "Card.pdf", content), "rosa", "", MARIA).items[0]
    until(lambda: two.states() == ["unscanned"], PATIENCE_S)
    tenant = hub.store.tenants()[0]
    hub.hub.documents.vault.forget(tenant, _content_id(one))
    with pytest.raises(RuleBroken, match=r"documents\.not_here"):
        two.content(found.document_id)
    one.start_again()
    until(lambda: hub.hub.documents.vault.has(tenant, _content_id(one)), PATIENCE_S)
    assert two.content(found.document_id) == content


def test_a_document_that_the_log_tells_of_at_that_moment_is_not_overlooked(
    desks: tuple[RunningHub, PaperDesk, PaperDesk], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The desk has looked at what the hub has said it has, and not yet at what waits: then it hears of this one."""
    hub, one, two = desks
    one.proxy.fault = lambda head: "request lost" if pieces(head) else ""
    one.story.add(file_of(tmp_path, "Card.pdf", pdf_bytes()), "rosa", "", MARIA)
    until(one.settled)
    one.disconnect()
    one.proxy.fault = lambda _head: ""
    until(lambda: two.states() == ["unscanned"], PATIENCE_S)
    tenant, waits = hub.store.tenants()[0], documents.not_kept
    hub.hub.documents.vault.forget(tenant, _content_id(one))

    def told_meanwhile(*asked: Any) -> list[documents.DocumentRow]:
        monkeypatch.undo()
        one.connect()
        until(lambda: waits(*asked) == [], PATIENCE_S)
        return []

    monkeypatch.setattr(documents, "not_kept", told_meanwhile)
    one.start_again()
    until(lambda: hub.hub.documents.vault.has(tenant, _content_id(one)), PATIENCE_S)


def test_f16_a_hub_whose_disk_takes_nothing_gets_the_document_when_it_does_again(
    desks: tuple[RunningHub, PaperDesk, PaperDesk], tmp_path: Path
) -> None:
    hub, one, two = desks
    folder = hub.settings.documents_path
    folder.write_text("no folder can be made here")
    content = pdf_bytes(size=6 * RECORD_BYTES)
    asked: list[bytes] = []

    def count(head: bytes) -> str:
        asked.extend([head] if head.startswith(b"PUT /v1/documents/") else [])
        return ""

    one.proxy.fault = count
    one.story.add(file_of(tmp_path, "Card.pdf", content), "rosa", "", MARIA)
    until(lambda: len(asked) > 2, PATIENCE_S)
    assert one.states() in (["sending"], ["waiting"]), "nothing is lost, nothing is said to be there"
    assert two.states() == ["coming"] or not two.states()
    folder.unlink()
    until(lambda: two.states() == ["unscanned"], PATIENCE_S)
    assert two.content(two.story.view("rosa").items[0].document_id) == content


DYING = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from app.clinic import Clinic
from app.kept_documents import KeptDocuments
from app.sync.documents import DocumentCourier
from models.basics.clock import SystemClock
from models.store.desk import DeskStore
from models.store.vault import Vault, vault_key
from tests.support.clinic import MARIA
from tests.support.desks import DESK_KEY
folder, path, deadly = Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
store = DeskStore.open(folder / "desk.db", DESK_KEY)
vault, count = Vault(folder / "documents", vault_key(DESK_KEY)), [0]
add = vault.add
def dying(*told):
    count[0] += 1
    if count[0] == deadly:
        os.kill(os.getpid(), signal.SIGKILL)
    return add(*told)
vault.add = dying
KeptDocuments(Clinic(store, SystemClock()), vault, DocumentCourier(store, vault), lambda: False).add(
    path, "rosa", "", MARIA)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_desk_that_is_killed_loses_nothing_and_leaves_nothing_half(
    desks: tuple[RunningHub, PaperDesk, PaperDesk], tmp_path: Path
) -> None:
    """Killed while a file is taken in: no document. Killed right after: the document is there, and goes up when the
    desk is started again."""
    hub, one, two = desks
    path = file_of(tmp_path, "Scan.pdf", pdf_bytes(size=10 * RECORD_BYTES))
    until(one.settled, PATIENCE_S)
    one.courier.stop()
    one.disconnect()
    for deadly, listed in ((2, 0), (99, 1)):
        ended = subprocess.run([sys.executable, "-c", DYING, str(ROOT), str(one.folder), str(path), str(deadly)],
                               capture_output=True, timeout=100, check=False)  # fmt: skip
        assert ended.returncode == -signal.SIGKILL, ended.stderr
        assert len(one.story.view("rosa").items) == listed
    one.connect()
    one.courier = DocumentCourier(one.store, one.vault, HURRY)
    identity = one.store.identity
    assert identity is not None
    one.courier.connect(HubTransport(hub.url, device_id=identity.device_id, private_key_hex=one.key,
                                     fingerprint=identity.hub_fingerprint))  # fmt: skip
    until(lambda: two.states() == ["unscanned"], PATIENCE_S)
    assert two.content(two.story.view("rosa").items[0].document_id) == path.read_bytes()
    assert not [each for each in os.listdir(one.folder / "documents") if each.endswith(".part")]
