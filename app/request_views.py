"""What screens see of requests: the form that is filled in, and a request as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.views import PatientHead
from models.rules.payment_status import Status


@dataclass(frozen=True, slots=True)
class RequestForm:
    """What somebody is filling in (S2-06). `request_id` names it from the first letter on, so that it is made once
    however often it is saved; `patient_id` empty: not chosen yet; `amount` and `due` as they were typed."""

    request_id: str
    patient_id: str = ""
    amount: str = ""
    appointment_id: str = ""
    request_type: str = ""
    due: str = ""
    memo: str = ""


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request as it stands: `choices` is what the dropdown offers, paid among them where cash or a check may be taken
    for it; `paid_cents` of the amount have come."""

    request_id: str
    number: str
    patient: PatientHead
    amount_cents: int
    paid_cents: int
    status: Status
    choices: tuple[Status, ...]
    editable: bool
    overdue: bool
    due: date | None
    appointment_id: str
    request_type: str
    memo: str
    payment_id: str
