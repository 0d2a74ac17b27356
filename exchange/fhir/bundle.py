"""From a file's JSON to its resources: bundles of every type, bare entries, lists, single resources, NDJSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from exchange.drafts import RECORD_OF, AnyDraft, FileContent, Key, Reading
from exchange.fhir import (
    account,
    appointment,
    charge_item,
    coverage,
    coverage_eligibility_response,
    encounter,
    explanation_of_benefit,
    location,
    organization,
    patient,
    practitioner,
    schedule,
    slot,
)
from exchange.fhir.element import Element
from exchange.fhir.json_text import Document, Doubled, documents, doubled_name
from exchange.fhir.resource import Resource, key_of
from models.basics.errors import ImportRefused

READERS: dict[str, Callable[[Resource], list[AnyDraft]]] = {
    "Account": account.read,
    "Appointment": appointment.read,
    "ChargeItem": charge_item.read,
    "Coverage": coverage.read,
    "CoverageEligibilityResponse": coverage_eligibility_response.read,
    "Encounter": encounter.read,
    "ExplanationOfBenefit": explanation_of_benefit.read,
    "Location": location.read,
    "Organization": organization.read,
    "Patient": patient.read,
    "Practitioner": practitioner.read,
    "Schedule": schedule.read,
    "Slot": slot.read,
}
"""The resource types a desk has a use for, and who reads them."""

_DEEPEST_BUNDLE = 4


def read_fhir(name: str, text: str, reading: Reading) -> FileContent:
    """Everything of use in one FHIR file. Never raises for its content: what cannot be taken is listed in refusals."""
    content = FileContent(name)
    for document in documents(text):
        if isinstance(document, Document):
            _read_document(document, content, reading)
        else:
            path, error = document
            content.refuse(error, path)
    return content


def _read_document(document: Document, content: FileContent, reading: Reading) -> None:
    bundle_urls: dict[str, Key] = {}
    try:
        entries = list(_entries(document.value, document.path, 0))
    except ImportRefused as error:
        content.refuse(error, document.path)
        return
    named: list[tuple[str, Element, Key | ImportRefused]] = []
    for body, full_url, request in entries:
        kind = body.data.get("resourceType")
        if not isinstance(kind, str) or not kind:
            if request:
                content.skipped[f"request {request}"] += 1
            else:
                content.refuse(ImportRefused("import.not_fhir"), body.path)
        elif kind not in READERS:
            content.skipped[_shown(kind)] += 1
        else:
            key = _key(kind, body, full_url)
            if isinstance(key, Key) and full_url:
                bundle_urls[full_url] = key
            named.append((kind, body, key))
    for kind, body, key in named:
        _read_resource(kind, body, key, bundle_urls, document, content, reading)


def _key(kind: str, body: Element, full_url: str) -> Key | ImportRefused:
    try:
        return key_of(kind, body, full_url)
    except ImportRefused as error:
        return error


def _read_resource(
    kind: str,
    body: Element,
    key: Key | ImportRefused,
    bundle_urls: dict[str, Key],
    document: Document,
    content: FileContent,
    reading: Reading,
) -> None:
    content.read[kind] += 1
    record_kind = RECORD_OF.get(kind, kind)
    try:
        if isinstance(key, ImportRefused):
            raise key
        if document.doubled and (name := doubled_name(body.data)):
            raise ImportRefused("import.doubled_name", path=body.path, field=_shown(name))
        content.drafts += READERS[kind](Resource(kind, key, body, reading.zone, bundle_urls))
    except ImportRefused as error:
        content.refuse(error, body.path, record_kind)


def _entries(value: Any, path: str, depth: int) -> Iterator[tuple[Element, str, str]]:
    """(resource or request, full URL, request method) of everything in a JSON value."""
    if depth > _DEEPEST_BUNDLE:
        raise ImportRefused("import.too_deep", path=path)
    if isinstance(value, list):
        if not any(isinstance(item, dict) and ("resourceType" in item or "resource" in item) for item in value):
            raise ImportRefused("import.not_fhir", path=path)
        for i, item in enumerate(value):
            yield from _entries(item, _joined(path, f"[{i}]"), depth + 1)
    elif not isinstance(value, dict):
        raise ImportRefused("import.not_fhir", path=path)
    elif value.get("resourceType") == "Bundle":
        _once(value, path)
        for i, entry in enumerate(_listed(value.get("entry"), _joined(path, "entry"))):
            yield from _entry(entry, _joined(path, f"entry[{i}]"), depth)
    elif "resourceType" not in value and isinstance(value.get("resource"), dict):
        yield from _entry(value, path, depth)
    else:
        yield Element(value, path), "", ""


def _entry(entry: Any, path: str, depth: int) -> Iterator[tuple[Element, str, str]]:
    """An entry of a bundle; some exports put a whole entry where its resource should be."""
    if not isinstance(entry, dict):
        yield Element({}, path), "", ""
        return
    _once(entry, path)
    full_url = entry.get("fullUrl")
    full_url = full_url if isinstance(full_url, str) and len(full_url) <= 2_000 else ""
    resource = entry.get("resource")
    if isinstance(resource, dict):
        inner_path = _joined(path, "resource")
        if resource.get("resourceType") == "Bundle" or "resourceType" not in resource:
            yield from _entries(resource, inner_path, depth + 1)
        else:
            yield Element(resource, inner_path), full_url, ""
        return
    request = entry.get("request")
    method = request.get("method") if isinstance(request, dict) else ""
    known = method if method in {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"} else ""
    yield Element({}, path), full_url, known


def _shown(name: str) -> str:
    """A name out of a file, where it looks like one of FHIR's."""
    return name if name.isascii() and name.isalnum() and len(name) <= 64 else "?"


def _once(value: dict[str, Any], path: str) -> None:
    if isinstance(value, Doubled):
        raise ImportRefused("import.doubled_name", path=path, field=_shown(value.name))


def _listed(value: Any, path: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise ImportRefused("import.wrong_type", path=path, wanted="a list")
    return value


def _joined(path: str, more: str) -> str:
    return f"{path}.{more}" if path and not more.startswith("[") else f"{path}{more}"
