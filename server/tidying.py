"""What the hub does by itself a few times a day: documents that no list names any more leave its disk."""

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
        try:
            away = await hub.go_on(hub.documents.tidy)
        except PosError as error:
            log.warning("documents not cleared away", extra=facts(error=error.message_key))
        else:
            log.info("documents cleared away", extra=facts(files=away))
