"""The body of the operation that keeps a signature with its payment."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentSigned:
    """The patient signed for a card payment on the reader (fact). `strokes` is the pen's way as
    `models.rules.signatures` writes it; the first signature of a payment stands."""

    payment_id: str
    patient_id: str
    strokes: str
