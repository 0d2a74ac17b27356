"""The practice's own facts: read, changed by a manager, refused with the field's name, and nothing half-written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.practice import PracticeFacts
from app.views import Person
from models.basics.errors import RuleBroken
from tests.support.clinic import MARIA, TestClinic

NORA = Person("nora", "Nora Whitfield", "Manager", "NW", manager=True)


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    clinic = TestClinic(tmp_path)
    yield clinic
    clinic.close()


def test_a_manager_changes_what_receipts_say_and_what_the_desk_is_called(clinic: TestClinic) -> None:
    practice = PracticeFacts(clinic.clinic)
    before = clinic.clinic.practice
    form = replace(
        practice.form(), name="  Elm  Street Clinic ", desk_name="Front desk", timezone="America/Denver",
        address="1 Elm Street\n\nDenver, CO 80014", phone="(555) 010-3300", receipt_message="See you soon.",
        receipt_message_es=" Hasta  pronto. ",
    )  # fmt: skip
    practice.change(form, NORA)
    now = clinic.clinic.practice
    assert now == replace(
        before, name="Elm Street Clinic", timezone="America/Denver", address=("1 Elm Street", "Denver, CO 80014"),
        phone="(555) 010-3300", receipt_message="See you soon.", receipt_message_es="Hasta pronto.",
    )  # fmt: skip
    assert clinic.clinic.facts().desk == "Front desk"
    assert practice.form().address == "1 Elm Street\nDenver, CO 80014"


def test_saving_the_same_writes_nothing(clinic: TestClinic) -> None:
    practice = PracticeFacts(clinic.clinic)
    before = clinic.store.pending_count()
    practice.change(practice.form(), NORA)
    assert clinic.store.pending_count() == before


@pytest.mark.parametrize(
    ("person", "changes", "key"),
    [
        (MARIA, {}, "staff.manager_only"),
        (NORA, {"name": "  "}, "setup.field_missing"),
        (NORA, {"desk_name": ""}, "setup.field_missing"),
        (NORA, {"timezone": "Mars/Base"}, "setup.zone_unknown"),
        (NORA, {"timezone": "../../etc/passwd"}, "setup.zone_unknown"),
    ],
)
def test_what_is_refused_changes_nothing(clinic: TestClinic, person: Person, changes: dict[str, str], key: str) -> None:
    practice = PracticeFacts(clinic.clinic)
    before = practice.form()
    with pytest.raises(RuleBroken) as refused:
        practice.change(replace(before, phone="(555) 010-9999", **changes), person)
    assert refused.value.message_key == key
    assert practice.form() == before
