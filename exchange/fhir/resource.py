"""One resource with where it stands and what it may refer to."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from exchange.drafts import Identifier, Key, Ref
from exchange.fhir.element import Element
from models.basics.errors import ImportRefused

ID = re.compile(r"[A-Za-z0-9._\-]{1,128}")
"""FHIR allows letters, digits, `-` and `.` in at most 64 signs; some servers add `_` or more signs."""

_UUID = re.compile(r"urn:(?:uuid|oid):([A-Za-z0-9._\-]{1,128})")
_TYPE = re.compile(r"[A-Z][A-Za-z]{1,63}")
_LONGEST_REFERENCE = 2_000


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource and its surroundings. `full_urls` knows the other entries of its bundle."""

    kind: str
    key: Key
    body: Element
    zone: ZoneInfo
    full_urls: dict[str, Key] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return self.body.path

    @property
    def updated(self) -> str:
        """When the source last changed it, empty when it does not say."""
        meta = self.body.data.get("meta")
        said = meta.get("lastUpdated") if isinstance(meta, dict) else None
        return said if isinstance(said, str) and len(said) <= 40 else ""

    def contained(self, name: str) -> Element | None:
        """The contained resource of that id."""
        for inner in self.body.children("contained"):
            if inner.data.get("id") == name:
                return inner
        return None

    def ref(self, element: Element | None, kind: str) -> Ref | None:
        """The reference in `element`, which should point at a `kind`; None when there is none at all.

        Understood: `urn:uuid:…`, `Type/id`, absolute addresses, `Type?identifier=system|value`, an identifier, and
        a mere display. A reference that cannot be read still counts as one: nothing will be found under it.
        """
        if element is None:
            return None
        written = element.data.get("reference")
        display = element.text("display")
        if isinstance(written, str) and written:
            return self._written(written, kind, display, element)
        identifier = element.child("identifier")
        if identifier is not None and identifier.has("value"):
            named = Identifier(identifier.text("system"), identifier.text("value"))
            return Ref(element.text("type") or kind, element.path, identifier=named, display=display)
        return Ref(kind, element.path, display=display) if display else None

    def refs(self, name: str, kind: str) -> list[Ref]:
        """The references of a list."""
        found = (self.ref(item, kind) for item in self.body.children(name))
        return [ref for ref in found if ref is not None]

    def _written(self, written: str, kind: str, display: str, element: Element) -> Ref:
        path = element.at("reference")
        if len(written) > _LONGEST_REFERENCE:
            raise ImportRefused("import.text_too_long", path=path, limit=_LONGEST_REFERENCE)
        if written in self.full_urls:
            key = self.full_urls[written]
            return Ref(key.kind, path, key=key, display=display)
        if uuid := _UUID.fullmatch(written):
            return Ref(kind, path, key=Key(kind, uuid[1]), display=display)
        if written.startswith("#"):
            return self._inside(written[1:], kind, display, path)
        bare, _, query = written.partition("?")
        if query:
            return _conditional(bare, query, kind, display, path)
        parts = bare.split("/_history/")[0].rstrip("/").split("/")
        if len(parts) >= 2 and _TYPE.fullmatch(parts[-2]) and ID.fullmatch(parts[-1]):
            return Ref(parts[-2], path, key=Key(parts[-2], parts[-1]), display=display)
        return Ref(kind, path, display=display)

    def _inside(self, name: str, kind: str, display: str, path: str) -> Ref:
        """A contained resource has no life of its own: it is known by what it is called."""
        inner = self.contained(name)
        if inner is None:
            return Ref(kind, path, display=display)
        inner_kind = inner.text("resourceType") or kind
        return Ref(inner_kind, path, display=display or _shown(inner))


def _conditional(bare: str, query: str, kind: str, display: str, path: str) -> Ref:
    name, _, value = query.partition("=")
    if name != "identifier" or "&" in value:
        return Ref(kind, path, display=display)
    system, bar, number = unquote(value).rpartition("|")
    named = Identifier(system if bar else "", number)
    last = bare.rsplit("/", 1)[-1]
    return Ref(last if _TYPE.fullmatch(last) else kind, path, identifier=named, display=display)


def _shown(inner: Element) -> str:
    name: Any = inner.data.get("name")
    if isinstance(name, str):
        return inner.text("name")
    for part in inner.children("name") if isinstance(name, list) else []:
        return part.text("text") or " ".join([*part.texts("prefix"), *part.texts("given"), part.text("family")]).strip()
    return ""


def identifiers(body: Element) -> tuple[Identifier, ...]:
    """The identifiers that have a value."""
    found = (Identifier(item.text("system"), item.text("value")) for item in body.children("identifier"))
    return tuple(identifier for identifier in found if identifier.value)


def key_of(kind: str, body: Element, full_url: str) -> Key:
    """What the source calls this resource: its id, the UUID of its entry, or its first identifier with a system.

    Raises ImportRefused `import.id_signs` for an id FHIR does not allow, `import.no_id` when nothing names it: a
    second import could not know it again.
    """
    said = body.data.get("id")
    if said is not None:
        if not isinstance(said, str) or not ID.fullmatch(said):
            raise ImportRefused("import.id_signs", path=body.at("id"))
        return Key(kind, said)
    if uuid := _UUID.fullmatch(full_url):
        return Key(kind, uuid[1])
    for identifier in identifiers(body):
        if identifier.system:
            return Key(kind, f"{identifier.system}|{identifier.value}")
    raise ImportRefused("import.no_id", path=body.path)
