"""Frozen pictures of acts that move money on account, before they are done: what there is to choose, and what would be
after. Amounts are cents, dates are dates of the clinic."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.basis import Basis
from models.ledger.figures import Figures
from models.operations.bodies import Fee, Undo
from models.rules.adjusting import AdjustReason
from models.rules.collecting import Lot
from models.rules.filling import Filling, OpenItem


@dataclass(frozen=True, slots=True)
class Acted:
    """An act that was written down. `op_ids` is what an undo takes back; `words` a message key, filled by `facts`."""

    op_ids: tuple[str, ...]
    cents: int
    words: str
    facts: dict[str, int | str | bool | None]


# Move -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Where:
    """Where money of one payment lies: it paid `charge_id`, is set aside for `appointment_id`, or (with neither) is
    free credit."""

    payment_id: str
    charge_id: str = ""
    appointment_id: str = ""

    @property
    def key(self) -> str:
        """Its name in a list."""
        return f"{self.payment_id}:{self.charge_id}:{self.appointment_id}"


@dataclass(frozen=True, slots=True)
class MoveSource:
    """Money that can be moved. `number` and `method` name the payment, `place` where it lies now. Of `cents` only
    `spendable_cents` may pay a charge: the rest went back in another program and waits to be netted. `may_go_cents` of
    it may go to a visit now: less than all where the hub would have to confirm it and does not answer. `whose` is the
    patient who paid."""

    where: Where
    number: str
    day: date
    method: str
    place: str
    cents: int
    spendable_cents: int
    may_go_cents: int
    whose: str

    @property
    def key(self) -> str:
        """Its name in a list."""
        return self.where.key


@dataclass(frozen=True, slots=True)
class MoveItem:
    """One line item of a visit."""

    charge_id: str
    title: str
    owes_cents: int


@dataclass(frozen=True, slots=True)
class MovePlace:
    """Where money may go. `kind` is visit (pays its line items), wait (set aside for a visit that lies ahead or has no
    charge yet) or credit. `whose` names another of the family."""

    key: str
    kind: str
    title: str
    day: date | None = None
    owes_cents: int = 0
    appointment_id: str = ""
    items: tuple[MoveItem, ...] = ()
    whose: str = ""


@dataclass(frozen=True, slots=True)
class MoveSheet:
    """Everything the move panel shows, bound to one patient when it opens. `act_id` is made here, once: a second Enter
    moves nothing twice. `source_key` and `proposed` are chosen at first."""

    act_id: str
    patient_id: str
    sources: tuple[MoveSource, ...]
    places: tuple[MovePlace, ...]
    source_key: str
    proposed: str

    def source(self, key: str) -> MoveSource | None:
        """The source of that name."""
        return next((each for each in self.sources if each.key == key), None)

    def place(self, key: str) -> MovePlace | None:
        """The place of that name."""
        return next((each for each in self.places if each.key == key), None)

    def places_for(self, source_key: str) -> tuple[MovePlace, ...]:
        """Where money from this source may go: anywhere but where it lies."""
        source = self.source(source_key)
        return tuple(place for place in self.places if source is not None and _elsewhere(source.where, place))


def _elsewhere(where: Where, place: MovePlace) -> bool:
    if place.kind == "credit":
        return bool(where.charge_id or where.appointment_id)
    if place.kind == "wait":
        return where.appointment_id != place.appointment_id
    return not where.charge_id or any(item.charge_id != where.charge_id for item in place.items)


@dataclass(frozen=True, slots=True)
class MoveOrder:
    """What the clerk decided. `charge_id` names one line item of the place; empty: all of the visit, oldest first."""

    sheet: MoveSheet
    source_key: str
    place_key: str
    cents: int
    charge_id: str = ""


@dataclass(frozen=True, slots=True)
class MovePreview:
    """What the move would do. `will_owe_cents` is what the place (or the line item) owes afterwards, `waits_cents`
    what would wait there, `left_cents` what stays where the money comes from. `provisional_cents` of it the hub must
    still confirm: the line is down, and another desk may spend the same money."""

    order: MoveOrder
    will_owe_cents: int
    waits_cents: int
    left_cents: int
    before: Figures
    after: Figures
    basis: Basis
    provisional_cents: int = 0


# Fill and AutoFill --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class FillItem(OpenItem):
    """One open line item as it is shown. `ahead`: its visit lies ahead or will not be, so that credit does not go
    there."""

    day: date
    title: str
    subtitle: str
    ahead: bool = False


@dataclass(frozen=True, slots=True)
class FillSheet:
    """What there is to fill and what with, bound to one patient; `act_id` as in MoveSheet. `refunded_cents` went back
    in other programs and waits to be netted: so much free credit is not there. `autofill`: the practice lets it.
    `out_of_reach_cents` lies on account too, and must not go without the hub, which does not answer."""

    act_id: str
    patient_id: str
    items: tuple[FillItem, ...]
    lots: tuple[Lot, ...]
    refunded_cents: int
    autofill: bool
    use_other_visits: bool
    out_of_reach_cents: int = 0

    @property
    def needs_hub(self) -> bool:
        """Is there money on account, and none of it may go before the hub answers?"""
        return self.out_of_reach_cents > 0 and not self.lots


@dataclass(frozen=True, slots=True)
class FillLine:
    """What one line item would get and still owe; `origins` says where from: credit, own (set aside for its visit),
    other (for another visit)."""

    item: FillItem
    cents: int
    left_cents: int
    origins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FillPreview:
    """What a fill would do; nothing when `cents` is 0. `way` is fill or autofill, `provisional_cents` as in
    MovePreview."""

    sheet: FillSheet
    way: str
    fillings: tuple[Filling, ...]
    lines: tuple[FillLine, ...]
    cents: int
    before: Figures
    after: Figures
    basis: Basis
    provisional_cents: int = 0


# Adjustments and fees -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AdjustKind:
    """One kind of adjustment with the reasons it may carry and the most that is possible now."""

    kind: str
    words: str
    reasons: tuple[AdjustReason, ...]
    most_cents: int


@dataclass(frozen=True, slots=True)
class AdjustItem:
    """A line item that can be adjusted."""

    charge_id: str
    day: date
    title: str
    owes_cents: int
    written_off_cents: int


@dataclass(frozen=True, slots=True)
class AdjustSheet:
    """What the adjustment dialog shows, bound to one patient; `act_id` as in MoveSheet. Above `limit_cents` (0: no
    limit) a manager is needed."""

    act_id: str
    patient_id: str
    items: tuple[AdjustItem, ...]
    charge_id: str
    limit_cents: int


@dataclass(frozen=True, slots=True)
class AdjustOrder:
    """What the clerk decided: `kind` of adjustment, its `group` (CO, OA, PI, PR) and `reason_code`."""

    sheet: AdjustSheet
    charge_id: str
    kind: str
    group: str
    reason_code: str
    cents: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class AdjustPreview:
    """What the adjustment would do."""

    order: AdjustOrder
    owes_before_cents: int
    owes_after_cents: int
    before: Figures
    after: Figures
    basis: Basis


@dataclass(frozen=True, slots=True)
class FeeChoice:
    """A fee that can be asked for: its natural `code`, words, what the practice usually asks, the ISO day it is of, and
    what of it stands on the visit already (None: it is not there)."""

    code: str
    words: str
    cents: int
    charge_id: str
    service_date: str
    stands_cents: int | None = None


@dataclass(frozen=True, slots=True)
class FeeSheet:
    """What the fee dialog shows, for one visit or the account as a whole."""

    act_id: str
    patient_id: str
    appointment_id: str
    visit_words: str
    choices: tuple[FeeChoice, ...]


@dataclass(frozen=True, slots=True)
class FeeOrder:
    """What the clerk decided: one of the sheet's fees by its charge. With 0 cents a fee that stands is taken off."""

    sheet: FeeSheet
    charge_id: str
    description: str
    cents: int


@dataclass(frozen=True, slots=True)
class FeePreview:
    """What asking for the fee (or taking it off) would do."""

    order: FeeOrder
    stands_cents: int
    before: Figures
    after: Figures
    basis: Basis


# Undo ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UndoPreview:
    """The act that would be taken back, by the operations `op_ids`: `words` a message key that says what was undone,
    filled by `facts`; with the figures before and after. `body` is the operation that does it."""

    act_id: str
    patient_id: str
    op_ids: tuple[str, ...]
    body: Undo | Fee
    words: str
    facts: dict[str, int | str | bool | None]
    before: Figures
    after: Figures
    basis: Basis
