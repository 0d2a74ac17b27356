"""What patients signed on a card reader."""

from __future__ import annotations

from typing import Any


def strokes(connection: Any, tenant: str, payment_id: str) -> str:
    """The signature of a payment as `models.rules.signatures` writes it; empty where nobody signed on a reader."""
    row = connection.execute(
        "SELECT strokes FROM signature WHERE tenant = ? AND payment_id = ?", (tenant, payment_id)
    ).fetchone()
    return str(row[0]) if row else ""
