"""Keys: only in a keyring that keeps them, or in a file somebody agreed to."""

from __future__ import annotations

import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from keyring.backends import chainer, fail, null

from app.folders import Folders, desk_folder
from app.secrets import STORE_KEY, Secrets, new_store_key
from app.settings import KEY_FILE_CONSENT, Settings
from models.basics.errors import StorageError


def secrets_over(tmp_path: Path, backend: Any) -> Secrets:
    return Secrets(Folders(tmp_path), Settings(tmp_path / "settings.json"), lambda: backend)


class PlaintextKeyring:
    """Stands where keyrings.alt would: a backend that would take the key and write it down in the open."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def set_password(self, service: str, name: str, value: str) -> None:
        self.told.append(value)


@pytest.mark.parametrize("backend", [fail.Keyring(), null.Keyring(), PlaintextKeyring(), chainer.ChainerBackend()])
def test_backends_that_forget_or_write_plain_text_are_refused_by_name(tmp_path: Path, backend: Any) -> None:
    secrets = secrets_over(tmp_path, backend)
    for act in (lambda: secrets.get(STORE_KEY), lambda: secrets.put(STORE_KEY, "0" * 64), secrets.place):
        with pytest.raises(StorageError) as refused:
            act()
        assert refused.value.message_key == "secrets.no_keyring"
        assert "Keyring" in str(refused.value.facts["backend"]) or "Chainer" in str(refused.value.facts["backend"])
    assert not getattr(backend, "told", [])
    assert list(tmp_path.iterdir()) == []


def test_a_key_file_only_after_consent_and_for_its_owner_alone(tmp_path: Path) -> None:
    secrets = secrets_over(tmp_path, fail.Keyring())
    with pytest.raises(StorageError) as refused:
        secrets.allow_key_file("  ")
    assert refused.value.message_key == "secrets.no_consent"
    secrets.allow_key_file("Priya Nair, 2026-05-14")
    key = new_store_key()
    assert secrets.get(STORE_KEY) is None
    secrets.put(STORE_KEY, key)
    secrets.put("device-key", "11" * 32)
    assert secrets.get(STORE_KEY) == key
    assert secrets.place() == "key file, agreed by Priya Nair, 2026-05-14"
    assert Settings.load(tmp_path / "settings.json").get(KEY_FILE_CONSENT) == "Priya Nair, 2026-05-14"
    if sys.platform != "win32":
        assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600


def test_keys_are_fresh_and_long() -> None:
    assert len({new_store_key() for _ in range(50)}) == 50
    assert all(len(new_store_key()) == 64 for _ in range(5))


@pytest.mark.skipif(sys.platform == "win32", reason="file modes say nothing on Windows")
def test_a_key_file_that_others_can_read_stays_closed(tmp_path: Path) -> None:
    secrets = secrets_over(tmp_path, fail.Keyring())
    secrets.allow_key_file("Priya")
    secrets.put(STORE_KEY, "ab" * 32)
    (tmp_path / "keys.json").chmod(0o640)
    with pytest.raises(StorageError) as refused:
        secrets.get(STORE_KEY)
    assert refused.value.message_key == "secrets.key_file_open"


@pytest.mark.parametrize("text", ["", "{", "[1]"])
def test_a_damaged_key_file_is_named(tmp_path: Path, text: str) -> None:
    secrets = secrets_over(tmp_path, fail.Keyring())
    secrets.allow_key_file("Priya")
    secrets.put(STORE_KEY, "ab" * 32)
    (tmp_path / "keys.json").write_text(text)
    with pytest.raises(StorageError) as refused:
        secrets.get(STORE_KEY)
    assert refused.value.message_key == "secrets.unreadable"


@pytest.mark.skipif(
    not (shutil.which("gnome-keyring-daemon") and shutil.which("dbus-run-session")),
    reason="GNOME Keyring is not installed here; where it is, this stores and reads a key in it",
)
def test_a_round_trip_through_a_real_keyring(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from app.folders import Folders; from app.settings import Settings\n"
        "from app.secrets import Secrets\n"
        "home = Path(sys.argv[1]); s = Secrets(Folders(home), Settings(home / 'settings.json'))\n"
        "s.put('store-key', 'cd' * 32); assert s.get('store-key') == 'cd' * 32; print(s.place())"
    )
    script = (
        f"export HOME={tmp_path} XDG_RUNTIME_DIR={tmp_path} XDG_DATA_HOME={tmp_path}/data; "
        "echo -n test-pass | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null && "
        f'{sys.executable} -c "{program}" {tmp_path}'
    )
    done = subprocess.run(["dbus-run-session", "--", "bash", "-c", script], capture_output=True, text=True,
                          timeout=60, cwd=Path(__file__).parents[3], check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Secret Service" in done.stdout
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and ("cd" * 32).encode() in path.read_bytes()]


def test_the_desks_folder(tmp_path: Path) -> None:
    chosen = desk_folder(tmp_path / "a", {"COPAYDESK_HOME": str(tmp_path / "b")})
    assert chosen.home == tmp_path / "a"
    assert desk_folder(None, {"COPAYDESK_HOME": str(tmp_path / "b")}).home == tmp_path / "b"
    assert desk_folder(None, {"XDG_DATA_HOME": "/x"}, "linux").home == Path("/x/copaydesk")
    assert desk_folder(None, {}, "darwin").home.parts[-3:] == ("Library", "Application Support", "Copaydesk")
    assert desk_folder(None, {"LOCALAPPDATA": "/local"}, "win32").home == Path("/local/Copaydesk")
    chosen.make()
    assert chosen.logs.is_dir()
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError) as refused:
        Folders(tmp_path / "file" / "desk").make()
    assert refused.value.message_key == "store.folder_forbidden"
