"""The family dialog as an act of the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from widgets.family.dialog import FamilyDialog
from widgets.family.presenter import FamilyPresenter

if TYPE_CHECKING:
    from widgets.ledger.acts import Done, Opener, Stage, Target
    from widgets.screens import Kit


def opener(kit: Kit, stage: Stage) -> Opener:
    """Opens the dialog for the target's patient; made when it is first asked for."""
    made: list[FamilyPresenter] = []

    def open_family(target: Target, done: Done) -> None:
        if not made:
            made.append(FamilyPresenter(
                FamilyDialog(stage.host), bridge=kit.bridge, reads=kit.desk.lanes["reads"],
                store=kit.desk.lanes["store"], family=kit.desk.family, find=kit.desk.find,
                person=lambda: kit.session.person,
            ))  # fmt: skip
        made[0].open(target.patient_id, done)

    return open_family
