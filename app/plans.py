"""Payment plans at the desk: an agreement is filled in, saved, accepted, put into force; then followed (S4-05, S4-06).

What is agreed posts nothing by itself: discount and interest are posted in the act that puts it into force. Money pays
a plan's charges as it pays any other, and the plan follows. New terms for a plan in force are an agreement of its own
about what is left, which ends the plan when it comes into force.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, cast

from app.card_reader import CardReader
from app.clinic import Clinic
from app.fields import no_card_number
from app.heads import patient_head
from app.keeping_cards import cards_on_file
from app.plan_standings import stands
from app.plan_views import Acceptance, PlanForm, PlanItem, PlanPage, Worked
from app.refusals import insist, need
from app.signing import PATIENCE_S, Pen
from app.views import KeptCardLine, Person
from devices.base import Capability, TakesSignatures, Watch
from models.basics.errors import RuleBroken
from models.basics.ids import new_id
from models.basics.money import parse_cents
from models.operations.kept_cards import STRIPE
from models.operations.plans import SIGNATURE, PlanAccept, PlanCancel, PlanLine, PlanMethod, PlanPut, PlanSkip
from models.operations.records import Rules
from models.rules.adjusting import reasons_for
from models.rules.agreement import Agreed, agreement, card_words, language_of, sha256, version_in
from models.rules.languages import written_in
from models.rules.numbers import plan_number
from models.rules.plan_standing import PlanStatus, State, pay_off_cents
from models.rules.plans import Frequency, Instalment, Limits, Terms, check_limits, interest_of, schedule
from models.rules.rights import Right, discount_right
from models.rules.signatures import signature_text
from models.store.plan_acts import FINANCE, finance_id, starting
from models.store.plan_looking import left_on, less_interest, paid_on, unearned_on
from models.store.queries import collect, kept_cards, plans, reaching, recorded, rows
from models.store.queries.plans import PlanRow

if TYPE_CHECKING:  # SQLAlchemy is loaded behind the first screen
    from models.store.transaction import Tx

REMIND_DAYS = 3
NAME_LETTERS = 80
USUAL_PAYMENTS = 6


class Plans:
    """The agreement and its acts. `begin`, `open` on the `reads` lane; `work_out` anywhere; the rest on `store`."""

    def __init__(self, clinic: Clinic, reader: CardReader) -> None:
        self._clinic, self._reader = clinic, reader

    # Looking ------------------------------------------------------------------------------------------------------

    def begin(self, patient_id: str, appointment_id: str = "") -> PlanPage:
        """An agreement about what an account owes, or one visit of it, as it would usually be. Raises RuleBroken
        `collect.patient_gone`, `plan.nothing_owed`."""
        clinic = self._clinic
        with clinic.store.reader() as reader:
            items = self._items(reader, patient_id)
            chosen = [row.charge_id for row in items if not appointment_id or row.appointment_id == appointment_id]
            cards = self._cards(reader, patient_id)
            form = PlanForm(
                new_id(), patient_id, tuple(chosen), str(USUAL_PAYMENTS), clinic.today().isoformat(),
                kept_card_id=cards[0].kept_card_id if cards else "",
                language=written_in(reaching.language(reader, clinic.tenant, patient_id)),
            )  # fmt: skip
            page = self._page(reader, form, items, cards, PlanStatus.DORMANT)
        if not items:
            raise RuleBroken("plan.nothing_owed")
        usual = str(max(min(USUAL_PAYMENTS, page.limits.most_payments or USUAL_PAYMENTS), page.limits.least_payments))
        return replace(page, form=replace(form, payments=usual))

    def change(self, plan_id: str) -> PlanPage:
        """New terms for a plan in force, as they would usually be: what is left of it, over the payments that are left.
        A draft of them that is there is opened. Raises RuleBroken `plan.gone`, `refused.plan_not_active`,
        `plan.nothing_owed`."""
        clinic = self._clinic
        with clinic.store.reader() as reader:
            row = self._row(reader, plan_id)
            if row.status != PlanStatus.ACTIVE:
                raise RuleBroken("refused.plan_not_active")
            drafted = plans.draft_for(reader, clinic.tenant, plan_id)
            now = stands(clinic, reader, row)
            following = now.next
            if following is None:
                raise RuleBroken("plan.nothing_owed")
            form = PlanForm(
                new_id(), row.patient_id, (), str(sum(1 for each in now.lines if each.open_cents)),
                max(following.line.due, clinic.today()).isoformat(), apr=_typed(row.apr_hundredths),
                frequency=row.frequency, day=row.day, kept_card_id=row.kept_card_id,
                remind=bool(row.remind_days) or not row.kept_card_id, replaces=plan_id,
                language=written_in(reaching.language(reader, clinic.tenant, row.patient_id)),
            )  # fmt: skip
            items = self._items(reader, row.patient_id, replaces=row)
            form = replace(form, charge_ids=tuple(each.charge_id for each in items if each.charge_id in row.charges))
            page = self._page(reader, form, items, self._cards(reader, row.patient_id), PlanStatus.DORMANT)
        return self.open(drafted) if drafted else page

    def open(self, plan_id: str) -> PlanPage:
        """A plan as it stands. Raises RuleBroken `plan.gone`."""
        clinic = self._clinic
        with clinic.store.reader() as reader:
            row = self._row(reader, plan_id)
            status = PlanStatus(row.status)
            replaced = plans.plan(reader, clinic.tenant, row.replaces) if status is PlanStatus.DORMANT else None
            items = self._items(reader, row.patient_id, row.charges, replaced)
            page = self._page(
                reader,
                _form_of(row, clinic.local(row.put_at).date()),
                items,
                self._cards(reader, row.patient_id),
                status,
            )
            now = stands(clinic, reader, row) if status is not PlanStatus.DORMANT else None
            accepted = _acceptance(clinic, row)
        pay_off, unearned = pay_off_cents(now, page.today) if now else (0, 0)
        worked = Worked(
            row.encounter_cents, row.discount_cents, row.encounter_cents - row.discount_cents,
            interest_of(row.instalments), row.instalments, row.text, row.terms_sha256,
        )  # fmt: skip
        return replace(
            page, saved=True, worked=worked, acceptance=accepted, standing=now, pay_off_cents=pay_off,
            unearned_cents=unearned,
        )  # fmt: skip

    def work_out(self, page: PlanPage, form: PlanForm) -> Worked:
        """What a form comes to, live. Raises RuleBroken with the field that is wrong: an amount that may not be,
        `plan.…`."""
        encounter = sum(item.owes_cents for item in page.items if item.charge_id in form.charge_ids)
        discount = _cents(form.discount, "discount")
        if discount and discount >= encounter:
            raise RuleBroken("plan.discount_wrong", field="discount", balance_cents=encounter)
        terms = _terms(form, encounter - discount, page.today)
        lines = schedule(terms)
        check_limits(lines, terms, page.limits)
        chosen = next((each for each in page.cards if each.kept_card_id == form.kept_card_id), None)
        card = chosen.name if chosen else ""
        if form.kept_card_id and not card:
            raise RuleBroken("plan.card_missing", field="method")
        text = agreement(Agreed(
            clinic=page.clinic, lines=lines, signed_on=page.today, encounter_cents=encounter, discount_cents=discount,
            apr_hundredths=terms.apr_hundredths, frequency=terms.frequency, day=terms.day, card=card,
            by_bank=chosen is not None and chosen.by_bank,
            retry_days=page.retry_days if card else (), remind_days=REMIND_DAYS if card and form.remind else 0,
            replaces=page.replaces, paid_cents=page.before_cents, language=form.language,
        ))  # fmt: skip
        return Worked(encounter, discount, encounter - discount, interest_of(lines), lines, text, sha256(text))

    # The agreement ------------------------------------------------------------------------------------------------

    def save(self, page: PlanPage, form: PlanForm, person: Person) -> PlanPage:
        """Write the agreement down. Raises RuleBroken, nothing written: `staff.right_missing`, what `work_out` raises,
        `refused.…`."""
        need(Right.PAYMENTS, person)
        worked = self.work_out(page, form)
        with self._clinic.store.write() as tx:
            self._put(tx, page, form, worked, person)
        return self.open(form.plan_id)

    def sign(self, page: PlanPage, said_by: str, person: Person, watch: Watch) -> PlanPage:
        """Somebody accepts the terms on the page by signing on the reader. Lane `terminal`. Raises RuleBroken, nothing
        written: as `accept`, `plan.cannot_sign`, `plan.not_signed`; PaymentUnavailable, DeviceError."""
        need(Right.PAYMENTS, person)
        accepting(said_by)
        terminal = self._reader.terminal()
        if Capability.SIGNATURE not in terminal.capabilities:
            raise RuleBroken("plan.cannot_sign")
        strokes = signature_text(cast(TakesSignatures, terminal).signature(PATIENCE_S, Pen(watch)).strokes)
        if not strokes:
            raise RuleBroken("plan.not_signed")
        return self.accept(page, said_by, SIGNATURE, person, strokes)

    def accept(self, page: PlanPage, said_by: str, how: str, person: Person, strokes: str = "") -> PlanPage:
        """Somebody accepts the terms on the page, which are written down first where they are not. Raises RuleBroken,
        nothing written: `staff.right_missing`, `plan.accept_name`, what `work_out` raises, `refused.…`."""
        need(Right.PAYMENTS, person)
        name = accepting(said_by)
        with self._clinic.store.write() as tx:
            form, worked = page.form, page.worked
            if not page.saved or worked is None:
                worked = self.work_out(page, form)
                self._put(tx, page, form, worked, person)
            body = PlanAccept(
                plan_id=form.plan_id, patient_id=form.patient_id, terms=version_in(form.language),
                terms_sha256=worked.sha256,
                said_by=name, how=how, strokes=strokes,
            )  # fmt: skip
            tx.record(body, person_id=person.staff_id, business_date=self._clinic.today().isoformat())
        return self.open(form.plan_id)

    def activate(self, plan_id: str, person: Person, supervisor: Person | None = None) -> PlanPage:
        """Put an accepted agreement into force, with its discount and its finance charge; of a plan it replaces the
        interest that is not earned falls away. A discount needs the right to adjust. Raises RuleBroken, nothing
        written: `staff.right_missing`, `plan.gone`, `refused.…`."""
        need(Right.PAYMENTS, person)
        clinic = self._clinic
        with clinic.store.write() as tx:
            row = self._row(tx.reader, plan_id)
            lender = self._lender(tx.reader, row, person, supervisor)
            group, today = new_id(), clinic.today().isoformat()
            replaced = plans.plan(tx.reader, clinic.tenant, row.replaces) if row.replaces else None
            less = unearned_on(tx.reader, clinic.tenant, replaced, clinic.today()) if replaced else {}
            fees = less_interest(tx.reader, clinic.tenant, replaced, clinic.today()) if replaced else []
            bodies = starting(row, clinic.tenant, left_on(tx.reader, clinic.tenant, row.charges, less), fees, today)
            for body in bodies:
                insist(tx.record(body, person_id=person.staff_id, business_date=today, group=group,
                                 linked=len(bodies) > 1, supervisor=lender))  # fmt: skip
        return self.open(plan_id)

    def needed(self, page: PlanPage) -> Right | None:
        """The right that putting it into force needs beside taking payments; None for none."""
        discount = page.worked.discount_cents if page.worked else 0
        return discount_right(discount, page.adjust_limit_cents)

    # Following ----------------------------------------------------------------------------------------------------

    def skip(self, plan_id: str, no: int, person: Person) -> PlanPage:
        """Move a payment to the end (S0-45). Raises RuleBroken, nothing written: `staff.right_missing`, `plan.gone`,
        `plan.not_open`, `refused.…`."""
        self._still_open(plan_id, no)
        return self._say(plan_id, person, lambda row: PlanSkip(plan_id=plan_id, patient_id=row.patient_id, no=no))

    def pay_with(self, plan_id: str, kept_card_id: str, person: Person) -> PlanPage:
        """Charge another card from now on, or (empty) none. Raises RuleBroken, nothing written: as `skip`."""
        method = "card" if kept_card_id else "other"
        return self._say(plan_id, person, lambda row: PlanMethod(
            plan_id=plan_id, patient_id=row.patient_id, method=method, kept_card_id=kept_card_id))  # fmt: skip

    def cancel(self, plan_id: str, person: Person, reason: str = "") -> PlanPage:
        """End a plan: what is owed stays owed, interest that is not earned falls away. Raises RuleBroken, nothing
        written: as `skip`, but for `plan.not_open`."""
        need(Right.PAYMENTS, person)
        clinic, group = self._clinic, new_id()
        with clinic.store.write() as tx:
            row = self._row(tx.reader, plan_id)
            body = PlanCancel(plan_id=plan_id, patient_id=row.patient_id, reason=reason.strip()[:NAME_LETTERS],
                              charge_ids=row.charges if row.status == PlanStatus.ACTIVE else ())  # fmt: skip
            for each in (*less_interest(tx.reader, clinic.tenant, row, clinic.today()), body):
                insist(tx.record(each, person_id=person.staff_id, business_date=clinic.today().isoformat(),
                                 group=group))  # fmt: skip
        return self.open(plan_id)

    def ready_to_pay_off(self, plan_id: str, person: Person) -> PlanPage:
        """Let interest that is not earned fall away, so that what is left can be taken at once. Raises RuleBroken,
        nothing written: `staff.right_missing`, `plan.gone`, `refused.…`."""
        need(Right.PAYMENTS, person)
        clinic = self._clinic
        with clinic.store.write() as tx:
            for body in less_interest(tx.reader, clinic.tenant, self._row(tx.reader, plan_id), clinic.today()):
                insist(tx.record(body, person_id=person.staff_id, business_date=clinic.today().isoformat()))
        return self.open(plan_id)

    # Inside -------------------------------------------------------------------------------------------------------

    def _say(self, plan_id: str, person: Person, body_of: Any) -> PlanPage:
        need(Right.PAYMENTS, person)
        clinic = self._clinic
        with clinic.store.write() as tx:
            row = self._row(tx.reader, plan_id)
            insist(tx.record(body_of(row), person_id=person.staff_id, business_date=clinic.today().isoformat()))
        return self.open(plan_id)

    def _still_open(self, plan_id: str, no: int) -> None:
        page = self.open(plan_id)
        line = next((each for each in page.standing.lines if each.line.no == no), None) if page.standing else None
        if line is None or not line.open_cents or line.state in (State.CONFIRMING, State.PROCESSING):
            raise RuleBroken("plan.not_open")

    def _row(self, reader: Any, plan_id: str) -> PlanRow:
        row = plans.plan(reader, self._clinic.tenant, plan_id)
        if row is None:
            raise RuleBroken("plan.gone")
        return row

    def _page(
        self, reader: Any, form: PlanForm, items: Sequence[PlanItem], cards: Sequence[KeptCardLine], status: PlanStatus
    ) -> PlanPage:  # fmt: skip
        clinic = self._clinic
        person = rows.person(reader, clinic.tenant, form.patient_id)
        if person is None:
            raise RuleBroken("collect.patient_gone")
        rules = recorded.rules(reader, clinic.tenant)
        card = kept_cards.card(reader, clinic.tenant, form.kept_card_id) if form.kept_card_id else None
        replaced = plans.plan(reader, clinic.tenant, form.replaces) if form.replaces else None
        before = stands(clinic, reader, replaced).paid_cents if replaced else 0
        return PlanPage(
            plan_number(form.plan_id), patient_head(person, clinic.today()), status, form, tuple(items), tuple(cards),
            limits_of(rules), clinic.today(), clinic.practice.name, retry_days(rules), rules.adjust_limit_cents,
            card_text=card_words(card.brand, card.last4) if card else "",
            replaces=plan_number(replaced.plan_id) if replaced else "", before_cents=before, signs=self._reader.fitted,
        )  # fmt: skip

    def _items(
        self, reader: Any, patient_id: str, charge_ids: Sequence[str] = (), replaces: PlanRow | None = None
    ) -> list[PlanItem]:  # fmt: skip
        """What may be on a plan: open charges that are on none, up to today, or on the one it replaces, without
        interest that is not earned; or those it is about. In the order they are paid: interest of before last."""
        today = self._clinic.today().isoformat()
        free = ("", replaces.plan_id) if replaces else ("",)
        less = unearned_on(reader, self._clinic.tenant, replaces, self._clinic.today()) if replaces else {}
        found = collect.open_charges(reader, self._clinic.tenant, patient_id)
        return [
            PlanItem(row.charge_id, row.description or row.code or "Charge", date.fromisoformat(row.service_date),
                     row.owed_cents - less.get(row.charge_id, 0), row.appointment_id, row.practitioner)
            for row in sorted(found, key=lambda row: row.code == FINANCE)
            if row.owed_cents > less.get(row.charge_id, 0)
            and (row.charge_id in charge_ids or (row.plan_id in free and row.payable and row.service_date <= today))
        ]  # fmt: skip

    def _cards(self, reader: Any, patient_id: str) -> list[KeptCardLine]:
        """Kept cards the hub can charge by itself: those of the online processor."""
        tenant = self._clinic.tenant
        charged = {row.kept_card_id for row in kept_cards.cards_of(reader, tenant, patient_id)
                   if row.processor == STRIPE and row.customer}  # fmt: skip
        return [each for each in cards_on_file(self._clinic, reader, patient_id, self._reader)
                if each.kept_card_id in charged]  # fmt: skip

    def _put(self, tx: Tx, page: PlanPage, form: PlanForm, worked: Worked, person: Person) -> None:
        reason = next(each for each in reasons_for("discount") if each.code == form.discount_code)
        paid = sum(paid_on(tx.reader, tx.tenant, form.charge_ids).values())
        body = PlanPut(
            plan_id=form.plan_id, patient_id=form.patient_id, charge_ids=form.charge_ids,
            encounter_cents=worked.encounter_cents, lines=tuple(_line(each) for each in worked.lines),
            terms=version_in(form.language), terms_sha256=worked.sha256, text=worked.text, paid_before_cents=paid,
            discount_cents=worked.discount_cents, discount_group=reason.group if worked.discount_cents else "",
            discount_reason=reason.code if worked.discount_cents else "",
            finance_charge_id=finance_id(tx.tenant, form.plan_id) if worked.interest_cents else "",
            down_cents=_cents(form.down, "down"), apr_hundredths=_apr(form.apr), frequency=form.frequency,
            day=form.day, method="card" if form.kept_card_id else "other", kept_card_id=form.kept_card_id,
            remind_days=REMIND_DAYS if form.remind and form.kept_card_id else 0, replaces=form.replaces,
        )  # fmt: skip
        insist(tx.record(body, person_id=person.staff_id, business_date=page.today.isoformat()))

    def _lender(self, reader: Any, row: PlanRow, person: Person, supervisor: Person | None) -> str:
        limit = recorded.rules(reader, self._clinic.tenant).adjust_limit_cents
        right = discount_right(row.discount_cents, limit)
        return need(right, person, supervisor) if right else ""


def accepting(said_by: str) -> str:
    """Who accepts, by name. Raises RuleBroken `plan.accept_name`, `collect.card_number`."""
    name = " ".join(said_by.split())[:NAME_LETTERS]
    no_card_number(name, "said_by")
    if not name:
        raise RuleBroken("plan.accept_name", field="said_by")
    return name


def _acceptance(clinic: Clinic, row: PlanRow) -> Acceptance | None:
    if not row.accepted:
        return None
    return Acceptance(row.accepted_by, clinic.local(row.accepted_at), row.accepted_how, row.accepted_channel,
                      row.signature)  # fmt: skip


def limits_of(rules: Rules) -> Limits:
    """What a practice allows, as the rules of schedules know it."""
    return Limits(
        least_monthly_cents=rules.plan_least_monthly_cents, least_balance_cents=rules.plan_least_balance_cents,
        most_balance_cents=rules.plan_most_balance_cents, least_payments=rules.plan_least_payments,
        most_payments=rules.plan_most_payments,
    )  # fmt: skip


def retry_days(rules: Rules) -> tuple[int, ...]:
    """When a card that said no is tried again."""
    return tuple(days for days in (rules.plan_first_retry_days, rules.plan_second_retry_days) if days)


def _cents(text: str, field: str) -> int:
    """An amount that may be left out; 0 then, and for a zero that was typed."""
    bare = text.strip().lstrip("$")
    return parse_cents(text, field=field) if bare.strip("0.,") else 0


def _apr(text: str) -> int:
    return _cents(text.strip().removesuffix("%").strip(), "apr")


def _terms(form: PlanForm, balance_cents: int, today: date) -> Terms:
    try:
        first = date.fromisoformat(form.first)
    except ValueError as error:
        raise RuleBroken("plan.date_wrong", field="first") from error
    wanted = form.payments.strip()
    if not form.payment and not wanted.isdecimal():
        raise RuleBroken("plan.payments_wrong", field="payments", most=120)
    return Terms(
        balance_cents=balance_cents, first=first, signed_on=today,
        payments=int(wanted) if not form.payment else 0, payment_cents=_cents(form.payment, "payment"),
        down_cents=_cents(form.down, "down"), apr_hundredths=_apr(form.apr), frequency=Frequency(form.frequency),
        day=form.day,
    )  # fmt: skip


def _line(line: Instalment) -> PlanLine:
    return PlanLine(no=line.no, due_date=line.due.isoformat(), amount_cents=line.cents,
                    interest_cents=line.interest_cents)  # fmt: skip


def _form_of(row: PlanRow, put_on: date) -> PlanForm:
    """An agreement as it was typed: so many payments, or as many as an amount takes, where that is another schedule."""
    down = 1 if row.down_cents else 0
    lines = [line for line in row.instalments if line.no > down]
    even = Terms(
        balance_cents=row.encounter_cents - row.discount_cents, first=lines[0].due, signed_on=put_on,
        payments=len(lines), down_cents=row.down_cents, apr_hundredths=row.apr_hundredths,
        frequency=Frequency(row.frequency), day=row.day,
    )  # fmt: skip
    by_number = row.status != PlanStatus.DORMANT or schedule(even)[down:] == tuple(lines)
    return PlanForm(
        row.plan_id, row.patient_id, tuple(each for each in row.charges if each != row.finance_charge_id),
        str(len(lines)), lines[0].due.isoformat(),
        payment="" if by_number else _typed(lines[0].cents), discount=_typed(row.discount_cents),
        discount_code=row.discount_reason or "44", down=_typed(row.down_cents), apr=_typed(row.apr_hundredths),
        frequency=row.frequency, day=row.day, kept_card_id=row.kept_card_id,
        remind=bool(row.remind_days) or not row.kept_card_id, replaces=row.replaces, language=language_of(row.terms),
    )  # fmt: skip


def _typed(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}" if cents else ""
