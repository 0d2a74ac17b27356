"""What goes with every page of the portal, and over which lines it is served at all."""

from __future__ import annotations

from starlette.requests import Request

from models.operations.joining import is_loopback

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""No inline style or script, nothing from elsewhere, in nobody's frame (W3C Content Security Policy Level 3)."""

PAGE = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""`same-origin` keeps addresses from other sites, and lets forms say where they come from."""

STRICT = {"Strict-Transport-Security": "max-age=31536000"}
"""On private lines only (RFC 6797)."""


def is_private(request: Request) -> bool:
    """Did the browser come over TLS, to us or to a server of the practice's on this machine that is in front of us?"""
    return request.url.scheme == "https" or not is_loopback(request.url.hostname or "")


def may_serve(request: Request) -> bool:
    """TLS, or a browser (or a server in front of us) on this very machine."""
    client = request.client.host if request.client else ""
    return request.url.scheme == "https" or is_loopback(client)


def headers_for(request: Request) -> dict[str, str]:
    """What goes with a page on this line."""
    return PAGE | STRICT if is_private(request) else PAGE


def address_of(request: Request) -> str:
    """Where the browser is. Behind a server on this machine every browser has the address that one names last."""
    client = request.client.host if request.client else ""
    named = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    return named[:45] if is_loopback(client) and named else client
