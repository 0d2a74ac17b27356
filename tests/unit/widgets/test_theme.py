"""Tokens, palette, style sheet: what the design promises holds in every variant."""

import re
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QFontDatabase, QFontInfo, QFontMetricsF, QPalette
from PySide6.QtWidgets import QApplication, QLabel

import resources
from resources import tokens
from widgets import fonts, icons, theme
from widgets.common import KeycapButton, Text
from widgets.style_sheet import style_sheet

ROOM = Path(theme.__file__).parent
TABLES = {"light": tokens.LIGHT, "dark": tokens.DARK}

CONTRASTS = [
    *[("text", ground, 4.5) for ground in ("canvas", "surface", "sunken", "hover", "selected")],
    *[("text2", ground, 4.5) for ground in ("canvas", "surface", "sunken")],
    *[("muted", ground, 4.5) for ground in ("canvas", "surface", "sunken", "selected")],
    *[("accent", ground, 4.5) for ground in ("surface", "selected")],
    ("on_accent", "accent", 4.5), ("on_accent", "accent_hover", 4.5), ("on_accent", "accent_pressed", 4.5),
    ("on_bad", "bad_hover", 4.5), ("on_bad", "bad_pressed", 4.5),
    ("control", "surface", 3.0), ("focus", "canvas", 3.0), ("focus", "surface", 3.0),
    *[(f"{meaning}_text", f"{meaning}_soft", 4.5) for meaning in tokens.MEANINGS],
    *[(f"on_{meaning}", f"{meaning}_solid", 4.5) for meaning in ("ok", "warn", "bad", "info")],
    ("rail_text", "rail", 4.5), ("rail_muted", "rail", 4.5), ("rail_strong", "rail_active", 4.5),
]  # fmt: skip


def luminance(colour: QColor) -> float:
    def channel(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    return 0.2126 * channel(colour.redF()) + 0.7152 * channel(colour.greenF()) + 0.0722 * channel(colour.blueF())


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(QColor(one)), luminance(QColor(other))), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_light_and_dark_know_the_same_tokens() -> None:
    assert tokens.LIGHT.keys() == tokens.DARK.keys()


@pytest.mark.parametrize("name", TABLES)
def test_text_and_outlines_are_seen(name: str) -> None:
    table = TABLES[name]
    weak = [(ink, ground, round(contrast(table[ink], table[ground]), 2)) for ink, ground, least in CONTRASTS
            if contrast(table[ink], table[ground]) < least]  # fmt: skip
    assert weak == []


def test_the_style_sheet_is_filled_from_tokens(themed: theme.Theme) -> None:
    sheet = style_sheet(themed)
    assert not re.findall(r"@\w+|#\d+px|!px", sheet)
    assert themed.hex("focus") in sheet


def test_no_colour_and_no_style_stands_outside_the_tokens() -> None:
    """Widgets ask the theme; a colour written down in one of them is a colour that dark mode forgets."""
    guilty = []
    for path in ROOM.rglob("*.py"):
        if path.name == "tokens.py":
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if re.search(r"[\"']#[0-9A-Fa-f]{3,8}\b|QColor\(\s*\d|GlobalColor\.(?!transparent)|setPixelSize", line):
                guilty.append(f"{path.relative_to(ROOM)}:{number}")
    assert guilty == [f"fonts.py:{_line_of('fonts.py', 'setPixelSize')}"]


def _line_of(name: str, text: str) -> int:
    lines = (ROOM / name).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


def test_switching_restyles_everything_at_run_time(themed: theme.Theme, qtbot) -> None:
    label, button = Text("To collect"), KeycapButton("Collect")
    qtbot.addWidget(label)
    qtbot.addWidget(button)
    height, told = button.sizeHint().height(), []
    themed.changed.connect(lambda: told.append(themed.dark))
    themed.set(scheme="dark", scale=150)
    assert label.palette().color(QPalette.ColorRole.WindowText).name().upper() == tokens.DARK["text"]
    assert QApplication.palette().color(QPalette.ColorRole.Window).name().upper() == tokens.DARK["canvas"]
    assert button.sizeHint().height() == round(height * 1.5)
    assert told == [True]


def test_setting_what_already_stands_restyles_nothing(themed: theme.Theme) -> None:
    told: list[bool] = []
    themed.changed.connect(lambda: told.append(True))
    themed.set(scheme="light", scale=100, compact=False)
    assert told == []


@pytest.mark.parametrize(("asked", "error"), [({"scheme": "sepia"}, "scheme"), ({"scale": 113}, "text scale")])
def test_refuses_what_the_design_does_not_have(themed: theme.Theme, asked, error: str) -> None:
    with pytest.raises(ValueError, match=error):
        themed.set(**asked)
    assert (themed.scheme, themed.scale) == ("light", 100)


def test_compact_is_lower_and_closer(themed: theme.Theme) -> None:
    roomy = {name: themed.size(name) for name in tokens.COMPACT}
    themed.set(compact=True)
    assert all(themed.size(name) < roomy[name] for name in tokens.COMPACT)


def test_high_contrast_thickens_lines_and_drops_soft_grounds(themed: theme.Theme) -> None:
    themed.set(high_contrast=True)
    assert themed.line == 2
    assert themed.hex("warn_soft") == themed.hex("surface")
    assert contrast(themed.hex("border"), themed.hex("surface")) >= 3


@pytest.mark.parametrize("style", ["body", "amount_xl", "table", "mono"])
def test_digits_share_one_width(themed: theme.Theme, style: str) -> None:
    metrics = QFontMetricsF(themed.font(style))
    assert len({metrics.horizontalAdvance(digit) for digit in "0123456789"}) == 1


@pytest.mark.parametrize("weight", [300, 400, 500, 600])
def test_the_products_own_fonts_are_used(themed: theme.Theme, weight: int) -> None:
    info = QFontInfo(fonts.font(20, weight))
    assert info.family() == fonts.SANS
    assert info.weight() == weight
    assert fonts.MONO in QFontDatabase.families()


def _icons() -> list[str]:
    return sorted(path.stem for path in resources.path("icons").glob("*.svg"))


@pytest.mark.parametrize("name", _icons())
def test_icons_are_drawn_in_the_tokens_colour(themed: theme.Theme, name: str) -> None:
    image = icons.pixmap(name, "bad_text", 16, 2.0).toImage()
    solid = [image.pixelColor(x, y) for x in range(32) for y in range(32) if image.pixelColor(x, y).alpha() == 255]
    wanted = themed.colour("bad_text")
    assert solid
    assert all(abs(a - b) <= 3 for ink in solid for a, b in zip(ink.getRgb(), wanted.getRgb(), strict=True))
    assert image.devicePixelRatio() == 2.0


def test_only_icons_that_are_used_are_carried() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in ROOM.rglob("*.py"))
    assert [name for name in _icons() if f'"{name}"' not in code] == []
    assert "ISC License" in resources.path("icons/LICENSE").read_text(encoding="utf-8")


def test_an_unknown_icon_is_an_error(themed: theme.Theme) -> None:
    with pytest.raises(FileNotFoundError):
        icons.pixmap("no-such-icon")


def test_labels_show_markup_as_it_is(themed: theme.Theme, qtbot) -> None:
    """A name out of an imported file may look like markup; it stays text."""
    label = Text("<b>Robert</b>")
    qtbot.addWidget(label)
    plain = QLabel("<b>Robert</b>")
    qtbot.addWidget(plain)
    assert label.sizeHint().width() > plain.sizeHint().width()
