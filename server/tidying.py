"""What the hub does by itself: room ahead in its write-ahead log once it has started, and a few times a day documents
that no list names any more leave its disk, sessions and codes of the portal that are long over its database."""

from __future__ import annotations

import asyncio
import logging

from models.basics.errors import PosError
from models.basics.facts import facts
from server.deps import Hub
from server.documents import TIDY_EVERY_S

log = logging.getLogger(__name__)

AFTER_START_S = 3.0
"""Room is made when the desks have been answered: it takes the disk some hundredths of a second."""


async def keep_room(hub: Hub) -> None:
    """Once, soon after the start."""
    await asyncio.sleep(AFTER_START_S)
    try:
        await hub.go_on(hub.store.keep_room)
    except PosError as error:
        log.warning("no room kept", extra=facts(key=error.message_key))


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
