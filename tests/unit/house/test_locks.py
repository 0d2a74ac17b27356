"""Nothing is installed but what the lock files name, by version and by hash; and what is known against it can be asked.

Another file under a known name has another hash and is never installed. Whether a version is advised against, only the
package index can tell: every build asks it (`python -m tests.audit`).
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
from tests.audit import CLEAN, FOUND, LOCKS, NOT_ASKED, ROOT, Known, NotLocked, known, locked

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


# What the index says ------------------------------------------------------------------------------------------------


@contextmanager
def index(pages: dict[str, Any], otherwise: Any = None, status: int = 200) -> Iterator[str]:
    """An index on this machine: `pages` by path after /pypi/, `otherwise` for all others (None: there are none)."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            said = pages.get(self.path.removeprefix("/pypi/"), otherwise)
            body = json.dumps(said).encode()
            self.send_response(404 if said is None else status)
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


def page(version: str, *advisories: str, **more: object) -> dict[str, Any]:
    """What an index says of a release with these advisories; one whose name ends in "-withdrawn" is withdrawn."""
    said = [{"id": each, "withdrawn": "2026-01-01" if each.endswith("-withdrawn") else None} for each in advisories]
    return {"info": {"version": version, "yanked": False, "yanked_reason": None, **more}, "vulnerabilities": said}


@pytest.mark.parametrize(
    ("pages", "expected"),
    [
        ({"a/1.0/json": page("1.0")}, Known("a", "1.0")),
        ({"a/1.0/json": page("1.0", "PYSEC-2", "GHSA-1", "A-withdrawn")}, Known("a", "1.0", ("GHSA-1", "PYSEC-2"))),
        ({"a/1.0/json": page("1.0", yanked=True, yanked_reason="broken")}, Known("a", "1.0", ("taken back: broken",))),
        ({"a/json": page("1.0", "GHSA-1")}, Known("a", "1.0", ("GHSA-1",))),
        ({"a/json": page("2.0", "GHSA-1")}, Known("a", "1.0", told=False)),
        ({}, Known("a", "1.0", told=False)),
    ],
    ids=["nothing", "advisories", "taken back", "the newest", "a newer one", "nobody knows it"],
)  # fmt: skip
def test_what_is_known_against_a_package(pages: dict[str, Any], expected: Known) -> None:
    with index(pages) as base:
        assert known(("a", "1.0"), base) == expected


def test_an_advisory_that_was_looked_into_is_let_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(audit.ACCEPTED, "GHSA-1", "only where it opens files of others")
    with index({"a/1.0/json": page("1.0", "GHSA-1", "GHSA-2")}) as base:
        assert known(("a", "1.0"), base).against == ("GHSA-2",)


def test_what_is_found_is_named_and_nobody_asked_is_another_thing(capsys: pytest.CaptureFixture[str]) -> None:
    one = locked(ROOT / LOCKS[0])[0]
    with index({f"{one.name}/{one.version}/json": page(one.version, "GHSA-1")}) as base:
        assert audit.main(base) == FOUND
    assert f"{one.name} {one.version}: GHSA-1" in capsys.readouterr().out.splitlines()
    with index({}) as base:
        assert audit.main(base) == CLEAN
    assert audit.main(base) == NOT_ASKED, "nobody is there any more"
    for answer, status in [(page("1.0"), 500), ({"info": "of another kind"}, 200)]:
        with index({}, answer, status) as base:
            assert audit.main(base) == NOT_ASKED
    assert "Nothing is known" in capsys.readouterr().out
