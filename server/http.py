"""HTTP as the hub hears it: uvicorn's protocol over llhttp, with a limit on how long the beginning of a request may be.

llhttp reads a request in a fraction of the time that uvicorn's other parser takes, and takes a beginning of any length.
"""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_HEAD_BYTES = 1 << 16
"""A request line and its headers, beyond what came with the first read of the socket (at most 256 KiB). A desk's are
under 1 KiB, a browser's with all its cookies under 16."""


class HubProtocol(HttpToolsProtocol):
    """One connection. A request that goes on beginning after MOST_HEAD_BYTES is answered with 400, and the connection
    closed: nobody fills the hub's memory with headers."""

    _beginning = False
    _head_bytes = 0

    def data_received(self, data: bytes) -> None:
        """Hand what came to the parser, which calls the methods below."""
        if self._beginning:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._beginning and self._head_bytes > MOST_HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("Invalid HTTP request received.")

    def on_message_begin(self) -> None:
        """The first byte of a request is there."""
        self._beginning, self._head_bytes = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Its beginning is there."""
        self._beginning = False
        super().on_headers_complete()
