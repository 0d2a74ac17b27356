"""Every address of the portal. Pages of others (links, plans) are added to PAGES, made with the same frame."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from server.portal.account import OWN
from server.portal.assets import assets
from server.portal.entering import ENTERING
from server.portal.headers import may_serve
from server.portal.paying import PAYING
from server.portal.web import page

PAGES = (*ENTERING, *PAYING, *OWN)
"""Method, path below `/portal/<practice>`, page."""

router = APIRouter(prefix="/portal", default_response_class=HTMLResponse)


@router.get("/static/{name}")
async def static(request: Request, name: str) -> Response:
    """Style, script, fonts and logo."""
    found = assets().get(name)
    if found is None or not may_serve(request):
        return Response(status_code=404)
    return Response(found.content, headers=found.headers)


for _method, _path, _work in PAGES:
    router.add_api_route(
        f"/{{tenant}}{_path}", page(_work, form=_method == "POST"), methods=[_method], name=_work.__name__,
        operation_id=f"portal_{_method.lower()}{_path.replace('/', '_')}",
        summary=(_work.__doc__ or "").partition(".")[0], response_model=None,
        responses={303: {"description": "Go on elsewhere"}, 403: {"description": "Not from a page of ours"},
                   404: {"description": "Not here"}, 422: {"description": "Something is wrong with what was typed"},
                   429: {"description": "Too often"}},
    )  # fmt: skip

__all__ = ["PAGES", "router"]
