"""What a payment agreement says on paper, as data: the sentences a patient accepts, every payment, room to sign."""

from __future__ import annotations

from dataclasses import dataclass

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
    `signature` are the strokes of a pen, as `models.rules.signatures` writes them."""

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
