"""Where a desk keeps its things: one folder with the store, the settings, the log and, by consent only, a key file."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from models.basics.errors import StorageError


@dataclass(frozen=True, slots=True)
class Folders:
    """The places inside a desk's folder. Making the object touches nothing."""

    home: Path

    @property
    def store(self) -> Path:
        """The encrypted store."""
        return self.home / "desk.db"

    @property
    def payment_list(self) -> Path:
        """The list of payments, made from the store and encrypted as it is; it may be removed at any time."""
        return self.home / "payments.db"

    @property
    def documents(self) -> Path:
        """Documents' bytes, encrypted; the store names them."""
        return self.home / "documents"

    @property
    def settings(self) -> Path:
        """The desk's settings, JSON."""
        return self.home / "settings.json"

    @property
    def key_file(self) -> Path:
        """Keys in a plain file: exists only after somebody agreed to it."""
        return self.home / "keys.json"

    @property
    def logs(self) -> Path:
        """The technical log."""
        return self.home / "log"

    @property
    def device_log(self) -> Path:
        """What devices were asked."""
        return self.logs / "devices.jsonl"

    @property
    def hub(self) -> Path:
        """The hub's own folder, where this desk hosts it."""
        return self.home / "hub"

    @property
    def hub_documents(self) -> Path:
        """Documents' bytes at the hub that this desk hosts."""
        return self.hub / "documents"

    @property
    def backups(self) -> Path:
        """Backups, until somebody chose a folder on another disk."""
        return self.home / "backups"

    @property
    def backup_state(self) -> Path:
        """How the last backups went, JSON."""
        return self.home / "backups.json"

    @property
    def reserve(self) -> Path:
        """Room on the disk to finish a day with."""
        return self.home / "reserve"

    @property
    def devices(self) -> Path:
        """Addresses and paper of practice devices."""
        return self.home / "practice-devices"

    @property
    def training(self) -> Folders:
        """The folder of this desk's training: a desk of its own, in which nothing is real."""
        return Folders(self.home / "training")

    def make(self) -> None:
        """Create the folder for its owner alone. Raises StorageError naming it when that is not possible."""
        try:
            self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.logs.mkdir(exist_ok=True, mode=0o700)
        except OSError as error:
            raise StorageError("store.folder_forbidden", folder=str(self.home)) from error


def desk_folder(
    chosen: Path | None = None, environment: Mapping[str, str] = os.environ, system: str = sys.platform
) -> Folders:
    """The desk's folder: `--home`, else COPAYDESK_HOME, else the system's place for a program's data."""
    if chosen is not None:
        return Folders(chosen.expanduser().absolute())
    if environment.get("COPAYDESK_HOME"):
        return Folders(Path(environment["COPAYDESK_HOME"]).expanduser().absolute())
    home = Path.home()
    places = {
        "win32": Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local") / "Copaydesk",
        "darwin": home / "Library" / "Application Support" / "Copaydesk",
    }
    return Folders(places.get(system, Path(environment.get("XDG_DATA_HOME") or home / ".local/share") / "copaydesk"))
