"""How screens that ask for money tell what came from home, or may come, without being in the ledger."""

from __future__ import annotations

from app.views import FromHome
from models.basics.money import show_cents

ASKED, UNPOSTED = "hourglass", "inbox"
"""Icons."""


def home_notes(home: FromHome) -> dict[str, str]:
    """By icon what there is to know."""
    notes = {}
    if home.asked_cents:
        notes[ASKED] = f"Bank asked for {show_cents(home.asked_cents)}"
    if home.unposted_cents:
        notes[UNPOSTED] = f"{show_cents(home.unposted_cents)} from home, not posted"
    return notes
