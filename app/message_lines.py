"""A message to a patient as lists show it: to which address, about which papers, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import orjson

from app.clinic import Clinic
from models.rules.people import show_phone
from models.store.queries.messages import MessageRow


@dataclass(frozen=True, slots=True)
class MessageLine:
    """A message and what became of it: `state` waiting, sent or failed, `reason` a message key where it failed;
    `pending`: the hub has not heard of it."""

    message_id: str
    patient_id: str
    channel: str
    address: str
    papers: tuple[str, ...]
    numbers: tuple[str, ...]
    state: str
    reason: str
    at: datetime
    pending: bool = False


def message_line(clinic: Clinic, row: MessageRow) -> MessageLine:
    """A message of the store as it is shown."""
    papers = orjson.loads(row.papers or "[]")
    return MessageLine(
        row.message_id, row.patient_id, row.channel, show_address(row.channel, row.address),
        tuple(f"{paper['kind']}:{paper['source_id']}" for paper in papers),
        tuple(paper["number"] for paper in papers), row.state, f"message.failed.{row.reason}" if row.reason else "",
        clinic.local(row.settled_at or row.asked_at), row.seq == 0,
    )  # fmt: skip


def show_address(channel: str, address: str) -> str:
    """An address as people write it."""
    return show_phone(address) if channel == "text" else address
