"""Every address of the portal. Pages of others (links, plans) are added to PAGES, made with the same frame."""

from __future__ import annotations

import re
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from server.portal.account import OWN
from server.portal.assets import assets
from server.portal.csrf import FIELD
from server.portal.entering import ENTERING
from server.portal.headers import may_serve
from server.portal.paying import PAYING
from server.portal.plan_pages import PLANS
from server.portal.web import page

PAGES = (*ENTERING, *PAYING, *PLANS, *OWN)
"""Method, path below `/portal/<practice>`, page."""

router = APIRouter(prefix="/portal", default_response_class=HTMLResponse)


@router.get("/static/{name}")
async def static(request: Request, name: str) -> Response:
    """Style, script, fonts and logo."""
    found = assets().get(name)
    if found is None or not may_serve(request):
        return Response(status_code=404)
    return Response(found.content, headers=found.headers)


ANSWERS: dict[int | str, dict[str, Any]] = {
    303: {"description": "Go on elsewhere"}, 400: {"description": "Not a form"},
    403: {"description": "Not from a page of ours, or over an open line"}, 404: {"description": "Not here"},
    410: {"description": "It has ended"},
    413: {"description": "Too large"}, 415: {"description": "Not a form"},
    422: {"description": "Something is wrong with what was typed"}, 429: {"description": "Too often"},
    503: {"description": "Not now"},
}  # fmt: skip
_FORM = {"type": "object", "additionalProperties": {"type": "string"}, "required": [FIELD],
         "properties": {FIELD: {"type": "string"}}}  # fmt: skip


def told(method: str, path: str) -> dict[str, Any]:
    """Parameters and body of a page, for the OpenAPI document."""
    names = re.findall(r"{(\w+)}", path)
    made: dict[str, Any] = {"parameters": [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}} for name in names
    ]}  # fmt: skip
    if method == "POST":
        made["requestBody"] = {"required": True,
                               "content": {"application/x-www-form-urlencoded": {"schema": _FORM}}}  # fmt: skip
    return made


for _method, _path, _work in PAGES:
    router.add_api_route(
        f"/{{tenant}}{_path}", page(_work, form=_method == "POST"), methods=[_method], name=_work.__name__,
        operation_id=f"portal_{_method.lower()}{_path.replace('/', '_')}", responses=ANSWERS, response_model=None,
        summary=(_work.__doc__ or "").partition(".")[0], openapi_extra=told(_method, f"/{{tenant}}{_path}"),
    )  # fmt: skip

__all__ = ["ANSWERS", "PAGES", "router", "told"]
