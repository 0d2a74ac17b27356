"""What a payment agreement says on paper, as data: the sentences a patient accepts, every payment, room to sign."""

from __future__ import annotations

from dataclasses import dataclass

from models.operations.records import Patient, Practice
from models.rules.agreement import language_of, sentences_of
from models.rules.languages import FIRST
from models.rules.numbers import plan_number
from models.rules.people import display_name
from models.rules.plans import interest_of, sum_of
from models.store.queries.plans import PlanRow
from receipts.compose import clinic_block
from receipts.document import ClinicBlock


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementLine:
    """One payment: its day (ISO), how much, and what is left after it, in cents."""

    due_on: str
    amount_cents: int
    left_cents: int
    skipped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementDocument:
    """One agreement as it stands. `words` are its sentences, `terms_sha256` by what its whole text is known;
    `accepted_by`, `accepted_on` (ISO) and `accepted_how` empty: nobody accepted it yet, so that it is to be signed.
    `signature` are the strokes of a pen, as `models.rules.signatures` writes them; `language` is what it is written
    in."""

    clinic: ClinicBlock
    number: str
    written_on: str
    name: str
    account_no: str
    address: tuple[str, ...]
    encounter_cents: int
    discount_cents: int
    interest_cents: int
    words: str
    lines: tuple[AgreementLine, ...]
    terms_sha256: str
    accepted_by: str = ""
    accepted_on: str = ""
    accepted_how: str = ""
    signature: str = ""
    language: str = FIRST


def agreement_document(
    row: PlanRow, patient: Patient, practice: Practice, written_on: str, accepted_on: str
) -> AgreementDocument:
    """An agreement as it stands: written down and (empty: not yet) accepted on these days (ISO)."""
    left, lines = sum_of(row.instalments), list[AgreementLine]()
    for line in row.instalments:
        left -= 0 if line.skipped else line.cents
        lines.append(AgreementLine(due_on=line.due.isoformat(), amount_cents=line.cents, left_cents=left,
                                   skipped=line.skipped))  # fmt: skip
    accepted = row.accepted
    return AgreementDocument(
        clinic=clinic_block(practice), number=plan_number(row.plan_id), written_on=written_on,
        name=display_name(family=patient.family, given=patient.given, suffix=patient.suffix), account_no=patient.mrn,
        address=patient.address, encounter_cents=row.encounter_cents, discount_cents=row.discount_cents,
        interest_cents=interest_of(row.instalments), words=sentences_of(row.text), lines=tuple(lines),
        terms_sha256=row.terms_sha256, accepted_by=row.accepted_by if accepted else "",
        accepted_on=accepted_on if accepted else "", accepted_how=row.accepted_how if accepted else "",
        signature=row.signature if accepted else "", language=language_of(row.terms),
    )  # fmt: skip
