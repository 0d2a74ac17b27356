"""The portal's own rows at a hub: accounts, sessions, notes, patience with guessers, views and orders.

Everything secret arrives here as a keyed hash or sealed. Every call is a transaction of its own. Thread-safe; raises
StorageError where the database fails. Times are UTC text.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import TypeVar

from models.basics.clock import Clock, utc_text
from models.basics.ids import natural_id
from models.ledger.posting import HUB
from models.operations.operation import GENESIS, make_operation
from models.operations.protocol import PushBatch
from models.operations.records import Patient
from models.store.hub_desks import Running
from models.store.hub_reading import HubReader
from models.store.portal_rows import (
    AccountRow,
    NoteRow,
    OrderRow,
    PersonRow,
    SessionRow,
    ViewRow,
    marks,
    names,
)
from models.store.pushing import push_batches
from models.store.queries import people, recorded
from models.store.session import Session

T = TypeVar("T")

FAILURES = 5
"""So many wrong tries in a row are free."""
FIRST_LOCK_S, LONGEST_LOCK_S = 60, 3600
FORGIVEN_AFTER = timedelta(hours=24)
SAME_WISH, PAGES_END = timedelta(minutes=30), timedelta(hours=2)
"""So long the same wish of an account is the same order while that one is open; after so long no page is open any
more."""

KEPT = timedelta(days=7)
"""So long what is over stays, for whoever looks into what happened."""
_SPENT = (
    ("portal_session", "(ends_at < :old OR (ended_at <> '' AND ended_at < :old))"),
    ("portal_note", "kind IN ('claim', 'second', 'reset') AND expires_at < :old"),
    ("portal_guess", "last_at < :old AND locked_until < :old"),
    ("portal_knock", "began_at < :old"),
)
_ACCOUNT = f"SELECT {names(AccountRow)} FROM portal_account WHERE tenant = :tenant AND "
_NOTE = f"SELECT {names(NoteRow)} FROM portal_note WHERE tenant = :tenant AND "
_KEEP_ACCOUNT = (
    f"INSERT INTO portal_account (tenant, {names(AccountRow)}) VALUES (:tenant, {marks(AccountRow)}) "
    "ON CONFLICT (tenant, account_id) DO UPDATE SET username = :username, login = :login, "
    "password_hash = :password_hash, factor = :factor, secret = :secret, last_step = :last_step, channel = :channel, "
    "address = :address, language = :language, state = :state, changed_at = :changed_at"
)
_PEOPLE = (
    "SELECT p.id, p.given, p.family, p.birth_date, p.phone, p.email FROM patient p WHERE p.tenant = :tenant "
    "AND p.birth_date = :born AND p.deleted_at = '' AND p.active = 1 AND p.deceased = 0 AND NOT EXISTS (SELECT 1 "
    "FROM alias l WHERE l.tenant = p.tenant AND l.patient_id = p.id AND l.survivor_id <> '') ORDER BY p.id"
)


class HubPortal:
    """Reads and moves the portal's rows of any practice."""

    def __init__(self, write: Running, look: Running, clock: Clock) -> None:
        self._write, self._look, self._clock = write, look, clock

    def read(self, tenant: str, work: Callable[[HubReader], T]) -> T:
        """Ask the desks' questions of a practice, all as of one transaction."""
        return self._look(lambda session: work(HubReader(session)), tenant)

    # Accounts -----------------------------------------------------------------------------------------------------

    def born_on(self, tenant: str, birth_date: str) -> list[PersonRow]:
        """Everybody of that birth date (ISO) who could have an account, one record per person."""
        rows = self._look(lambda session: session.rows(_PEOPLE, tenant=tenant, born=birth_date), tenant)
        return [PersonRow(*row) for row in rows]

    def account(self, tenant: str, account_id: str) -> AccountRow | None:
        """An account by its id."""
        return self._account(tenant, "account_id = :value", account_id)

    def account_of_login(self, tenant: str, login: str) -> AccountRow | None:
        """An account by its username as it is compared."""
        return self._account(tenant, "login = :value", login)

    def account_of_patient(self, tenant: str, patient_id: str) -> AccountRow | None:
        """The account of a patient."""
        return self._account(tenant, "patient_id = :value", patient_id)

    def _account(self, tenant: str, which: str, value: str) -> AccountRow | None:
        row = self._look(lambda session: session.one(_ACCOUNT + which, tenant=tenant, value=value), tenant)
        return AccountRow(*row) if row else None

    def keep_account(self, tenant: str, account: AccountRow) -> bool:
        """Write an account, new or changed. False, nothing written: another one has this username, or this patient."""
        taken = (
            "SELECT 1 FROM portal_account WHERE tenant = :tenant AND account_id <> :account_id "
            "AND (login = :login OR patient_id = :patient_id)"
        )

        def work(session: Session) -> bool:
            _lock(session, tenant)
            mine = {"account_id": account.account_id, "login": account.login, "patient_id": account.patient_id}
            if session.one(taken, tenant=tenant, **mine) is not None:
                return False
            session.run(_KEEP_ACCOUNT, tenant=tenant, **asdict(account))
            return True

        return self._write(work, tenant)

    def take_step(self, tenant: str, account_id: str, step: int) -> bool:
        """Let a code of an authenticator count, once. False: it or a newer one was used before."""
        query = (
            "UPDATE portal_account SET last_step = :step WHERE tenant = :tenant AND account_id = :id "
            "AND last_step < :step"
        )
        return self._write(lambda session: session.run(query, tenant=tenant, id=account_id, step=step), tenant) == 1

    def keep_recovery(self, tenant: str, account_id: str, digests: Iterable[str]) -> None:
        """New codes for who lost their second factor; those of before are worth nothing from now on."""
        now = utc_text(self._clock.now())

        def work(session: Session) -> None:
            session.run("UPDATE portal_recovery SET used_at = :now WHERE tenant = :tenant AND account_id = :id "
                        "AND used_at = ''", tenant=tenant, id=account_id, now=now)  # fmt: skip
            for digest in digests:
                session.run("INSERT INTO portal_recovery (tenant, account_id, digest, made_at, used_at) "
                            "VALUES (:tenant, :id, :digest, :now, '')",
                            tenant=tenant, id=account_id, digest=digest, now=now)  # fmt: skip

        self._write(work, tenant)

    def use_recovery(self, tenant: str, account_id: str, digest: str) -> bool:
        """Spend one of them. False: there is none like it."""
        query = (
            "UPDATE portal_recovery SET used_at = :now WHERE tenant = :tenant AND account_id = :id "
            "AND digest = :digest AND used_at = ''"
        )
        now = utc_text(self._clock.now())
        return self._write(
            lambda session: session.run(query, tenant=tenant, id=account_id, digest=digest, now=now), tenant
        ) == 1  # fmt: skip

    def recovery_left(self, tenant: str, account_id: str) -> int:
        """How many of them still work."""
        query = "SELECT count(*) FROM portal_recovery WHERE tenant = :tenant AND account_id = :id AND used_at = ''"
        return int(self._look(lambda session: session.one(query, tenant=tenant, id=account_id), tenant)[0])

    # Sessions -----------------------------------------------------------------------------------------------------

    def begin_session(self, tenant: str, session_row: SessionRow, instead_of: str = "") -> None:
        """A browser is known from now on; the one it was known as before is forgotten in the same moment."""
        query = f"INSERT INTO portal_session (tenant, {names(SessionRow)}) VALUES (:tenant, {marks(SessionRow)})"

        def work(session: Session) -> None:
            if instead_of:
                _end(session, tenant, "token_hash = :value", instead_of, session_row.began_at)
            session.run(query, tenant=tenant, **asdict(session_row))

        self._write(work, tenant)

    def session(self, tenant: str, token_hash: str) -> SessionRow | None:
        """A session, ended or not."""
        query = f"SELECT {names(SessionRow)} FROM portal_session WHERE tenant = :tenant AND token_hash = :hash"
        row = self._look(lambda session: session.one(query, tenant=tenant, hash=token_hash), tenant)
        return SessionRow(*row) if row else None

    def touch_session(self, tenant: str, token_hash: str) -> None:
        """It is in use."""
        query = "UPDATE portal_session SET seen_at = :now WHERE tenant = :tenant AND token_hash = :hash"
        now = utc_text(self._clock.now())
        self._write(lambda session: session.run(query, tenant=tenant, hash=token_hash, now=now), tenant)

    def end_session(self, tenant: str, token_hash: str) -> None:
        """Signed out."""
        now = utc_text(self._clock.now())
        self._write(lambda session: _end(session, tenant, "token_hash = :value", token_hash, now), tenant)

    def end_sessions(self, tenant: str, account_id: str) -> int:
        """Signed out everywhere; returns how many sessions that were."""
        now = utc_text(self._clock.now())
        return self._write(lambda session: _end(session, tenant, "account_id = :value", account_id, now), tenant)

    # Notes --------------------------------------------------------------------------------------------------------

    def put_note(self, tenant: str, note: NoteRow) -> None:
        """A code, link or notice to send; one that exists already stays as it is."""
        query = (
            f"INSERT INTO portal_note (tenant, {names(NoteRow)}) VALUES (:tenant, {marks(NoteRow)}) "
            "ON CONFLICT DO NOTHING"
        )
        self._write(lambda session: session.run(query, tenant=tenant, **asdict(note)), tenant)

    def note(self, tenant: str, note_id: str) -> NoteRow | None:
        """A note by its id."""
        row = self._look(lambda session: session.one(_NOTE + "note_id = :id", tenant=tenant, id=note_id), tenant)
        return NoteRow(*row) if row else None

    def reset_note(self, tenant: str, digest: str) -> NoteRow | None:
        """The link to a new password that has this digest."""
        query = _NOTE + "kind = 'reset' AND digest = :digest"
        row = self._look(lambda session: session.one(query, tenant=tenant, digest=digest), tenant)
        return NoteRow(*row) if row else None

    def use_note(self, tenant: str, note_id: str, *, most_tries: int, right: bool) -> bool:
        """Somebody brings the code of a note: right, it is spent; wrong, that is counted. True only for a right one
        that was not spent, too old or tried too often."""
        now = utc_text(self._clock.now())
        alive = "tenant = :tenant AND note_id = :id AND used_at = '' AND expires_at > :now AND tries < :most"
        change = "used_at = :now" if right else "tries = tries + 1"
        touched = self._write(
            lambda session: session.run(f"UPDATE portal_note SET {change} WHERE {alive}", tenant=tenant, id=note_id,
                                        now=now, most=most_tries), tenant,
        )  # fmt: skip
        return right and touched == 1

    def spend_notes(self, tenant: str, account_id: str, kind: str) -> None:
        """What was sent of a kind before is worth nothing any more."""
        query = (
            "UPDATE portal_note SET used_at = :now WHERE tenant = :tenant AND account_id = :id AND kind = :kind "
            "AND used_at = ''"
        )
        now = utc_text(self._clock.now())
        self._write(lambda session: session.run(query, tenant=tenant, id=account_id, kind=kind, now=now), tenant)

    def claim_notes(self, tenant: str, for_s: float, most: int = 20) -> list[NoteRow]:
        """Take notes that may be sent now, for `for_s` seconds; nobody else gets them meanwhile."""
        now = self._clock.now()
        until, now_text = utc_text(now + timedelta(seconds=for_s)), utc_text(now)
        due = "state = 'waiting' AND due_at <= :now AND claimed_until <= :now"
        take = (
            "UPDATE portal_note SET claimed_until = :until, attempts = attempts + 1 WHERE tenant = :tenant "
            f"AND note_id = :id AND {due}"
        )

        def work(session: Session) -> list[NoteRow]:
            found = session.rows(f"{_NOTE}{due} ORDER BY due_at LIMIT :most", tenant=tenant, now=now_text, most=most)
            notes = [NoteRow(*row) for row in found]
            return [note for note in notes
                    if session.run(take, tenant=tenant, id=note.note_id, until=until, now=now_text)]  # fmt: skip

        if not self._look(lambda session: session.one(f"{_NOTE}{due}", tenant=tenant, now=now_text), tenant):
            return []
        return self._write(work, tenant)

    def settle_note(self, tenant: str, note_id: str, state: str, due_at: str = "") -> None:
        """It was sent, failed, or waits until `due_at`."""
        query = (
            "UPDATE portal_note SET state = :state, claimed_until = '', due_at = CASE :due WHEN '' THEN due_at "
            "ELSE :due END WHERE tenant = :tenant AND note_id = :id"
        )
        self._write(lambda session: session.run(query, tenant=tenant, id=note_id, state=state, due=due_at), tenant)

    def next_note(self, tenant: str) -> str:
        """When the next note may be sent (UTC text); empty without any."""
        query = (
            "SELECT min(CASE WHEN claimed_until > due_at THEN claimed_until ELSE due_at END) FROM portal_note "
            "WHERE tenant = :tenant AND state = 'waiting'"
        )
        return str(self._look(lambda session: session.one(query, tenant=tenant), tenant)[0] or "")

    # Patience with guessers ---------------------------------------------------------------------------------------

    def locked_until(self, tenant: str, subjects: Collection[str]) -> str:
        """Until when the longest lock among these holds (UTC text); empty: none does now."""
        query = "SELECT locked_until FROM portal_guess WHERE tenant = :tenant AND subject IN (:subjects)"
        found = self._look(lambda session: session.rows(query, tenant=tenant, subjects=tuple(subjects)), tenant)
        latest = max((row[0] for row in found), default="")
        return latest if latest > utc_text(self._clock.now()) else ""

    def failed(self, tenant: str, subjects: Collection[str]) -> None:
        """A wrong try: five in a row lock for a minute, then twice as long each time, an hour at most."""
        now = self._clock.now()
        read = "SELECT failures, locks, last_at FROM portal_guess WHERE tenant = :tenant AND subject = :subject"
        keep = (
            "INSERT INTO portal_guess (tenant, subject, failures, locks, locked_until, last_at) VALUES (:tenant, "
            ":subject, :failures, :locks, :until, :now) ON CONFLICT (tenant, subject) DO UPDATE SET "
            "failures = :failures, locks = :locks, locked_until = :until, last_at = :now"
        )

        def work(session: Session) -> None:
            _lock(session, tenant)
            for subject in subjects:
                row = session.one(read, tenant=tenant, subject=subject) or (0, 0, "")
                old = row[2] < utc_text(now - FORGIVEN_AFTER)
                failures, locks = (1, 0) if old else (row[0] + 1, row[1])
                until = ""
                if failures >= FAILURES:
                    until = utc_text(now + timedelta(seconds=min(FIRST_LOCK_S << locks, LONGEST_LOCK_S)))
                    failures, locks = 0, min(locks + 1, 8)
                session.run(keep, tenant=tenant, subject=subject, failures=failures, locks=locks, until=until,
                            now=utc_text(now))  # fmt: skip

        self._write(work, tenant)

    def forgive(self, tenant: str, subjects: Collection[str]) -> None:
        """It was them after all."""
        query = (
            "UPDATE portal_guess SET failures = 0, locks = 0, locked_until = '' WHERE tenant = :tenant "
            "AND subject IN (:subjects)"
        )
        self._write(lambda session: session.run(query, tenant=tenant, subjects=tuple(subjects)), tenant)

    def knocked(self, tenant: str, subject: str, within_s: float) -> int:
        """Somebody knocks: how often they did since the first knock of the last `within_s` seconds, this one too."""
        now = self._clock.now()
        query = (
            "INSERT INTO portal_knock (tenant, subject, began_at, knocks) VALUES (:tenant, :subject, :now, 1) "
            "ON CONFLICT (tenant, subject) DO UPDATE SET "
            "knocks = CASE WHEN portal_knock.began_at <= :old THEN 1 ELSE portal_knock.knocks + 1 END, "
            "began_at = CASE WHEN portal_knock.began_at <= :old THEN :now ELSE portal_knock.began_at END "
            "RETURNING knocks"
        )
        old = utc_text(now - timedelta(seconds=within_s))
        return int(self._write(lambda session: session.one(query, tenant=tenant, subject=subject, now=utc_text(now),
                                                           old=old), tenant)[0])  # fmt: skip

    def tidy(self, tenant: str) -> int:
        """Take away what nobody can use any more: sessions that ended, codes and links of sign-ups, patience with
        guessers, all older than KEPT. Who saw what stays, and so does every notice: it says that it was sent. Returns
        how many rows went."""
        old = utc_text(self._clock.now() - KEPT)

        def work(session: Session) -> int:
            return sum(session.run(f"DELETE FROM {table} WHERE tenant = :tenant AND {gone}", tenant=tenant, old=old)
                       for table, gone in _SPENT)  # fmt: skip

        return self._write(work, tenant)

    # Views and orders ---------------------------------------------------------------------------------------------

    def saw(self, tenant: str, views: Sequence[ViewRow]) -> None:
        """Write down who saw what of whom."""
        query = f"INSERT INTO portal_view (tenant, {names(ViewRow)}) VALUES (:tenant, {marks(ViewRow)})"

        def work(session: Session) -> None:
            for view in views:
                session.run(query, tenant=tenant, **asdict(view))

        self._write(work, tenant)

    def views(self, tenant: str, patient_id: str) -> list[ViewRow]:
        """Who saw what of a patient, newest first."""
        query = (
            f"SELECT {names(ViewRow)} FROM portal_view WHERE tenant = :tenant AND patient_id = :id "
            "ORDER BY seen_at DESC, view_id DESC"
        )
        return [ViewRow(*row) for row in self._look(lambda s: s.rows(query, tenant=tenant, id=patient_id), tenant)]

    def begin_order(self, tenant: str, order: OrderRow) -> tuple[OrderRow, bool]:
        """The order of a form, and whether it is new: sent again it is the one that was, and so is the same wish from
        another tab while that one is open."""
        insert = f"INSERT INTO portal_order (tenant, {names(OrderRow)}) VALUES (:tenant, {marks(OrderRow)})"
        same = (
            f"SELECT {names(OrderRow)} FROM portal_order WHERE tenant = :tenant AND (order_id = :order_id OR "
            "(account_id = :account_id AND state IN ('begun', 'sent') AND amount_cents = :amount_cents "
            "AND items = :items AND kept_card_id = :kept_card_id AND request_id = :request_id AND made_at > :since)) "
            "ORDER BY order_id = :order_id DESC LIMIT 1"
        )
        since = utc_text(self._clock.now() - SAME_WISH)

        def work(session: Session) -> tuple[OrderRow, bool]:
            _lock(session, tenant)
            row = session.one(
                same, tenant=tenant, order_id=order.order_id, account_id=order.account_id, items=order.items,
                amount_cents=order.amount_cents, kept_card_id=order.kept_card_id, request_id=order.request_id,
                since=since,
            )  # fmt: skip
            if row is not None:
                return OrderRow(*row), False
            session.run(insert, tenant=tenant, **asdict(order))
            return order, True

        return self._write(work, tenant)

    def begin_order_alone(self, tenant: str, order: OrderRow) -> tuple[OrderRow, bool]:
        """The order of a one-time link (`account_id`), and whether it is new: while one is under way, or under the same
        id, it is that one, whatever it is about."""
        insert = f"INSERT INTO portal_order (tenant, {names(OrderRow)}) VALUES (:tenant, {marks(OrderRow)})"
        there = (
            f"SELECT {names(OrderRow)} FROM portal_order WHERE tenant = :tenant AND (order_id = :order_id OR "
            "(account_id = :account_id AND state IN ('begun', 'sent', 'unknown', 'processing'))) "
            "ORDER BY order_id = :order_id DESC LIMIT 1"
        )

        def work(session: Session) -> tuple[OrderRow, bool]:
            _lock(session, tenant)
            row = session.one(there, tenant=tenant, order_id=order.order_id, account_id=order.account_id)
            if row is not None:
                return OrderRow(*row), False
            session.run(insert, tenant=tenant, **asdict(order))
            return order, True

        return self._write(work, tenant)

    def send_order(self, tenant: str, order_id: str, attempt_id: str, where_to: str) -> bool:
        """The page of an order is there. False: the order was dropped meanwhile, and nobody may be led to that page."""
        query = (
            "UPDATE portal_order SET state = 'sent', attempt_id = :attempt, where_to = :where_to "
            "WHERE tenant = :tenant AND order_id = :id AND state IN ('begun', 'sent')"
        )
        return self._write(lambda session: session.run(query, tenant=tenant, id=order_id, attempt=attempt_id,
                                                       where_to=where_to), tenant) == 1  # fmt: skip

    def withdrawn_orders(self, tenant: str) -> list[tuple[str, str]]:
        """(order, attempt) of pages that are open for a link that was taken back."""
        query = (
            "SELECT o.order_id, o.attempt_id FROM pay_link l JOIN portal_order o ON o.tenant = l.tenant AND "
            "o.account_id = l.link_id WHERE l.tenant = :tenant AND l.revoked_at <> '' AND o.state = 'sent' "
            "AND o.made_at > :since"
        )
        since = utc_text(self._clock.now() - PAGES_END)
        found = self._look(lambda session: session.rows(query, tenant=tenant, since=since), tenant)
        return [(str(row[0]), str(row[1])) for row in found]

    def drop_order(self, tenant: str, order_id: str, reason: str) -> None:
        """There is no page for an order, so nothing comes of it; one that has a page by now stays."""
        query = (
            "UPDATE portal_order SET state = 'declined', reason = :reason WHERE tenant = :tenant AND order_id = :id "
            "AND state = 'begun'"
        )
        self._write(lambda session: session.run(query, tenant=tenant, id=order_id, reason=reason), tenant)

    def order_of(self, tenant: str, link_id: str) -> OrderRow | None:
        """The newest order of a one-time link."""
        query = (
            f"SELECT {names(OrderRow)} FROM portal_order WHERE tenant = :tenant AND account_id = :id "
            "ORDER BY made_at DESC, order_id DESC LIMIT 1"
        )
        row = self._look(lambda session: session.one(query, tenant=tenant, id=link_id), tenant)
        return OrderRow(*row) if row else None

    def order(self, tenant: str, order_id: str) -> OrderRow | None:
        """An order by its id."""
        query = f"SELECT {names(OrderRow)} FROM portal_order WHERE tenant = :tenant AND order_id = :id"
        row = self._look(lambda session: session.one(query, tenant=tenant, id=order_id), tenant)
        return OrderRow(*row) if row else None

    def move_order(
        self, tenant: str, order_id: str, state: str, *, attempt_id: str = "", where_to: str = "", reason: str = ""
    ) -> None:
        """What became of an order; a paid one stays paid."""
        query = (
            "UPDATE portal_order SET state = :state, reason = :reason, attempt_id = CASE :attempt WHEN '' "
            "THEN attempt_id ELSE :attempt END, where_to = CASE :where_to WHEN '' THEN where_to ELSE :where_to END "
            "WHERE tenant = :tenant AND order_id = :id AND state <> 'paid'"
        )
        self._write(lambda session: session.run(query, tenant=tenant, id=order_id, state=state, attempt=attempt_id,
                                                where_to=where_to, reason=reason), tenant)  # fmt: skip

    def speak(self, tenant: str, account: AccountRow, language: str, day: date) -> None:
        """Somebody wants to be written to in a language: by the practice, as their record says from now on, and by
        their account."""
        now = utc_text(self._clock.now())

        def work(session: Session) -> None:
            _lock(session, tenant)
            session.run("UPDATE portal_account SET language = :language WHERE tenant = :tenant AND account_id = :id",
                        tenant=tenant, id=account.account_id, language=language)  # fmt: skip
            reader = HubReader(session)
            known = recorded.one(reader, tenant, Patient, people.survivor(reader, tenant, account.patient_id))
            if known is None or known.language == language:
                return
            op = make_operation(
                replace(known, language=language), op_id=natural_id(tenant, "language", account.account_id, now),
                tenant=tenant, device=HUB, epoch=0, dseq=0, prev=GENESIS, actor=HUB, business_date=day.isoformat(),
                device_time=now,
            )  # fmt: skip
            push_batches(session, tenant, [PushBatch(HUB, 0, 0, (op,))], now)

        self._write(work, tenant)

    def record(self, tenant: str, body: object, day: date, op_id: str) -> None:
        """Put what a patient did into the log, as the hub's own; twice under one id is once."""
        now = utc_text(self._clock.now())

        def work(session: Session) -> None:
            _lock(session, tenant)
            if session.one("SELECT 1 FROM log WHERE tenant = :tenant AND op_id = :id", tenant=tenant, id=op_id):
                return
            op = make_operation(body, op_id=op_id, tenant=tenant, device=HUB, epoch=0, dseq=0, prev=GENESIS, actor=HUB,
                                business_date=day.isoformat(), device_time=now)  # fmt: skip
            push_batches(session, tenant, [PushBatch(HUB, 0, 0, (op,))], now)

        self._write(work, tenant)


def _lock(session: Session, tenant: str) -> None:
    """One writer at a time, as pushes do."""
    session.run("UPDATE tenant_head SET seq = seq WHERE tenant = :tenant", tenant=tenant)


def _end(session: Session, tenant: str, which: str, value: str, now: str) -> int:
    return session.run(
        f"UPDATE portal_session SET ended_at = :now WHERE tenant = :tenant AND {which} AND ended_at = ''",
        tenant=tenant, value=value, now=now,
    )  # fmt: skip
