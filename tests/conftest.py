"""What every test stands on: no window system needed, and nothing personal in any log."""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Iterator

import hypothesis
import pytest
from hypothesis.internal.conjecture import providers

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

pytest_plugins = ["tests.support.postgres", "tests.support.simulators"]

hypothesis.settings.register_profile("build", derandomize=True)
"""The build machine judges the change, always with the same examples; at a desk every run tries new ones."""

if os.environ.get("CI") == "true":
    hypothesis.settings.load_profile("build")
    providers._get_local_constants = lambda: providers._local_constants  # none: they hang on what was loaded before


def pytest_collection_finish() -> None:
    """What ten thousand collected tests are made of is not looked through again whenever garbage is cleared away: half
    a second each time, on the thread of the windows."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def hubs_of_their_own_port() -> Iterator[None]:
    """Tests run beside one another: the port where hubs usually are would be taken from a hub that comes back to it."""
    from app import hub_process

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hub_process, "DEFAULT_PORT", 0)
        yield


PERSONAL = "Quillfeather"
"""Every factory patient carries this family name, so that a leak into a log is seen."""


@pytest.fixture(autouse=True)
def nothing_personal_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No log record of any test names a factory patient."""
    caplog.set_level(logging.DEBUG)
    yield
    said = [
        record.getMessage() + repr(vars(record)) for part in ("setup", "call") for record in caplog.get_records(part)
    ]
    assert not [line for line in said if PERSONAL in line]
