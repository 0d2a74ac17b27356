"""The cards on file as an act of the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from widgets.common.speech import Speech
from widgets.kept_cards.consent import ConsentDialog
from widgets.kept_cards.dialog import CardsDialog
from widgets.kept_cards.presenter import KeptCardsPresenter

if TYPE_CHECKING:
    from widgets.ledger.acts import Done, Opener, Stage, Target
    from widgets.screens import Kit


def opener(kit: Kit, stage: Stage) -> Opener:
    """Opens the dialog for the target's patient; made when it is first asked for."""
    made: list[KeptCardsPresenter] = []

    def open_cards(target: Target, done: Done) -> None:
        if not made:
            made.append(KeptCardsPresenter(
                CardsDialog(stage.host), ConsentDialog(stage.host, "They agree: read the card"), bridge=kit.bridge,
                lanes=kit.desk.lanes, cards=lambda: kit.desk.kept_cards, person=lambda: kit.session.acting,
                speech=Speech(lambda: ZoneInfo(kit.facts().zone)), today=lambda: kit.facts().business_date,
            ))  # fmt: skip
        made[0].open(target.patient_id, done)

    return open_cards
