"""What patients pay from home with, and what is kept of it: each piece of the schema comes with its undoing."""

from __future__ import annotations

from collections.abc import Callable

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

PIECES: tuple[tuple[Callable[[], None], Callable[[], None]], ...] = ()
"""Made from the first to the last, undone from the last to the first."""


def upgrade() -> None:
    for make, _ in PIECES:
        make()


def downgrade() -> None:
    for _, undo in reversed(PIECES):
        undo()
