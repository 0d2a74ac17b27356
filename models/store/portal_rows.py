"""Rows of the portal's own tables, as the hub hands them on."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class AccountRow:
    """A patient's account in the portal; see `models.tables.portal`."""

    account_id: str
    patient_id: str
    username: str
    login: str
    password_hash: str
    factor: str
    secret: str
    last_step: int
    channel: str
    address: str
    language: str
    state: str
    created_at: str
    changed_at: str


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A browser that the portal knows. Times are UTC text."""

    token_hash: str
    account_id: str
    patient_id: str
    note_id: str
    stage: str
    began_at: str
    seen_at: str
    ends_at: str
    ended_at: str


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A code, a link or a notice on its way."""

    note_id: str
    kind: str
    account_id: str
    patient_id: str
    channel: str
    address: str
    language: str
    digest: str
    tries: int
    expires_at: str
    used_at: str
    state: str
    attempts: int
    made_at: str
    due_at: str
    claimed_until: str


@dataclass(frozen=True, slots=True)
class OrderRow:
    """A form for paying that was sent; `items` is JSON text, `request_id` the payment of a plan it is for."""

    order_id: str
    account_id: str
    patient_id: str
    amount_cents: int
    items: str
    kept_card_id: str
    keep_card: int
    state: str
    attempt_id: str
    where_to: str
    reason: str
    made_at: str
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class ViewRow:
    """Somebody saw something of a patient, from an address."""

    view_id: str
    account_id: str
    patient_id: str
    page: str
    subject: str
    address: str
    seen_at: str


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A patient who may be meant by who wants an account: where codes for them may go."""

    patient_id: str
    given: str
    family: str
    birth_date: str
    phone: str
    email: str


def names(kind: type[Any]) -> str:
    """The columns of a row, for SELECT and INSERT."""
    return ", ".join(field.name for field in fields(kind))


def marks(kind: type[Any]) -> str:
    """The same as `:name` values."""
    return ", ".join(f":{field.name}" for field in fields(kind))
