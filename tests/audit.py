"""`python -m tests.audit`: ask the package index (https://docs.pypi.org/api/json/) what is known against every package
of the lock files: advisories, and releases their makers took back.

Every build asks, from the same place its packages came from. Status 0: nothing is known against them; 1: something is,
named on a line each; 3: the index could not be asked, so nothing is known at all.
"""

from __future__ import annotations

import json
import re
import ssl
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock")
INDEX = "https://pypi.org"
PATIENCE_S = 20.0
AT_ONCE = 8
ACCEPTED: dict[str, str] = {}
"""Advisories that do not touch what is used here: advisory -> why not. Everything else fails the build."""
CLEAN, FOUND, NOT_ASKED = 0, 1, 3

_LINE = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)==(?P<version>[^\s;\\]+)\s*(?:;\s*(?P<marker>[^\\]+?)\s*)?\\")
_HASH = re.compile(r"\s+--hash=sha256:([0-9a-f]{64})(?: \\)?")


@dataclass(frozen=True, slots=True)
class Locked:
    """One package of a lock file: its version, the SHA-256 of every file it may come as, and where it is wanted."""

    name: str
    version: str
    hashes: frozenset[str]
    marker: str = ""


class NotLocked(ValueError):
    """A line of a lock file that pins nothing: it says which."""


def locked(lock: Path) -> list[Locked]:
    """Every package of a lock file. Raises NotLocked for a line that is neither a pinned package nor a hash of one."""
    found: list[Locked] = []
    hashes: set[str] = set()
    for number, line in enumerate(lock.read_text("utf-8").splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if package := _LINE.fullmatch(line):
            hashes = set()
            found.append(Locked(package["name"], package["version"], frozenset(), package["marker"] or ""))
        elif found and (digest := _HASH.fullmatch(line)):
            hashes.add(digest[1])
            found[-1] = Locked(found[-1].name, found[-1].version, frozenset(hashes), found[-1].marker)
        else:
            raise NotLocked(f"{lock.name}:{number}: {line.strip()[:80]}")
    return found


@dataclass(frozen=True, slots=True)
class Known:
    """What the index says of one package: advisories against it, or why its maker took it back. `told` is False where
    it says nothing of this version."""

    name: str
    version: str
    against: tuple[str, ...] = ()
    told: bool = True


def known(package: tuple[str, str], index: str = INDEX) -> Known:
    """What is known against (name, version). An index without pages of single versions still speaks of the newest one.
    Raises OSError, ValueError where it does not answer as it says it does."""
    name, version = package
    said = _page(f"{index}/pypi/{name}/{version}/json") or _page(f"{index}/pypi/{name}/json")
    if said is None or said["info"]["version"] != version:
        return Known(name, version, told=False)
    against = [str(each["id"]) for each in said["vulnerabilities"] if not each.get("withdrawn")]
    if said["info"].get("yanked"):
        against.append(f"taken back: {said['info'].get('yanked_reason') or 'no reason given'}")
    return Known(name, version, tuple(sorted(set(against) - ACCEPTED.keys())))


@cache
def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context()


def _page(url: str) -> dict[str, Any] | None:
    """What the index has there; None when there is no such page."""
    try:
        with urlopen(url, timeout=PATIENCE_S, context=_trusted()) as answer:
            said = json.load(answer)
    except HTTPError as error:
        if error.code == 404:
            return None
        raise
    if not isinstance(said, dict) or not isinstance(said.get("info"), dict) or "vulnerabilities" not in said:
        raise ValueError("an answer of another kind")
    return said


def main(index: str = INDEX) -> int:
    """Ask, and say what was found. Returns the status."""
    packages = sorted({(each.name, each.version) for name in LOCKS for each in locked(ROOT / name)})
    try:
        with ThreadPoolExecutor(AT_ONCE) as asking:
            found = list(asking.map(lambda package: known(package, index), packages))
    except (OSError, ValueError) as error:
        print(f"Nothing is known: the index could not be asked ({type(error).__name__}).")
        return NOT_ASKED
    against = [each for each in found if each.against]
    for each in against:
        print(f"{each.name} {each.version}: {', '.join(each.against)}")
    untold = sum(not each.told for each in found)
    print(f"{len(found)} packages: something is known against {len(against)}, nothing said of {untold}.")
    return FOUND if against else CLEAN


if __name__ == "__main__":
    sys.exit(main())
