"""What the hub does by itself a few times a day: documents that no list names any more leave its disk, sessions and
codes of the portal that are long over leave its database."""

from __future__ import annotations

import asyncio
import logging

from models.basics.errors import PosError
from models.basics.facts import facts
from server.deps import Hub
from server.documents import TIDY_EVERY_S

log = logging.getLogger(__name__)


async def keep_tidy(hub: Hub) -> None:
    """Look every six hours, until cancelled. What fails now is tried again then."""
    while True:
        await asyncio.sleep(TIDY_EVERY_S)
        for name, work in (("documents", hub.documents.tidy), ("portal", lambda: tidy_portal(hub))):
            try:
                away = await hub.go_on(work)
            except PosError as error:
                log.warning("not cleared away", extra=facts(what=name, error=error.message_key))
            else:
                log.info("cleared away", extra=facts(what=name, count=away))


def tidy_portal(hub: Hub) -> int:
    """Clear the portal's rows of every practice; several processes may do it at once. Returns how many went. Raises
    StorageError."""
    return sum(hub.store.portal.tidy(tenant) for tenant in hub.store.tenants())
