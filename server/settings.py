"""What a hub is told: from its options, its environment, and (embedded) its parent. Checked before anything starts."""

from __future__ import annotations

import argparse
import os
import re
import secrets
import shlex
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from models.basics.errors import RuleBroken
from models.operations.joining import is_loopback
from models.store.vault import vault_key
from server.message_settings import PLACEHOLDER, MessageSettings, message_settings
from server.online.settings import OnlineSettings, online_settings

KEY = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class HubSettings:
    """A hub's settings. Either `database_url` (PostgreSQL) or `key_hex` (its own SQLCipher file in `data_dir`).

    `transient_key` guards what a run of the hub keeps on disk for itself (snapshots); all workers of a run share it.
    """

    data_dir: Path
    database_url: str = ""
    key_hex: str = field(default="", repr=False)
    host: str = "127.0.0.1"
    port: int = 0
    public_address: str = ""
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    workers: int = 1
    ready_file: Path | None = None
    embedded: bool = False
    key_file: Path | None = None
    backup_to: Path | None = None
    backup_hours: int = 24
    messages: MessageSettings = field(default_factory=MessageSettings)
    online: OnlineSettings = field(default_factory=OnlineSettings)
    scan_command: str = ""
    transient_key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    @property
    def shared(self) -> bool:
        """On PostgreSQL, where other processes may write as well?"""
        return bool(self.database_url)

    @property
    def encrypted(self) -> bool:
        """Served with TLS: everywhere but on this machine's own address."""
        return not is_loopback(self.host) or self.tls_certificate is not None

    @property
    def database_path(self) -> Path:
        """The hub's own database."""
        return self.data_dir / "hub.db"

    @property
    def documents_path(self) -> Path:
        """Where documents' bytes lie: beside the database, or, on PostgreSQL, in a folder that every process and
        machine of the hub shares."""
        return self.data_dir / "documents"

    def documents_key(self) -> bytes:
        """The key of the documents: from the database's own key, or on PostgreSQL COPAYDESK_DOCUMENTS_KEY (64 hex
        digits) or a file beside the certificate, made at the first start. Raises RuleBroken."""
        if not self.shared:
            return vault_key(self.key_hex)
        given = os.environ.get("COPAYDESK_DOCUMENTS_KEY", "")
        if given and not KEY.fullmatch(given):
            raise RuleBroken("hub.setting_placeholder", setting="COPAYDESK_DOCUMENTS_KEY")
        return vault_key(given or read_key_file(self.data_dir / "documents.key"))

    def mark_key(self) -> bytes:
        """The key of the hub's marks on its log (`models.store.marks`): COPAYDESK_LOG_KEY (64 hex digits), which hubs
        on several machines share, or a file beside the certificate, made at the first start. It must survive the
        database: a backup of the database alone cannot be told from a forgery without it. Raises RuleBroken."""
        given = os.environ.get("COPAYDESK_LOG_KEY", "")
        if given and not KEY.fullmatch(given):
            raise RuleBroken("hub.setting_placeholder", setting="COPAYDESK_LOG_KEY")
        return bytes.fromhex(given or read_key_file(self.data_dir / "log.key"))

    def checked(self) -> HubSettings:
        """Itself when it can be served with. Raises RuleBroken naming the setting; nothing was started."""
        if not 0 <= self.port < 65536:
            raise RuleBroken("hub.setting_wrong", setting="port")
        if self.backup_to is not None and not self.backup_to.is_absolute():
            raise RuleBroken("hub.setting_wrong", setting="backup-to")  # a relative one would depend on the start
        if self.backup_hours < 1:
            raise RuleBroken("hub.setting_wrong", setting="backup-hours")
        if self.workers < 1 or (self.workers > 1 and not self.shared):
            raise RuleBroken("hub.workers_need_postgresql", workers=self.workers)
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise RuleBroken("hub.setting_wrong", setting="tls-key")
        for name, path in (("tls-certificate", self.tls_certificate), ("tls-key", self.tls_key)):
            if path is not None and not path.is_file():
                raise RuleBroken("hub.setting_wrong", setting=name)
        if self.shared:
            _check_database_url(self.database_url)
        elif not KEY.fullmatch(self.key_hex) or len(set(self.key_hex)) < 8:
            raise RuleBroken("hub.setting_placeholder", setting="key")
        return self


def _check_database_url(url: str) -> None:
    if not re.match(r"postgres(ql)?(\+psycopg)?://", url):
        raise RuleBroken("hub.setting_wrong", setting="database-url")
    password = re.match(r"[^:]+://[^:@/]*:(?P<word>[^@/]+)@", url)
    if PLACEHOLDER.search(password["word"] if password else "") or "<" in url:
        raise RuleBroken("hub.setting_placeholder", setting="database-url")


def default_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where a hub keeps its things when it is not told."""
    if os.name == "nt":
        return Path(environment.get("LOCALAPPDATA", Path.home())) / "Copaydesk" / "hub"
    return Path(environment.get("XDG_DATA_HOME", Path.home() / ".local" / "share")) / "copaydesk" / "hub"


def settings_from(options: argparse.Namespace, environment: Mapping[str, str] = os.environ) -> HubSettings:
    """The settings of `copaydesk server` started by a person or a service. Raises RuleBroken naming the setting."""
    data_dir = options.data_dir or default_folder(environment)
    url = options.database_url or environment.get("COPAYDESK_DATABASE_URL", "")
    key = "" if url else read_key_file(options.key_file or data_dir / "hub.key")
    return HubSettings(
        data_dir=data_dir, database_url=url, key_hex=key, host=options.host, port=options.port,
        public_address=options.public_address or "", tls_certificate=options.tls_certificate, tls_key=options.tls_key,
        workers=options.workers, ready_file=options.ready_file, messages=message_settings(data_dir, environment),
        online=online_settings(data_dir, environment),
        key_file=options.key_file, backup_to=options.backup_to, backup_hours=options.backup_hours,
        scan_command=scan_command_of(environment),
    ).checked()  # fmt: skip


def scan_command_of(environment: Mapping[str, str] = os.environ) -> str:
    """The virus scanner documents are shown to (COPAYDESK_SCAN_COMMAND, as `clamdscan --no-summary -`); empty: none.
    Raises RuleBroken for a line that is no command."""
    told = environment.get("COPAYDESK_SCAN_COMMAND", "").strip()
    try:
        shlex.split(told)
    except ValueError as error:
        raise RuleBroken("hub.setting_wrong", setting="COPAYDESK_SCAN_COMMAND") from error
    return told


def read_key_file(path: Path) -> str:
    """The database's key, made at the first start. Raises RuleBroken when others could read it or it is no key."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as new:
            new.write(secrets.token_hex(32))
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise RuleBroken("hub.key_file_open", setting="key-file")
    key = path.read_text(encoding="ascii", errors="replace").strip()
    if not KEY.fullmatch(key):
        raise RuleBroken("hub.setting_placeholder", setting="key-file")
    return key
