"""What stands in training, whatever anybody sets."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.settings import IN_TRAINING, OPTIONS, TERMINAL_URL, TRAINING_FIXED, Option, Settings
from models.basics.errors import RuleBroken
from models.basics.ids import TRAINING, is_training, natural_id

REACHES_OUT = (".url", ".practice", ".here", ".listen")
"""How options end that say where something real is."""


@pytest.mark.parametrize("option", [each for each in OPTIONS if each.key.endswith(REACHES_OUT)], ids=lambda o: o.key)
def test_whatever_leads_to_something_real_is_fixed(option: Option[object]) -> None:
    assert option in IN_TRAINING


def test_what_is_fixed_stays_and_the_rest_may_be_set(tmp_path: Path) -> None:
    settings = Settings.load(tmp_path / "settings.json")
    settings.fix(IN_TRAINING, TRAINING_FIXED)
    other = next(each for each in OPTIONS if each not in IN_TRAINING and each.default is True)
    for option, value in IN_TRAINING.items():
        with pytest.raises(RuleBroken) as error:
            settings.update({other: False, option: option.default})
        assert error.value.message_key == TRAINING_FIXED
        assert settings.get(option) == value
        assert settings.get(other) is True  # not half of it either
    settings.set(other, False)
    settings.fix({TERMINAL_URL: "pax+serial:///practice"}, TRAINING_FIXED)
    again = Settings.load(tmp_path / "settings.json")
    assert (settings.get(TERMINAL_URL), again.get(TERMINAL_URL), again.get(other)) == (
        "pax+serial:///practice",
        "",
        False,
    )


def test_a_practice_for_training_is_known_by_its_id() -> None:
    assert is_training(TRAINING + natural_id("practice", "key"))
    assert not is_training(natural_id("practice", "key"))
