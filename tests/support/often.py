"""How often a random test tries: few times at a desk, more where somebody has the time (`COPAYDESK_EXAMPLES=20`)."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

TIMES = int(os.environ.get("COPAYDESK_EXAMPLES", "1"))
"""So many times as many examples as usual."""


def often(examples: int, *more: HealthCheck) -> settings:
    """Settings of a slow random test that usually tries `examples` times; `more` are health checks it does without."""
    return settings(max_examples=examples * TIMES, deadline=None,
                    suppress_health_check=[HealthCheck.too_slow, *more])  # fmt: skip
