"""The panel of the line: counted by kind, nothing of a patient, ready for support."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.clock_guard import ClockGuard
from app.hub_line import HubLine
from app.sync.state import SyncState
from app.syncing import DeskReport, Syncing, group_of, grouped
from app.words import WORDS
from models.basics.clock import utc_text
from models.basics.version import VERSION
from models.operations.kinds import KINDS, OpClass
from models.operations.protocol import PushAnswer, PushResult
from server.presence import understood
from tests.support.clinic import MORNING, TestClinic


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    made = TestClinic(tmp_path)
    yield made
    made.close()


@pytest.fixture
def story(clinic: TestClinic) -> Syncing:
    line = HubLine(clinic.clock)
    line._first = SyncState(False, MORNING, 4, MORNING, "sync.hub_unreachable", hub_ahead_ms=3600_000)
    return Syncing(clinic.clinic, line, ClockGuard(clinic.clinic, line), lambda: True, lambda: utc_text(MORNING))


def judged(clinic: TestClinic, verdict: str, reason: str = "") -> None:
    """The hub answers everything that waits with one verdict."""
    batch = clinic.store.outbox_batch(500, 1 << 20)
    assert batch is not None
    results = tuple(PushResult(op.op_id, verdict, 0, None, reason) for op in batch.ops)
    clinic.store.acknowledge(PushAnswer("e1", 1, results, utc_text(MORNING)))


@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if kind.op_class is not OpClass.DERIVED])
def test_every_kind_of_record_is_counted_as_something_with_words(kind: str) -> None:
    assert group_of(kind) != "other"
    assert f"waiting.{group_of(kind)}" in WORDS


def test_kinds_are_counted_together_most_first() -> None:
    kinds = [("payment.allocate", 2), ("payment.collect", 2), ("act.undo", 1), ("tomorrow.thing", 9)]
    assert grouped(kinds) == (("other", 9), ("postings", 3), ("payments", 2))


def test_the_view_counts_what_waits_and_what_was_not_taken(clinic: TestClinic, story: Syncing) -> None:
    clinic.patient()
    clinic.paid(2500)
    view = story.view()
    assert dict(view.waiting) == {"practice": 2, "patients": 1, "payments": 1}
    assert view.waiting_count == 4
    assert (view.online, view.cause, view.hub_here) == (False, "sync.hub_unreachable", True)
    assert (view.oldest_at, view.clock_off_s) == (clinic.clinic.now(), -3600)
    assert (view.backup_at, view.provisional_cents) == (clinic.clinic.now(), 0)
    judged(clinic, "rejected", "credit_used")
    view = story.view()
    assert (view.waiting, view.oldest_at, view.not_taken) == ((), None, 4)
    clinic.clock.advance(24 * 3600)
    assert story.view().not_taken == 0


def test_what_the_hub_knew_already_is_no_refusal(clinic: TestClinic, story: Syncing) -> None:
    judged(clinic, "quarantined", "known_already")
    assert story.view().not_taken == 0


def test_the_text_for_support_names_nobody(clinic: TestClinic, story: Syncing) -> None:
    clinic.patient()
    clinic.visit()
    text = story.for_support()
    for secret in ("Rosa", "Quillfeather", "1984", "5550104417", "0041877", "Maria", "Alder"):
        assert secret not in text
    told = dict(line.split(": ", 1) for line in text.splitlines())
    assert told["Waiting"] == "practice 2, patients 1, visits 1"
    assert (told["State"], told["Clock"]) == ("offline sync.hub_unreachable", "-3600 s beside the hub")
    assert told["Copaydesk"].startswith(VERSION)


def test_what_a_desk_reports_is_what_the_hub_understands(clinic: TestClinic) -> None:
    report = DeskReport(clinic.clinic)
    assert understood(report.text()) == {"version": VERSION, "pending": 2, "oldest_at": utc_text(MORNING)}
    judged(clinic, "accepted")
    assert understood(report.text()) == {"version": VERSION, "pending": 0, "oldest_at": ""}
