"""Everything the portal's pages stand on, once per hub process."""

from __future__ import annotations

from collections.abc import Mapping

from models.basics.clock import Clock
from models.store.hub import HubStore
from server.carriers import Carrier
from server.portal.accounts import Accounts
from server.portal.clinic import Clinics
from server.portal.keys import Keys
from server.portal.limits import Throttle
from server.portal.notes import NoteSender

KNOCKS, KNOCKS_WITHIN_S = 40, 300.0
"""Forms that try something (a name, a password, a code) from one address."""


class Portal:
    """Made with the hub's store and its key; `root_url` is where browsers reach this hub."""

    def __init__(
        self, store: HubStore, key: bytes, clock: Clock, carriers: Mapping[str, Carrier], root_url: str
    ) -> None:  # fmt: skip
        self.rows = store.portal
        self.keys = Keys(key)
        self.clinics = Clinics(store, clock)
        self.accounts = Accounts(self.rows, self.keys, clock)
        self.knocks = Throttle(clock, KNOCKS, KNOCKS_WITHIN_S)
        self.notes = NoteSender(self.rows, self.clinics, self.keys, carriers, clock, self.url_of)
        self._root_url = root_url.rstrip("/")

    def told_url(self, tenant: str) -> str:
        """What desks are told of that: empty for a practice whose portal is off."""
        return self.url_of(tenant) if self.clinics.find(tenant, fresh=True).open else ""

    def url_of(self, tenant: str) -> str:
        """Where patients of a practice begin."""
        return f"{self._root_url}/portal/{tenant}"
