"""Records that turn out to be one person, at several desks at once, and those that turn out not to be (H17)."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from tests.simulator.desk import PRIYA, SimDesk
from tests.simulator.template import PEOPLE

if TYPE_CHECKING:
    from tests.simulator.run import Run


def merge(run: Run, desk: SimDesk, rng: Random) -> str:
    """Somebody sees that two records are one person; another desk may see it the other way round."""
    gone, stays = rng.sample(sorted(PEOPLE), 2)
    sheet = desk.merging.open(gone, stays)
    desk.merging.merge(sheet.one.patient.patient_id, sheet.other.patient.patient_id, PRIYA)
    return f"{gone} goes by {stays}"


def part(run: Run, desk: SimDesk, rng: Random) -> str:
    """They were two after all."""
    merged = desk.merging.start(rng.choice(sorted(PEOPLE))).merged
    if not merged:
        return "goes by nobody"
    line = rng.choice(merged)
    desk.merging.part(line.patient.patient_id, "two people after all", PRIYA)
    return f"{line.patient.patient_id} is a person again"
