"""Fetches the next page of a long log, and proves it, while the one before is being written."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

from app.sync.transport import Transport
from models.basics.errors import SyncRefused
from models.operations.codec import BodyInvalid
from models.operations.kinds import NotUnderstood
from models.operations.protocol import Cursor, Page


class PagesAhead:
    """A transport's `pull`, one page ahead where there is more. For one thread; `close` after the last call."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._pool = ThreadPoolExecutor(1, "sync-ahead")
        self._next: tuple[Cursor, Future[Page]] | None = None

    def pull(self, cursor: Cursor, *, wait_s: int = 0) -> Page:
        """The page after `cursor`, perhaps fetched already. Raises what the transport raises."""
        ahead, self._next = self._next, None
        if ahead is not None and ahead[0] == cursor:
            page = ahead[1].result()
        else:
            page = self._transport.pull(cursor, wait_s=wait_s)
        if page.has_more:
            following = Cursor(page.server_epoch, page.to_seq, page.hash)
            self._next = (following, self._pool.submit(self._fetch, following))
        return page

    def _fetch(self, cursor: Cursor) -> Page:
        page = self._transport.pull(cursor)
        with suppress(SyncRefused):  # whoever applies it meets it, and tells
            for op in page.operations():
                with suppress(NotUnderstood, BodyInvalid):
                    op.typed_body()
        return page

    def close(self) -> None:
        """Forget what is under way; the transport must have been broken off or be idle."""
        self._pool.shutdown(cancel_futures=True)
