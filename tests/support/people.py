"""Who works at the clinics of tests."""

from __future__ import annotations

from app.views import Person
from models.rules.rights import rights_of

MARIA = Person("maria", "Maria Delgado", "Front desk", "MD", manager=False, rights=rights_of("receptionist"))
PRIYA = Person("priya", "Priya Nair", "Manager", "PN", manager=True, rights=rights_of("manager"))
