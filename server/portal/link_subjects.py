"""What a one-time link may be for, and which pages show it."""

from __future__ import annotations

from collections.abc import Mapping

from server.portal.link_money import MONEY
from server.portal.link_visit import Subject
from server.portal.plan_link import PLAN

SUBJECTS: Mapping[str, Subject] = {"request": MONEY, "balance": MONEY, "visit": MONEY, "plan": PLAN}
"""By the link's subject. A link for anything else looks like one that is not there."""
