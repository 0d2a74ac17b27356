"""Settings: one declaration per option, nothing guessed, nothing lost."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from app import settings as options
from app.settings import OPTIONS, Option, Settings
from models.basics.errors import RuleBroken, StorageError

ROOT = Path(__file__).resolve().parents[3]


def test_defaults_without_a_file(tmp_path: Path) -> None:
    settings = Settings.load(tmp_path / "settings.json")
    assert settings.get(options.CARD_WAIT_S) == 120
    assert settings.get(options.PRINTER_URL) == ""
    assert not (tmp_path / "settings.json").exists()


def test_what_is_set_is_there_after_a_restart_and_unknown_keys_stay(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"from.a.newer.program": [1], "drawer.fitted": False}))
    settings = Settings.load(path)
    settings.update({options.PRINTER_URL: "escpos+tcp://10.0.0.7:9100", options.CARD_WAIT_S: 90})
    again = Settings.load(path)
    assert again.get(options.PRINTER_URL) == "escpos+tcp://10.0.0.7:9100"
    assert again.get(options.DRAWER) is False
    assert json.loads(path.read_text())["from.a.newer.program"] == [1]
    assert [p.name for p in tmp_path.iterdir()] == ["settings.json"]


@pytest.mark.parametrize(
    ("option", "value", "key"),
    [
        (options.CARD_WAIT_S, "90", "settings.wrong_kind"),
        (options.CARD_WAIT_S, True, "settings.wrong_kind"),
        (options.DRAWER, 1, "settings.wrong_kind"),
        (options.CARD_WAIT_S, 19, "settings.out_of_range"),
        (options.CARD_WAIT_S, 171, "settings.out_of_range"),
        (Option("x", "a", "", choices=("a", "b")), "c", "settings.not_a_choice"),
    ],
)
def test_values_that_do_not_fit(tmp_path: Path, option: Option[object], value: object, key: str) -> None:
    settings = Settings(tmp_path / "settings.json")
    with pytest.raises(RuleBroken) as refused:
        settings.set(option, value)
    assert refused.value.message_key == key
    assert refused.value.facts["option"] == option.key
    assert not (tmp_path / "settings.json").exists()


@pytest.mark.parametrize("text", ["{", "[]", "\udcff".encode("utf-8", "surrogatepass").decode("latin-1"), ""])
def test_a_file_that_is_no_settings_is_left_alone(tmp_path: Path, text: str) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(text.encode("latin-1", "replace"))
    before = path.read_bytes()
    with pytest.raises(StorageError) as refused:
        Settings.load(path)
    assert refused.value.message_key == "settings.unreadable"
    assert path.read_bytes() == before


def test_a_wrong_value_in_the_file_names_the_option(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"terminal.card_wait_s": "soon"}')
    with pytest.raises(RuleBroken) as refused:
        Settings.load(path)
    assert refused.value.facts["option"] == "terminal.card_wait_s"


def test_a_folder_that_cannot_be_written_keeps_the_old_values(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "nowhere" / "settings.json", {"drawer.fitted": False})
    with pytest.raises(StorageError) as refused:
        settings.set(options.DRAWER, True)
    assert refused.value.message_key == "settings.not_written"
    assert settings.get(options.DRAWER) is False


def test_listeners_hear_of_changes(tmp_path: Path) -> None:
    heard: list[str] = []
    settings = Settings(tmp_path / "settings.json")
    stop = settings.subscribe(heard.append)
    settings.set(options.DRAWER, False)
    stop()
    settings.set(options.DRAWER, True)
    assert heard == ["drawer.fitted"]


def test_every_option_is_read_and_explained() -> None:
    """No option that nothing reads: each name stands in a `.get(` somewhere in the program."""
    text = "\n".join(path.read_text("utf-8") for room in ("app", "widgets") for path in (ROOT / room).rglob("*.py"))
    names = {id(value): name for name, value in vars(options).items() if isinstance(value, Option)}
    unread = [name for name in (names[id(o)] for o in OPTIONS) if not re.search(rf"get\((\w+\.)?{name}\)", text)]
    assert not unread
    assert len({option.key for option in OPTIONS}) == len(OPTIONS) == len(names)
    assert all(option.help and option.help[0].islower() for option in OPTIONS)
