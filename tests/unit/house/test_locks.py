"""Nothing is installed but what the lock files name, by version and by hash; and what is known against it can be asked.

Another file under a known name has another hash and is never installed. Whether a version is advised against, only a
database can tell: `python -m tests.audit` asks one, and needs the network.
"""

from __future__ import annotations

import json
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests import audit
from tests.audit import CLEAN, FOUND, LOCKS, NOT_ASKED, ROOT, NotLocked, advisories, locked

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
WANTED = {
    LOCKS[0]: PROJECT["project"]["dependencies"],
    LOCKS[1]: [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]],
}


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked of this machine goes nowhere else."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_is_pinned_once_and_by_hash(name: str) -> None:
    found = locked(ROOT / name)
    assert [each.name for each in found if not each.hashes] == []
    names = [canonicalize_name(each.name) for each in found]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("name", LOCKS)
def test_what_is_asked_for_is_locked_as_it_is_asked_for(name: str) -> None:
    versions = {canonicalize_name(each.name): each.version for each in locked(ROOT / name)}
    for wanted in map(Requirement, WANTED[name]):
        found = versions.get(canonicalize_name(wanted.name))
        assert found, wanted
        assert wanted.specifier.contains(found, prereleases=True), (wanted, found)


def test_the_development_lock_holds_the_other_one_and_this_is_what_runs() -> None:
    packages, development = ({each.name: each for each in locked(ROOT / name)} for name in LOCKS)
    assert {name: each for name, each in development.items() if name in packages} == packages
    for each in development.values():
        if not each.marker or Marker(each.marker).evaluate():
            try:
                assert version(each.name) == each.version, each.name
            except PackageNotFoundError:
                pytest.fail(f"{each.name} is locked and not installed")


@pytest.mark.parametrize(
    "line",
    ["requests>=2", "requests", "-e .", "git+https://example.test/a.git", "--extra-index-url https://example.test",
     "requests==2.0 \\\n    --hash=md5:0cc175b9c0f1b6a831c399e269772661"],
)  # fmt: skip
def test_a_line_that_pins_nothing_is_named(tmp_path: Path, line: str) -> None:
    lock = tmp_path / "bad.lock"
    lock.write_text(f"# made\n{line}\n")
    with pytest.raises(NotLocked, match=r"^bad\.lock:[23]: "):
        locked(lock)


# The database of advisories ---------------------------------------------------------------------------------------


@contextmanager
def database(known: dict[str, list[list[str]]], status: int = 200) -> Iterator[str]:
    """A database on this machine that knows `known` (pages of advisories by package) and answers as the real one."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            assert self.path == "/v1/querybatch"
            results: list[dict[str, Any]] = []
            for query in said["queries"]:
                assert (query["package"]["ecosystem"], set(query)) in (
                    ("PyPI", {"package", "version"}), ("PyPI", {"package", "version", "page_token"}))  # fmt: skip
                pages, at = known.get(query["package"]["name"], [[]]), int(query.get("page_token", 0))
                found: dict[str, Any] = {"vulns": [{"id": each} for each in pages[at]]} if pages[at] else {}
                results.append(found | ({"next_page_token": str(at + 1)} if at + 1 < len(pages) else {}))
            body = json.dumps({"results": results}).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_what: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_what_is_known_against_a_package_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with database({"orjson": [["GHSA-1", "PYSEC-2"], ["GHSA-3"]]}) as base:
        assert set(advisories([("orjson", "3.0"), ("segno", "1.6.6")], base)) == {
            ("orjson", "3.0", "GHSA-1"), ("orjson", "3.0", "PYSEC-2"), ("orjson", "3.0", "GHSA-3")}  # fmt: skip
        assert audit.main(base) == FOUND
    said = capsys.readouterr().out.splitlines()
    assert [line.split(": ")[1].split()[0] for line in said[:-1]] == ["GHSA-1", "GHSA-3", "PYSEC-2"]


def test_nothing_known_and_nobody_asked_are_two_things(capsys: pytest.CaptureFixture[str]) -> None:
    with database({}) as base:
        assert audit.main(base) == CLEAN
    assert audit.main(base) == NOT_ASKED, "nobody is there any more"
    with database({}, status=500) as base:
        assert audit.main(base) == NOT_ASKED
    assert "Nothing is known" in capsys.readouterr().out
