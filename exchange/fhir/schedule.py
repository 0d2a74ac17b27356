"""Schedule: read for whom its slots belong to."""

from __future__ import annotations

from exchange.drafts import AnyDraft, ScheduleDraft
from exchange.fhir.resource import Resource


def read(resource: Resource) -> list[AnyDraft]:
    """The practitioners and places of the schedule."""
    actors = tuple(resource.refs("actor", "Practitioner"))
    return [ScheduleDraft(key=resource.key, path=resource.path, actors=actors)]
