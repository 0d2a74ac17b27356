"""Accounts of patients: who somebody is, how they sign in, and what they do when they cannot.

Answers never tell whether a patient or an account exists: every way takes the same steps and about the same time, and
ends in the same words. Codes and links are made from a note's id and the hub's key, and kept only as that.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pyotp

from models.basics.clock import Clock, utc_text
from models.basics.ids import new_id
from models.rules.addresses import email_address, text_number
from models.rules.people import age_on, parse_birth_date
from models.store.hub_portal import HubPortal
from models.store.portal_rows import AccountRow, NoteRow, PersonRow
from server.portal.clinic import ClinicFacts
from server.portal.keys import Keys
from server.portal.limits import Counter, Throttle
from server.portal.passwords import Passwords

WAYS = ("phone", "email", "initials")
"""How somebody says who they are, each with the birth date (S1-02)."""
OLD_ENOUGH = 18
"""For whom is younger the guarantor signs in."""
CODE_MINUTES, LINK_MINUTES = 10, 60
MOST_TRIES = 5
"""Wrong codes of one note."""
MOST_TO_ONE, WITHIN_S = 5, 3600.0
"""So many codes to one phone or mailbox in an hour."""
RECOVERY_CODES, RECOVERY_SIGNS = 8, 8
STEP_S = 30
ISSUER_LETTERS = 40
_USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{3,59}")
_RECOVERY_SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def usable_username(typed: str) -> bool:
    """4 to 60 letters, digits or `. _ @ + -`; an e-mail address may be one."""
    return _USERNAME.fullmatch(typed) is not None


def login_of(username: str) -> str:
    """A username as it is compared."""
    return username.strip().casefold()


class Accounts:
    """Blocks; thread-safe. Raises StorageError."""

    def __init__(self, rows: HubPortal, keys: Keys, clock: Clock, together: Counter | None = None) -> None:
        self._rows, self._keys, self._clock = rows, keys, clock
        self._passwords = Passwords()
        self._sendings = Throttle(clock, MOST_TO_ONE, WITHIN_S, together)

    # Who somebody is ----------------------------------------------------------------------------------------------

    def claim(self, clinic: ClinicFacts, way: str, typed: str, birth_date: str, language: str) -> str:
        """Somebody says who they are: a code goes to the phone or mailbox on record if that is exactly one grown-up
        patient (S1-02). Returns the note's id, for everybody alike."""
        found = [each for each in self._rows.born_on(clinic.tenant, birth_date) if _is_meant(each, way, typed)]
        person = found[0] if len(found) == 1 and self._grown_up(clinic, birth_date) else None
        channel, address = _reached(clinic, person, way) if person else ("", "")
        return self._send(clinic.tenant, "claim", "", person.patient_id if person and address else "", channel,
                          address, language, CODE_MINUTES)  # fmt: skip

    def _grown_up(self, clinic: ClinicFacts, birth_date: str) -> bool:
        return (age_on(parse_birth_date(birth_date), clinic.today(self._clock.now())) or 0) >= OLD_ENOUGH

    def confirm(self, tenant: str, note_id: str, code: str) -> NoteRow | None:
        """The note, when this is its code, for the first time and in time; else None, and the try is counted."""
        note = self._rows.note(tenant, note_id)
        right = self._keys.same(self._keys.code(note_id), code) and note is not None and note.state != "none"
        held = self._rows.use_note(tenant, note_id, most_tries=MOST_TRIES, right=right)
        return note if held else None

    def open_account(
        self, clinic: ClinicFacts, note: NoteRow, username: str, password: str, factor: str, language: str
    ) -> AccountRow | None:
        """A new account for who confirmed `note`; `factor` totp, or the note's own channel, which is then proven. None:
        the username is taken (by whom is not told), or the patient has an open account. One that was begun and never
        finished begins anew."""
        known = self._rows.account_of_patient(clinic.tenant, note.patient_id)
        if known is not None and known.state == "open":
            return None
        now = utc_text(self._clock.now())
        account = AccountRow(
            account_id=known.account_id if known else new_id(), patient_id=note.patient_id, username=username,
            login=login_of(username), password_hash=self._passwords.hash(password), factor=factor,
            secret="", last_step=0, channel=note.channel, address=note.address, language=language,
            state="new" if factor == "totp" else "open", created_at=now, changed_at=now,
        )  # fmt: skip
        if factor == "totp":
            account = replace(account, secret=self._keys.seal(pyotp.random_base32(), account.account_id))
        return account if self._rows.keep_account(clinic.tenant, account) else None

    # Second factors -----------------------------------------------------------------------------------------------

    def authenticator(self, account: AccountRow) -> str:
        """The secret of an account's authenticator (base 32)."""
        return self._keys.unseal(account.secret, account.account_id)

    def authenticator_address(self, account: AccountRow, practice: str) -> str:
        """What its QR code says (`otpauth://`)."""
        totp = pyotp.TOTP(self.authenticator(account))
        return totp.provisioning_uri(name=account.username, issuer_name=practice[:ISSUER_LETTERS] or "Portal")

    def authenticated(self, tenant: str, account: AccountRow, code: str) -> bool:
        """Is this a code of the account's authenticator (RFC 6238) of now, the step before or after, not used yet?"""
        secret = self.authenticator(account)
        if not secret or not (code.isascii() and code.isdigit()):
            return False
        totp, now = pyotp.TOTP(secret), int(self._clock.now().timestamp()) // STEP_S
        step = next((now + off for off in (0, -1, 1) if self._keys.same(totp.generate_otp(now + off), code)), 0)
        return bool(step) and self._rows.take_step(tenant, account.account_id, step)

    def finish(self, tenant: str, account: AccountRow) -> AccountRow:
        """The authenticator works: the account is open."""
        opened = replace(account, state="open", changed_at=utc_text(self._clock.now()))
        known = self._rows.account(tenant, account.account_id)
        self._rows.keep_account(tenant, replace(opened, last_step=known.last_step if known else 0))
        return opened

    def send_code(self, tenant: str, account: AccountRow, language: str) -> str:
        """A code for signing in, to the account's phone or mailbox; returns the note's id."""
        self._rows.spend_notes(tenant, account.account_id, "second")
        return self._send(tenant, "second", account.account_id, account.patient_id, account.channel, account.address,
                          language, CODE_MINUTES)  # fmt: skip

    def new_recovery_codes(self, tenant: str, account_id: str) -> list[str]:
        """Codes for who lost their second factor (`7K3M-Q9TD`), in words once; those of before end."""
        made = ["".join(secrets.choice(_RECOVERY_SIGNS) for _ in range(RECOVERY_SIGNS)) for _ in range(RECOVERY_CODES)]
        self._rows.keep_recovery(tenant, account_id, [self._recovery_digest(account_id, code) for code in made])
        return [f"{code[:4]}-{code[4:]}" for code in made]

    def recovered(self, tenant: str, account_id: str, typed: str) -> bool:
        """Is this one of their recovery codes? It is spent then."""
        plain = "".join(sign for sign in typed.upper() if sign.isalnum())
        return self._rows.use_recovery(tenant, account_id, self._recovery_digest(account_id, plain))

    def _recovery_digest(self, account_id: str, code: str) -> str:
        return self._keys.digest("recovery", f"{account_id}\n{code}")

    # Signing in ---------------------------------------------------------------------------------------------------

    def subjects(self, *parts: tuple[str, str]) -> list[str]:
        """What tries are counted under: (kind, text) each, as keyed hashes."""
        return [self._keys.digest("guess", f"{kind}\n{text}") for kind, text in parts]

    def with_password(self, tenant: str, username: str, password: str) -> AccountRow | None:
        """The account, when username and password are right. As slow for names that nobody has."""
        account = self._rows.account_of_login(tenant, login_of(username))
        known = account.password_hash if account is not None and account.state == "open" else ""
        return account if self._passwords.right(known, password) else None

    def send_reset(self, tenant: str, username: str, language: str) -> None:
        """A link to a new password to the account's phone or mailbox, if there is such an account."""
        account = self._rows.account_of_login(tenant, login_of(username))
        if account is not None and account.state == "open":
            self._send(tenant, "reset", account.account_id, account.patient_id, account.channel, account.address,
                       language, LINK_MINUTES)  # fmt: skip
        else:
            self._send(tenant, "reset", "", "", "", "", language, LINK_MINUTES)

    def reset_of(self, tenant: str, link: str) -> NoteRow | None:
        """The note of a link that may still be used."""
        note = self._rows.reset_note(tenant, self._keys.digest("reset", link))
        alive = note is not None and note.account_id and not note.used_at
        return note if alive and note is not None and note.expires_at > utc_text(self._clock.now()) else None

    def reset(self, tenant: str, note: NoteRow, password: str) -> bool:
        """A new password, once per link; everybody is signed out. False: the link was used meanwhile."""
        hashed = self._passwords.hash(password)
        if not self._rows.use_note(tenant, note.note_id, most_tries=MOST_TRIES, right=True):
            return False
        account = self._rows.account(tenant, note.account_id)
        if account is None:
            return False
        self._rows.keep_account(tenant, replace(account, password_hash=hashed, changed_at=utc_text(self._clock.now())))
        self._rows.end_sessions(tenant, account.account_id)
        self._rows.spend_notes(tenant, account.account_id, "reset")
        return True

    # Inside -------------------------------------------------------------------------------------------------------

    def _send(
        self, tenant: str, kind: str, account_id: str, patient_id: str, channel: str, address: str, language: str,
        minutes: int,
    ) -> str:  # fmt: skip
        note_id, now = new_id(), self._clock.now()
        goes = bool(address) and self._sendings.let(tenant, address)
        self._rows.put_note(tenant, NoteRow(
            note_id=note_id, kind=kind, account_id=account_id, patient_id=patient_id, channel=channel,
            address=address, language=language, tries=0, expires_at=utc_text(now + timedelta(minutes=minutes)),
            digest=self._keys.digest("reset", self._keys.link(note_id)) if kind == "reset" else "", used_at="",
            state="waiting" if goes else "none", attempts=0, made_at=utc_text(now), due_at=utc_text(now),
            claimed_until="",
        ))  # fmt: skip
        return note_id


def _is_meant(person: PersonRow, way: str, typed: str) -> bool:
    """Is this what the record says?"""
    if way == "phone":
        number = text_number(typed)
        return bool(number) and number == text_number(person.phone)
    if way == "email":
        mail = email_address(typed).casefold()
        return bool(mail) and mail == email_address(person.email).casefold()
    letters = [sign for sign in typed.upper() if sign.isalpha()]
    return len(letters) >= 2 and letters == _initials(person)


def _initials(person: PersonRow) -> list[str]:
    return [name.strip()[0].upper() for name in (person.given, person.family) if name.strip()]


def _reached(clinic: ClinicFacts, person: PersonRow, way: str) -> tuple[str, str]:
    """Where a code goes: the way they named, else another one on record; of those only what the hub can send."""
    can: Sequence[tuple[str, str]] = [
        (channel, address)
        for channel, address, there in (
            ("text", text_number(person.phone), clinic.text), ("email", email_address(person.email), clinic.email),
        )
        if there and address
    ]  # fmt: skip
    if way == "email":
        can = sorted(can)
    return can[0] if can else ("", "")
