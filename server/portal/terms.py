"""What a patient agrees to by opening an account: said above the button, and written down for every desk."""

from __future__ import annotations

import hashlib

from models.basics.ids import natural_id
from models.operations.privacy import PortalTerms
from models.rules.people import display_name
from models.store.portal_rows import AccountRow
from models.store.queries import rows
from server.portal.web import Visit

VERSION = "portal-1"
"""The version of `start.terms`; the language follows it."""


def words_of(visit: Visit) -> str:
    """The terms as this page says them."""
    return visit.say("start.terms", clinic=visit.clinic.practice.name)


def agree(visit: Visit, account: AccountRow) -> None:
    """The account was opened under these words; once for an account and its words."""
    person = visit.hub.portal.rows.read(visit.tenant, lambda reader: rows.patient(reader, visit.tenant,
                                                                                 account.patient_id))  # fmt: skip
    words = f"{VERSION}-{visit.language}"
    consent_id = natural_id(visit.tenant, "portal.terms", account.account_id, words)
    body = PortalTerms(
        consent_id=consent_id, patient_id=account.patient_id, words=words,
        said_by=display_name(family=person.family, given=person.given, suffix=person.suffix) if person else "",
        words_sha256=hashlib.sha256(words_of(visit).encode()).hexdigest(),
    )  # fmt: skip
    visit.hub.portal.rows.record(visit.tenant, body, visit.clinic.today(visit.hub.clock.now()), consent_id)
