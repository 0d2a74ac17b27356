"""The design's parts, ready to put on a screen. `python -m widgets.gallery --out DIR` draws them all."""

from widgets.common.actions import ENTER, page_action
from widgets.common.banner import Banner, Notices
from widgets.common.button import IconButton, KeycapButton, Role
from widgets.common.card import Avatar, Bar, Card, EmptyState, FigureCard, IconLabel, IconTile, Skeleton, skeleton_page
from widgets.common.cells import (
    AvatarCell,
    BadgeCell,
    Cell,
    IconCell,
    MoneyCell,
    PillCell,
    RowKind,
    TableRow,
    TailCell,
    WordsCell,
)  # fmt: skip
from widgets.common.choices import CheckBox, Radio, Segments, Switch
from widgets.common.fields import AmountField, Choice, ErrorText, Field, FormRow
from widgets.common.keycap import Keycap, key_words
from widgets.common.pill import Badge, CountBadge, Pill, money_look, visit_look
from widgets.common.progress import Ring, Spinner, Steps
from widgets.common.table import CellTable, Column
from widgets.common.text import NOT_APPLICABLE, AmountLabel, Divider, Text

__all__ = [
    "ENTER", "NOT_APPLICABLE", "AmountField", "AmountLabel", "Avatar", "AvatarCell", "Badge", "BadgeCell", "Banner",
    "Bar", "Card", "Cell", "CellTable", "CheckBox", "Choice", "Column", "CountBadge", "Divider", "EmptyState",
    "ErrorText", "Field", "FigureCard", "FormRow", "IconButton", "IconCell", "IconLabel", "IconTile", "Keycap",
    "KeycapButton", "MoneyCell", "Notices", "Pill", "PillCell", "Radio", "Ring", "Role", "RowKind", "Segments",
    "Skeleton", "Spinner", "Steps", "Switch", "TableRow", "TailCell", "Text", "WordsCell", "key_words", "money_look",
    "page_action", "skeleton_page", "visit_look",
]  # fmt: skip
