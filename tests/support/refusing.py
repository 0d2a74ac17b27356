"""What is refused, and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from models.basics.errors import RuleBroken


def refused(call: Callable[..., Any], *arguments: Any) -> RuleBroken:
    """The error with which the call was refused; the test fails when it was not."""
    with pytest.raises(RuleBroken) as told:
        call(*arguments)
    return told.value
