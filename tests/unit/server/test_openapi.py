"""Whatever is sent to the hub's documented routes: an answer, in seconds, and never a failure of the hub's own."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of the tool's own parts
    import schemathesis

from server.main import create_app
from server.settings import HubSettings
from tests.support.hub import KEY
from tests.support.portal import House, Person, house, join

EXAMPLES = 3
ENDS_THE_SESSION = ("sign-out", "sign-out-everywhere", "/start", "/start/code", "/reset/{link}", "/code", "/sign-in",
                    "/code/again")  # fmt: skip
"""Pages that change whose the session is: asked as a stranger."""

SCHEMA = schemathesis.openapi.from_dict(
    create_app(HubSettings(data_dir=Path("nowhere"), key_hex=KEY), None, None).openapi()
)
OPERATIONS = {f"{each.ok().method.upper()} {each.ok().path}": each.ok() for each in SCHEMA.get_all_operations()}


@pytest.fixture(scope="module")
def person(tmp_path_factory: pytest.TempPathFactory, sqlite_hub_template: Path) -> Iterator[tuple[House, Person]]:
    """Rosa, signed in at a hub of its own."""
    with house(tmp_path_factory.mktemp("openapi"), sqlite_hub_template) as made:
        clinic = made.clinic()
        yield made, join(made, clinic, factor="text")


def test_every_route_is_documented() -> None:
    assert len(OPERATIONS) > 40


@pytest.mark.parametrize("name", OPERATIONS)
def test_no_input_makes_the_hub_fail(name: str, person: tuple[House, Person]) -> None:
    place, rosa = person
    operation, browser = OPERATIONS[name], rosa.browser
    stranger = not operation.path.startswith("/portal/{") or operation.path.endswith(ENDS_THE_SESSION)
    browser.get("/account")
    token = browser.forms()[0][2]["form_token"][0]
    cookies = {} if stranger else dict(browser.line.cookies.items())

    @settings(max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(case=operation.as_strategy())
    def send(case: schemathesis.Case) -> None:
        if "tenant" in case.path_parameters:
            case.path_parameters["tenant"] = browser.clinic.tenant
            if isinstance(case.body, dict):
                case.body["form_token"] = token
        case.cookies = cookies
        answer = case.call(base_url=place.hub.url, timeout=20, allow_redirects=False)
        assert answer.status_code < 500, (name, answer.status_code, answer.text[:300])
        documented = {int(code) for code in operation.responses.status_codes if str(code).isdigit()}
        assert not name.split()[1].startswith("/portal/") or answer.status_code in documented | {200, 404, 405}

    send()
