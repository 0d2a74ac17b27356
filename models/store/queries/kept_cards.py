"""The cards that may be charged for a person: their own, and those of whoever pays for them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from models.store.queries import people
from models.store.queries.rows import marks


@dataclass(frozen=True, slots=True)
class KeptCardRow:
    """One kept card. `kept_at` and `agreed_at` are UTC text; `agreed_by` is who gave their word, by name, in the words
    of version `words`; `dropped_at` is empty while it is kept; `made_default_at` says which of several comes first;
    `way` is one of online.WAYS: a card, or a bank account."""

    kept_card_id: str
    patient_id: str
    consent_id: str
    processor: str
    token: str
    customer: str
    merchant: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int
    holder: str
    nickname: str
    kept_at: str
    kept_by: str
    made_default_at: str
    dropped_at: str
    way: str
    agreed_by: str
    agreed_at: str
    words: str


_OF_CONSENT = {"agreed_by": "said_by", "agreed_at": "said_at", "words": "words"}
_COLUMNS = ", ".join(
    f"coalesce(a.{_OF_CONSENT[field.name]}, '')" if field.name in _OF_CONSENT else f"k.{field.name}"
    for field in fields(KeptCardRow)
)
_CARDS = (
    f"SELECT {_COLUMNS} FROM kept_card k LEFT JOIN card_consent a ON a.tenant = k.tenant "
    "AND a.consent_id = k.consent_id WHERE k.tenant = ? AND "
)
_DEFAULT_FIRST = " ORDER BY k.made_default_at DESC, k.default_op_id DESC, k.kept_at, k.kept_card_id"
_PAYER = "SELECT guarantor_id FROM patient WHERE tenant = ? AND id = ?"


def account_of(connection: Any, tenant: str, patient_id: str) -> str:
    """The record under which a person's cards are kept: of whoever pays for them, theirs where nobody else does."""
    person = people.survivor(connection, tenant, patient_id)
    row = connection.execute(_PAYER, (tenant, person)).fetchone()
    return people.survivor(connection, tenant, str(row[0])) if row and row[0] else person


def cards_of(connection: Any, tenant: str, patient_id: str) -> list[KeptCardRow]:
    """The cards kept for a person's account, the default first."""
    payers = (account_of(connection, tenant, patient_id), patient_id)
    mine = people.records_of_all(connection, tenant, payers)
    found = connection.execute(
        f"{_CARDS}k.patient_id IN ({marks(len(mine))}) AND k.dropped_at = ''{_DEFAULT_FIRST}", (tenant, *mine)
    )
    return [KeptCardRow(*row) for row in found]


def card(connection: Any, tenant: str, kept_card_id: str) -> KeptCardRow | None:
    """One card, kept or dropped; None for one never heard of."""
    row = connection.execute(f"{_CARDS}k.kept_card_id = ?", (tenant, kept_card_id)).fetchone()
    return KeptCardRow(*row) if row else None


def consent(connection: Any, tenant: str, consent_id: str) -> str | None:
    """Who gave a consent, by name; None for one never heard of."""
    row = connection.execute(
        "SELECT said_by FROM card_consent WHERE tenant = ? AND consent_id = ?", (tenant, consent_id)
    ).fetchone()
    return str(row[0]) if row else None


def driver_token(row: KeptCardRow) -> str:
    """A card as a driver of its processor names it: Stripe's with its customer before it."""
    return f"{row.customer}/{row.token}" if row.customer else row.token
