"""What an account's owner sees of money: what they and their dependents owe, what came, and what of it is on its way.

Read in one transaction at the hub, with the desks' own questions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from models.operations.online import OnlineItem
from models.rules import online
from models.rules.people import display_name
from models.store.hub_reading import HubReader
from models.store.queries import collect, family, ledger, people, receipts
from models.store.queries.ledger import PaymentRow
from models.store.queries.rows import ChargeRow, PatientRow, marks
from server.portal.clinic import ClinicFacts

RECENT = 8
_WHERE = (
    "SELECT c.id, coalesce(nullif(c.practitioner_id, ''), v.practitioner_id, ''), coalesce(nullif(v.title, ''), "
    "v.reason, ''), coalesce(w.name, '') FROM charge c LEFT JOIN appointment v ON v.tenant = c.tenant "
    "AND v.id = c.appointment_id LEFT JOIN practitioner w ON w.tenant = c.tenant "
    "AND w.id = coalesce(nullif(c.practitioner_id, ''), v.practitioner_id, '') WHERE c.tenant = ? AND c.id IN "
)


@dataclass(frozen=True, slots=True)
class Owed:
    """One line of what is owed: a visit, or a charge without one. `online`: it may be paid here. What is `on_plan` is
    paid by its payment plan; more than that is the patient's own wish, never proposed."""

    key: str
    title: str
    service_date: str
    provider: str
    whose: str
    cents: int
    charges: tuple[OnlineItem, ...]
    online: bool
    on_plan: bool = False


@dataclass(frozen=True, slots=True)
class Came:
    """One payment. `tender` and `channel` say how; `payment_id` is empty for what is not on the account yet."""

    payment_id: str
    day: str
    what: tuple[str, ...]
    tender: str
    brand: str
    last4: str
    at_home: bool
    cents: int


@dataclass(frozen=True, slots=True)
class Standing:
    """An account's money. `members` are who is seen, the owner first; cents."""

    members: tuple[PatientRow, ...]
    owed: tuple[Owed, ...]
    credit_cents: int
    came: tuple[Came, ...]

    @property
    def owner(self) -> PatientRow:
        """Whose account it is."""
        return self.members[0]

    @property
    def owed_cents(self) -> int:
        """What all lines ask."""
        return sum(line.cents for line in self.owed)

    @property
    def online_cents(self) -> int:
        """What of it may be paid from home."""
        return sum(line.cents for line in self.owed if line.online)

    @property
    def proposed_cents(self) -> int:
        """What of that is proposed: never what a plan pays."""
        return sum(line.cents for line in self.owed if line.online and not line.on_plan)

    @property
    def family(self) -> tuple[str, ...]:
        """First names of the others."""
        return tuple(each.given or each.family for each in self.members[1:])


def members_of(reader: HubReader, tenant: str, patient_id: str) -> tuple[PatientRow, ...]:
    """Whose money an account's owner may see: their own, and of those they are the guarantor of (S1-04). Empty where
    the record is gone."""
    own = people.survivor(reader, tenant, patient_id)
    found = family.family(reader, tenant, own)
    if found and found[0].id == own:
        return tuple(found)
    return tuple(each for each in found if each.id == own)


def records_of(reader: HubReader, tenant: str, members: Sequence[PatientRow]) -> tuple[str, ...]:
    """Every record of these people."""
    return people.records_of_all(reader, tenant, [each.id for each in members])


def standing(reader: HubReader, clinic: ClinicFacts, patient_id: str, recent: int = RECENT) -> Standing | None:
    """How an account stands now; None where the patient is gone."""
    members = members_of(reader, clinic.tenant, patient_id)
    if not members:
        return None
    charges = [each for member in members for each in collect.open_charges(reader, clinic.tenant, member.id)
               if each.payable]  # fmt: skip
    credit = sum(max(collect.figures(reader, clinic.tenant, member.id).credit_cents, 0) for member in members)
    records = records_of(reader, clinic.tenant, members)
    paid = [row for row in ledger.payments(reader, clinic.tenant, records) if not row.reversed_at][:recent]
    return Standing(members, _lines(reader, clinic, members, charges), credit,
                    tuple(_came(reader, clinic.tenant, row) for row in paid))  # fmt: skip


def _lines(
    reader: HubReader, clinic: ClinicFacts, members: Sequence[PatientRow], charges: Sequence[ChargeRow]
) -> tuple[Owed, ...]:
    if not charges:
        return ()
    ids = [each.charge_id for each in charges]
    where = {row[0]: row[1:] for row in
             reader.execute(f"{_WHERE}({marks(len(ids))})", (clinic.tenant, *ids))}  # fmt: skip
    names = {each.id: each.given or display_name(family=each.family) for each in members}
    groups: dict[str, list[ChargeRow]] = {}
    for each in sorted(charges, key=lambda charge: (charge.service_date, charge.charge_id)):
        key = each.appointment_id or each.charge_id
        groups.setdefault(f"{key}-plan" if each.plan_id else key, []).append(each)
    return tuple(_line(key, group, where, names, clinic.providers) for key, group in groups.items())


def _line(
    key: str, group: Sequence[ChargeRow], where: dict[str, Any], names: dict[str, str], providers: frozenset[str]
) -> Owed:
    first = group[0]
    practitioner_id, title, provider = where.get(first.charge_id, ("", "", ""))
    return Owed(
        key=key, title=title or first.description, service_date=first.service_date, provider=provider,
        whose=names.get(first.patient_id, ""), cents=sum(each.owed_cents for each in group),
        charges=tuple(OnlineItem(charge_id=each.charge_id, amount_cents=each.owed_cents) for each in group),
        online=not practitioner_id or practitioner_id in providers,
        on_plan=bool(first.plan_id),
    )  # fmt: skip


def _came(reader: HubReader, tenant: str, row: PaymentRow) -> Came:
    paid = receipts.applied(reader, tenant, row.payment_id)
    what = tuple(dict.fromkeys(each.description for each in paid if each.description))
    return Came(row.payment_id, row.business_date, what, row.tender, row.brand, row.last4, row.tender == "online",
                row.amount_cents)  # fmt: skip


def shared_out(lines: Iterable[Owed], cents: int) -> tuple[OnlineItem, ...]:
    """An amount over the charges of these lines, oldest first; what is left over is for none of them (N48)."""
    charges = [(charge.charge_id, charge.amount_cents) for line in lines for charge in line.charges]
    return tuple(
        OnlineItem(charge_id=charge_id, amount_cents=part) for charge_id, part in online.shared_out(charges, cents)
    )
