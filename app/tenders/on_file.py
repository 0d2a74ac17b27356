"""A card on file: as any card, but nobody shows it. Whose processor keeps it is asked by the reader's driver."""

from __future__ import annotations

from typing import Any, cast

from app.keeping_cards import why_not_here
from app.plan import Details, Plan
from app.tenders.card import Card
from app.views import CollectRequest
from devices.base import Capability, KeepsCards, PaymentRequest, PaymentResult, PaymentTerminal, Watch
from models.basics.errors import DeviceBusy, RuleBroken
from models.store.queries import kept_cards


class OnFile(Card):
    """See Tender."""

    def check(self, reader: Any, request: CollectRequest, _due_cents: int) -> Details:
        """Raises RuleBroken: `card.kept_gone` for a card that is not on this account's file any more,
        `card.kept_elsewhere` for one of another processor."""
        tenant = self._till.clinic.tenant
        mine = kept_cards.cards_of(reader, tenant, request.sheet.patient.patient_id)
        found = next((row for row in mine if row.kept_card_id == request.kept_card_id), None)
        if found is None:
            raise RuleBroken("card.kept_gone")
        why_not = why_not_here(found, self._reader)
        if why_not:
            raise RuleBroken(why_not)
        return Details(kept_card_id=found.kept_card_id)

    def send(self, terminal: PaymentTerminal, asked: PaymentRequest, plan: Plan, watch: Watch) -> PaymentResult:
        """Charge the kept card. Raises DeviceError with nothing sent."""
        with self._till.clinic.store.reader() as reader:
            card = kept_cards.card(reader, self._till.clinic.tenant, plan.kept_card_id)
        if card is None or Capability.TOKENIZE not in terminal.capabilities:
            raise DeviceBusy("card.reader_keeps_none", device="reader")
        return cast(KeepsCards, terminal).charge_kept(asked, kept_cards.driver_token(card), watch)

    def goes_on_from(self, _reader: Any, _plan: Plan) -> str:
        """A card on file begins a transaction of its own."""
        return ""
