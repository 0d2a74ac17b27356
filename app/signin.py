"""Signing in with a PIN: hashed with argon2id, locked for a growing while after repeated failure, per person."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from app.clinic import Clinic
from app.views import Person, StaffMember, StaffTile
from models.basics.clock import parse_utc, utc_text
from models.basics.errors import RuleBroken
from models.basics.facts import facts
from models.basics.ids import new_id
from models.operations.records import Staff
from models.rules import people, pins
from models.rules.rights import ROLE_RIGHTS, Right, rights_of
from models.store.queries import staff
from models.store.queries.staff import StaffRow

if TYPE_CHECKING:
    from argon2 import PasswordHasher

log = logging.getLogger(__name__)

ROLES = ("receptionist", "manager")
_TITLES = {"receptionist": "Front desk", "manager": "Manager"}
LENDING = "supervisor"
"""Under this name wrong PINs are counted where somebody lends a right: nobody says who they are there."""


class SignIn:
    """Who may sign in, and whether a PIN is right. Checking takes a tenth of a second by design: lane `store`."""

    def __init__(self, clinic: Clinic, may_open: Callable[[Person], None] | None = None) -> None:
        """`may_open` raises RuleBroken when nobody like this may begin to work now (a clock that lies behind)."""
        self._clinic, self._may_open = clinic, may_open
        self._hasher: PasswordHasher | None = None
        self._one_at_a_time = threading.Lock()

    def tiles(self) -> tuple[StaffTile, ...]:
        """Everybody who may sign in here."""
        with self._clinic.store.reader() as reader:
            known = staff.staff(reader, self._clinic.tenant)
        return tuple(StaffTile(row.id, row.name, _title(row), people.initials(row.name)) for row in known)

    def has_staff(self) -> bool:
        """Is there anybody who can sign in?"""
        with self._clinic.store.reader() as reader:
            return any(row.pin_hash for row in staff.staff(reader, self._clinic.tenant))

    def verify(self, staff_id: str, pin: str) -> Person:
        """The person, when the PIN is right.

        Raises RuleBroken: `pin.locked` (seconds), `pin.wrong` (tries_left), `pin.not_set`, `staff.unknown`, and with
        the right PIN `clock.behind` (seconds) until a manager has opened the day. A wrong
        try is written down before the answer, so that ending the program gives no new tries.
        """
        with self._one_at_a_time:
            row = self._row(staff_id)
            self._refuse_while_locked(staff_id)
            if not row.pin_hash:
                raise RuleBroken("pin.not_set")
            if self._fits(row.pin_hash, pin):
                self._forget_failures(staff_id)
                person = _person(row)
                if self._may_open is not None:
                    self._may_open(person)
                return person
            raise self._failed(staff_id)

    def supervise(self, pin: str, right: Right, *more: Right) -> Person:
        """Whose PIN this is, among those who have all of these rights: they lend them for one act.

        Raises RuleBroken: `staff.right_missing` when nobody here has them, `pin.locked` (seconds), `pin.wrong`
        (tries_left). Wrong tries are counted for the desk as a whole and written down before the answer.
        """
        rights = {right, *more}
        with self._one_at_a_time:
            with self._clinic.store.reader() as reader:
                known = staff.staff(reader, self._clinic.tenant)
            able = [row for row in known if row.pin_hash and rights <= rights_of(row.role, row.rights)]
            if not able:
                raise RuleBroken("staff.right_missing", right=right.value)
            self._refuse_while_locked(LENDING)
            for row in able:
                if self._fits(row.pin_hash, pin):
                    self._forget_failures(LENDING)
                    log.info("right lent", extra=facts(staff=row.id, right=right.value))
                    return _person(row)
            raise self._failed(LENDING)

    def members(self) -> tuple[StaffMember, ...]:
        """Everybody who may sign in here, with their rights: those of the role, and those given by name."""
        with self._clinic.store.reader() as reader:
            known = staff.staff(reader, self._clinic.tenant)
        return tuple(StaffMember(row.id, row.name, _title(row), ROLE_RIGHTS.get(row.role, frozenset()),
                                 rights_of(row.role, row.rights)) for row in known)  # fmt: skip

    def set_rights(self, staff_id: str, rights: frozenset[Right], by: Person) -> None:
        """Give somebody these rights, beyond their role's; those of the role cannot be taken away. Raises RuleBroken:
        `staff.unknown`, `staff.right_missing` when `by` may not set up people."""
        if Right.SET_UP not in by.rights:
            raise RuleBroken("staff.right_missing", right=Right.SET_UP.value)
        row = self._row(staff_id)
        more = rights - ROLE_RIGHTS.get(row.role, frozenset())
        self._put(Staff(id=row.id, name=row.name, role=row.role, title=row.title, pin_hash=row.pin_hash,
                        rights=tuple(sorted(right.value for right in more))), by.staff_id)  # fmt: skip

    def person(self, staff_id: str) -> Person:
        """Somebody by id, without a PIN: for acts that were started by who was signed in. Raises `staff.unknown`."""
        return _person(self._row(staff_id))

    def set_pin(self, staff_id: str, pin: str, by: Person) -> None:
        """Give somebody a PIN: their own, or as a manager anybody's. Raises RuleBroken: `pin.form`, `pin.too_simple`,
        `staff.unknown`, `staff.manager_only`. Ends a lock-out."""
        if by.staff_id != staff_id and not by.manager:
            raise RuleBroken("staff.manager_only")
        row = self._row(staff_id)
        self._put(Staff(id=row.id, name=row.name, role=row.role, title=row.title,
                        pin_hash=self.hash(pin), rights=row.rights), by.staff_id)  # fmt: skip
        self._forget_failures(staff_id)

    def add(self, name: str, role: str, pin: str, by: Person, title: str = "") -> str:
        """A new staff member; only a manager may. Returns the id. Raises RuleBroken."""
        if not by.manager:
            raise RuleBroken("staff.manager_only")
        body = self.new_staff(name, role, pin, title)
        self._put(body, by.staff_id)
        return body.id

    def new_staff(self, name: str, role: str, pin: str, title: str = "") -> Staff:
        """A staff record ready to be put. Raises RuleBroken: `staff.name_missing`, `staff.role_unknown`, `pin.…`."""
        if not name.strip():
            raise RuleBroken("staff.name_missing", field="name")
        if role not in ROLES:
            raise RuleBroken("staff.role_unknown", role=role[:20])
        return Staff(id=new_id(), name=name.strip()[:80], role=role, title=title.strip()[:40], pin_hash=self.hash(pin))

    def hash(self, pin: str) -> str:
        """The PIN as it is kept. Raises RuleBroken when it may not be one."""
        return self._argon().hash(pins.check_new_pin(pin))

    def _fits(self, kept: str, pin: str) -> bool:
        from argon2.exceptions import InvalidHashError, VerificationError

        try:
            return self._argon().verify(kept, pin)
        except (VerificationError, InvalidHashError):
            return False

    def _argon(self) -> PasswordHasher:
        if self._hasher is None:
            from argon2 import PasswordHasher

            self._hasher = PasswordHasher()  # argon2id with the library's recommended cost (RFC 9106, low memory)
        return self._hasher

    def _row(self, staff_id: str) -> StaffRow:
        with self._clinic.store.reader() as reader:
            row = staff.staff_member(reader, self._clinic.tenant, staff_id)
        if row is None:
            raise RuleBroken("staff.unknown")
        return row

    def _refuse_while_locked(self, staff_id: str) -> None:
        with self._clinic.store.reader() as reader:
            known = staff.pin_failures(reader, self._clinic.tenant, staff_id)
        if not known.locked_until:
            return
        left_s = (parse_utc(known.locked_until) - self._clinic.clock.now()).total_seconds()
        if left_s > 0:
            raise RuleBroken("pin.locked", seconds=min(int(left_s) + 1, pins.LONGEST_LOCK_S))

    def _failed(self, staff_id: str) -> RuleBroken:
        clinic = self._clinic
        with clinic.store.write() as tx:
            failures = staff.pin_failures(tx.reader, clinic.tenant, staff_id).failures + 1
            locked_s = pins.lock_seconds(failures)
            until = utc_text(clinic.clock.now() + timedelta(seconds=locked_s)) if locked_s else ""
            tx.set_pin_failures(staff_id, failures, until)
        log.warning("wrong PIN", extra=facts(staff=staff_id, failures=failures, locked_s=locked_s))
        if locked_s:
            return RuleBroken("pin.locked", seconds=locked_s)
        return RuleBroken("pin.wrong", tries_left=pins.tries_left(failures))

    def _forget_failures(self, staff_id: str) -> None:
        clinic = self._clinic
        with clinic.store.reader() as reader:
            known = staff.pin_failures(reader, clinic.tenant, staff_id)
        if known.failures:
            with clinic.store.write() as tx:
                tx.set_pin_failures(staff_id, 0)

    def _put(self, body: Staff, by: str) -> None:
        clinic = self._clinic
        with clinic.store.write() as tx:
            tx.record(body, person_id=by, business_date=clinic.today().isoformat())


def _title(row: StaffRow) -> str:
    return row.title or _TITLES.get(row.role, "")


def _person(row: StaffRow) -> Person:
    return Person(row.id, row.name, _title(row), people.initials(row.name), row.role == "manager",
                  rights_of(row.role, row.rights))  # fmt: skip
