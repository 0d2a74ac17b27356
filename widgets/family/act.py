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
    dialogs: list[tuple[FamilyDialog, list[Done]]] = []

    def open_family(target: Target, done: Done) -> None:
        if not dialogs:
            dialogs.append(_made(kit, stage))
        dialog, listeners = dialogs[0]
        listeners[:] = [done]
        presenter = dialog.findChild(FamilyPresenter)
        assert presenter is not None
        presenter.open(target.patient_id)

    return open_family


def _made(kit: Kit, stage: Stage) -> tuple[FamilyDialog, list[Done]]:
    dialog, listeners = FamilyDialog(stage.host), list["Done"]()
    FamilyPresenter(
        dialog, bridge=kit.bridge, reads=kit.desk.lanes["reads"], store=kit.desk.lanes["store"],
        family=kit.desk.family, find=kit.desk.find, person=lambda: kit.session.person,
        done=lambda words: [tell(words) for tell in listeners],
    )  # fmt: skip
    return dialog, listeners
