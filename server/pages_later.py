"""Patients' pages, loaded when the first of them is asked for: a hub whose clinic offers none never has them in memory,
and none waits for them at its start."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import Any

from fastapi import FastAPI
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

PREFIXES = ("/portal/", "/pay/")
_ROUTERS = ("server.portal.routes", "server.portal.link_routes")


class PagesLater(BaseRoute):
    """Stands in an application's routes for the pages, until `load` puts them there."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        app.router.routes.append(self)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether a request is for one of the pages."""
        wanted = scope["type"] == "http" and scope["path"].startswith(PREFIXES)
        return (Match.FULL if wanted else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request that came first; it waits a moment longer, and no other one does."""
        await asyncio.get_running_loop().run_in_executor(None, _modules)
        self.load()
        await self._app.router(scope, receive, send)

    def load(self) -> None:
        """Put the pages in their place, once."""
        if self in self._app.router.routes:
            self._app.router.routes.remove(self)
            for module in _modules():
                self._app.include_router(module.router)


class Application(FastAPI):
    """An application whose pages may come later: its OpenAPI document names them all the same."""

    def openapi(self) -> dict[str, Any]:
        for route in list(self.router.routes):
            if isinstance(route, PagesLater):
                route.load()
        return super().openapi()


def _modules() -> list[Any]:
    return [import_module(name) for name in _ROUTERS]
