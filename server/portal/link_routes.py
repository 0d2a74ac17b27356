"""Every address of one-time links: one for each link, what lies below it, and where the processor leads back to."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from server.portal.link_pages import act, back, check, part, show
from server.portal.link_visit import BACK, PAY
from server.portal.plan_link import card_back
from server.portal.routes import ANSWERS, told
from server.portal.web import Page, Place, page

LINK_PAGES: tuple[tuple[str, str, Page, Place], ...] = (
    ("GET", "/{token}", show, PAY), ("POST", "/{token}", check, PAY), ("GET", "/{token}/{part}", part, PAY),
    ("POST", "/{token}/{part}", act, PAY), ("GET", "/{tenant}/orders/{order}", back, BACK),
    ("GET", "/{tenant}/cards/{link}", card_back, BACK),
)  # fmt: skip
"""Method, path below `/pay`, page, and of which practice it is."""

router = APIRouter(prefix="/pay", default_response_class=HTMLResponse)

for _method, _path, _work, _place in LINK_PAGES:
    router.add_api_route(
        _path, page(_work, form=_method == "POST", place=_place), methods=[_method], name=f"pay_{_work.__name__}",
        operation_id=f"pay_{_method.lower()}{_path.replace('/', '_')}", responses=ANSWERS, response_model=None,
        summary=(_work.__doc__ or "").partition(".")[0], openapi_extra=told(_method, _path),
    )  # fmt: skip

__all__ = ["LINK_PAGES", "router"]
