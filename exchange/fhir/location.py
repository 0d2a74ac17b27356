"""Location: https://hl7.org/fhir/R4/location.html."""

from __future__ import annotations

from exchange.drafts import AnyDraft, LocationDraft
from exchange.fhir.resource import Resource, identifiers
from models.basics.errors import ImportRefused
from models.operations import records


def read(resource: Resource) -> list[AnyDraft]:
    """A place. Raises ImportRefused `import.no_name` when it has neither name, alias nor description."""
    body = resource.body
    name = body.text("name") or next(iter(body.texts("alias")), "") or body.text("description")
    if not name:
        raise ImportRefused("import.no_name", path=body.at("name"))
    return [
        LocationDraft(key=resource.key, path=resource.path, updated=resource.updated,
                      record=records.Location(id="", name=name), identifiers=identifiers(body)),
    ]  # fmt: skip
