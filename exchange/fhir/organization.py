"""Organization: read for the names of payers that coverages refer to."""

from __future__ import annotations

from exchange.drafts import AnyDraft, OrganizationDraft
from exchange.fhir.resource import Resource, identifiers


def read(resource: Resource) -> list[AnyDraft]:
    """Its name, when it has one."""
    name = resource.body.text("name")
    if not name:
        return []
    return [OrganizationDraft(key=resource.key, path=resource.path, name=name, identifiers=identifiers(resource.body))]
