"""What a superbill says, as data: the services of one visit with codes and prices, as an insurer wants them (S0-40)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from receipts.document import ClinicBlock

LETTERS = "ABCDEFGHIJKL"
"""What lines point to diagnoses with; a claim form has room for twelve."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuperbillLine:
    """One service: its code (CPT, HCPCS or the practice's own) with modifiers, how often, which diagnoses it is for
    (`AB`), and in cents what is asked for it and what the payer allows (0: not known)."""

    code: str
    description: str
    units: int
    price_cents: int
    modifiers: str = ""
    pointers: str = ""
    allowed_cents: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SuperbillDocument:
    """One superbill. Days are ISO dates, `diagnoses` ICD-10 codes in the order the lines point to them.

    `patient_cents` is the patient's part, `adjusted_cents` what of it was let off, `balance_cents` what is still open:
    patient less adjusted less paid.
    """

    clinic: ClinicBlock
    service_date: str
    printed_on: str
    patient_name: str
    lines: tuple[SuperbillLine, ...]
    birth_date: str = ""
    account_no: str = ""
    address: tuple[str, ...] = ()
    provider: str = ""
    provider_npi: str = ""
    place: str = ""
    payer: str = ""
    member_id: str = ""
    diagnoses: tuple[str, ...] = ()
    insurance_cents: int = 0
    patient_cents: int = 0
    adjusted_cents: int = 0
    paid_cents: int = 0
    balance_cents: int = 0
    message: str = ""

    @property
    def charges_cents(self) -> int:
        """The prices of all services."""
        return sum(line.price_cents for line in self.lines)


def all_diagnoses(charges: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """The diagnoses of several charges, each once, in the order they come."""
    return tuple(dict.fromkeys(code for codes in charges for code in codes if code))


def pointers(codes: Iterable[str], diagnoses: Sequence[str]) -> str:
    """Letters of the diagnoses a line is for; one beyond the twelfth goes by its number in the list."""
    places = sorted({diagnoses.index(code) for code in codes if code in diagnoses})
    return "".join(LETTERS[place] if place < len(LETTERS) else f" {place + 1}" for place in places).strip()


def letter_of(place: int) -> str:
    """How the diagnosis at `place` (from 0) is named."""
    return LETTERS[place] if place < len(LETTERS) else str(place + 1)
