"""What the hub tells people and watchers: that it is well, and what it is. Nothing else."""

from __future__ import annotations

import base64
import hashlib
import http.client
import re
import tomllib
from pathlib import Path

import orjson
import pytest

from models.basics.version import VERSION
from models.operations.protocol import WIRE_VERSION
from tests.support.hub import RunningHub


def get(hub: RunningHub, path: str, method: str = "GET") -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", hub.address.port, timeout=5)
    connection.request(method, path)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body


def test_health(hub: RunningHub) -> None:
    tenant = hub.practice()
    response, body = get(hub, "/v1/health")
    told = orjson.loads(body)
    assert response.status == 200
    assert (told["program"], told["version"], told["wire"]) == ("copaydesk hub", VERSION, WIRE_VERSION)
    assert set(told) == {"program", "version", "wire", "server_time"}
    assert tenant.encode() not in body


def test_a_browser_gets_a_page(sqlite_hub: RunningHub) -> None:
    response, body = get(sqlite_hub, "/")
    page = body.decode()
    assert response.status == 200
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert '<html lang="en">' in page
    assert f"Version {VERSION}" in page
    policy = response.headers["Content-Security-Policy"]
    style = re.search(r"<style>(.*)</style>", page, re.S)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    for name, value in (("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"),
                        ("Referrer-Policy", "no-referrer"), ("Cache-Control", "no-store")):  # fmt: skip
        assert response.headers[name] == value
    assert "Server" not in response.headers


@pytest.mark.parametrize(
    "path", ["/docs", "/redoc", "/openapi.json", "/v1/", "/v1/sync", "/admin", "/..%2f..%2fetc/passwd"]
)
def test_nothing_else_is_there(sqlite_hub: RunningHub, path: str) -> None:
    response, body = get(sqlite_hub, path)
    assert response.status == 404
    assert orjson.loads(body)["error"] == "http.404"


def test_a_wrong_method_is_told(sqlite_hub: RunningHub) -> None:
    response, body = get(sqlite_hub, "/v1/sync/push")
    assert (response.status, orjson.loads(body)["error"]) == (405, "http.405")


def test_the_version_is_the_projects() -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())
    assert project["project"]["version"] == VERSION
