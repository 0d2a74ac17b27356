"""What the portal sends by itself: codes, links to a new password, and that a new statement is there.

The rows are in the hub's own table, not in the log: a code must not travel to desks. What is secret is made when it is
sent and never kept. Sent at least once, by whichever process claims the row; a code that is too old stays here.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta

from models.basics.clock import Clock, utc_text
from models.basics.facts import facts
from models.basics.ids import natural_id
from models.store.hub_portal import HubPortal
from models.store.portal_rows import NoteRow
from models.store.queries import reaching
from receipts.messages import one_line
from server.carriers import Carrier, Fate, Parcel
from server.portal.clinic import ClinicFacts, Clinics
from server.portal.keys import Keys
from server.portal.words import say

log = logging.getLogger(__name__)

CLAIM_S = 120.0
WAITS_S = (5, 15, 60, 300, 900)
MOST_ATTEMPTS = 12
NOTICE_HOURS = 24
_NEWS = (
    "SELECT s.statement_id, a.account_id, a.patient_id, a.channel, a.address, a.language FROM statement s "
    "JOIN portal_account a ON a.tenant = s.tenant AND a.state = 'open' AND a.created_at <= s.issued_at "
    "AND (a.patient_id = s.patient_id OR a.patient_id = (SELECT p.guarantor_id FROM patient p "
    "WHERE p.tenant = s.tenant AND p.id = s.patient_id AND p.guarantor_id <> '')) "
    "LEFT JOIN portal_note n ON n.tenant = s.tenant AND n.account_id = a.account_id AND n.kind = 'statement' "
    "AND n.digest = s.statement_id WHERE s.tenant = ? AND s.issued_at > ? AND n.note_id IS NULL"
)


class NoteSender:
    """Sends what waits, one after another. Called on the message worker's thread."""

    def __init__(
        self, rows: HubPortal, clinics: Clinics, keys: Keys, carriers: Mapping[str, Carrier], clock: Clock,
        url_of: Callable[[str], str],
    ) -> None:  # fmt: skip
        self._rows, self._clinics, self._keys, self._carriers = rows, clinics, keys, carriers
        self._clock, self._url_of = clock, url_of

    def work_off(self, tenant: str) -> str:
        """Everything of a practice that may go now, once; returns when the next may (UTC text, empty: nothing)."""
        clinic = self._clinics.find(tenant)
        if not clinic.open:
            return ""
        self._tell_of_statements(clinic)
        for note in self._rows.claim_notes(tenant, CLAIM_S):
            self._send(clinic, note)
        return self._rows.next_note(tenant)

    def _tell_of_statements(self, clinic: ClinicFacts) -> None:
        """With automatic statements (S0-30) a notice for each new one, to who can read it."""
        if not clinic.rules.portal_statements:
            return
        now = self._clock.now()
        lately = utc_text(now - timedelta(hours=NOTICE_HOURS))
        found = self._rows.read(clinic.tenant, lambda reader: reader.execute(_NEWS, (clinic.tenant, lately)).fetchall())
        for statement_id, account_id, patient_id, channel, address, language in found:
            self._rows.put_note(clinic.tenant, NoteRow(
                note_id=natural_id(clinic.tenant, "notice", account_id, statement_id), kind="statement",
                account_id=account_id, patient_id=patient_id, channel=channel, address=address, language=language,
                digest=statement_id, tries=0, expires_at=utc_text(now + timedelta(hours=NOTICE_HOURS)), used_at="",
                state="waiting", attempts=0, made_at=utc_text(now), due_at=utc_text(now), claimed_until="",
            ))  # fmt: skip

    def _send(self, clinic: ClinicFacts, note: NoteRow) -> None:
        carrier = self._carriers.get(note.channel)
        late = note.used_at or note.expires_at <= utc_text(self._clock.now())
        if carrier is None or late or note.attempts > MOST_ATTEMPTS or self._stopped(clinic, note):
            self._rows.settle_note(clinic.tenant, note.note_id, "failed")
            return
        outcome = carrier.carry(self.parcel(clinic, note))
        log.info("portal note", extra=facts(note=note.note_id, kind=note.kind, channel=note.channel,
                                            fate=outcome.fate.value, reason=outcome.reason or None))  # fmt: skip
        if outcome.fate is Fate.SENT:
            self._rows.settle_note(clinic.tenant, note.note_id, "sent")
        elif outcome.fate is Fate.NEVER:
            self._rows.settle_note(clinic.tenant, note.note_id, "failed")
        else:
            wait_s = max(WAITS_S[min(note.attempts, len(WAITS_S) - 1)], outcome.wait_s)
            due = utc_text(self._clock.now() + timedelta(seconds=wait_s))
            self._rows.settle_note(clinic.tenant, note.note_id, "waiting", due)

    def _stopped(self, clinic: ClinicFacts, note: NoteRow) -> bool:
        """Is it a text to a number that wants none?"""
        return note.channel == "text" and self._rows.read(
            clinic.tenant, lambda reader: reaching.no_texts(reader, clinic.tenant, note.address)
        )

    def parcel(self, clinic: ClinicFacts, note: NoteRow) -> Parcel:
        """The message: nothing of a person, a visit or an amount."""
        name, root = one_line(clinic.practice.name), self._url_of(clinic.tenant)
        values = {
            "clinic": name, "code": self._keys.code(note.note_id), "phone": one_line(clinic.practice.phone),
            "link": f"{root}/reset/{self._keys.link(note.note_id)}" if note.kind == "reset" else f"{root}/statements",
        }  # fmt: skip
        form = "text" if note.channel == "text" else "body"
        subject = say(note.language, f"mail.{note.kind}_subject", **values) if note.channel == "email" else ""
        return Parcel(
            key=f"{note.note_id}.portal", address=note.address, clinic=name, subject=subject,
            body=say(note.language, f"mail.{note.kind}_{form}", **values), reply_to=clinic.practice.reply_to,
        )  # fmt: skip
