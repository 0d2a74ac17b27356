"""What an agreement says, in every language: complete, to the cent, each payment with its day."""

from __future__ import annotations

import re
from datetime import date
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.basics.money import show_cents
from models.rules.agreement import Agreed, agreement, language_of, sentences_of, version_in
from models.rules.agreement_words import SENTENCES, long_day, ordinal
from models.rules.plans import Frequency, Terms, schedule

DAY = date(2026, 5, 14)
CARD = {"card": "Visa •••• 0077", "retry_days": (3, 7), "remind_days": 3}


def agreed(language: str, **more: object) -> str:
    """The sentences of 1,260.00 in six payments from today."""
    count = more.pop("payments", 6)
    apr, often = more.get("apr_hundredths", 0), more.get("frequency", Frequency.MONTHLY)
    lines = schedule(Terms(balance_cents=126_000, first=DAY, signed_on=DAY, payments=count, frequency=often,
                           apr_hundredths=apr))  # type: ignore[arg-type]  # fmt: skip
    return sentences_of(agreement(Agreed(clinic="Alder Street", lines=lines, signed_on=DAY, encounter_cents=132_000,
                                         discount_cents=6_000, language=language, **more)))  # type: ignore[arg-type]  # fmt: skip


@pytest.mark.parametrize(("language", "more", "words"), [
    ("en", CARD, "I owe Alder Street $1,320.00, less a discount of $60.00. I agree to pay $210.00 today and on the "
     "14th of each month until October 14, 2026. That is 6 payments, $1,260.00 in all. I may pay early at no cost. The "
     "clinic charges my card, Visa •••• 0077, on each of these days. It reminds me 3 days before. If a charge fails, "
     "it tries again after 3 and 7 days and tells me."),
    ("es", CARD, "Debo $1,320.00 a Alder Street, menos un descuento de $60.00. Me comprometo a pagar $210.00 hoy y el "
     "día 14 de cada mes hasta el 14 de octubre de 2026. Son 6 pagos, $1,260.00 en total. Puedo pagar antes sin costo. "
     "La clínica cobra a mi tarjeta, Visa •••• 0077, en cada uno de estos días. Me lo recuerda 3 días antes. Si un "
     "cobro falla, lo intenta de nuevo después de 3 y 7 días y me avisa."),
    ("en", {"payments": 1, "replaces": "6MSOSBJI-A7IAPSUT", "paid_cents": 42_000},
     "This takes the place of plan 6MSOSBJI-A7IAPSUT, on which I have paid $420.00. I owe Alder Street $1,320.00, less "
     "a discount of $60.00. I agree to pay $1,260.00 today. I may pay early at no cost. I pay each time by cash, "
     "check, card, or from home."),
    ("es", {"frequency": Frequency.WEEKLY, "payments": 7, "apr_hundredths": 990}, None),
])  # fmt: skip
def test_s4_06_the_sentences(language: str, more: dict[str, object], words: str | None) -> None:
    said = agreed(language, **more)
    if words is not None:
        assert said == words
    else:
        assert "y " in said
        assert "cada semana, los jueves" in said
        assert "a una tasa anual del 9.9 %" in said


def test_every_language_says_everything_with_the_same_values() -> None:
    def values(language: str) -> dict[str, set[str]]:
        return {key: {name for _, name, _, _ in Formatter().parse(text) if name} - {"ordinal", "number"}
                for key, text in SENTENCES[language].items()}  # fmt: skip

    assert values("es") == values("en")
    assert [language_of(version_in(each)) for each in SENTENCES] == list(SENTENCES)
    assert language_of("plan-0") == "en"
    assert [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 22, 31)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "31st"]  # fmt: skip


@given(st.sampled_from(sorted(SENTENCES)), st.integers(100, 500_000), st.integers(1, 24), st.sampled_from(Frequency),
       st.sampled_from([0, 990]))  # fmt: skip
def test_every_payment_stands_in_the_text_with_its_day(
    language: str, cents: int, count: int, often: Frequency, apr: int
) -> None:
    lines = schedule(Terms(balance_cents=cents, first=DAY, signed_on=DAY, payments=min(count, cents), frequency=often,
                           apr_hundredths=apr))  # fmt: skip
    text = agreement(Agreed(clinic="A", lines=lines, signed_on=DAY, encounter_cents=cents, apr_hundredths=apr,
                            frequency=often, language=language))  # fmt: skip
    listed = text.partition("\n\n")[2].splitlines()
    assert listed == [f"{n}. {long_day(language, line.due)}: {show_cents(line.cents)}"
                      for n, line in enumerate(lines, 1)]  # fmt: skip
    assert not re.search(r"[{}]", text)
