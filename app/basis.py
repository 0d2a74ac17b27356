"""What somebody was looking at when they decided, compared again inside the transaction that writes it down."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.refusals import account_changed
from models.basics.errors import RuleBroken
from models.ledger.figures import Figures
from models.store.queries import collect, moving

if TYPE_CHECKING:  # SQLAlchemy is loaded behind the first screen
    from models.store.rehearsal import Rehearsal


@dataclass(frozen=True, slots=True)
class Basis:
    """The figures of the account on the screen, and the accounts the act relies on with their net cents. `seq` is the
    log position that was seen; others' acts on other accounts move it, so it does not count."""

    patient_id: str
    figures: Figures
    accounts: tuple[tuple[str, int], ...] = ()
    seq: int = field(default=0, compare=False)


def basis_of(seen: Rehearsal, patient_id: str, account_ids: Iterable[str] = ()) -> Basis:
    """How things stand where an act is previewed."""
    return Basis(patient_id, seen.figures(patient_id), seen.nets(account_ids), seen.head_seq())


def basis_at(reader: Any, tenant: str, patient_id: str, account_ids: Iterable[str] = ()) -> Basis:
    """How things stand for a reader, where nothing is rehearsed."""
    nets = moving.nets(reader, tenant, account_ids)
    return Basis(patient_id, collect.figures(reader, tenant, patient_id), nets, collect.head_seq(reader, tenant))


def still_so(reader: Any, tenant: str, basis: Basis) -> None:
    """Everything is as it was seen. Raises RuleBroken `account.changed` with the figures as they are now."""
    figures = collect.figures(reader, tenant, basis.patient_id)
    if figures != basis.figures or moving.nets(reader, tenant, (name for name, _ in basis.accounts)) != basis.accounts:
        raise account_changed(figures)


def only_once(reader: Any, tenant: str, act_id: str, since: str = "") -> None:
    """This act was not made before: its id was made when its dialog opened, or (with `since`) follows from that older
    one. Raises RuleBroken `account.done_before`."""
    if moving.done_under(reader, tenant, act_id, since or act_id):
        raise RuleBroken("account.done_before")
