"""Documents' bytes on disk: encrypted, once for each content, whole under their name or not there."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from models.basics.errors import StorageError
from models.store.vault import RECORD_BYTES, Vault, vault_key

KEY = vault_key("ab" * 32)
ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "documents", KEY)


def named(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def put(vault: Vault, content: bytes, tenant: str = "clinic", piece: int = 4 * RECORD_BYTES) -> str:
    have, content_id = 0, named(content)
    while have < len(content):
        have = vault.add(tenant, content_id, len(content), have, content[have : have + piece])
    return content_id


def whole(vault: Vault, content_id: str, tenant: str = "clinic") -> bytes:
    return b"".join(vault.read(tenant, content_id))


def files(vault: Vault) -> list[str]:
    return sorted(each.name for each in vault.folder.glob("*/*"))


@pytest.mark.parametrize(
    "size", [1, RECORD_BYTES - 1, RECORD_BYTES, RECORD_BYTES + 1, 4 * RECORD_BYTES, 5 * RECORD_BYTES + 3]
)
def test_what_is_put_in_comes_out_and_lies_encrypted(vault: Vault, size: int) -> None:
    content = os.urandom(size - 1) + b"!" if size < 64 else b"Rosa Quillfeather" + os.urandom(size - 17)
    content_id = put(vault, content)
    assert whole(vault, content_id) == content
    assert vault.came("clinic", content_id, size) == size
    vault.check("clinic", content_id)
    stored = vault.path("clinic", content_id).read_bytes()
    assert b"Quillfeather" not in stored
    assert vault.path("clinic", content_id).stat().st_mode & 0o077 == 0
    assert vault.size_bytes() == len(stored) > size


def test_a_part_of_it_from_where_it_is_wanted(vault: Vault) -> None:
    content = os.urandom(3 * RECORD_BYTES + 10)
    content_id = put(vault, content)
    assert (
        b"".join(vault.read("clinic", content_id, RECORD_BYTES, RECORD_BYTES)) == content[RECORD_BYTES:][:RECORD_BYTES]
    )
    assert b"".join(vault.read("clinic", content_id, 3 * RECORD_BYTES, 4 * RECORD_BYTES)) == content[-10:]


def test_the_same_bytes_lie_there_once_for_each_practice(vault: Vault) -> None:
    content = os.urandom(2000)
    for tenant in ("clinic", "clinic", "another"):
        put(vault, content, tenant)
    assert len(files(vault)) == 2
    assert not any(named(content)[:8] in name for name in files(vault)), "its name tells nobody what is in it"
    assert vault.path("clinic", named(content)).read_bytes() != vault.path("another", named(content)).read_bytes()
    with pytest.raises(StorageError, match=r"documents\.damaged"):
        os.replace(vault.path("another", named(content)), vault.path("clinic", named(content)))
        whole(vault, named(content))


def test_another_key_opens_nothing(vault: Vault) -> None:
    content_id = put(vault, b"secret words")
    other = Vault(vault.folder, vault_key("cd" * 32))
    assert not other.has("clinic", content_id)
    other.path("clinic", content_id).parent.mkdir(exist_ok=True)
    os.replace(vault.path("clinic", content_id), other.path("clinic", content_id))
    with pytest.raises(StorageError, match=r"documents\.damaged"):
        whole(other, content_id)


def test_what_came_half_is_gone_on_with_and_a_torn_end_is_cut_off(vault: Vault) -> None:
    content = os.urandom(3 * RECORD_BYTES + 9)
    content_id = named(content)
    assert vault.add("clinic", content_id, len(content), 0, content[: 2 * RECORD_BYTES]) == 2 * RECORD_BYTES
    assert not vault.has("clinic", content_id)
    part = next(vault.folder.glob("*/*.part"))
    with open(part, "r+b") as torn:
        torn.truncate(part.stat().st_size - 100)
    assert vault.came("clinic", content_id, len(content)) == RECORD_BYTES
    assert vault.add("clinic", content_id, len(content), 2 * RECORD_BYTES, b"x") == RECORD_BYTES, "not at that place"
    rest = content[RECORD_BYTES:]
    assert vault.add("clinic", content_id, len(content), RECORD_BYTES, rest) == len(content)
    assert whole(vault, content_id) == content
    assert len(files(vault)) == 1
    assert vault.add("clinic", content_id, len(content), 0, content) == len(content), "it is there already"


def test_a_part_that_was_begun_for_another_size_is_begun_anew(vault: Vault) -> None:
    content = os.urandom(2 * RECORD_BYTES)
    content_id = named(content)
    vault.add("clinic", content_id, 9 * RECORD_BYTES, 0, content[:RECORD_BYTES])
    assert vault.add("clinic", content_id, len(content), RECORD_BYTES, content[RECORD_BYTES:]) == 0
    assert put(vault, content) == content_id
    assert whole(vault, content_id) == content


def test_nothing_is_kept_of_bytes_that_are_not_what_was_named(vault: Vault) -> None:
    with pytest.raises(StorageError, match=r"documents\.damaged"):
        vault.add("clinic", named(b"this"), 4, 0, b"that")
    assert files(vault) == []


@pytest.mark.parametrize("place", [0, 9, 30, 40, RECORD_BYTES + 60, -1])
def test_a_byte_that_changed_is_noticed(vault: Vault, place: int) -> None:
    content_id = put(vault, os.urandom(RECORD_BYTES + 500))
    path = vault.path("clinic", content_id)
    spoilt = bytearray(path.read_bytes())
    spoilt[place] ^= 4
    path.write_bytes(spoilt)
    with pytest.raises(StorageError, match=r"documents\.damaged"):
        vault.check("clinic", content_id)


def test_a_file_that_lost_its_end_is_noticed(vault: Vault) -> None:
    content_id = put(vault, os.urandom(2 * RECORD_BYTES))
    path = vault.path("clinic", content_id)
    path.write_bytes(path.read_bytes()[: RECORD_BYTES + 48])
    with pytest.raises(StorageError, match=r"documents\.damaged"):
        whole(vault, content_id)


def test_what_is_not_here_and_what_was_forgotten(vault: Vault) -> None:
    content_id = put(vault, b"words")
    vault.forget("clinic", content_id)
    vault.forget("clinic", content_id)
    assert vault.came("clinic", content_id, 5) == 0
    with pytest.raises(StorageError, match=r"documents\.not_here"):
        whole(vault, content_id)


def test_many_at_once_write_the_same(vault: Vault) -> None:
    content = os.urandom(6 * RECORD_BYTES + 1)
    with ThreadPoolExecutor(6) as pool:
        done = [pool.submit(_stubbornly, Vault(vault.folder, KEY), content) for _ in range(6)]
        assert {each.result() for each in done} == {len(content)}
    assert whole(vault, named(content)) == content
    assert len(files(vault)) == 1


def _stubbornly(vault: Vault, content: bytes) -> int:
    have = 0
    while have < len(content):
        have = vault.add("clinic", named(content), len(content), have, content[have : have + RECORD_BYTES])
    return have


FULL = """
import resource, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from models.store.vault import Vault, vault_key
from models.basics.errors import StorageError
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
vault, content = Vault(Path(sys.argv[2]), vault_key("ab" * 32)), b"x" * 900_000
import hashlib
try:
    vault.add("clinic", hashlib.sha256(content).hexdigest(), len(content), 0, content)
except StorageError as error:
    print(error.message_key, len(list(vault.folder.glob("*/*"))))
"""


def test_a_full_disk_is_told_and_leaves_nothing_half(tmp_path: Path) -> None:
    told = subprocess.run([sys.executable, "-c", FULL, str(ROOT), str(tmp_path / "documents")], capture_output=True,
                          text=True, timeout=60, check=True)  # fmt: skip
    assert told.stdout.split() == ["store.disk_full", "0"], told.stderr


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "documents").write_text("a file where the folder would be")
    vault = Vault(tmp_path / "documents", KEY)
    with pytest.raises(StorageError, match=r"documents\.not_written"):
        vault.add("clinic", named(b"words"), 5, 0, b"words")
