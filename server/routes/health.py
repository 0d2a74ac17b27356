"""Is the hub well? And a page for the person who opens its address in a browser."""

from __future__ import annotations

import base64
import hashlib

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from models.basics.clock import utc_text
from models.basics.version import VERSION
from models.operations.protocol import WIRE_VERSION
from server.deps import hub_of
from server.refusals import json_response

router = APIRouter()


@router.get("/v1/health")
async def health(request: Request) -> Response:
    """Answers when the database does; nothing about any clinic."""
    hub = hub_of(request)
    await hub.run(hub.store.ping)
    return json_response({"program": "copaydesk hub", "version": VERSION, "wire": WIRE_VERSION,
                          "server_time": utc_text(hub.clock.now())})  # fmt: skip


@router.get("/")
async def page(_request: Request) -> Response:
    """What this address is."""
    return HTMLResponse(PAGE, headers=HEADERS)


STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:12vh auto;padding:0 1.5rem;color:#1b1f24;"
    "background:#fff}h1{font-size:1.5rem}p{margin:.75rem 0}.small{color:#57606a;font-size:.875rem}"
    "@media (prefers-color-scheme:dark){body{color:#e6e6e6;background:#16181c}.small{color:#9aa4ae}}"
)

PAGE = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Copaydesk hub</title>
<style>{STYLE}</style>
</head>
<body>
<h1>Copaydesk hub</h1>
<p>This computer keeps the desks of a clinic in step: what one desk takes, every desk shows.</p>
<p>There is nothing to do in a browser. To add a desk, open Copaydesk on that computer and choose
<strong>Join a clinic</strong>; a manager finds the address and a one-time code at any desk, under Settings.</p>
<p class="small">Version {VERSION}</p>
</body>
</html>
"""

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'sha256-"
    + base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
