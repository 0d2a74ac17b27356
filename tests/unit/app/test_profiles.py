"""Profiles: kinds of visit and sets of codes, kept and refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.profiles import Profiles
from models.operations.records import AppointmentProfile, BillingProfile
from tests.support.clinic import MARIA, PRIYA, TestClinic
from tests.unit.app.test_visits import OFFICE, ROUTINE, line, refused


@pytest.fixture
def profiles(tmp_path: Path) -> Iterator[Profiles]:
    clinic = TestClinic(tmp_path)
    clinic.put(OFFICE, ROUTINE)
    yield Profiles(clinic.clinic)
    assert clinic.store.verify() == []
    clinic.close()


def test_s0_34_s0_35_profiles_are_kept_and_read_again(profiles: Profiles) -> None:
    codes = BillingProfile(id="b2", name="  Well   child ", lines=(line(" 99392 ", "Well child", 11000),),
                           diagnoses=("z00.129", " "))  # fmt: skip
    kept = profiles.save_billing(codes, PRIYA)
    assert (kept.name, kept.lines[0].code, kept.diagnoses) == ("Well child", "99392", ("Z00.129",))
    kind = AppointmentProfile(
        id="k2", name="Well child", color="green", reason="Check-up", minutes=30, online=True,
        billing_profile_id="b2", payment_profile="insurance", consents=("Vaccines", " "),
    )  # fmt: skip
    assert profiles.save_appointment(kind, PRIYA).consents == ("Vaccines",)
    book = profiles.book()
    assert [each.name for each in book.billing] == ["Office visit codes", "Well child"]
    assert [each.name for each in book.appointments] == ["Routine check", "Well child"]
    profiles.save_appointment(replace(kind, active=False), PRIYA)
    assert [each.active for each in profiles.book().appointments] == [True, False]
    profiles.save_appointment(replace(kind, id="k3"), PRIYA)  # a retired one gives its name free


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"name": " "}, "profile.name_missing"),
        ({"name": "OFFICE visit codes"}, "profile.name_used"),
        ({"lines": ()}, "profile.no_lines"),
        ({"lines": (line("", "x", 100),)}, "profile.line_incomplete"),
        ({"lines": (line("1", "", 100),)}, "profile.line_incomplete"),
        ({"lines": (line("1", "x", -1),)}, "profile.line_amount"),
        ({"lines": (line("1", "x", 100, units=100),)}, "profile.line_amount"),
        ({"lines": (line("1", "x", 100),) * 41}, "profile.too_many_lines"),
        ({"diagnoses": ("flu",)}, "profile.diagnosis"),
    ],
)
def test_s0_35_a_set_of_codes_that_makes_no_sense(profiles: Profiles, change: dict[str, Any], key: str) -> None:
    made = BillingProfile(id="b2", name="New", lines=(line("1", "x", 100),))
    refused(key, profiles.save_billing, replace(made, **change), PRIYA)
    assert len(profiles.book().billing) == 1


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"minutes": 3}, "profile.minutes"),
        ({"minutes": 481}, "profile.minutes"),
        ({"payment_profile": "barter"}, "profile.not_known"),
        ({"billing_profile_id": "gone"}, "profile.not_known"),
        ({"color": "plaid"}, "profile.not_known"),
        ({"name": ""}, "profile.name_missing"),
    ],
)
def test_s0_34_a_kind_of_visit_that_makes_no_sense(profiles: Profiles, change: dict[str, Any], key: str) -> None:
    made = AppointmentProfile(id="k2", name="New", minutes=30)
    refused(key, profiles.save_appointment, replace(made, **change), PRIYA)
    assert len(profiles.book().appointments) == 1


def test_profiles_belong_to_who_sets_up_the_practice(profiles: Profiles) -> None:
    made = AppointmentProfile(id="k2", name="New", minutes=30)
    refused("staff.right_missing", profiles.save_appointment, made, MARIA)
