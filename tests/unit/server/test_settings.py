"""A hub starts only on settings that hold; no placeholder, no open key file, no plain address without TLS."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import pytest

from models.basics.clock import SystemClock
from models.basics.errors import RuleBroken
from server.options import add_options
from server.settings import HubSettings, default_folder, read_key_file, settings_from
from server.tls import given_certificate, own_certificate

KEY = "0123456789abcdef" * 4


def options(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_options(parser)
    return parser.parse_args(words)


def test_a_hub_of_its_own_makes_its_key_once(tmp_path: Path) -> None:
    first = settings_from(options("--data-dir", str(tmp_path / "hub")), {})
    again = settings_from(options("--data-dir", str(tmp_path / "hub")), {})
    assert first.key_hex == again.key_hex != ""
    assert not first.shared
    assert not first.encrypted
    assert first.key_hex not in repr(first)
    if os.name == "posix":
        assert (tmp_path / "hub" / "hub.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
def test_a_key_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "hub.key"
    path.write_text(KEY)
    path.chmod(0o644)
    with pytest.raises(RuleBroken, match=r"hub\.key_file_open"):
        read_key_file(path)
    path.chmod(0o600)
    assert read_key_file(path) == KEY
    path.write_text("CHANGE-ME")
    with pytest.raises(RuleBroken, match=r"hub\.setting_placeholder"):
        read_key_file(path)


def test_the_database_comes_from_the_environment_unless_told(tmp_path: Path) -> None:
    environment = {"COPAYDESK_DATABASE_URL": "postgresql://hub:r4nd0m@db/clinic", "XDG_DATA_HOME": str(tmp_path)}
    assert settings_from(options(), environment).shared
    told = settings_from(
        options("--data-dir", str(tmp_path / "own"), "--database-url", "postgresql://db/one"), environment
    )
    assert (told.database_url, told.data_dir) == ("postgresql://db/one", tmp_path / "own")
    assert settings_from(options(), environment).data_dir == default_folder(environment)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"port": 70000}, "hub.setting_wrong"),
        ({"key_hex": ""}, "hub.setting_placeholder"),
        ({"key_hex": "0" * 64}, "hub.setting_placeholder"),
        ({"key_hex": "x" * 64}, "hub.setting_placeholder"),
        ({"workers": 0}, "hub.workers_need_postgresql"),
        ({"workers": 2}, "hub.workers_need_postgresql"),
        ({"tls_certificate": Path("absent.pem")}, "hub.setting_wrong"),
        ({"tls_certificate": Path("absent.pem"), "tls_key": Path("absent.key")}, "hub.setting_wrong"),
        ({"database_url": "mysql://root@db/clinic"}, "hub.setting_wrong"),
        ({"database_url": "postgresql://hub:changeme@db/clinic"}, "hub.setting_placeholder"),
        ({"database_url": "postgresql://hub:your-password@db/clinic"}, "hub.setting_placeholder"),
        ({"database_url": "postgresql://hub:<password>@db/clinic"}, "hub.setting_placeholder"),
    ],
)
def test_what_does_not_hold_is_named(tmp_path: Path, changes: dict[str, object], key: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        HubSettings(**{"data_dir": tmp_path, "key_hex": KEY, **changes}).checked()
    assert refused.value.message_key == key


@pytest.mark.parametrize(("host", "encrypted"), [("127.0.0.1", False), ("localhost", False), ("0.0.0.0", True),
                                                 ("192.168.1.5", True)])  # fmt: skip
def test_other_machines_are_served_with_tls_only(tmp_path: Path, host: str, encrypted: bool) -> None:
    assert HubSettings(data_dir=tmp_path, key_hex=KEY, host=host).encrypted is encrypted


def test_the_certificate_is_made_once(tmp_path: Path) -> None:
    first = own_certificate(tmp_path / "new" / "folder", SystemClock())
    assert own_certificate(tmp_path / "new" / "folder", SystemClock()) == first
    assert given_certificate(first.certificate, first.key).fingerprint == first.fingerprint
    if os.name == "posix":
        assert first.key.stat().st_mode & 0o077 == 0


def test_a_certificate_that_is_none_is_refused(tmp_path: Path) -> None:
    made = own_certificate(tmp_path, SystemClock())
    broken = tmp_path / "broken.pem"
    broken.write_text(made.certificate.read_text().replace("A", "B", 30))
    with pytest.raises(RuleBroken, match=r"hub\.setting_wrong"):
        given_certificate(broken, made.key)
