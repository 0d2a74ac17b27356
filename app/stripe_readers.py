"""Setting a desk up with a card reader at Stripe: the key into the keyring, the reader out of the account's list.

The key is typed once, tried, kept in the keyring and never shown again. Every desk has a key of its own, so that one
can be revoked alone.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass

from app.card_reader import CardReader
from app.refusals import need
from app.secrets import STRIPE_KEY, Secrets
from app.settings import PRACTICE_DEVICES, TERMINAL_NAME, TERMINAL_URL, Settings
from app.views import Person
from devices.terminals.stripe_account import KnownReader, Place, StripeAccount
from devices.terminals.stripe_link import STRIPE, StripeAddress
from models.basics.errors import RuleBroken
from models.basics.facts import facts
from models.rules.rights import Right

log = logging.getLogger(__name__)

PREFIX = "stripe+"
RESTRICTED = re.compile(r"rk_(?:test|live)_[A-Za-z0-9]{1,200}")
LABEL_LETTERS, CODE_LETTERS = 60, 60


@dataclass(frozen=True, slots=True)
class StripeView:
    """How this desk stands with Stripe. `chosen` is the id of its reader; `test`: the key moves no real money. Without
    a key there are no readers."""

    has_key: bool
    test: bool = False
    readers: tuple[KnownReader, ...] = ()
    places: tuple[Place, ...] = ()
    chosen: str = ""


class StripeReaders:
    """The story of Settings > Devices for Stripe. Lane `net`; every call raises DeviceError, StorageError where Stripe
    or the keyring do not work, and changes nothing then."""

    def __init__(
        self, settings: Settings, secrets: Secrets, reader: CardReader, may_change: Callable[[], None]
    ) -> None:  # fmt: skip
        """`may_change` raises RuleBroken while another reader or key would cost somebody an answer."""
        self._settings, self._secrets, self._reader, self._may_change = settings, secrets, reader, may_change

    @property
    def used(self) -> bool:
        """Does this desk take cards on a reader at Stripe?"""
        return self._settings.get(TERMINAL_URL).startswith(PREFIX)

    def view(self) -> StripeView:
        """What the key sees now."""
        key = self._secrets.get(STRIPE_KEY) or ""
        if not key:
            return StripeView(has_key=False)
        return self._seen_with(key)

    def keep_key(self, key: str, person: Person) -> StripeView:
        """Try a key at Stripe, then keep it. Raises RuleBroken `stripe.key_shape`, `staff.right_missing`."""
        need(Right.SET_UP, person)
        key = key.strip()
        if not RESTRICTED.fullmatch(key):
            raise RuleBroken("stripe.key_shape", field="key")
        self._may_change()
        seen = self._seen_with(key)
        self._secrets.put(STRIPE_KEY, key)
        self._reader.anew()
        log.info("stripe key kept", extra=facts(test=seen.test))
        return seen

    def forget_key(self, person: Person) -> StripeView:
        """Take the key from this desk; its reader cannot be used any more."""
        need(Right.SET_UP, person)
        self._may_change()
        self._secrets.forget([STRIPE_KEY])
        self._reader.anew()
        return StripeView(has_key=False)

    def use(self, reader: KnownReader, person: Person) -> StripeView:
        """Take cards with this reader from now on."""
        need(Right.SET_UP, person)
        self._may_change()
        self._settings.update({TERMINAL_URL: f"{PREFIX}{self._base()}/{reader.reader_id}",
                               TERMINAL_NAME: reader.label[:LABEL_LETTERS], PRACTICE_DEVICES: False})  # fmt: skip
        return self.view()

    def wake(self, reader: KnownReader) -> StripeView:
        """Wake a reader that counts as online and shows nothing; no money moves, no card is asked for. Anybody may.
        Raises DeviceBusy `stripe.other_till` while it serves a desk."""
        account = self._account(self._secrets.get(STRIPE_KEY) or "")
        try:
            account.wake(reader.reader_id)
        finally:
            account.close()
        log.info("reader woken")
        return self.view()

    def register(self, code: str, label: str, place_id: str, person: Person) -> StripeView:
        """Register the reader that shows `code`, and use it. Raises RuleBroken `stripe.code_missing`,
        `stripe.no_place`."""
        need(Right.SET_UP, person)
        self._may_change()
        code = "-".join(code.split()).strip("-").lower()
        if not code:
            raise RuleBroken("stripe.code_missing", field="code")
        if not place_id:
            raise RuleBroken("stripe.no_place", field="place")
        account = self._account(self._secrets.get(STRIPE_KEY) or "")
        try:
            made = account.register(code[:CODE_LETTERS], label.strip()[:LABEL_LETTERS] or "Front desk", place_id)
        finally:
            account.close()
        return self.use(made, person)

    def _seen_with(self, key: str) -> StripeView:
        account = self._account(key)
        try:
            readers, places = account.readers(), account.places()
        finally:
            account.close()
        return StripeView(True, key.startswith("rk_test_"), readers, places, self._chosen())

    def _account(self, key: str) -> StripeAccount:
        return StripeAccount(self._base(), lambda: key)

    def _base(self) -> str:
        """Stripe's address, or that of a simulator where the desk's reader is at one."""
        url = self._settings.get(TERMINAL_URL)
        return StripeAddress.parse(url.removeprefix(PREFIX)).base if url.startswith(PREFIX) else STRIPE

    def _chosen(self) -> str:
        url = self._settings.get(TERMINAL_URL)
        return StripeAddress.parse(url.removeprefix(PREFIX)).reader if url.startswith(PREFIX) else ""
