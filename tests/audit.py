"""`python -m tests.audit`: ask the open database of advisories (https://google.github.io/osv.dev/api/) about every
package of the lock files.

It needs the network, so no build runs it: a build proves that nothing but what is locked is installed
(tests/unit/house/test_locks.py). Status 0: nothing is known against them; 1: something is, named on a line each; 3: the
database could not be asked, so nothing is known at all.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock")
DATABASE = "https://api.osv.dev"
PATIENCE_S = 30.0
MOST_AT_ONCE = 1000
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


def advisories(packages: Iterable[tuple[str, str]], base: str = DATABASE) -> Iterator[tuple[str, str, str]]:
    """(name, version, advisory) of whatever is known against these. Raises OSError, ValueError where the database does
    not answer as it says it does."""
    asked: list[dict[str, Any]] = [
        {"package": {"name": name, "ecosystem": "PyPI"}, "version": version} for name, version in packages
    ]
    while asked:
        now, asked = asked[:MOST_AT_ONCE], asked[MOST_AT_ONCE:]
        results = _post(f"{base}/v1/querybatch", {"queries": now})["results"]
        if len(results) != len(now):
            raise ValueError("as many answers as questions")
        for query, result in zip(now, results, strict=True):
            for each in result.get("vulns") or ():
                yield query["package"]["name"], query["version"], str(each["id"])
            if result.get("next_page_token"):
                asked.append({**query, "page_token": result["next_page_token"]})


def _post(url: str, said: Mapping[str, Any]) -> Any:
    request = Request(url, json.dumps(said).encode(), {"Content-Type": "application/json"})
    with urlopen(request, timeout=PATIENCE_S) as answer:
        found = json.load(answer)
    if not isinstance(found, dict) or not isinstance(found.get("results"), list):
        raise ValueError("an answer of another kind")
    return found


def main(base: str = DATABASE) -> int:
    """Ask, and say what was found. Returns the status."""
    packages = sorted({(each.name, each.version) for name in LOCKS for each in locked(ROOT / name)})
    try:
        found = sorted(set(advisories(packages, base)))
    except (OSError, ValueError) as error:
        print(f"Nothing is known: the database could not be asked ({type(error).__name__}).")
        return NOT_ASKED
    for name, version, advisory in found:
        print(f"{name} {version}: {advisory}  https://osv.dev/vulnerability/{advisory}")
    print(f"{len(packages)} packages, {len(found)} advisories.")
    return FOUND if found else CLEAN


if __name__ == "__main__":
    sys.exit(main())
