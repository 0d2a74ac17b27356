"""The practice's rules about money (S0-18): three settings, who opted in, limits, fees, visit statuses of its own."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from app.clinic import Clinic
from app.refusals import need
from app.views import Person
from models.basics.errors import RuleBroken
from models.basics.money import LARGEST_ENTRY_CENTS
from models.operations.records import APPOINTMENT_STATUSES, Practitioner, Rules
from models.rules.plan_standing import LEAST_RETRY, MOST_RETRY
from models.rules.plans import MOST_PAYMENTS
from models.rules.rights import Right
from models.store.queries import recorded

WHOLE = {
    "plan_least_payments": (1, MOST_PAYMENTS), "plan_most_payments": (1, MOST_PAYMENTS), "plan_late_days": (0, 60),
    "plan_first_retry_days": (LEAST_RETRY, MOST_RETRY), "plan_second_retry_days": (LEAST_RETRY, MOST_RETRY),
}  # fmt: skip
"""Rules that are whole numbers, of payments or of days: the least and the most each may be."""
STATUS_LETTERS = 24
STATUSES_AT_MOST = 20
MESSAGE_LETTERS = 300
OPT_INS = ("auto_allocate", "online", "online_auto_post")
"""What each provider decides for themselves: credit by rule, payments from home, their posting by itself."""


@dataclass(frozen=True, slots=True)
class Provider:
    """Somebody who sees patients. `auto_allocate`: credit may go to their visits by rule (S0-16 d); `online`: patients
    may pay for their visits from home (S0-28), `online_auto_post`: and that is posted by itself (S1-12)."""

    practitioner_id: str
    name: str
    auto_allocate: bool
    online: bool = False
    online_auto_post: bool = True


@dataclass(frozen=True, slots=True)
class RulesView:
    """What stands."""

    rules: Rules
    providers: tuple[Provider, ...]


class MoneyRules:
    """Reads and changes the rules, the same at every desk and at the hub. Blocks; lane `store`."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic

    def view(self) -> RulesView:
        """What stands now."""
        clinic = self._clinic
        with clinic.store.reader() as reader:
            rules = recorded.rules(reader, clinic.tenant)
            people = recorded.everything(reader, clinic.tenant, Practitioner)
        return RulesView(rules, tuple(
            Provider(each.id, each.name, each.auto_allocate, each.online, each.online_auto_post) for each in people
        ))  # fmt: skip

    def change(self, person: Person, **values: Any) -> None:
        """Set fields of the rules; what was posted stays as it is. Raises RuleBroken, nothing written:
        `staff.right_missing`, `rules.limit_form` (field), `rules.status_form`, `rules.too_many`, `plan.days_wrong`,
        `plan.limits_wrong`."""
        need(Right.SET_UP, person)
        unknown = values.keys() - {field.name for field in fields(Rules)} | values.keys() & {"id"}
        if unknown:
            raise TypeError(f"no rules named {sorted(unknown)}")
        checked = _with_what_hangs_on_it({name: _checked(name, value) for name, value in values.items()})
        clinic = self._clinic
        with clinic.store.write() as tx:
            known = recorded.rules(tx.reader, clinic.tenant)
            new = replace(known, **checked)
            if new.plan_least_payments > new.plan_most_payments or (
                0 < new.plan_most_balance_cents < new.plan_least_balance_cents
            ):
                raise RuleBroken("plan.limits_wrong", field=next(iter(values)))
            if new != known:
                tx.record(new, person_id=person.staff_id, business_date=clinic.today().isoformat())

    def opt_in(self, person: Person, practitioner_id: str, on: bool, field: str = "auto_allocate") -> None:
        """Let a provider take part in something, or not: `field` is one of OPT_INS. Raises RuleBroken
        `staff.right_missing`, `rules.provider_gone`."""
        if field not in OPT_INS:
            raise TypeError(f"nobody opts in to {field}")
        need(Right.SET_UP, person)
        clinic = self._clinic
        with clinic.store.write() as tx:
            known = recorded.one(tx.reader, clinic.tenant, Practitioner, practitioner_id)
            if known is None:
                raise RuleBroken("rules.provider_gone")
            if getattr(known, field) != on:
                wish: dict[str, Any] = {field: on}
                tx.record(replace(known, **wish), person_id=person.staff_id,
                          business_date=clinic.today().isoformat())  # fmt: skip


def _with_what_hangs_on_it(values: dict[str, Any]) -> dict[str, Any]:
    """Nothing is put away by itself that is not posted by itself: the two go on together, and off together; posting
    alone is had by turning putting away off again (S1-12)."""
    if "online_auto_post" in values:
        return {"online_auto_archive": values["online_auto_post"], **values}
    return {"online_auto_post": True, **values} if values.get("online_auto_archive") else values


def _checked(name: str, value: Any) -> Any:
    if name.endswith("_cents"):
        if type(value) is not int or not 0 <= value <= LARGEST_ENTRY_CENTS:
            raise RuleBroken("rules.limit_form", field=name)
        return value
    if name in WHOLE:
        least, most = WHOLE[name]
        if type(value) is not int or not least <= value <= most:
            raise RuleBroken("plan.days_wrong", field=name, least=least, most=most)
        return value
    if name == "custom_statuses":
        return _statuses(value)
    return " ".join(value.split())[:MESSAGE_LETTERS] if isinstance(value, str) else bool(value)


def _statuses(names: tuple[str, ...]) -> tuple[str, ...]:
    """Names of visit statuses, each its own and none of the program's."""
    found = [" ".join(str(name).split()) for name in names]
    taken = {status.replace("_", " ").casefold() for status in APPOINTMENT_STATUSES}
    if len(found) > STATUSES_AT_MOST:
        raise RuleBroken("rules.too_many", limit=STATUSES_AT_MOST)
    for name in found:
        if not 0 < len(name) <= STATUS_LETTERS or name.casefold() in taken:
            raise RuleBroken("rules.status_form", field="custom_statuses", limit=STATUS_LETTERS)
        taken.add(name.casefold())
    return tuple(found)
