"""Who a browser is: a random name in a cookie, known to the hub only as a keyed hash.

The name changes whenever what it is good for does (a code entered, signed in), so that one somebody else planted is
worth nothing. A session ends after a quarter of an hour without a request, after eight hours in any case, when somebody
signs out here or everywhere, and when the password changes.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from models.basics.clock import Clock, parse_utc, utc_text
from models.store.hub_portal import HubPortal
from models.store.portal_rows import AccountRow, SessionRow
from server.portal.keys import Keys
from server.portal.web import NotSignedIn, Visit

IDLE = timedelta(minutes=15)
WHOLE = {"open": timedelta(hours=8)}
STEP = timedelta(minutes=30)
"""How long a session of a stage may last in all."""
TOUCHED_EVERY = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Known:
    """A browser that is known, and whose it is; `account` is None while none is open yet."""

    session: SessionRow
    account: AccountRow | None


class Sessions:
    """Blocks; thread-safe. Raises StorageError."""

    def __init__(self, rows: HubPortal, keys: Keys, clock: Clock) -> None:
        self._rows, self._keys, self._clock = rows, keys, clock

    def begin(self, visit: Visit, stage: str, *, account_id: str = "", patient_id: str = "", note_id: str = "") -> None:
        """From this answer on the browser stands at `stage`, under a new name."""
        token, now = secrets.token_urlsafe(32), self._clock.now()
        row = SessionRow(
            token_hash=self._hash(token), account_id=account_id, patient_id=patient_id, note_id=note_id, stage=stage,
            began_at=utc_text(now), seen_at=utc_text(now), ends_at=utc_text(now + WHOLE.get(stage, STEP)), ended_at="",
        )  # fmt: skip
        before = self._hash(visit.session_token) if visit.session_token else ""
        self._rows.begin_session(visit.tenant, row, before)
        visit.set_session(token)

    def known(self, visit: Visit) -> Known | None:
        """Who this is; None: nobody, or it is over."""
        if not visit.session_token:
            return None
        row = self._rows.session(visit.tenant, self._hash(visit.session_token))
        now = self._clock.now()
        if row is None or row.ended_at or row.ends_at <= utc_text(now) or parse_utc(row.seen_at) + IDLE <= now:
            return None
        account = self._rows.account(visit.tenant, row.account_id) if row.account_id else None
        if parse_utc(row.seen_at) + TOUCHED_EVERY <= now:
            self._rows.touch_session(visit.tenant, row.token_hash)
        return Known(row, account)

    def need(self, visit: Visit, *stages: str) -> Known:
        """The browser at one of these stages. Raises NotSignedIn."""
        known = self.known(visit)
        if known is None:
            raise NotSignedIn(ended=bool(visit.session_token))
        if known.session.stage not in stages or (known.session.account_id and known.account is None):
            raise NotSignedIn
        return known

    def signed_in(self, visit: Visit) -> AccountRow:
        """Whose pages these are. Raises NotSignedIn."""
        account = self.need(visit, "open").account
        if account is None or account.state != "open":
            raise NotSignedIn
        return account

    def end(self, visit: Visit) -> None:
        """Signed out."""
        if visit.session_token:
            self._rows.end_session(visit.tenant, self._hash(visit.session_token))
        visit.set_session("")

    def end_all(self, visit: Visit, account_id: str) -> None:
        """Signed out everywhere."""
        self._rows.end_sessions(visit.tenant, account_id)
        visit.set_session("")

    def _hash(self, token: str) -> str:
        return self._keys.digest("session", token)
