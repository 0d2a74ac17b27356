"""Practitioner: https://hl7.org/fhir/R4/practitioner.html."""

from __future__ import annotations

import re

from exchange.drafts import AnyDraft, PractitionerDraft
from exchange.fhir.names import best_name, short_name
from exchange.fhir.resource import Resource, identifiers
from models.basics.errors import ImportRefused
from models.operations import records

NPI_SYSTEM = "http://hl7.org/fhir/sid/us-npi"
_NPI = re.compile(r"[12]\d{9}")


def read(resource: Resource) -> list[AnyDraft]:
    """Somebody who sees patients. Raises ImportRefused `import.no_name` when nobody could call them."""
    name = best_name(resource.body.children("name"))
    shown = short_name(name) if name else ""
    if not shown:
        raise ImportRefused("import.no_name", path=resource.body.at("name"))
    numbers = identifiers(resource.body)
    npi = next((number.value for number in numbers if number.system == NPI_SYSTEM and _NPI.fullmatch(number.value)), "")
    record = records.Practitioner(id="", name=shown, npi=npi)
    return [
        PractitionerDraft(key=resource.key, path=resource.path, updated=resource.updated, record=record,
                          identifiers=numbers),
    ]  # fmt: skip
