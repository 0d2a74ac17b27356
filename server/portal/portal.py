"""Everything the portal's pages stand on, once per hub process."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from models.basics.clock import Clock, utc_text
from models.store.hub import HubStore
from models.store.hub_reading import HubReader
from models.store.queries import links
from server.carriers import Carrier
from server.portal.clinic import Clinics
from server.portal.keys import Keys
from server.portal.limits import Throttle
from server.portal.notes import NoteSender

if TYPE_CHECKING:
    from server.portal.accounts import Accounts

KNOCKS, KNOCKS_WITHIN_S = 40, 300.0
"""Forms that try something (a name, a password, a code) from one address."""


class Portal:
    """Made with the hub's store and its key; `root_url` is where browsers reach this hub."""

    def __init__(
        self, store: HubStore, key: bytes, clock: Clock, carriers: Mapping[str, Carrier], root_url: str, *,
        several: bool = False,
    ) -> None:  # fmt: skip
        """`several`: other processes serve the same database, so that what one address does is counted there."""
        self.rows = store.portal
        self.keys = Keys(key)
        self.clinics = Clinics(store, clock)
        self._together = self._counted if several else None
        self.knocks = Throttle(clock, KNOCKS, KNOCKS_WITHIN_S, self._together)
        self.notes = NoteSender(self.rows, self.clinics, self.keys, carriers, clock, self.url_of)
        self._root_url, self._clock = root_url.rstrip("/"), clock

    @cached_property
    def accounts(self) -> Accounts:
        """Patients' accounts; what they need is loaded with the first of them."""
        from server.portal.accounts import Accounts

        return Accounts(self.rows, self.keys, self._clock, self._together)

    def _counted(self, tenant: str, key: str, within_s: float) -> int:
        return self.rows.knocked(tenant, self.keys.digest("knock", f"{tenant}\n{within_s}\n{key}"), within_s)

    def told_url(self, tenant: str) -> str:
        """What desks are told of that: empty for a practice whose portal is off."""
        return self.url_of(tenant) if self.clinics.find(tenant, fresh=True).open else ""

    def pay_url(self, tenant: str, link_id: str) -> str:
        """The address of a one-time link, made anew each time. Raises ValueError as `Keys.pay_token`."""
        return f"{self._root_url}/pay/{self.keys.pay_token(tenant, link_id)}"

    def usable_link(self, tenant: str, link_id: str) -> str | None:
        """The address of a link that can still be used; None for another one."""
        clinic, now = self.clinics.find(tenant), self._clock.now()

        def look(reader: HubReader) -> bool:
            row = links.link(reader, tenant, link_id)
            standings = links.Standings(reader, tenant, utc_text(now), clinic.today(now))
            return row is not None and standings.of(row).payable

        try:
            return self.pay_url(tenant, link_id) if clinic.open and self.rows.read(tenant, look) else None
        except ValueError:
            return None

    def back_url(self, tenant: str, order_id: str) -> str:
        """Where the processor's page leads back to who pays by a link: it is not told the link's address."""
        return f"{self._root_url}/pay/{tenant}/orders/{order_id}"

    def card_url(self, tenant: str, link_id: str) -> str:
        """The same for who keeps a card by a link: its id opens nothing."""
        return f"{self._root_url}/pay/{tenant}/cards/{link_id}"

    def url_of(self, tenant: str) -> str:
        """Where patients of a practice begin."""
        return f"{self._root_url}/portal/{tenant}"
