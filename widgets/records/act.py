"""How a patient is reached, their consents, contacts and export, as acts of their ledger."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from widgets.common.speech import Speech

if TYPE_CHECKING:
    from widgets.ledger.acts import Done, Opener, Stage, Target
    from widgets.screens import Kit


class _Opens(Protocol):
    def open(self, patient_id: str, done: Done) -> None: ...


def openers(kit: Kit, stage: Stage) -> dict[str, Opener]:
    """One opener each; its dialog is made when it is first asked for."""
    return {"consents": _opener(lambda: _consents(kit, stage)), "contacts": _opener(lambda: _contacts(kit, stage)),
            "export": _opener(lambda: _export(kit, stage)), "reach": _opener(lambda: _reach(kit, stage))}  # fmt: skip


def _opener(make: Callable[[], _Opens]) -> Opener:
    made: list[_Opens] = []

    def open_it(target: Target, done: Done) -> None:
        if not made:
            made.append(make())
        made[0].open(target.patient_id, done)

    return open_it


def _speech(kit: Kit) -> Speech:
    return Speech(lambda: ZoneInfo(kit.facts().zone))


def _consents(kit: Kit, stage: Stage) -> _Opens:
    from widgets.records.consents import ConsentsPresenter
    from widgets.records.consents_dialog import ConsentsDialog

    return ConsentsPresenter(
        ConsentsDialog(stage.host), bridge=kit.bridge, lanes=kit.desk.lanes, consents=lambda: kit.desk.consents,
        person=lambda: kit.session.acting, speech=_speech(kit), today=lambda: kit.facts().business_date,
    )  # fmt: skip


def _contacts(kit: Kit, stage: Stage) -> _Opens:
    from widgets.records.contacts import ContactsPresenter
    from widgets.records.contacts_dialog import ContactDialog, ContactsDialog

    return ContactsPresenter(
        ContactsDialog(stage.host), ContactDialog(stage.host), bridge=kit.bridge, lanes=kit.desk.lanes,
        contacts=lambda: kit.desk.contacts, person=lambda: kit.session.acting, speech=_speech(kit),
    )  # fmt: skip


def _reach(kit: Kit, stage: Stage) -> _Opens:
    from widgets.records.reach import ReachDialog, ReachPresenter

    return ReachPresenter(
        ReachDialog(stage.host), bridge=kit.bridge, lanes=kit.desk.lanes, reaching=lambda: kit.desk.reaching,
        person=lambda: kit.session.acting, speech=_speech(kit), today=lambda: kit.facts().business_date,
    )  # fmt: skip


def _export(kit: Kit, stage: Stage) -> _Opens:
    from models.rules.rights import Right
    from widgets.common.lend_dialog import Lending
    from widgets.records.export import ExportDialog, ExportPresenter

    speech = _speech(kit)
    lending = Lending(stage.host, Right.EXPORT, "Export this patient’s data", "Choose a file…", bridge=kit.bridge,
                      lane=kit.desk.lanes["store"], sign_in=kit.desk.sign_in, speech=speech)  # fmt: skip
    return ExportPresenter(
        ExportDialog(stage.host), bridge=kit.bridge, lanes=kit.desk.lanes, export=lambda: kit.desk.patient_export,
        person=lambda: kit.session.acting, lending=lending, speech=speech,
    )  # fmt: skip
