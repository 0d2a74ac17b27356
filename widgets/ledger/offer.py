"""An act that can be done to something on the Ledger, and those of money on account."""

from __future__ import annotations

from dataclasses import dataclass

from app.account_views import LotLine
from widgets.ledger.acts import Target


@dataclass(frozen=True, slots=True)
class Offer:
    """One act on one target: `act` names an opener of LedgerActs or one of the page's own (OWN_ACTS); `risky` acts
    stand apart, at the end of a menu."""

    act: str
    words: str
    target: Target
    risky: bool = False


OWN_ACTS = frozenset({"receipt", "show", "print", "collect"})
"""What the page does by itself: print a receipt again, show a paper, print it, go to Collect."""


def lot_offers(line: LotLine, patient_id: str) -> list[Offer]:
    """What money on account can take."""
    target = Target(line.patient_id or patient_id, payment_id=line.payment_id, appointment_id=line.appointment_id,
                    refund_id=line.refund_id)  # fmt: skip
    if line.kind == "elsewhere":
        return [Offer("net_out", "Net out…", target)]
    return [Offer("move", "Move…", target), Offer("refund", "Refund…", target),
            Offer("receipt", "Print receipt again", target)]  # fmt: skip
