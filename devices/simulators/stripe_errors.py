"""How Stripe says no: a status and an error object with type and code."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """One refusal. `more` are further fields of the error object (`decline_code`, `payment_intent` …)."""

    def __init__(self, status: int, kind: str, code: str, message: str, param: str = "", **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.error: dict[str, Any] = {"type": kind, "message": message, **more}
        if code:
            self.error["code"] = code
        if param:
            self.error["param"] = param
        self.headers: dict[str, str] = {}


def wrong(code: str, message: str, param: str = "", **more: Any) -> ApiError:
    """A request that cannot be: 400 `invalid_request_error`."""
    return ApiError(400, "invalid_request_error", code, message, param, **more)


def missing(kind: str, name: str, param: str = "id") -> ApiError:
    """No such object: 404 `resource_missing`."""
    return ApiError(404, "invalid_request_error", "resource_missing", f"No such {kind}: '{name}'", param)
