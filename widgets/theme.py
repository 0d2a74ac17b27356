"""The one theme: tokens by light, dark, compact and text scale, the palette, the style sheet, and who follows them.

`current()` is the theme; `apply(app)` dresses an application in it. A widget that paints or sizes itself derives from
`Themed` and gets `restyle()` called at birth and whenever anything of the theme changes.
"""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from resources import tokens
from widgets import fonts
from widgets.style_sheet import style_sheet

SYSTEM: Final = "system"
LIGHT: Final = "light"
DARK: Final = "dark"

S4, S8, S12, S16, S20, S24, S32 = 4, 8, 12, 16, 20, 24, 32
"""The spaces of the design, in pixels; they do not grow with the text."""

S2, S6, S10, S14 = 2, 6, 10, 14
"""Half steps, for what sits inside a control."""


class Theme(QObject):
    """Tokens as they stand now. `changed` is emitted after anything changed and the application was restyled."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._app: QApplication | None = None
        self._scheme = SYSTEM
        self._dark = False
        self._compact = False
        self._scale = 100
        self._less_motion = False
        self._high_contrast = False
        self._colours: dict[str, QColor] = {}
        self._fonts: dict[str, QFont] = {}
        self._metrics: dict[str, QFontMetricsF] = {}

    # What it is -----------------------------------------------------------------------------------------------

    @property
    def dark(self) -> bool:
        """Is the dark table in use?"""
        return self._dark

    @property
    def compact(self) -> bool:
        """Is everything set lower and closer, for a low window?"""
        return self._compact

    @property
    def scale(self) -> int:
        """The text scale in per cent: 100, 112, 125 or 150."""
        return self._scale

    @property
    def scheme(self) -> str:
        """What was chosen: `system`, `light` or `dark`."""
        return self._scheme

    @property
    def less_motion(self) -> bool:
        """Should spinners and fades stand still?"""
        return self._less_motion

    @property
    def high_contrast(self) -> bool:
        """Are lines thick and soft grounds dropped?"""
        return self._high_contrast

    @property
    def line(self) -> int:
        """The width of an outline in pixels."""
        return 2 if self._high_contrast else 1

    def hex(self, token: str) -> str:
        """The colour `token` as `#RRGGBB`. Raises KeyError for a token the design does not have."""
        table = tokens.DARK if self._dark else tokens.LIGHT
        if self._high_contrast:
            token = _contrast(token)
        return table[token]

    def colour(self, token: str) -> QColor:
        """The colour `token`. Raises KeyError for a token the design does not have."""
        found = self._colours.get(token)
        if found is None:
            found = self._colours[token] = QColor(self.hex(token))
        return found

    def scrim(self) -> QColor:
        """What lies over the page under a dialog."""
        colour = QColor(self.hex("scrim"))
        colour.setAlphaF(tokens.SCRIM_OPACITY["dark" if self._dark else "light"])
        return colour

    def font(self, style: str) -> QFont:
        """The font of a type style at the present text scale. Raises KeyError for an unknown style."""
        found = self._fonts.get(style)
        if found is None:
            pixels, weight = tokens.TYPE[style]
            found = fonts.font(self.px(pixels), weight, mono=style.startswith("mono"))
            self._fonts[style] = found
        return found

    def metrics(self, style: str) -> QFontMetricsF:
        """The measures of that font."""
        found = self._metrics.get(style)
        if found is None:
            found = self._metrics[style] = QFontMetricsF(self.font(style))
        return found

    def px(self, pixels: float) -> int:
        """`pixels` of the design at the present text scale."""
        return round(pixels * self._scale / 100)

    def size(self, name: str) -> int:
        """A named size of the design (`control`, `row`, `gap` …) in pixels, compact and text scale considered."""
        pixels = tokens.COMPACT.get(name, tokens.SIZE[name]) if self._compact else tokens.SIZE[name]
        return pixels if name in tokens.UNSCALED else self.px(pixels)

    def radius(self, name: str) -> int:
        """A corner radius in pixels (`control`, `card` …)."""
        return tokens.RADIUS[name]

    # Changing it ----------------------------------------------------------------------------------------------

    def set(
        self,
        *,
        scheme: str | None = None,
        compact: bool | None = None,
        scale: int | None = None,
        less_motion: bool | None = None,
        high_contrast: bool | None = None,
    ) -> None:
        """Change what is given; restyles the application once if anything differs.

        Raises ValueError for a scheme or text scale the design does not have; nothing changes then.
        """
        if scheme not in {None, SYSTEM, LIGHT, DARK}:
            raise ValueError(f"no scheme {scheme!r}")
        if scale is not None and scale not in tokens.TEXT_SCALES:
            raise ValueError(f"text scale is one of {tokens.TEXT_SCALES}")
        before = self._state()
        self._scheme = self._scheme if scheme is None else scheme
        self._compact = self._compact if compact is None else compact
        self._scale = self._scale if scale is None else scale
        self._less_motion = self._less_motion if less_motion is None else less_motion
        self._high_contrast = self._high_contrast if high_contrast is None else high_contrast
        self._dark = self._resolve_dark()
        if self._state() != before:
            self._restyle()

    def apply(self, app: QApplication) -> None:
        """Load the fonts, set Fusion, palette and style sheet, and follow the system's scheme from now on."""
        if self._app is None:
            fonts.load()
            app.setStyle("Fusion")
            app.setEffectEnabled(Qt.UIEffect.UI_AnimateMenu, False)
            QGuiApplication.styleHints().colorSchemeChanged.connect(self._system_changed)
        self._app = app
        self._high_contrast = _system_contrast()
        self._dark = self._resolve_dark()
        self._restyle()

    @Slot()
    def _system_changed(self) -> None:
        self.set(scheme=self._scheme)

    def _resolve_dark(self) -> bool:
        if self._scheme == SYSTEM:
            return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return self._scheme == DARK

    def _state(self) -> tuple[bool, bool, int, bool, bool]:
        return self._dark, self._compact, self._scale, self._less_motion, self._high_contrast

    def _restyle(self) -> None:
        self._colours.clear()
        self._fonts.clear()
        self._metrics.clear()
        if self._app is not None:
            self._app.setFont(self.font("body"))
            self._app.setPalette(self._palette())
            self._app.setStyleSheet(style_sheet(self))
        self.changed.emit()

    def _palette(self) -> QPalette:
        palette = QPalette()
        for role, token in _PALETTE.items():
            palette.setColor(role, self.colour(token))
        for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, role, self.colour("disabled"))
        return palette


_PALETTE: Final = {
    QPalette.ColorRole.Window: "canvas",
    QPalette.ColorRole.WindowText: "text",
    QPalette.ColorRole.Base: "surface",
    QPalette.ColorRole.AlternateBase: "sunken",
    QPalette.ColorRole.Text: "text",
    QPalette.ColorRole.PlaceholderText: "muted",
    QPalette.ColorRole.Button: "surface",
    QPalette.ColorRole.ButtonText: "text",
    QPalette.ColorRole.BrightText: "bad_text",
    QPalette.ColorRole.Highlight: "accent",
    QPalette.ColorRole.HighlightedText: "on_accent",
    QPalette.ColorRole.Link: "accent",
    QPalette.ColorRole.LinkVisited: "accent",
    QPalette.ColorRole.ToolTipBase: "text",
    QPalette.ColorRole.ToolTipText: "surface",
    QPalette.ColorRole.Light: "surface",
    QPalette.ColorRole.Midlight: "hover",
    QPalette.ColorRole.Mid: "border",
    QPalette.ColorRole.Dark: "control",
    QPalette.ColorRole.Shadow: "shadow",
    QPalette.ColorRole.Accent: "accent",
}


def _contrast(token: str) -> str:
    """High contrast: soft grounds become the surface, decorative lines become outlines, quiet text becomes text."""
    if token.endswith("_soft"):
        return "surface"
    if token in {"border", "hairline"} or token.endswith("_line"):
        return "control" if not token.startswith("rail") else token
    return {"muted": "text2", "control": "text2"}.get(token, token)


def _system_contrast() -> bool:
    """Does the system ask for more contrast? Qt tells since 6.10."""
    hints = QGuiApplication.styleHints()
    accessibility = getattr(hints, "accessibility", None)
    if accessibility is None:
        return False
    return bool(accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast)


_THEME: Theme | None = None


def current() -> Theme:
    """The theme of this process."""
    global _THEME  # noqa: PLW0603  one window program, one theme; everything that paints asks it
    if _THEME is None:
        _THEME = Theme()
    return _THEME


def apply(app: QApplication) -> Theme:
    """Dress `app` in the current theme and return it."""
    theme = current()
    theme.apply(app)
    return theme


class Themed:
    """Mix-in for widgets (named before the Qt class): call `follow_theme()` at the end of `__init__`; `restyle` runs
    then and at every change."""

    def follow_theme(self: Any) -> None:
        """Run `restyle` now and after every change of the theme, as long as the widget lives."""
        current().changed.connect(self.restyle)
        self.restyle()

    def restyle(self: Any) -> None:
        """Take sizes, fonts and colours from the theme again."""
        self.updateGeometry()
        self.update()


class Redressed(Themed):
    """For Qt's own controls that carry a font: the first polish brings back the one of birth, so dress again then."""

    def event(self: Any, event: QEvent) -> bool:
        done: bool = super().event(event)  # type: ignore[misc]
        if event.type() == QEvent.Type.Polish:
            self.restyle()
        return done
