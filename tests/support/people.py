"""Who works at the clinics of tests."""

from __future__ import annotations

from app.views import Person
from models.rules.rights import rights_of

MARIA = Person("maria", "Maria Delgado", "Front desk", "MD", manager=False, rights=rights_of("receptionist"))
PRIYA = Person("priya", "Priya Nair", "Manager", "PN", manager=True, rights=rights_of("manager"))


def quick_hash(pin: str) -> str:
    """A PIN as it is kept, of the least cost there is: tests of signing in pay the whole."""
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=1, memory_cost=1024).hash(pin)
