"""One payment with everything about it (S2-10 to S2-13): what was asked, what came, for which visit, whose, and every
act that touched it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from app.accounts import Accounts
from app.asked_for import collectable
from app.clinic import Clinic
from app.eligibility import freshness_of
from app.heads import patient_head
from app.method import paid_text
from app.request_views import ESTIMATED, PaymentDetail, Treatment
from app.treatments import treatment
from app.views import PatientHead
from app.visit_charges import pays_alone, services_of
from models.basics.errors import RuleBroken
from models.operations.records import Appointment
from models.rules.payment_status import EDITABLE, Status, choices, is_overdue, of_money
from models.store.queries import collect, eligibility, people, receipts, recorded, refunds, requests, rows
from models.store.queries.receipts import PaidRow
from models.store.queries.requests import RequestRow


class PaymentDetails:
    """Reads one payment. A few milliseconds: call it on the `reads` lane."""

    def __init__(self, clinic: Clinic, accounts: Accounts) -> None:
        self._clinic, self._accounts = clinic, accounts

    def open(self, key: str) -> PaymentDetail:
        """A payment or request by its id, as it stands now. A request that one payment brought all of is that payment.
        Raises RuleBroken `request.gone`."""
        tenant = self._clinic.tenant
        with self._clinic.store.reader() as reader:
            asked = requests.request(reader, tenant, key)
            paid = receipts.payment(reader, tenant, asked.payment_id if asked else key)
            if paid is not None:
                view = self._of_payment(reader, paid, requests.of_payment(reader, tenant, paid.payment_id) or asked)
            elif asked is not None:
                view = self._of_request(reader, asked)
            else:
                raise RuleBroken("request.gone")
            gone = refunds.named_by(reader, tenant, view.payment_id) if view.payment_id else ()
        ids = [each for each in (view.payment_id, view.request_id, *gone) if each]
        return replace(view, history=self._accounts.history(view.patient.patient_id, view.payment_id, ids))

    def records(self, patient_id: str) -> frozenset[str]:
        """Every record of a person: what is shown of them is read again when one of these changes."""
        with self._clinic.store.reader() as reader:
            return frozenset(people.records(reader, self._clinic.tenant, patient_id))

    # Inside -----------------------------------------------------------------------------------------------------------

    def _of_payment(self, reader: Any, paid: PaidRow, asked: RequestRow | None) -> PaymentDetail:
        clinic, tenant = self._clinic, self._clinic.tenant
        back, corrected = refunds.gone_back(reader, tenant, paid.payment_id)
        status = of_money(paid.amount_cents, corrected, back, reversed_=bool(paid.reversed_at))
        cents = paid.amount_cents - corrected if corrected < paid.amount_cents else paid.amount_cents
        held = refunds.held(reader, tenant, paid.payment_id)
        place = (asked.appointment_id if asked else "") or paid.appointment_id
        return PaymentDetail(
            payment_id=paid.payment_id, request_id=asked.request_id if asked else "",
            number=asked.number if asked else paid.number, patient=self._who(reader, paid.patient_id), status=status,
            amount_cents=cents, paid_cents=cents, refunded_cents=back,
            refundable_cents=0 if paid.reversed_at else held.refundable_cents,
            due=_day(asked.due_date) if asked else None, paid_on=_day(paid.received_date or paid.business_date),
            asked_on=clinic.local(asked.asked_at).date() if asked else None,
            request_type=asked.request_type if asked else "", memo=(asked.memo if asked else "") or paid.memo,
            method=paid_text(reader, tenant, paid), receipt_no=paid.receipt_no.partition("+")[0],
            ended_as=paid.reversed_act if paid.reversed_at else "",
            same_day=paid.business_date == clinic.today().isoformat() and not (back or corrected),
            treatment=treatment(clinic, reader, place),
        )  # fmt: skip

    def _of_request(self, reader: Any, asked: RequestRow) -> PaymentDetail:
        clinic, today = self._clinic, self._clinic.today()
        status, due = Status(asked.status), _day(asked.due_date)
        late = due is not None and is_overdue(status, asked.due_date, today.isoformat())
        doubt = collect.attempt_in_doubt(reader, clinic.tenant, asked.patient_id)
        visit = treatment(clinic, reader, asked.appointment_id)
        alone = visit is not None and self._alone(reader, visit)
        level, seconds = self._plan_age(reader, asked, visit) if status in EDITABLE and not alone else ("", 0)
        return PaymentDetail(
            payment_id="", request_id=asked.request_id, number=asked.number,
            patient=self._who(reader, asked.patient_id), status=status, amount_cents=asked.amount_cents,
            paid_cents=asked.paid_cents, refunded_cents=0, refundable_cents=0, choices=choices(status),
            editable=status in EDITABLE, collectable=collectable(asked, clinic.clock.now()),
            overdue_days=(today - due).days if late and due is not None else 0, due=due,
            asked_on=clinic.local(asked.asked_at).date(), request_type=asked.request_type, memo=asked.memo,
            confirming=doubt is not None and status is Status.PROCESSING,
            treatment=visit, plan_age=level, plan_age_s=seconds,
            good_faith=alone and status in EDITABLE and visit is not None and not visit.fallen
            and bool(services_of(reader, clinic.tenant, visit.appointment_id)),
        )  # fmt: skip

    def _alone(self, reader: Any, visit: Treatment) -> bool:
        tenant = self._clinic.tenant
        record = recorded.one(reader, tenant, Appointment, visit.appointment_id)
        return record is not None and pays_alone(reader, tenant, record)

    def _plan_age(self, reader: Any, asked: RequestRow, visit: Treatment | None) -> tuple[str, int]:
        """How old the payer's answer is that an estimated amount rests on, and in seconds; empty where it rests on
        none."""
        if asked.request_type not in ESTIMATED:
            return "", 0
        clinic = self._clinic
        known = eligibility.ages(reader, clinic.tenant, [asked.patient_id]).get(asked.patient_id, "")
        found = freshness_of(known, clinic.now(), visit.starts_at.date() if visit is not None else clinic.today())
        return found.level, int(found.facts.get("seconds") or 0)

    def _who(self, reader: Any, patient_id: str) -> PatientHead:
        clinic = self._clinic
        row = rows.person(reader, clinic.tenant, patient_id) or rows.PatientRow(patient_id, *[""] * 8)
        return patient_head(row, clinic.today())


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
