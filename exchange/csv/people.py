"""Tables of patients, with or without their insurance, and of practitioners."""

from __future__ import annotations

import re

from exchange.csv.cells import amount, day
from exchange.csv.columns import plain
from exchange.csv.view import Cells, Sheet
from exchange.drafts import CoverageDraft, FileContent, Identifier, Key, PatientDraft, PractitionerDraft, Ref
from exchange.values import SEXES, PersonName, cents, person_name, phone
from models.basics.errors import ImportRefused
from models.operations import records
from models.rules.languages import language_tag

_NO = {"0", "n", "no", "false", "f", "inactive"}
_NPI = re.compile(r"[12]\d{9}")
_FIELDS = (
    ("middle", "middle"), ("suffix", "suffix"), ("birth_date", "birth_date"), ("sex", "sex"), ("mrn", "mrn"),
    ("phone", "phone"), ("email", "email"), ("address", "street"),
)  # fmt: skip


def read_patients(sheet: Sheet, content: FileContent) -> None:
    """Each row a person, and their insurance where the table names a payer. What no column says, stays as it is."""
    silent = sheet.silent(*_FIELDS) | {"guarantor_id", "receipt_by"}

    def take(cells: Cells) -> None:
        draft = patient_draft(cells, silent)
        coverage = _coverage_draft(cells, draft)
        content.drafts.append(draft)
        if coverage is not None:
            content.drafts.append(coverage)

    sheet.each(content, "patient", take)


def patient_draft(cells: Cells, silent: frozenset[str], id_field: str = "id") -> PatientDraft:
    """The person a row speaks of. Raises ImportRefused `import.no_id`, `import.no_name`, `import.not_a_date`."""
    mrn = cells.text("mrn", 128)
    source_id = cells.text(id_field, 128)
    if not source_id and not mrn:
        raise ImportRefused("import.no_id", path=cells.path)
    name = _name(cells)
    if not name.family:
        raise ImportRefused("import.no_name", path=cells.path)
    record = records.Patient(
        id="", family=name.family, given=name.given, middle=name.middle, suffix=name.suffix,
        birth_date=_birth_date(cells), sex=SEXES.get(plain(cells.text("sex")), ""), mrn=mrn,
        phone=phone(cells.text("phone")), email=cells.text("email"), address=_address(cells),
        language=language_tag(cells.text("language")),
        deceased=bool(cells.text("death_date")) or _says_yes(cells.text("deceased")),
        active=cells.text("active").casefold() not in _NO,
    )  # fmt: skip
    numbers = (Identifier("MR", mrn),) if mrn else ()
    key = Key("Patient", source_id) if source_id else Key("Patient", f"MR|{mrn}")
    unsaid = frozenset() if record.language else frozenset({"language"})
    return PatientDraft(key=key, path=cells.path, silent=silent | unsaid, record=record, identifiers=numbers,
                        guarantor=_guarantor(cells))  # fmt: skip


def _guarantor(cells: Cells) -> Ref | None:
    """Who gets the bill, by the table's own id of a person or by record number."""
    number = cells.text("guarantor", 128)
    if not number:
        return None
    return Ref("Patient", cells.at("guarantor"), key=Key("Patient", number), identifier=Identifier("MR", number))


def whose(cells: Cells) -> Ref:
    """The patient a row of another table names, by id or record number. Raises ImportRefused `import.no_patient`."""
    source_id, mrn = cells.text("patient_id", 128), cells.text("mrn", 128)
    if source_id:
        return Ref("Patient", cells.at("patient_id"), key=Key("Patient", source_id))
    if mrn:
        return Ref("Patient", cells.at("mrn"), identifier=Identifier("MR", mrn))
    raise ImportRefused("import.no_patient", path=cells.path)


def _says_yes(text: str) -> bool:
    return bool(text) and text.casefold() not in _NO


def _name(cells: Cells) -> PersonName:
    family = cells.text("family")
    if not family:
        return person_name(cells.text("name"))
    return PersonName(family, cells.text("given"), cells.text("middle"), cells.text("suffix"))


def _birth_date(cells: Cells) -> str:
    text = cells.text("birth_date", 64)
    if not text:
        return ""
    bare = text.split(" ")[0] if re.fullmatch(r"\S+ 0?0:00(:00)?(\.0+)?", text) else text
    return day(bare, cells.sheet.order, cells.at("birth_date"), latest=cells.sheet.today).isoformat()


def _address(cells: Cells) -> tuple[str, ...]:
    place = f"{cells.text('city')}, {cells.text('state')}".strip(", ")
    lines = [cells.text("street"), cells.text("street2"), f"{place} {cells.text('zip')}".strip()]
    return tuple(line for line in lines if line)


def _coverage_draft(cells: Cells, patient: PatientDraft) -> CoverageDraft | None:
    payer = cells.text("payer")
    if not payer:
        return None
    said = amount(cells.text("copay", 64), cells.at("copay"))
    copay = None if said is None else cents(said, cells.at("copay"))
    if copay is not None and copay < 0:
        raise ImportRefused("import.amount_negative", path=cells.at("copay"))
    record = records.Coverage(id="", patient_id="", payer=payer, plan=cells.text("plan"),
                              member_id=cells.text("member_id"), copay_cents=copay)  # fmt: skip
    return CoverageDraft(
        key=Key("Coverage", f"{patient.key.id}|primary"), path=cells.path, record=record,
        silent=frozenset({"checked_at", "copay_cents"}), patient=Ref("Patient", cells.path, key=patient.key),
    )  # fmt: skip


def read_practitioners(sheet: Sheet, content: FileContent) -> None:
    """Each row somebody who sees patients."""

    def take(cells: Cells) -> None:
        source_id, name = cells.text("id", 128), cells.text("name")
        if not source_id:
            raise ImportRefused("import.no_id", path=cells.path)
        if not name:
            raise ImportRefused("import.no_name", path=cells.path)
        npi = cells.text("npi", 64)
        content.drafts.append(PractitionerDraft(
            key=Key("Practitioner", source_id), path=cells.path,
            record=records.Practitioner(id="", name=name, npi=npi if _NPI.fullmatch(npi) else ""),
        ))  # fmt: skip

    sheet.each(content, "practitioner", take)
