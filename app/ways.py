"""The practice's ways to pay (S0-07): which of the usual ones are offered at its desks, and its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from app.clinic import Clinic
from app.fields import no_card_number
from app.method import KNOWN_METHODS
from app.refusals import need
from app.views import Person
from models.basics.errors import RuleBroken
from models.basics.ids import natural_id
from models.operations.records import Method
from models.rules.rights import Right
from models.store.queries import methods

if TYPE_CHECKING:
    from models.store.transaction import Tx

USUAL = ("card", "cash", "check")
"""Tenders with a pane of their own: they can be left out, not renamed."""
NAME_LETTERS, REFERENCE_LETTERS, AT_MOST = 40, 30, 40


@dataclass(frozen=True, slots=True)
class Way:
    """One way to pay. `reference` is what its number is called, empty for none; `usual`: one of USUAL."""

    method_id: str
    name: str
    reference: str
    offered: bool
    usual: bool


class Ways:
    """Reads and changes the list, the same at every desk. Blocks; lane `store`."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic

    def all(self) -> tuple[Way, ...]:
        """Every way: the usual ones first, then the practice's own in its order."""
        with self._clinic.store.reader() as reader:
            return _ways(reader, self._clinic.tenant)

    def add(self, name: str, reference: str, person: Person) -> str:
        """A way of the practice's own, offered from now on. Returns its id; the same name at two desks is one way.

        Raises RuleBroken, nothing written: `staff.right_missing`, `ways.name_form`, `ways.name_used`,
        `ways.number_form`, `ways.too_many`, `collect.card_number`.
        """
        need(Right.SET_UP, person)
        name, reference = _clean(name, reference)
        method_id = natural_id(self._clinic.tenant, "method", name.casefold())
        with self._clinic.store.write() as tx:
            own = [way for way in _ways(tx.reader, self._clinic.tenant) if not way.usual]
            if len(own) >= AT_MOST:
                raise RuleBroken("ways.too_many", limit=AT_MOST)
            self._name_is_free(tx, name, "")
            self._put(tx, Method(id=method_id, name=name, reference=reference, position=len(own) + 1), person)
        return method_id

    def change(self, method_id: str, person: Person, **values: Any) -> None:
        """Set `name`, `reference` or `offered` of a way; payments already taken keep theirs. Of a usual one only
        `offered` can be set.

        Raises RuleBroken, nothing written: as `add`, `ways.gone`, and `ways.last` when nothing would be offered.
        """
        need(Right.SET_UP, person)
        with self._clinic.store.write() as tx:
            known = {way.method_id: way for way in _ways(tx.reader, self._clinic.tenant)}
            way = known.get(method_id)
            if way is None or (way.usual and values.keys() - {"offered"}):
                raise RuleBroken("ways.gone")
            new = replace(way, **values)
            if not way.usual:
                name, reference = _clean(new.name, new.reference)
                self._name_is_free(tx, name, method_id)
                new = replace(new, name=name, reference=reference)
            others = [each for each in known.values() if each.method_id != method_id]
            if not new.offered and not any(each.offered for each in others):
                raise RuleBroken("ways.last")
            if new != way:
                self._put(tx, _record(new, self._position(tx, method_id)), person)

    def move(self, method_id: str, by: int, person: Person) -> None:
        """One place up (-1) or down (1) among the practice's own; at the ends nothing happens. Raises RuleBroken
        `staff.right_missing`, `ways.gone`."""
        need(Right.SET_UP, person)
        with self._clinic.store.write() as tx:
            own = [way for way in _ways(tx.reader, self._clinic.tenant) if not way.usual]
            at = next((n for n, way in enumerate(own) if way.method_id == method_id), -1)
            if at < 0:
                raise RuleBroken("ways.gone")
            to = min(max(at + by, 0), len(own) - 1)
            own.insert(to, own.pop(at))
            for position, way in enumerate(own, start=1):
                if self._position(tx, way.method_id) != position:
                    self._put(tx, _record(way, position), person)

    def _put(self, tx: Tx, record: Method, person: Person) -> None:
        tx.record(record, person_id=person.staff_id, business_date=self._clinic.today().isoformat())

    def _position(self, tx: Tx, method_id: str) -> int:
        row = methods.method(tx.reader, self._clinic.tenant, method_id)
        return row.position if row else 0

    def _name_is_free(self, tx: Tx, name: str, but_id: str) -> None:
        taken = {row.name.casefold() for row in methods.methods(tx.reader, self._clinic.tenant) if row.id != but_id}
        if name.casefold() in taken | {KNOWN_METHODS[usual].casefold() for usual in USUAL}:
            raise RuleBroken("ways.name_used", field="name")


def _ways(reader: Any, tenant: str) -> tuple[Way, ...]:
    rows = {row.id: row for row in methods.methods(reader, tenant)}
    usual = [Way(name, KNOWN_METHODS[name], "", name not in rows or bool(rows[name].active), True) for name in USUAL]
    own = [Way(row.id, row.name, row.reference, bool(row.active), False) for row in rows.values()
           if row.id not in USUAL]  # fmt: skip
    return (*usual, *own)


def _record(way: Way, position: int) -> Method:
    return Method(id=way.method_id, name=way.name, reference=way.reference, active=way.offered, position=position)


def _clean(name: str, reference: str) -> tuple[str, str]:
    name, reference = " ".join(name.split()), " ".join(reference.split())
    if not name or len(name) > NAME_LETTERS:
        raise RuleBroken("ways.name_form", field="name", limit=NAME_LETTERS)
    if len(reference) > REFERENCE_LETTERS:
        raise RuleBroken("ways.number_form", field="number", limit=REFERENCE_LETTERS)
    no_card_number(f"{name} {reference}", "name")
    return name, reference
