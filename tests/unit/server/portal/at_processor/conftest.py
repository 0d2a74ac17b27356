"""A hub whose patients pay at a processor on this machine, for a whole module."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.online import processor  # noqa: F401
from tests.support.portal import House, house
from tests.support.simulators import StripeProcess


@pytest.fixture(scope="module")
def place(
    tmp_path_factory: pytest.TempPathFactory,
    sqlite_hub_template: Path,
    processor: StripeProcess,  # noqa: F811
) -> Iterator[House]:
    """On the machine's own clock: the processor has no other."""
    with house(tmp_path_factory.mktemp("portal"), sqlite_hub_template, None, processor) as made:
        yield made
