"""What the program carries is there, readable, and complete."""

import pytest
from reportlab.pdfbase.ttfonts import TTFontFile

import resources

EUROPE = [*range(0x20, 0x7F), *range(0xA0, 0x180), 0x218, 0x219, 0x21A, 0x21B]
SIGNS = [0x20AC, 0x2212, 0x2022, 0x2013, 0x2014, 0x2018, 0x2019, 0x201C, 0x201D, 0x2026, 0x2122]


@pytest.mark.parametrize("name", resources.FONTS)
def test_fonts_have_outlines_and_the_letters_of_europe(name: str) -> None:
    font = TTFontFile(str(resources.path(name)))
    assert "glyf" in font.table
    assert [hex(point) for point in (*EUROPE, *SIGNS) if point not in font.charToGlyph] == []


def test_the_page_can_show_that_a_letter_is_missing() -> None:
    assert all(0xFFFD in TTFontFile(str(resources.path(name))).charToGlyph for name in resources.SANS.values())


def test_the_roll_can_draw_its_rules() -> None:
    assert all(0x2500 in TTFontFile(str(resources.path(name))).charToGlyph for name in resources.MONO.values())


def test_the_fonts_licence_stands_beside_them() -> None:
    assert "SIL OPEN FONT LICENSE" in resources.path("fonts/OFL.txt").read_text(encoding="utf-8").upper()


def test_everything_is_small_enough_to_carry() -> None:
    assert sum(resources.path(name).stat().st_size for name in resources.FONTS) < 1_500_000


@pytest.mark.parametrize("name", ["fonts/none.ttf", "../pyproject.toml", "/etc/hostname"])
def test_leads_nowhere_else(name: str) -> None:
    with pytest.raises(FileNotFoundError):
        resources.path(name)
