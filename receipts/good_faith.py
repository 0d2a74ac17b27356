"""What a good faith estimate says, as data: what a visit will probably cost somebody who pays themselves (S2-16).

Its contents are those of 45 CFR 149.610(c)(1).
"""

from __future__ import annotations

from dataclasses import dataclass

from receipts.document import ClinicBlock


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodFaithLine:
    """One item or service: its code, what it is in plain words, how often, which diagnoses it is for (`AB`), and in
    cents what is expected to be charged for it before any insurance."""

    code: str
    description: str
    units: int
    charge_cents: int
    pointers: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodFaithDocument:
    """One estimate as it was given. Days are ISO dates; `service` is what the visit is mainly for."""

    clinic: ClinicBlock
    made_on: str
    patient_name: str
    birth_date: str
    service: str
    service_date: str
    lines: tuple[GoodFaithLine, ...]
    account_no: str = ""
    address: tuple[str, ...] = ()
    treatment_no: str = ""
    provider: str = ""
    provider_npi: str = ""
    place: str = ""
    diagnoses: tuple[str, ...] = ()

    @property
    def total_cents(self) -> int:
        """All of it together."""
        return sum(line.charge_cents for line in self.lines)


NOTICES = (
    "This is an estimate of what is reasonably expected to be charged for the services named above. What is billed "
    "may differ from it.",
    "There may be other services that the provider recommends as part of the course of care. They are scheduled or "
    "asked for separately and are not part of this estimate.",
    "You have the right to dispute your bill if you are billed at least $400 more than this estimate for one provider "
    "or facility. You may ask the practice to correct the bill, to agree on a lower one, or whether there is financial "
    "help. You may also start a patient-provider dispute resolution with the U.S. Department of Health and Human "
    "Services within 120 calendar days of the date on the first bill. To start it or to learn more, visit "
    "www.cms.gov/nosurprises or call 1-800-985-3059. Starting it does not affect the quality of the care you get.",
    "This estimate is not a contract. It does not require you to get any of these services from the provider named "
    "here.",
    "Keep a copy of this estimate in a safe place. You may need it if you are billed a higher amount.",
)
"""What every estimate tells (45 CFR 149.610(c)(1)(vii) to (x))."""
