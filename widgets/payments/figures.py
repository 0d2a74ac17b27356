"""What the cards say (S2-01): figures, the two charts as data, their tables, and what a screen reader says. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.payment_views import Month, PaymentCards
from models.basics.money import show_cents
from models.rules.payment_status import Status
from widgets.common.pill import PAYMENT_LOOKS
from widgets.common.when import LONG_MONTHS, MONTHS, count_text, spoken_cents

STATUS_INKS: Final[dict[Status, str]] = {
    Status.PAID: "ok_solid", Status.PENDING: "warn_solid", Status.PROCESSING: "chart_past",
    Status.DRAFT: "chart_quiet", Status.FAILED: "bad_solid", Status.REFUNDED: "moved_solid",
    Status.PARTIALLY_REFUNDED: "moved_line", Status.CANCELLED: "neutral_solid", Status.VOIDED: "text2",
}  # fmt: skip
"""The colours of the breakdown, in the order of its legend: from the usual to the rare."""
SHORT_WORDS: Final = {Status.PARTIALLY_REFUNDED: "Part. refunded"}


@dataclass(frozen=True, slots=True)
class Slice:
    """One status of the breakdown."""

    status: Status
    words: str
    ink: str
    count: int


@dataclass(frozen=True, slots=True)
class Dashboard:
    """The cards. `bars` are the months, oldest first, the last one running; `slices` all nine statuses; `narrowed`: the
    figures follow a filter, and say so."""

    collected_cents: int
    net_cents: int
    so_far_cents: int
    ahead_percent: int | None
    bars: tuple[Month, ...]
    year_cents: int
    outstanding: int
    outstanding_cents: int
    overdue: int
    overdue_cents: int
    slices: tuple[Slice, ...]
    payments: int
    narrowed: bool = False

    @property
    def collected_title(self) -> str:
        return _titled("Total collected", self.narrowed)

    @property
    def outstanding_title(self) -> str:
        return _titled("Outstanding", self.narrowed)

    @property
    def status_title(self) -> str:
        return _titled("Status breakdown", self.narrowed)

    @property
    def pace(self) -> str:
        """`$11,920.50 this month so far, 6% ahead of April at this point`: the running month, and how it goes."""
        so_far = f"{show_cents(self.so_far_cents)} this month so far"
        if self.ahead_percent is None:
            return so_far
        before = LONG_MONTHS[self.bars[-2].month - 1]
        if self.ahead_percent == 0:
            return f"{so_far}, level with {before} at this point"
        way = "ahead of" if self.ahead_percent > 0 else "behind"
        return f"{so_far}, {abs(self.ahead_percent)}% {way} {before} at this point"

    @property
    def pace_ink(self) -> str:
        return "ok_text" if (self.ahead_percent or 0) > 0 else "text2"

    @property
    def net_words(self) -> str:
        return f"Net of refunds {show_cents(self.net_cents)}"

    @property
    def year_words(self) -> str:
        return f"last 12 months {show_cents(self.year_cents)}"

    @property
    def waiting_words(self) -> str:
        return count_text(self.outstanding, "payment", "payments")

    @property
    def overdue_words(self) -> str:
        """`12 overdue, $1,905.00`; nothing where none is."""
        return f"{self.overdue:,} overdue, {show_cents(self.overdue_cents)}" if self.overdue else "None overdue"

    @property
    def count_words(self) -> str:
        return count_text(self.payments, "payment", "payments")

    # What a screen reader says ------------------------------------------------------------------------------------

    @property
    def spoken_collected(self) -> str:
        parts = (f"{self.collected_title} {spoken_cents(self.collected_cents)}",
                 f"net of refunds {spoken_cents(self.net_cents)}", self.pace)  # fmt: skip
        return ", ".join(parts)

    @property
    def spoken_trend(self) -> str:
        """The chart in words: the ends, the best month, and where the running one is heading."""
        if not any(bar.cents for bar in self.bars):
            return "Collected by month: nothing in the last 12 months"
        best = max(self.bars, key=lambda bar: bar.cents)
        now = self.bars[-1]
        return (
            f"Collected by month, 12 months: most in {_month(best)} with {spoken_cents(best.cents)}; "
            f"{_month(now)} so far {spoken_cents(now.cents)}, heading for {spoken_cents(now.projected_cents)}. "
            "Alt E opens the numbers"
        )

    @property
    def spoken_outstanding(self) -> str:
        late = f"{self.overdue} overdue with {spoken_cents(self.overdue_cents)}" if self.overdue else "none overdue"
        return f"{self.outstanding_title} {spoken_cents(self.outstanding_cents)} in {self.waiting_words}, {late}"

    @property
    def spoken_status(self) -> str:
        told = ", ".join(f"{each.words} {each.count:,}" for each in self.slices if each.count)
        return f"{self.status_title}, {self.count_words}: {told or 'none'}. Alt E opens the numbers"

    # The numbers behind the charts --------------------------------------------------------------------------------

    @property
    def numbers(self) -> tuple[tuple[str, tuple[str, ...], tuple[tuple[str, ...], ...]], ...]:
        """(title, heads, rows) of each table behind the cards."""
        sums = (
            (self.collected_title, show_cents(self.collected_cents), self.by("paid")),
            ("Net of refunds", show_cents(self.net_cents), ""),
            (self.outstanding_title, show_cents(self.outstanding_cents), f"{self.outstanding:,}"),
            ("Overdue", show_cents(self.overdue_cents), f"{self.overdue:,}"),
        )
        months = tuple(
            (_month(bar), show_cents(bar.cents), show_cents(bar.projected_cents) if bar.projected_cents else "")
            for bar in self.bars
        )
        return (
            ("Totals", ("", "Amount", "Payments"), sums),
            ("Collected by month", ("Month", "Collected", "Projected"), months),
            (self.status_title, ("Status", "Payments"), tuple((each.words, f"{each.count:,}") for each in self.slices)),
        )

    def by(self, status: str) -> str:
        """How many payments have a status."""
        return next(f"{each.count:,}" for each in self.slices if each.status == status)


def dashboard(cards: PaymentCards) -> Dashboard:
    """The cards as they are drawn."""
    slices = tuple(
        Slice(status, PAYMENT_LOOKS[status][0], ink, cards.by_status[status]) for status, ink in STATUS_INKS.items()
    )
    return Dashboard(
        cards.collected_cents, cards.net_cents, cards.month_so_far_cents, cards.ahead_percent, cards.months,
        cards.year_cents, cards.outstanding, cards.outstanding_cents, cards.overdue, cards.overdue_cents, slices,
        cards.payments, cards.ask.filtered,
    )  # fmt: skip


_ROUND: Final = (10, 12, 16, 20, 24, 30, 40, 50, 60, 80)


def steps(most_cents: int) -> tuple[int, int, int]:
    """Three heights for the lines behind the bars, the last at or above `most_cents`: round sums of two figures, so
    that the tallest bar fills most of the room."""
    unit = 10
    while True:
        for times in _ROUND:
            if unit * times >= most_cents:
                return 0, unit * times // 2, unit * times
        unit *= 10


def axis_text(cents: int) -> str:
    """`$0`, `$500`, `$10k`, `$2.5M`."""
    dollars = cents / 100
    for least, sign in ((1_000_000, "M"), (1_000, "k")):
        if dollars >= least:
            return f"${dollars / least:.1f}".removesuffix(".0") + sign
    return f"${dollars:.0f}" if dollars == int(dollars) else f"${dollars:.2f}"


def bar_words(bar: Month) -> str:
    """Under a bar."""
    return MONTHS[bar.month - 1]


def _month(bar: Month) -> str:
    return f"{LONG_MONTHS[bar.month - 1]} {bar.year}"


def _titled(words: str, narrowed: bool) -> str:
    return f"{words}, filtered" if narrowed else words
