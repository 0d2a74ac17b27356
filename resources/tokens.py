"""The design's tokens: every colour, size and type style of the product, once, for the window and patients' pages."""

from __future__ import annotations

from typing import Final

LIGHT: Final[dict[str, str]] = {
    "canvas": "#F2F5F7", "surface": "#FFFFFF", "sunken": "#F7F9FA", "hover": "#EDF2F6", "pressed": "#E1E8EE",
    "selected": "#E2EEF8", "border": "#DBE2E8", "hairline": "#E8EDF1", "control": "#7B8A98",
    "text": "#13202C", "text2": "#415160", "muted": "#586876", "disabled": "#82909D",
    "accent": "#14568C", "accent_hover": "#114A79", "accent_pressed": "#0D3D65", "on_accent": "#FFFFFF",
    "focus": "#0B66B8",
    "rail": "#0F2434", "rail_active": "#1C3C54", "rail_hover": "#162F43", "rail_line": "#243A4B",
    "rail_text": "#C3D2DF", "rail_muted": "#93A9BB", "rail_bar": "#7CC0F5", "rail_strong": "#FFFFFF",
    "ok_text": "#18683A", "ok_soft": "#DFF3E5", "ok_line": "#A9D9B9", "ok_solid": "#1B7A44", "on_ok": "#FFFFFF",
    "warn_text": "#694B00", "warn_soft": "#FFEFB8", "warn_line": "#E6C65A", "warn_solid": "#F0B90B",
    "on_warn": "#13202C",
    "bad_text": "#A3231A", "bad_soft": "#FCE6E3", "bad_line": "#F0B4AE", "bad_solid": "#BE3127", "on_bad": "#FFFFFF",
    "bad_hover": "#A82B22", "bad_pressed": "#92241C",
    "info_text": "#14568C", "info_soft": "#E2EEF8", "info_line": "#ADCFEA", "info_solid": "#14568C",
    "on_info": "#FFFFFF",
    "moved_text": "#573A9C", "moved_soft": "#ECE6F9", "moved_line": "#CFC2EE", "moved_solid": "#573A9C",
    "on_moved": "#FFFFFF",
    "neutral_text": "#415160", "neutral_soft": "#E9EEF2", "neutral_line": "#D3DCE3", "neutral_solid": "#7B8A98",
    "on_neutral": "#FFFFFF",
    "chart_current": "#14568C", "chart_past": "#4F92CB", "chart_quiet": "#B9D5EC",
    "scrim": "#0B1824", "shadow": "#0B1824",
    "reader": "#1B2B3A", "reader_key": "#44596C", "reader_screen": "#F4F8FB", "reader_ink": "#13202C",
    "reader_quiet": "#C9D4DE",
    "paper": "#FFFFFF", "ink": "#13202C",
}  # fmt: skip

DARK: Final[dict[str, str]] = {
    "canvas": "#0D141A", "surface": "#151F28", "sunken": "#111A22", "hover": "#1D2A35", "pressed": "#263542",
    "selected": "#173450", "border": "#283643", "hairline": "#202D38", "control": "#7990A3",
    "text": "#E9EFF5", "text2": "#BCC9D5", "muted": "#98A8B7", "disabled": "#6B7B8A",
    "accent": "#7CBDF2", "accent_hover": "#93C9F5", "accent_pressed": "#66ABE3", "on_accent": "#06233B",
    "focus": "#9BCDF6",
    "rail": "#0A1117", "rail_active": "#18303F", "rail_hover": "#121F29", "rail_line": "#1C2833",
    "rail_text": "#BCC9D5", "rail_muted": "#8699A9", "rail_bar": "#7CC0F5", "rail_strong": "#FFFFFF",
    "ok_text": "#86D8A4", "ok_soft": "#12301F", "ok_line": "#265C3C", "ok_solid": "#3FB56F", "on_ok": "#062012",
    "warn_text": "#F4CE62", "warn_soft": "#352A0B", "warn_line": "#6A5517", "warn_solid": "#F0B90B",
    "on_warn": "#13202C",
    "bad_text": "#FF9E94", "bad_soft": "#3B1815", "bad_line": "#74322C", "bad_solid": "#E5655A", "on_bad": "#2A0704",
    "bad_hover": "#EA7B71", "bad_pressed": "#D2554A",
    "info_text": "#8FC7F5", "info_soft": "#13304A", "info_line": "#2B5678", "info_solid": "#7CBDF2",
    "on_info": "#06233B",
    "moved_text": "#C3B0F5", "moved_soft": "#281F42", "moved_line": "#4B3D78", "moved_solid": "#C3B0F5",
    "on_moved": "#1A1230",
    "neutral_text": "#BCC9D5", "neutral_soft": "#212E39", "neutral_line": "#344553", "neutral_solid": "#7990A3",
    "on_neutral": "#0D141A",
    "chart_current": "#7CBDF2", "chart_past": "#3F81B6", "chart_quiet": "#25506F",
    "scrim": "#000000", "shadow": "#000000",
    "reader": "#22323F", "reader_key": "#44596C", "reader_screen": "#F4F8FB", "reader_ink": "#13202C",
    "reader_quiet": "#C9D4DE",
    "paper": "#FFFFFF", "ink": "#13202C",
}  # fmt: skip

SCRIM_OPACITY: Final = {"light": 0.45, "dark": 0.65}

MEANINGS: Final = ("ok", "warn", "bad", "info", "moved", "neutral")
"""Green, yellow, red, blue, violet, grey. Each has `_text`, `_soft`, `_line`, `_solid` and `on_` (text on solid)."""

TYPE: Final[dict[str, tuple[int, int]]] = {
    "clock": (104, 300),
    "amount_xl": (46, 600),
    "amount_change": (40, 600),
    "amount_entry": (32, 600),
    "amount_l": (28, 600),
    "amount_m": (24, 600),
    "amount_s": (22, 600),
    "display": (30, 600),
    "title": (22, 600),
    "heading_l": (20, 600),
    "pad": (20, 500),
    "heading": (17, 600),
    "heading_s": (15, 600),
    "find": (17, 400),
    "heading_date": (20, 400),
    "lead": (16, 400),
    "lead_medium": (16, 500),
    "primary": (16, 600),
    "primary_l": (18, 600),
    "body": (14, 400),
    "body_medium": (14, 500),
    "body_strong": (14, 600),
    "table": (13, 400),
    "table_medium": (13, 500),
    "table_strong": (13, 600),
    "caption": (12, 400),
    "caption_medium": (12, 500),
    "caption_strong": (12, 600),
    "keycap": (11, 500),
    "mono": (13, 400),
    "mono_caption": (12, 400),
    "mono_strong": (15, 600),
}
"""Type styles: pixels at 100 % and weight. `mono…` are IBM Plex Mono, everything else is IBM Plex Sans."""

TEXT_SCALES: Final = (100, 112, 125, 150)
"""What a person may choose, in per cent."""

RADIUS: Final[dict[str, int]] = {
    "keycap": 4, "badge": 4, "control": 6, "panel": 8, "tile": 8, "card": 10, "dialog": 12, "pill": 11,
}  # fmt: skip

SIZE: Final[dict[str, int]] = {
    "control": 36, "control_small": 32, "control_tiny": 30, "primary": 48, "primary_l": 56, "tile": 70, "touch": 44,
    "row": 45, "row_one": 36, "row_find": 61, "row_head": 35, "row_rule": 18,
    "menu_bar": 30, "top_bar": 54, "status_bar": 30, "rail": 204, "rail_narrow": 64, "rail_item": 38,
    "page_inset_x": 20, "page_inset_y": 16, "inset": 16, "gap": 14,
    "pill": 22, "badge": 22, "keycap": 20, "avatar": 42, "avatar_s": 32, "ring": 52, "spinner": 16,
    "icon_text": 14, "icon": 16, "icon_l": 18, "icon_tile": 20,
    "staff_tile": 121, "staff_avatar": 44, "pad_key": 56,
    "side_least": 318, "side_most": 420, "tender_most": 720, "content_most": 1560,
}  # fmt: skip
"""Pixels at 100 %. Heights and icons grow with the text scale; insets and gaps do not."""

COMPACT: Final[dict[str, int]] = {
    "top_bar": 46, "status_bar": 26, "tile": 62, "row": 43, "row_one": 33, "row_find": 55,
    "page_inset_y": 14, "inset": 14, "gap": 9, "primary": 44, "primary_l": 48,
    "staff_tile": 96, "staff_avatar": 36, "pad_key": 46,
}  # fmt: skip
"""What differs in compact mode."""

UNSCALED: Final = frozenset({"page_inset_x", "page_inset_y", "inset", "gap", "content_most", "row_rule_line"})

COMPACT_BELOW: Final = 740
"""A window lower than this is compact by itself."""

NARROW_RAIL_BELOW: Final = 1200
"""A window narrower than this shows icons only on the rail."""
