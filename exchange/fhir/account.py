"""Account: a balance an EHR carries for a patient where it gives no single lines.

The balance stands in an extension `account-balance` (a Money, its value often text). It becomes one charge, dated
with the account's service period; a statement or an account without a balance only says who belongs to it.
"""

from __future__ import annotations

from exchange.drafts import AccountDraft, AnyDraft, ChargeDraft, Ref
from exchange.fhir.element import Element
from exchange.fhir.resource import Resource
from exchange.values import cents, clinic_day
from models.basics.errors import ImportRefused
from models.operations import records

_CLOSED = {"inactive", "entered-in-error"}


def read(resource: Resource) -> list[AnyDraft]:
    """Whose account it is, and the charge its balance makes.

    Raises ImportRefused `import.balance_negative`: a credit another program holds is no amount owed, and is not
    this desk's money.
    """
    body = resource.body
    patient = next((ref for ref in resource.refs("subject", "Patient") if ref.kind == "Patient"), None)
    part_of = resource.ref(body.child("partOf"), "Account")
    drafts: list[AnyDraft] = [
        AccountDraft(key=resource.key, path=resource.path, updated=resource.updated, patient=patient, part_of=part_of,
                     guarantor=_guarantor(resource)),
    ]  # fmt: skip
    extension = body.extension("/account-balance")
    if extension is None or body.concept("type").casefold() == "statement":
        return drafts
    balance = extension.money("valueMoney")
    if balance is None:
        return drafts
    owed = 0 if body.text("status", 64) in _CLOSED else cents(balance, extension.path)
    if owed < 0:
        raise ImportRefused("import.balance_negative", path=extension.path)
    visit = _visit(resource)
    record = records.Charge(
        id="", patient_id="", service_date=_day(resource), description=body.text("name") or "Balance carried over",
        responsibility_cents=owed, kind="balance",
    )  # fmt: skip
    drafts.append(ChargeDraft(key=resource.key, path=resource.path, updated=resource.updated, record=record,
                              patient=patient, visit=visit, through=part_of, summary=True))  # fmt: skip
    return drafts


def _guarantor(resource: Resource) -> Ref | None:
    """The first patient who gets the bill and is not on hold; a relative or an organization is no account here."""
    for named in resource.body.children("guarantor"):
        party = resource.ref(named.child("party"), "Patient")
        if party is not None and party.kind == "Patient" and named.flag("onHold") is not True:
            return party
    return None


def _visit(resource: Resource) -> Ref | None:
    extension = resource.body.extension("/associated-encounter")
    named: Element | None = extension.child("valueReference") if extension else None
    return resource.ref(named, "Encounter")


def _day(resource: Resource) -> str:
    period = resource.body.child("servicePeriod")
    start = period.moment("start", resource.zone) if period else None
    if start is None:
        raise ImportRefused("import.no_start", path=resource.body.at("servicePeriod"))
    return clinic_day(start, resource.zone, resource.body.at("servicePeriod"))
