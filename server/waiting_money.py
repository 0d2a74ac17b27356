"""What the hub does by itself, once an hour: money that waits for visits that will not be becomes credit, and
holds end whose time is over."""

from __future__ import annotations

import asyncio
import logging

from models.basics.errors import PosError
from models.basics.facts import facts
from server.deps import Hub

log = logging.getLogger(__name__)
FIRST_AFTER_S = 60.0
"""Desks come first after a start."""

EVERY_S = 3600.0


async def keep_freeing(hub: Hub) -> None:
    """Look once an hour, until cancelled. What fails now is tried again then."""
    await asyncio.sleep(FIRST_AFTER_S)
    while True:
        await free_once(hub)
        await asyncio.sleep(EVERY_S)


async def free_once(hub: Hub) -> None:
    """Every practice once; desks that wait for news hear of it."""
    try:
        for tenant in await hub.go_on(hub.store.tenants):
            visits = await hub.go_on(hub.store.free_waiting, tenant)
            holds = await hub.go_on(hub.store.expire_holds, tenant)
            if visits or holds:
                log.info("waiting money freed", extra=facts(visits=visits, holds=holds))
                head = await hub.go_on(hub.store.head, tenant)
                hub.heads.moved(tenant, head.seq)
    except PosError as error:
        log.warning("waiting money not looked after", extra=facts(error=error.message_key))
