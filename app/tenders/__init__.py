"""The ways of paying, by their key: a new one is a file here and a row in the table."""

from __future__ import annotations

from collections.abc import Callable

from app.attempts import Attempts
from app.card_reader import CardReader
from app.recovery import Recovery
from app.tenders.base import Tender
from app.tenders.card import Card
from app.tenders.cash import Cash
from app.tenders.check import Check
from app.tenders.credit import Credit
from app.tenders.on_file import OnFile
from app.tenders.other import Other
from app.till import Till
from app.views import TenderKind


def tenders(
    till: Till, attempts: Attempts, reader: CardReader, recovery: Recovery, told: Callable[[str], None]
) -> dict[TenderKind, Tender]:
    """Every tender of this desk."""
    return {
        TenderKind.CARD: Card(till, attempts, reader, recovery, told),
        TenderKind.ON_FILE: OnFile(till, attempts, reader, recovery, told),
        TenderKind.CASH: Cash(till),
        TenderKind.CHECK: Check(till),
        TenderKind.OTHER: Other(till),
        TenderKind.CREDIT: Credit(till),
    }
