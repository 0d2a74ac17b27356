"""Slot: read for the time of appointments that only name their slot."""

from __future__ import annotations

from exchange.drafts import AnyDraft, SlotDraft
from exchange.fhir.resource import Resource
from models.basics.errors import ImportRefused


def read(resource: Resource) -> list[AnyDraft]:
    """When it begins and ends. Raises ImportRefused `import.no_start`."""
    body = resource.body
    starts_at = body.moment("start", resource.zone)
    if starts_at is None:
        raise ImportRefused("import.no_start", path=body.at("start"))
    return [
        SlotDraft(key=resource.key, path=resource.path, starts_at=starts_at, ends_at=body.moment("end", resource.zone),
                  schedule=resource.ref(body.child("schedule"), "Schedule")),
    ]  # fmt: skip
