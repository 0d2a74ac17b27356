"""A hub that runs as a service: backed up while it serves, by itself in time, and put back, on both databases."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from models.basics.clock import FixedClock, SystemClock
from models.basics.errors import RuleBroken, StorageError
from models.operations.recovery_key import backup_key
from models.store.backups import read_manifest
from models.store.hub import HubStore
from server import care, practices
from server.main import open_store
from server.settings import HubSettings

ROOT = Path(__file__).resolve().parents[3]
KEY = "ab" * 8 + "0123456789abcdef" * 3


@pytest.fixture(params=["sqlite", "postgres"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> HubSettings:
    """A service on either database."""
    data = tmp_path / "hub"
    if request.param == "sqlite":
        (tmp_path / "hub").mkdir()
        (data / "hub.key").write_text(KEY)
        (data / "hub.key").chmod(0o600)
        return HubSettings(data_dir=data, key_hex=KEY, backup_to=tmp_path / "to")
    url = request.getfixturevalue("postgres_empty_url")
    return HubSettings(data_dir=data, database_url=url, backup_to=tmp_path / "to")


def filled(settings: HubSettings) -> str:
    """A practice of the hub."""
    store = open_store(settings, SystemClock())
    tenant = practices.add(store, "Lakeside Pediatrics", "America/Denver")
    store.close()
    return tenant


def tenants(settings: HubSettings) -> tuple[str, ...]:
    store: HubStore = open_store(settings, SystemClock())
    found = store.tenants()
    store.close()
    return found


def test_the_key_is_made_once_and_is_the_owners(settings: HubSettings) -> None:
    key, made = care.recovery_key(settings.data_dir)
    assert made
    assert care.recovery_key(settings.data_dir) == (key, False)
    assert stat.S_IMODE((settings.data_dir / care.RECOVERY_FILE).stat().st_mode) == 0o600


def test_backed_up_and_put_back_elsewhere(settings: HubSettings, tmp_path: Path) -> None:
    tenant = filled(settings)
    settings.data_dir.mkdir(exist_ok=True)
    (settings.data_dir / "log.key").write_text("77" * 32)
    path, manifest = care.back_up(settings, SystemClock(), tmp_path / "to")
    assert [head.tenant for head in manifest.heads] == [tenant]
    new = HubSettings(data_dir=tmp_path / "new", key_hex="cd" * 8 + "0123456789abcdef" * 3)
    restored = care.restore(new, SystemClock(), path, settings.data_dir / care.RECOVERY_FILE, replace=False)
    assert restored == manifest
    assert tenants(new) == (tenant,)
    assert (tmp_path / "new" / "log.key").read_text() == "77" * 32
    with pytest.raises(RuleBroken, match=r"restore\.(store|practice)_there"):
        care.restore(settings, SystemClock(), path, None, replace=False)


def test_by_itself_once_a_day_in_a_process_of_its_own(settings: HubSettings, tmp_path: Path) -> None:
    filled(settings)
    clock = FixedClock(SystemClock().now())
    assert care.too_old(settings, clock)
    assert care.back_up_when_due(settings, clock)
    files = list((tmp_path / "to").iterdir())
    assert len(files) == 1
    assert read_manifest(files[0], backup_key(care.recovery_key(settings.data_dir)[0])).kind == "hub"
    assert not care.too_old(settings, clock)
    assert not care.back_up_when_due(settings, clock)
    clock.set(clock.now() + timedelta(days=7, hours=1))
    assert care.too_old(settings, clock)


def test_a_failure_is_told(settings: HubSettings, tmp_path: Path) -> None:
    filled(settings)
    (tmp_path / "to").write_text("a file")
    with pytest.raises(StorageError, match=r"backup\.ended"):
        care.back_up_when_due(settings, SystemClock())


def test_the_command_shows_a_new_key_once(settings: HubSettings, tmp_path: Path) -> None:
    filled(settings)
    url = {"COPAYDESK_DATABASE_URL": settings.database_url}
    said = [subprocess.run([sys.executable, "-m", "server", "--backup", str(tmp_path / "to"), "--data-dir",
                            str(settings.data_dir)], cwd=ROOT, env={**os.environ, **url}, capture_output=True,
                           text=True, check=True, timeout=60).stdout for _ in range(2)]  # fmt: skip
    assert "Recovery key" in said[0]
    assert "Recovery key" not in said[1]
    assert "1 practices" in said[1]


def test_a_folder_must_not_depend_on_the_start(tmp_path: Path) -> None:
    with pytest.raises(RuleBroken, match=r"hub\.setting_wrong"):
        HubSettings(data_dir=tmp_path, key_hex=KEY, backup_to=Path("backups")).checked()
    with pytest.raises(RuleBroken, match=r"hub\.setting_wrong"):
        HubSettings(data_dir=tmp_path, key_hex=KEY, backup_hours=0).checked()
