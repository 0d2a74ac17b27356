"""Merging and taking apart as acts of the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from widgets.ledger.act_form import Hands
    from widgets.ledger.acts import Done, Opener, Stage, Target
    from widgets.merging.dialog import MergePresenter
    from widgets.merging.parting import PartPresenter
    from widgets.screens import Kit


def openers(kit: Kit, stage: Stage, hands: Callable[[], Hands]) -> dict[str, Opener]:
    """`merge` and `part` of `widgets.ledger.acts.LedgerActs`; each dialog is made when it is first asked for."""
    merging: list[MergePresenter] = []
    parting: list[PartPresenter] = []

    def merge(target: Target, done: Done) -> None:
        if not merging:
            from widgets.merging.dialog import MergeDialog, MergePresenter

            merging.append(MergePresenter(MergeDialog(stage.host), hands(), kit.desk.merging, kit.desk.find))
        merging[0].open(target.patient_id, done)

    def part(target: Target, done: Done) -> None:
        if not parting:
            from widgets.merging.parting import PartDialog, PartPresenter

            parting.append(PartPresenter(PartDialog(stage.host), hands(), kit.desk.merging))
        parting[0].open(target.patient_id, done)

    return {"merge": merge, "part": part}
