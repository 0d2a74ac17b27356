"""Keys of this desk: the store's key and the device's private key, in the system's keyring.

The keyring library may fall back to something that forgets or that writes plain text; so the backend is checked by
name, and nothing else is ever used by itself. Where a machine has no keyring, keys may live in a file that only its
owner can read, but only after a named person agreed to it; that consent stands in the settings.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import sys
from collections.abc import Callable, Sequence
from typing import Any

from app.folders import Folders
from app.settings import KEY_FILE_CONSENT, Settings
from models.basics.errors import StorageError

STORE_KEY = "store-key"
DEVICE_KEY = "device-key"
HUB_KEY = "hub-key"
RECOVERY_KEY = "recovery-key"
STRIPE_KEY = "stripe-key"
"""The restricted key of this desk at Stripe."""

DEVICE_KEY_NEXT = "device-key-next"
"""The key with which the desk joins again, until it has."""

DEVICE_KEY_BEFORE = "device-key-before"
"""The device's key of a store that was replaced by a restored one, and is kept beside it."""

_TRUSTED = {
    "keyring.backends.SecretService.Keyring": "Secret Service (GNOME Keyring, KeePassXC)",
    "keyring.backends.libsecret.Keyring": "Secret Service (GNOME Keyring, KeePassXC)",
    "keyring.backends.kwallet.DBusKeyring": "KWallet",
    "keyring.backends.macOS.Keyring": "macOS Keychain",
    "keyring.backends.Windows.WinVaultKeyring": "Windows Credential Manager",
}
"""Backends that keep a secret encrypted and keep it at all, by the full name of their class."""


class Secrets:
    """Reads and keeps the keys of one desk. Making the object touches nothing."""

    def __init__(self, folders: Folders, settings: Settings, find_keyring: Callable[[], Any] | None = None) -> None:
        self._file = folders.key_file
        self._settings = settings
        self._find_keyring = find_keyring or _system_keyring
        place = hashlib.sha256(str(folders.home).encode()).hexdigest()[:12]
        self._service = f"copaydesk-{place}"

    def place(self) -> str:
        """Where keys are kept here, in words: for `doctor` and settings. Raises StorageError as `get` does."""
        if self._settings.get(KEY_FILE_CONSENT):
            return f"key file, agreed by {self._settings.get(KEY_FILE_CONSENT)}"
        return _TRUSTED[_name(self._keyring())]

    def get(self, name: str) -> str | None:
        """A secret, or None when it was never kept. Raises StorageError: `secrets.no_keyring` (no keyring that may be
        trusted), `secrets.locked`, `secrets.key_file_open` (others can read the key file), `secrets.unreadable`."""
        if self._settings.get(KEY_FILE_CONSENT):
            return self._read_file().get(name)
        try:
            found = self._keyring().get_password(self._service, name)
        except _keyring_errors() as error:
            raise StorageError("secrets.locked") from error
        return None if found is None else str(found)

    def put(self, name: str, value: str) -> None:
        """Keep a secret and read it back. Raises StorageError as `get` does."""
        if self._settings.get(KEY_FILE_CONSENT):
            self._write_file({**self._read_file(), name: value})
            return
        keyring = self._keyring()
        try:
            keyring.set_password(self._service, name, value)
            kept = keyring.get_password(self._service, name)
        except _keyring_errors() as error:
            raise StorageError("secrets.locked") from error
        if kept != value:
            raise StorageError("secrets.no_keyring", backend=_name(keyring))

    def forget(self, names: Sequence[str]) -> None:
        """Forget these secrets for good: what they opened cannot be opened here any more. Unknown ones are nothing.
        Raises StorageError as `get` does."""
        if self._settings.get(KEY_FILE_CONSENT):
            kept = {name: value for name, value in self._read_file().items() if name not in names}
            self._write_file(kept)
            return
        keyring = self._keyring()
        for name in names:
            try:
                if keyring.get_password(self._service, name) is not None:
                    keyring.delete_password(self._service, name)
            except _keyring_errors() as error:
                raise StorageError("secrets.locked") from error

    def allow_key_file(self, consent: str) -> None:
        """Keep keys in a file from now on. `consent` says who agreed and when; it is written to the settings."""
        if not consent.strip():
            raise StorageError("secrets.no_consent")
        self._settings.set(KEY_FILE_CONSENT, consent.strip())

    def _keyring(self) -> Any:
        found = self._find_keyring()
        for backend in _links(found):
            if _name(backend) in _TRUSTED:
                return backend
        raise StorageError("secrets.no_keyring", backend=_name(found))

    def _read_file(self) -> dict[str, str]:
        try:
            mode = self._file.stat().st_mode
            if sys.platform != "win32" and stat.S_IMODE(mode) & 0o077:
                raise StorageError("secrets.key_file_open", file=self._file.name)
            kept = json.loads(self._file.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise StorageError("secrets.unreadable", file=self._file.name) from error
        if not isinstance(kept, dict):
            raise StorageError("secrets.unreadable", file=self._file.name)
        return {str(name): str(value) for name, value in kept.items()}

    def _write_file(self, kept: dict[str, str]) -> None:
        new = self._file.with_suffix(".new")
        try:
            new.unlink(missing_ok=True)
            handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(kept, file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(new, self._file)
        except OSError as error:
            raise StorageError("secrets.not_written", file=self._file.name) from error


def _system_keyring() -> Any:
    import keyring  # 90 ms: only when a key is needed

    return keyring.get_keyring()


def _keyring_errors() -> tuple[type[Exception], ...]:
    from keyring.errors import KeyringError

    return (KeyringError,)


def _links(found: Any) -> Sequence[Any]:
    """The backends behind a chain, or the one backend itself."""
    return list(getattr(found, "backends", ())) or [found]


def _name(backend: Any) -> str:
    kind = type(backend)
    return f"{kind.__module__}.{kind.__qualname__}"


def new_store_key() -> str:
    """A fresh random 256-bit key as 64 hex digits."""
    return os.urandom(32).hex()
