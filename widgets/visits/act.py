"""The dialogs about visits as acts: for the ledger's rows and for Today. Each is made when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from widgets.ledger.acts import Done, Opener, Stage, Target
    from widgets.screens import Kit
    from widgets.visits.charge import ChargePresenter
    from widgets.visits.new_visit import NewVisitPresenter
    from widgets.visits.status import BillingPresenter, StatusPresenter


class VisitActs:
    """The dialogs over `host()`. Each call opens one; `done(words)` follows once something is written."""

    def __init__(self, kit: Kit, host: Callable[[], QWidget]) -> None:
        self._kit, self._host = kit, host
        self._new: NewVisitPresenter | None = None
        self._status: StatusPresenter | None = None
        self._billing: BillingPresenter | None = None
        self._charge: ChargePresenter | None = None

    def new_visit(self, patient_id: str, done: Done) -> None:
        """Book a visit, or a series, for a patient."""
        if self._new is None:
            from widgets.visits.new_visit import NewVisitDialog, NewVisitPresenter

            kit = self._kit
            self._new = NewVisitPresenter(
                NewVisitDialog(self._host()), bridge=kit.bridge, reads=kit.desk.lanes["reads"],
                store=kit.desk.lanes["store"], stories=kit.desk.visits, person=lambda: kit.session.acting,
            )  # fmt: skip
        self._new.open(patient_id, done)

    def status(self, appointment_id: str, done: Done, status: str = "") -> None:
        """Where a visit is; `status` is chosen first."""
        if self._status is None:
            from widgets.visits.status import StatusDialog, StatusPresenter

            kit = self._kit
            self._status = StatusPresenter(
                StatusDialog(self._host()), bridge=kit.bridge, reads=kit.desk.lanes["reads"],
                store=kit.desk.lanes["store"], stories=kit.desk.visits, person=lambda: kit.session.acting,
                today=lambda: kit.facts().business_date,
            )  # fmt: skip
        self._status.open(appointment_id, done, status)

    def billing(self, appointment_id: str, done: Done) -> None:
        """Where a visit's bill is."""
        if self._billing is None:
            from widgets.visits.status import BillingPresenter, PickDialog

            kit = self._kit
            self._billing = BillingPresenter(
                PickDialog(self._host(), "Where is its bill?", "Set"), bridge=kit.bridge,
                reads=kit.desk.lanes["reads"], store=kit.desk.lanes["store"], stories=kit.desk.visits,
                person=lambda: kit.session.acting,
            )  # fmt: skip
        self._billing.open(appointment_id, done)

    def add_charge(self, appointment_id: str, done: Done, charge_id: str = "") -> None:
        """A line item on a visit; with `charge_id` that one, to be changed."""
        if self._charge is None:
            from widgets.visits.charge import ChargeDialog, ChargePresenter

            kit = self._kit
            self._charge = ChargePresenter(
                ChargeDialog(self._host()), bridge=kit.bridge, reads=kit.desk.lanes["reads"],
                store=kit.desk.lanes["store"], stories=kit.desk.visit_charges, person=lambda: kit.session.acting,
            )  # fmt: skip
        self._charge.open(appointment_id, done, charge_id)


def openers(kit: Kit, stage: Stage) -> dict[str, Opener]:
    """The acts of `widgets.ledger.acts.LedgerActs` that are about visits, by their names."""
    acts = VisitActs(kit, lambda: stage.host)

    def new_visit(target: Target, done: Done) -> None:
        acts.new_visit(target.patient_id, done)

    def add_charge(target: Target, done: Done) -> None:
        acts.add_charge(target.appointment_id, done)

    def change_charge(target: Target, done: Done) -> None:
        acts.add_charge(target.appointment_id, done, target.charge_id)

    def visit_status(target: Target, done: Done) -> None:
        acts.status(target.appointment_id, done)

    def billing_status(target: Target, done: Done) -> None:
        acts.billing(target.appointment_id, done)

    return {"new_visit": new_visit, "add_charge": add_charge, "change_charge": change_charge,
            "visit_status": visit_status, "billing_status": billing_status}  # fmt: skip
