"""What somebody was looking at when they decided, compared again inside the transaction that writes it down."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from app.refusals import account_changed
from models.basics.errors import RuleBroken
from models.ledger.figures import Figures
from models.store.queries import collect, moving


@dataclass(frozen=True, slots=True)
class Basis:
    """The figures of the account on the screen, and the accounts the act relies on with their net cents. `seq` is the
    log position that was seen; others' acts on other accounts move it, so it does not count."""

    patient_id: str
    figures: Figures
    accounts: tuple[tuple[str, int], ...] = ()
    seq: int = field(default=0, compare=False)


def basis_of(reader: Any, tenant: str, patient_id: str, account_ids: Iterable[str] = ()) -> Basis:
    """How things stand at this moment."""
    return Basis(patient_id, collect.figures(reader, tenant, patient_id), moving.nets(reader, tenant, account_ids),
                 collect.head_seq(reader, tenant))  # fmt: skip


def still_so(reader: Any, tenant: str, basis: Basis) -> None:
    """Everything is as it was seen. Raises RuleBroken `account.changed` with the figures as they are now."""
    now = basis_of(reader, tenant, basis.patient_id, (account_id for account_id, _ in basis.accounts))
    if now != basis:
        raise account_changed(now.figures)


def only_once(reader: Any, tenant: str, act_id: str) -> None:
    """This act was not made before: its id was made when its dialog opened. Raises RuleBroken `account.done_before`."""
    if moving.done_under(reader, tenant, act_id):
        raise RuleBroken("account.done_before")
