"""`copaydesk server` as an operator uses it: practices, join lines, several workers, and plain refusals."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from app.sync.join import join, new_device_key
from models.operations.joining import parse_join_line
from server.main import main
from tests.support.desks import ClinicDesk, SharedHub, in_step
from tests.support.hub import chunks_of
from tests.support.waiting import until

ROOT = Path(__file__).resolve().parents[3]


def server(*words: str, database_url: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "COPAYDESK_DATABASE_URL": database_url}
    return subprocess.run([sys.executable, "-m", "server", *words], cwd=ROOT, env=environment, capture_output=True,
                          text=True, timeout=60, check=False)  # fmt: skip


def test_help_is_quick_and_complete() -> None:
    shown = server("--help")
    assert shown.returncode == 0
    for word in ("--database-url", "--tls-certificate", "--workers", "--add-practice", "--join-code"):
        assert word in shown.stdout


def test_options_load_nothing_heavy() -> None:
    heavy = "('fastapi', 'sqlalchemy', 'uvicorn', 'pydantic')"
    code = f"import sys, server.options; print([m for m in {heavy} if m in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_serving_begins_without_what_the_first_answer_does_not_need() -> None:
    """Patients' pages, payers' files, mail and the processor's library come with the first who asks for them."""
    later = ("jinja2", "segno", "argon2", "pyotp", "stripe", "reportlab", "alembic", "exchange.x12",
             "email.headerregistry", "server.portal.web", "server.portal.accounts")  # fmt: skip
    code = (
        "import sys; from pathlib import Path; from server.main import create_app; "
        "from server.settings import HubSettings; create_app(HubSettings(Path('nowhere'), key_hex='')); "
        f"print([m for m in {later} if m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_a_practice_is_added_and_a_desk_joins(tmp_path: Path, postgres_url: str) -> None:
    hub = SharedHub(tmp_path / "hub", postgres_url)
    try:
        words = ("--data-dir", str(tmp_path / "hub"), "--port", str(hub.port))
        added = server(*words, "--add-practice", "Lakeside Pediatrics", "--desk", "Desk 1", database_url=postgres_url)
        assert added.returncode == 0, added.stderr
        tenant = added.stdout.split()[1]
        identity = join(parse_join_line(added.stdout.splitlines()[3]), new_device_key(), "Desk 1")
        assert identity.tenant == tenant
        more = server(*words, "--join-code", tenant, "--desk", "Desk 2", database_url=postgres_url)
        second = join(parse_join_line(more.stdout.splitlines()[3]), new_device_key(), "Desk 2")
        assert (second.tenant, second.device_no, second.desk_name) == (tenant, 2, "Desk 2")
        refused = server(*words, "--join-code", "nobody", database_url=postgres_url)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert "practice.unknown" in refused.stderr
        assert "Traceback" not in refused.stderr
    finally:
        hub.close()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--join-code", "nobody"), "practice.unknown"),
        (("--add-practice", "X", "--timezone", "Mars/Olympus"), "practice.timezone_unknown"),
        (("--workers", "3"), "hub.workers_need_postgresql"),
        (("--port", "70000"), "hub.setting_wrong"),
        (("--tls-key", "absent.pem"), "hub.setting_wrong"),
        (("--database-url", "postgresql://hub:changeme@db/clinic"), "hub.setting_placeholder"),
    ],
)
def test_what_is_wrong_is_said(
    tmp_path: Path,
    words: tuple[str, ...],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COPAYDESK_DATABASE_URL", "")
    assert main(["--data-dir", str(tmp_path / "hub"), *words]) == 2
    assert said in capsys.readouterr().err


def test_two_workers_serve_one_log(tmp_path: Path, postgres_url: str) -> None:
    """Desks talk to whichever process answers; news of the other one come all the same, and so does a snapshot."""
    hub = SharedHub(tmp_path / "hub", postgres_url, workers=2)
    desks = [ClinicDesk(tmp_path / name, hub.line(name), name) for name in ("a", "b", "c")]
    try:
        patient, charge = desks[0].patient(1_000_000)
        until(lambda: in_step(*desks), 20)

        def take(desk: ClinicDesk) -> None:
            for _ in range(15):
                desk.take(patient, charge, 100)

        threads = [threading.Thread(target=take, args=(desk,)) for desk in desks]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        until(lambda: in_step(*desks), 20)
        first = desks[0].balances()
        assert all(desk.balances() == first for desk in desks)
        assert first[f"AR:{charge}"] == (1_000_000, 4_500)
        assert hub.failures() == []
        snapshots = [desk.engine._transport.snapshot() for desk in desks]
        assert len({manifest["seq"] for manifest in snapshots}) == 1
        for desk, manifest in zip(desks, snapshots, strict=True):
            assert len(list(chunks_of(desk.engine._transport, manifest))) == len(manifest["chunks"])
    finally:
        for desk in desks:
            desk.close()
        hub.close()
