"""Bodies of the operations about receipts on paper whose payment died with its desk (H13)."""

from __future__ import annotations

from dataclasses import dataclass

from models.basics.ids import natural_id
from models.operations.bodies import Collect, Reverse


@dataclass(frozen=True, slots=True, kw_only=True)
class Rekeyed:
    """A payment is entered again from its paper (fact). `of` is the number on that receipt; `payment` what it says,
    under `rekeyed_id(of)` and a receipt number of the desk that enters it. One receipt counts once, whoever enters it.
    """

    of: str
    patient_id: str
    payment: Collect


@dataclass(frozen=True, slots=True, kw_only=True)
class RekeyEnded:
    """Derived by the hub: the payment itself has arrived, so what stood in for it is taken back."""

    payment_id: str
    patient_id: str
    cause_op_id: str
    reverse: Reverse


def rekeyed_id(receipt_no: str) -> str:
    """The payment that stands in for a receipt: the same wherever it is entered."""
    return natural_id("rekeyed", receipt_no)
