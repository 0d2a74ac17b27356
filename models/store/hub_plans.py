"""What patients do about a payment plan from home: they read and accept its terms, and choose the card it is paid with.

Each is one transaction under the practice's lock, judged by the same engine as what a desk does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from models.basics.clock import Clock, utc_text
from models.basics.ids import natural_id
from models.ledger.judging import HUB
from models.operations.online import BANK
from models.operations.operation import GENESIS, Operation, make_operation
from models.operations.plans import SIGNATURE, TERMS, PlanAccept, PlanLine, PlanMethod, PlanPut
from models.operations.protocol import PushBatch
from models.operations.records import Rules
from models.rules.agreement import Agreed, agreement, card_words, language_of, sha256, version_in
from models.rules.numbers import plan_number
from models.rules.plan_standing import PlanStatus
from models.rules.plans import Frequency
from models.rules.rights import discount_right, rights_of
from models.store.hub_reading import HubReader
from models.store.plan_acts import starting
from models.store.plan_looking import clinic_day, left_on, less_interest, local_day, stands, unearned_on
from models.store.pushing import push_batches
from models.store.queries import kept_cards, plans, recorded, staff
from models.store.queries.plans import PlanRow
from models.store.session import Session

Run = Callable[[Callable[[Session], Any], str], Any]

STARTED, CHANGED, LOCKED, GONE = "started", "changed", "locked", "gone"
"""What became of an acceptance: the plan is in force; its terms, or what its charges owe, are others by now; it is in
force under other terms or has ended; there is none."""

_LOCK = "UPDATE tenant_head SET seq = seq WHERE tenant = :tenant"
_REMIND_DAYS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepting:
    """A patient accepts terms whose text has `seen_sha256`, paid with a kept card, or (empty) each time. `key` names
    the form that was sent: sent again it is the same acceptance; `channel` as of PlanAccept, `sent_at` (UTC text) when
    the terms were sent to them, `language` what they read them in; `strokes` their signature, where they drew one."""

    plan_id: str
    key: str
    seen_sha256: str
    said_by: str
    kept_card_id: str
    channel: str
    sent_at: str
    language: str
    strokes: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """How terms are read: paid with a kept card, or (empty) each time; sent when (UTC text); in which language; on
    which day of the practice's."""

    kept_card_id: str
    sent_at: str
    language: str
    day: date


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a draft as the patient reads them, paid in one way: the whole text, the version of its words,
    and by what it is known. `stands`: its charges still owe what it is about, and whoever may let off its discount
    agreed to that."""

    row: PlanRow
    text: str
    version: str
    sha256: str
    stands: bool


class HubPlans:
    """Acts from home. Thread-safe; raises StorageError."""

    def __init__(self, transaction: Run, clock: Clock) -> None:
        self._transaction, self._clock = transaction, clock

    def accept(self, tenant: str, wish: Accepting) -> str:
        """Accept terms and put them into force, with their discount and their interest: all of it or nothing. Returns
        one of STARTED, CHANGED, LOCKED, GONE."""
        now = self._clock.now()

        def work(tx: Session) -> str:
            tx.run(_LOCK, tenant=tenant)
            reader = HubReader(tx)
            row = plans.plan(reader, tenant, wish.plan_id)
            why_not = _why_not(row, wish)
            if row is None or why_not:
                return why_not
            day, _ = clinic_day(reader, tenant, now)
            terms = terms_of(reader, tenant, row, Reading(wish.kept_card_id, wish.sent_at, wish.language, day))
            if terms.sha256 != wish.seen_sha256 or not terms.stands:
                return CHANGED
            said = _Said(tx, tenant, wish.key, day.isoformat(), utc_text(now))
            said.log(_written(row, terms, wish))
            agreed = plans.plan(reader, tenant, wish.plan_id) or row
            replaced = plans.plan(reader, tenant, row.replaces)
            less = unearned_on(reader, tenant, replaced, day) if replaced else {}
            fees = less_interest(reader, tenant, replaced, day) if replaced else []
            owed = left_on(reader, tenant, row.charges, less)
            said.log(starting(agreed, tenant, owed, fees, day.isoformat()), group="start")
            after = plans.plan(reader, tenant, wish.plan_id)
            return STARTED if after is not None and after.status == PlanStatus.ACTIVE else CHANGED

        found: str = self._transaction(work, tenant)
        return found

    def pay_with(self, tenant: str, row: PlanRow, key: str, method: PlanMethod) -> None:
        """A plan in force is paid with another kept card from now on; sent again under its `key` it is one word."""
        now = self._clock.now()

        def work(tx: Session) -> None:
            tx.run(_LOCK, tenant=tenant)
            day, _ = clinic_day(HubReader(tx), tenant, now)
            _Said(tx, tenant, natural_id(row.plan_id, key), day.isoformat(), utc_text(now)).log([method])

        self._transaction(work, tenant)


def terms_of(reader: HubReader, tenant: str, row: PlanRow, reading: Reading) -> Terms:
    """The terms of a draft: the text as it was written where it is read so, else the same agreement with the sentences
    of the card that was chosen, or in another language."""
    kept_card_id, language = reading.kept_card_id, reading.language
    card = kept_cards.card(reader, tenant, kept_card_id) if kept_card_id else None
    text, version = row.text, row.terms
    if kept_card_id != row.kept_card_id or language != language_of(version):
        version = version_in(language)
        rules, practice = recorded.rules(reader, tenant), staff.practice(reader, tenant)
        replaced = plans.plan(reader, tenant, row.replaces) if row.replaces else None
        put_on = local_day(reader, tenant, row.put_at)
        paid = stands(reader, tenant, replaced, put_on).paid_cents if replaced else 0
        text = agreement(Agreed(
            clinic=practice.name if practice else "", lines=row.instalments, signed_on=put_on,
            encounter_cents=row.encounter_cents, discount_cents=row.discount_cents, apr_hundredths=row.apr_hundredths,
            frequency=Frequency(row.frequency), day=row.day,
            card=card_words(card.brand, card.last4) if card else "", by_bank=card is not None and card.way == BANK,
            retry_days=_retries(rules) if card else (),
            remind_days=_REMIND_DAYS if card else 0, replaces=plan_number(row.replaces) if replaced else "",
            paid_cents=paid, language=language,
        ))  # fmt: skip
    stands_ = _owes(reader, tenant, row, reading.day) and _may_let_off(reader, tenant, row, reading.sent_at)
    return Terms(row, text, version, sha256(text), stands_)


def _may_let_off(reader: HubReader, tenant: str, row: PlanRow, sent_at: str) -> bool:
    """Did somebody who may let off the discount have it sent, or write it down since?"""
    right = discount_right(row.discount_cents, recorded.rules(reader, tenant).adjust_limit_cents)
    if right is None or row.put_at <= sent_at or row.put_by == HUB:
        return True
    person = staff.staff_member(reader, tenant, row.put_by)
    return person is not None and right in rights_of(person.role, person.rights)


def _owes(reader: HubReader, tenant: str, row: PlanRow, day: date) -> bool:
    """Do the charges of a draft owe what it is about?"""
    replaced = plans.plan(reader, tenant, row.replaces) if row.replaces else None
    less = unearned_on(reader, tenant, replaced, day) if replaced else {}
    return sum(left_on(reader, tenant, row.charges, less).values()) == row.encounter_cents


def _retries(rules: Rules) -> tuple[int, ...]:
    return tuple(days for days in (rules.plan_first_retry_days, rules.plan_second_retry_days) if days)


def _why_not(row: PlanRow | None, wish: Accepting) -> str:
    """Why these terms cannot be accepted any more; STARTED where that very acceptance is in force."""
    if row is None:
        return GONE
    if row.status == PlanStatus.DORMANT:
        return ""
    return STARTED if row.status == PlanStatus.ACTIVE and row.accepted_sha256 == wish.seen_sha256 else LOCKED


def _written(row: PlanRow, terms: Terms, wish: Accepting) -> list[object]:
    """The terms as the patient chose to pay them, where that is new, and their word."""
    said: list[object] = []
    if terms.sha256 != row.terms_sha256:
        said.append(_put(row, terms, wish.kept_card_id))
    said.append(PlanAccept(
        plan_id=row.plan_id, patient_id=row.patient_id, terms=terms.version, terms_sha256=terms.sha256,
        said_by=wish.said_by, how=SIGNATURE if wish.strokes else TERMS, channel=wish.channel, strokes=wish.strokes,
    ))  # fmt: skip
    return said


def _put(row: PlanRow, terms: Terms, kept_card_id: str) -> PlanPut:
    lines = tuple(PlanLine(no=each.no, due_date=each.due.isoformat(), amount_cents=each.cents,
                           interest_cents=each.interest_cents) for each in row.instalments)  # fmt: skip
    return PlanPut(
        plan_id=row.plan_id, patient_id=row.patient_id, charge_ids=row.charges, encounter_cents=row.encounter_cents,
        lines=lines, terms=terms.version, terms_sha256=terms.sha256, text=terms.text,
        paid_before_cents=row.paid_before_cents, discount_cents=row.discount_cents,
        discount_group=row.discount_group, discount_reason=row.discount_reason,
        finance_charge_id=row.finance_charge_id, down_cents=row.down_cents, apr_hundredths=row.apr_hundredths,
        frequency=row.frequency, day=row.day, method="card" if kept_card_id else "other", kept_card_id=kept_card_id,
        remind_days=_REMIND_DAYS if kept_card_id else 0, replaces=row.replaces,
    )  # fmt: skip


class _Said:
    """What the hub writes down for a patient, under ids that follow from the form."""

    def __init__(self, tx: Session, tenant: str, key: str, day: str, now: str) -> None:
        self._tx, self._tenant, self._key, self._day, self._now = tx, tenant, key, day, now

    def log(self, bodies: Sequence[object], group: str = "") -> None:
        """Into the log, in one go; with `group` all of it stands or none does."""
        ops = [self._op(body, f"{group}{n}{type(body).__name__}", group) for n, body in enumerate(bodies)]
        query = "SELECT op_id FROM log WHERE tenant = :tenant AND op_id IN (:ids)"
        known = {row[0] for row in self._tx.rows(query, tenant=self._tenant, ids=[op.op_id for op in ops])}
        fresh = tuple(op for op in ops if op.op_id not in known)
        if fresh:
            push_batches(self._tx, self._tenant, [PushBatch(HUB, 0, 0, fresh)], self._now)

    def _op(self, body: object, name: str, group: str) -> Operation:
        tied = natural_id(self._tenant, "plan", self._key, group) if group else ""
        return make_operation(
            body, op_id=natural_id(self._tenant, "plan", self._key, name), tenant=self._tenant, device=HUB, epoch=0,
            dseq=0, prev=GENESIS, actor=HUB, business_date=self._day, device_time=self._now, group=tied,
            linked=bool(tied),
        )  # fmt: skip
