"""What a clinic prints and sends, without a desk around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.accounts import Accounts
from app.agreements import Agreements
from app.kept_documents import KeptDocuments
from app.lanes import Lane
from app.papers import Papers
from app.posting import Posting
from app.printing import Printing
from app.statements import Statements
from app.superbills import Superbills
from tests.support.clinic import TestClinic
from tests.support.papers import no_documents


@contextmanager
def papers_of(
    clinic: TestClinic, kept: Callable[[], KeptDocuments] = no_documents
) -> Iterator[tuple[Papers, Statements]]:
    """Every paper, and the statements among them. Printing has a lane of its own, which ends with this."""
    lane, desk = Lane("printer"), clinic.clinic
    printing = Printing(desk, clinic.settings, Posting(desk, clinic.settings), lane)
    statements = Statements(desk, Accounts(desk, clinic.settings))
    yield Papers(printing, statements, Superbills(desk), Agreements(desk), kept), statements
    lane.close()
