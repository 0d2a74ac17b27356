"""Documents' bytes: one encrypted file for each content, beside the database whose rows name it.

A file is called by a keyed hash (HMAC-SHA256) of practice and content, so that the same bytes lie there once for each
practice and the folder tells nobody which known paper is in it. It is written record by record (AES-256-GCM under a key
of its own, derived by HKDF from the vault's), so that memory does not grow with a document, and what came half can be
gone on with. A file stands under its name only once all of it was read back and its SHA-256 was right.
"""

from __future__ import annotations

import errno
import hashlib
import hmac
import os
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from models.basics.errors import StorageError

RECORD_BYTES = 1 << 18
"""Plain bytes of a record; the last one of a file is shorter."""

_MAGIC = b"CPDKDOC1"
_SALT, _TAG = 16, 16
_HEAD = len(_MAGIC) + 8 + _SALT
_PART = ".part"
_NO_ROOM = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})


def vault_key(secret_hex: str) -> bytes:
    """The key of the documents beside a store, from the store's own key: whoever opens one opens the other."""
    return _derived(bytes.fromhex(secret_hex), b"", b"copaydesk documents")


class Vault:
    """The encrypted files of a folder; it is made with the first of them. Thread-safe. Contents are named by their
    SHA-256 in hex."""

    def __init__(self, folder: Path, key: bytes) -> None:
        self.folder = folder
        self._key, self._names = key, _derived(key, b"", b"names")
        self._lock = threading.Lock()

    def path(self, tenant: str, content_id: str) -> Path:
        """Where a content lies, or would lie."""
        name = hmac.new(self._names, f"{tenant}\0{content_id}".encode(), hashlib.sha256).hexdigest()
        return self.folder / name[:2] / name

    def has(self, tenant: str, content_id: str) -> bool:
        """Is all of it here?"""
        return self.path(tenant, content_id).exists()

    def came(self, tenant: str, content_id: str, size_bytes: int) -> int:
        """How many bytes of a content are here: all of them, or what came so far."""
        path = self.path(tenant, content_id)
        if path.exists():
            return size_bytes
        try:
            written = _part_of(path).stat().st_size
        except OSError:
            return 0
        whole = max(written - _HEAD, 0) // (RECORD_BYTES + _TAG) * RECORD_BYTES
        return min(whole, (size_bytes - 1) // RECORD_BYTES * RECORD_BYTES)

    def add(self, tenant: str, content_id: str, size_bytes: int, start: int, data: bytes) -> int:
        """Put `data` behind the first `start` bytes of a content and say how many are here now: `size_bytes` once it
        stands under its name, all of it checked. Where another number than `start` are here, nothing is added.

        `data` is whole records, but for the end. Raises StorageError: `store.disk_full`, `documents.not_written`,
        `documents.damaged` (what came is not what was named: nothing of it is kept).
        """
        path = self.path(tenant, content_id)
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self._lock, _alone(path.parent):
                if path.exists():
                    return size_bytes
                here = self._append(tenant, content_id, size_bytes, start, data)
                if here == size_bytes:
                    self._finish(tenant, content_id, size_bytes, path)
                return here
        except OSError as error:
            if error.errno in _NO_ROOM:
                with suppress(OSError):
                    _part_of(path).unlink()
            raise _told(error) from error

    def read(self, tenant: str, content_id: str, start: int = 0, most: int = -1) -> Iterator[bytes]:
        """The bytes of a content, record by record, from `start` (a whole number of records) on and at most `most`.
        Raises StorageError `documents.not_here`, or `documents.damaged` as soon as a record is not what was written."""
        yield from self._records(tenant, content_id, self.path(tenant, content_id), start, most)

    def check(self, tenant: str, content_id: str) -> None:
        """Read all of a content. Raises StorageError as `read`."""
        found = hashlib.sha256()
        for record in self.read(tenant, content_id):
            found.update(record)
        if found.hexdigest() != content_id:
            raise StorageError("documents.damaged")

    def forget(self, tenant: str, content_id: str) -> None:
        """Take a content away for good, and what came of it. Raises StorageError `documents.not_written`."""
        path = self.path(tenant, content_id)
        try:
            for each in (path, _part_of(path)):
                each.unlink(missing_ok=True)
        except OSError as error:
            raise StorageError("documents.not_written") from error

    def size_bytes(self) -> int:
        """How much room the folder takes."""
        return sum(each.stat().st_size for each in self.folder.glob("??/*") if each.is_file())

    def sweep(self, listed: Iterable[tuple[str, str]], gone: Iterable[tuple[str, str]], older_than: float) -> int:
        """Take away what nobody needs any more: contents that were taken out of every list (`gone`), and files that no
        row names (`listed` are those that some do) and that were last written before `older_than` (seconds since
        1970). Returns how many files went; one that does not go stays for the next time."""
        kept = {self.path(*each) for each in listed}
        ended = {self.path(*each) for each in gone} - kept
        away = 0
        for path in self.folder.glob("??/*"):
            whole = path.with_name(path.name.removesuffix(_PART))
            with suppress(OSError):
                unknown = whole not in kept or (path != whole and whole.exists())
                if whole in ended or (unknown and path.stat().st_mtime < older_than):
                    path.unlink()
                    away += 1
        return away

    # Inside ---------------------------------------------------------------------------------------------------------

    def _records(self, tenant: str, content_id: str, path: Path, start: int, most: int) -> Iterator[bytes]:
        try:
            with open(path, "rb") as file:
                seal = self._seal(tenant, content_id, file, -1)
                end = seal.size_bytes if most < 0 else min(seal.size_bytes, start + most)
                for at in range(start, end, RECORD_BYTES):
                    yield seal.read(file, at)[: end - at]
        except FileNotFoundError as error:
            raise StorageError("documents.not_here") from error
        except OSError as error:
            raise _told(error) from error

    def _seal(self, tenant: str, content_id: str, file: IO[bytes], size_bytes: int) -> _Seal:
        """How a file is sealed; a new one gets its head."""
        file.seek(0)
        head = file.read(_HEAD)
        if not head and size_bytes >= 0:
            head = _MAGIC + size_bytes.to_bytes(8, "big") + os.urandom(_SALT)
            file.write(head)
        if len(head) < _HEAD or not head.startswith(_MAGIC):
            raise StorageError("documents.damaged")
        return _Seal(_derived(self._key, head[-_SALT:], f"{tenant}\0{content_id}".encode()), head)

    def _append(self, tenant: str, content_id: str, size_bytes: int, start: int, data: bytes) -> int:
        part = _part_of(self.path(tenant, content_id))
        handle = os.open(part, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(handle, "r+b", buffering=0) as file:
            here = _fit(file, size_bytes, self.came(tenant, content_id, size_bytes))
            if here != start:
                return here
            seal = self._seal(tenant, content_id, file, size_bytes)
            for at in range(0, len(data), RECORD_BYTES):
                seal.write(file, start + at, data[at : at + RECORD_BYTES])
            os.fsync(handle)
        return start + len(data)

    def _finish(self, tenant: str, content_id: str, size_bytes: int, path: Path) -> None:
        """Read back what came; under its name it goes only when it is what was named."""
        part, found, count = _part_of(path), hashlib.sha256(), 0
        try:
            for record in self._records(tenant, content_id, part, 0, -1):
                found.update(record)
                count += len(record)
        except StorageError:
            count = -1
        if count != size_bytes or found.hexdigest() != content_id:
            part.unlink(missing_ok=True)
            raise StorageError("documents.damaged")
        os.replace(part, path)
        _sync_folder(path.parent)


class _Seal:
    """Records of one file: each has its number for a nonce, and stands for this file's head alone."""

    def __init__(self, key: bytes, head: bytes) -> None:
        self._cipher, self._head = AESGCM(key), head
        self.size_bytes = int.from_bytes(head[len(_MAGIC) : -_SALT], "big")

    def write(self, file: IO[bytes], at: int, data: bytes) -> None:
        number = at // RECORD_BYTES
        file.seek(_place(number))
        whole = self._cipher.encrypt(number.to_bytes(12, "big"), data, self._head)
        while whole:
            whole = whole[file.write(whole) :]

    def read(self, file: IO[bytes], at: int) -> bytes:
        number = at // RECORD_BYTES
        file.seek(_place(number))
        sealed = file.read(min(RECORD_BYTES, self.size_bytes - at) + _TAG)
        try:
            return self._cipher.decrypt(number.to_bytes(12, "big"), sealed, self._head)
        except (InvalidTag, ValueError) as error:
            raise StorageError("documents.damaged") from error


def _place(number: int) -> int:
    return _HEAD + number * (RECORD_BYTES + _TAG)


def _part_of(path: Path) -> Path:
    return path.with_name(path.name + _PART)


def _fit(part: IO[bytes], size_bytes: int, came: int) -> int:
    """Cut off a torn end, or all of a part that was for another size; how many plain bytes are left."""
    part.seek(0)
    head = part.read(_HEAD)
    fits = head[: len(_MAGIC) + 8] == _MAGIC + size_bytes.to_bytes(8, "big") and len(head) == _HEAD
    part.truncate(_place(came // RECORD_BYTES) if fits else 0)
    return came if fits else 0


def _derived(key: bytes, salt: bytes, what: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, what).derive(key)


def _told(error: OSError) -> StorageError:
    return StorageError("store.disk_full" if error.errno in _NO_ROOM else "documents.not_written")


def _sync_folder(folder: Path) -> None:
    """A rename in the folder is on the disk when this returns; Windows does that by itself."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time writes into a folder; on Windows a hub is one process, as a desk is everywhere."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
