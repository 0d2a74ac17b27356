"""Patient: https://hl7.org/fhir/R4/patient.html."""

from __future__ import annotations

from collections.abc import Iterator

from exchange.drafts import AnyDraft, PatientDraft, Ref
from exchange.fhir.element import Element
from exchange.fhir.names import best_name, contact, name_parts
from exchange.fhir.resource import Resource, identifiers
from exchange.values import SEXES, PersonName, whole_day
from models.basics.errors import ImportRefused
from models.operations import records

_ADDRESS_LINES = 4
SILENT = frozenset({"guarantor_id", "receipt_by"})
"""What a Patient resource does not say: the desk's own word stays."""


def read(resource: Resource) -> list[AnyDraft]:
    """The person. A record that was replaced by another becomes inactive, and may then lack a name; whichever of the
    two says so, from then on they are one person (hard case H17).

    Raises ImportRefused `import.no_name` for any other record without one.
    """
    body = resource.body
    into = next(iter(_links(resource, "replaced-by")), None)
    merged = into is not None
    name = best_name(body.children("name"))
    if name is None and not merged:
        raise ImportRefused("import.no_name", path=body.at("name"))
    parts = name_parts(name) if name else PersonName("")
    telecom = body.children("telecom")
    record = records.Patient(
        id="", family=parts.family, given=parts.given, middle=parts.middle, suffix=parts.suffix,
        birth_date=whole_day(body.text("birthDate", 64)), sex=SEXES.get(body.text("gender", 64).casefold(), ""),
        mrn=_record_number(body), phone=contact(telecom, "phone"), email=contact(telecom, "email"),
        address=_address(body), deceased=_deceased(body), active=body.flag("active") is not False and not merged,
        language=_language(body),
    )  # fmt: skip
    silent = SILENT if record.language else SILENT | {"language"}
    return [
        PatientDraft(key=resource.key, path=resource.path, updated=resource.updated, silent=silent, record=record,
                     identifiers=identifiers(body), merged=merged, into=into,
                     replaces=tuple(_links(resource, "replaces"))),
    ]  # fmt: skip


def _links(resource: Resource, kind: str) -> Iterator[Ref]:
    """The other records that links of a type name."""
    for link in resource.body.children("link"):
        if link.text("type") == kind and (ref := resource.ref(link.child("other"), "Patient")) is not None:
            yield ref


def _record_number(body: Element) -> str:
    """The medical record number: an identifier of type MR in use, the usual one first, an ended or old one last."""
    best: tuple[tuple[bool, bool], str] | None = None
    for identifier in body.children("identifier"):
        kind = identifier.child("type")
        codes = {code for _, code, _ in kind.codings()} if kind else set()
        value = identifier.text("value")
        if "MR" in codes and value:
            period = identifier.child("period")
            ended = bool(period and period.text("end")) or identifier.text("use") == "old"
            rank = (ended, identifier.text("use") != "usual")
            if best is None or rank < best[0]:
                best = (rank, value)
    return best[1] if best else ""


def _language(body: Element) -> str:
    """The language they would rather speak, as a primary subtag (`es`); empty where no language says that it is one."""
    spoken = sorted(body.children("communication"), key=lambda each: each.flag("preferred") is not True)
    for each in spoken:
        language = each.child("language")
        for _, code, _ in language.codings() if language else ():
            tag = code.partition("-")[0].casefold()
            if tag.isascii() and tag.isalpha() and len(tag) in (2, 3):
                return tag
    return ""


def _deceased(body: Element) -> bool:
    return body.flag("deceasedBoolean") is True or bool(body.text("deceasedDateTime", 64))


def _address(body: Element) -> tuple[str, ...]:
    """The home address as lines of an envelope."""
    addresses = [item for item in body.children("address") if item.text("use") not in {"old", "billing"}]
    if not addresses:
        return ()
    home = min(addresses, key=lambda item: item.text("use") != "home")
    place = f"{home.text('city')}, {home.text('state')}".strip(", ")
    lines = [*home.texts("line")[:_ADDRESS_LINES], f"{place} {home.text('postalCode')}".strip()]
    lines = [line for line in lines if line]
    return tuple(lines or ([home.text("text")] if home.text("text") else []))
