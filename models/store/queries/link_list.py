"""The list of one-time links, a page at a time: walked from the newest on, or gathered of the few whose they are.

How a link stands is worked out, not kept: what a state asks of the row itself is asked of the table, the rest of each
row that fits. A walk looks at so many rows and says how far it has come; who asks goes on from there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from models.rules.links import PAYABLE, Key, LinkStanding, LinkState, LinkWhich
from models.store.queries.links import LINK, LinkRow, Standings

LOOKS: Final = 240
"""So many rows, at most, are looked at in one go."""
FEW: Final = 60
"""The links of so many people are gathered; of more, they are met on a walk along all links."""

_STATES: Final[dict[LinkWhich, frozenset[LinkState]]] = {
    LinkWhich.ALL: frozenset(LinkState), LinkWhich.OPEN: PAYABLE, LinkWhich.PAID: frozenset({LinkState.PAID}),
    LinkWhich.SETTLED: frozenset({LinkState.SETTLED}), LinkWhich.REVOKED: frozenset({LinkState.REVOKED}),
    LinkWhich.EXPIRED: frozenset({LinkState.EXPIRED}), LinkWhich.PROCESSING: frozenset({LinkState.PROCESSING}),
}  # fmt: skip
_FITS: Final[dict[LinkWhich, str]] = {
    LinkWhich.ALL: "1 = 1", LinkWhich.PAID: "o.online_id IS NOT NULL", LinkWhich.PROCESSING: "d.online_id IS NOT NULL",
    LinkWhich.OPEN: "o.online_id IS NULL AND l.revoked_at = '' AND l.expires_at > :now",
    LinkWhich.SETTLED: "o.online_id IS NULL AND l.revoked_at = ''",
    LinkWhich.REVOKED: "o.online_id IS NULL AND (l.revoked_at <> '' OR l.subject IN ('request', 'plan'))",
    LinkWhich.EXPIRED: "o.online_id IS NULL AND l.revoked_at = '' AND l.expires_at <= :now",
}  # fmt: skip
"""What a row must be to stand so; the rest is worked out."""
_MINE: Final = "l.patient_id IN (SELECT value FROM json_each(:people))"
_PAYERS: Final = (
    "WITH found AS (SELECT coalesce(l.survivor_id, f.value) AS id FROM json_each(:ids) f LEFT JOIN alias l "
    "ON l.tenant = :tenant AND l.patient_id = f.value AND l.survivor_id <> ''), "
    "paid AS (SELECT coalesce(l.survivor_id, p.guarantor_id) AS id FROM found f JOIN patient p ON p.tenant = :tenant "
    "AND p.id = f.id AND p.guarantor_id <> '' LEFT JOIN alias l ON l.tenant = :tenant "
    "AND l.patient_id = p.guarantor_id AND l.survivor_id <> ''), payer AS (SELECT id FROM found UNION SELECT id "
    "FROM paid) SELECT id FROM payer UNION SELECT l.patient_id FROM payer y JOIN alias l ON l.tenant = :tenant "
    "AND l.survivor_id = y.id"
)


@dataclass(frozen=True, slots=True)
class Walk:
    """What was met: links with how they stand, newest first. `key` is where the next rows begin, None: there are none.
    `full`: as many as were wanted; else the walk stopped on its way, and goes on from `key`."""

    found: tuple[tuple[LinkRow, LinkStanding], ...]
    key: Key | None
    full: bool


def payers(connection: Any, tenant: str, patients: Iterable[str]) -> tuple[str, ...]:
    """Every record under which links of these patients may stand: their own, and those of who pays for them."""
    found = connection.execute(_PAYERS, {"tenant": tenant, "ids": json.dumps(list(patients))})
    return tuple(str(row[0]) for row in found)


def walk(
    connection: Any, tenant: str, standings: Standings, which: LinkWhich, most: int, *, now: str, after: Key | None,
    people: tuple[str, ...] | None,
) -> Walk:  # fmt: skip
    """At most `most` links that stand so, from `after` (None: the newest) on; of `people` alone where they are named.
    `now` is UTC text. With `most` 0 it says whether there are any."""
    found: list[tuple[LinkRow, LinkStanding]] = []
    if people is not None and not people:
        return Walk((), None, full=True)
    query, few = _query(which, people), most + 1 if which in (LinkWhich.ALL, LinkWhich.PAID) else LOOKS
    said = {"tenant": tenant, "now": now, "people": json.dumps(people), "few": few}
    said |= dict(zip(("at", "id"), after or ("~", ""), strict=True))
    rows = [LinkRow(*row) for row in connection.execute(query, said)]
    for row in rows:
        stands = standings.of(row)
        if stands.state not in _STATES[which]:
            continue
        if len(found) == most:
            return Walk(tuple(found), _key(found[-1][0]) if found else after, full=True)
        found.append((row, stands))
    if len(rows) < few:
        return Walk(tuple(found), None, full=True)
    return Walk(tuple(found), _key(rows[-1]), full=False)


def count(connection: Any, tenant: str, people: tuple[str, ...] | None) -> int:
    """How many links there are, of `people` alone where they are named."""
    mine = f" AND {_among(people)}" if people is not None else ""
    query = f"SELECT count(*) FROM pay_link l WHERE l.tenant = :tenant{mine}"
    return int(connection.execute(query, {"tenant": tenant, "people": json.dumps(people)}).fetchone()[0])


def _query(which: LinkWhich, people: tuple[str, ...] | None) -> str:
    """A plus before a column keeps an index from being used for it: the few of some people are found by them, and
    then sorted; many are met along the order of the list."""
    gathered = people is not None and len(people) <= FEW
    plus = "+" if gathered else ""
    mine = f" AND {_among(people)}" if people is not None else ""
    return (
        f"{LINK}l.tenant = :tenant AND ({plus}l.issued_at, l.link_id) < (:at, :id) AND {_FITS[which]}{mine} "
        f"ORDER BY {plus}l.issued_at DESC, l.link_id DESC LIMIT :few"
    )


def _among(people: tuple[str, ...] | None) -> str:
    return _MINE if people is not None and len(people) <= FEW else f"+{_MINE}"


def _key(row: LinkRow) -> Key:
    return row.issued_at, row.link_id
