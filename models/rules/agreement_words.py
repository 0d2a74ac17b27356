"""The sentences of a payment agreement in every language patients read, and how each writes a day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from models.rules.plans import Frequency

_MONTHS_ES = ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
              "noviembre", "diciembre")  # fmt: skip
_WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábados", "domingos"),
}  # fmt: skip
SENTENCES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "replaces": "This takes the place of plan {number}.",
        "replaces_paid": "This takes the place of plan {number}, on which I have paid {paid}.",
        "owe": "I owe {clinic} {owed}.",
        "owe_less": "I owe {clinic} {owed}, less a discount of {discount}.",
        "today": "today", "on": "on {day}",
        "once": "I agree to pay {first} {when}.",
        "series": "I agree to pay {first} {when} and {rhythm}{until}.",
        "series_other": "I agree to pay {first} {when} and {even} {rhythm}{until}.",
        "until": " until {day}",
        "odd": "The last payment is {last}.",
        "sum": "That is {count} payments, {total} in all.",
        "monthly": "on the {ordinal} of each month",
        "monthly_last": "on the last days of each month, as listed",
        "biweekly": "every two weeks on {weekday}", "weekly": "every week on {weekday}",
        "interest": "This includes {interest} of interest, at a yearly rate of {rate}.",
        "early": "I may pay early at no cost.",
        "early_interest": "I may pay early; interest of payments that are not due yet then falls away.",
        "each": "I pay each time by cash, check, card, or from home.",
        "card": "The clinic charges my card, {card}, on each of these days.",
        "account": "The clinic debits my bank account, {card}, on each of these days.",
        "remind": "It reminds me {days} days before.",
        "retry": "If a charge fails, it tries again after {days} days and tells me.",
        "and": " and ",
    },
    "es": {
        "replaces": "Esto sustituye al plan {number}.",
        "replaces_paid": "Esto sustituye al plan {number}, del que he pagado {paid}.",
        "owe": "Debo {owed} a {clinic}.",
        "owe_less": "Debo {owed} a {clinic}, menos un descuento de {discount}.",
        "today": "hoy", "on": "el {day}",
        "once": "Me comprometo a pagar {first} {when}.",
        "series": "Me comprometo a pagar {first} {when} y {rhythm}{until}.",
        "series_other": "Me comprometo a pagar {first} {when} y {even} {rhythm}{until}.",
        "until": " hasta el {day}",
        "odd": "El último pago es de {last}.",
        "sum": "Son {count} pagos, {total} en total.",
        "monthly": "el día {number} de cada mes",
        "monthly_last": "los últimos días de cada mes, según la lista",
        "biweekly": "cada dos semanas, los {weekday}", "weekly": "cada semana, los {weekday}",
        "interest": "Esto incluye {interest} de intereses, a una tasa anual del {rate}.",
        "early": "Puedo pagar antes sin costo.",
        "early_interest": "Puedo pagar antes; entonces no se cobran los intereses de los pagos que aún no vencen.",
        "each": "Pago cada vez en efectivo, con cheque, con tarjeta o desde casa.",
        "card": "La clínica cobra a mi tarjeta, {card}, en cada uno de estos días.",
        "account": "La clínica cobra a mi cuenta bancaria, {card}, en cada uno de estos días.",
        "remind": "Me lo recuerda {days} días antes.",
        "retry": "Si un cobro falla, lo intenta de nuevo después de {days} días y me avisa.",
        "and": " y ",
    },
}  # fmt: skip
"""By language (ISO 639-1); the same keys in each."""


def ordinal(day: int) -> str:
    """`14th`."""
    ending = "th" if 10 <= day % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


def weekday(language: str, day: date) -> str:
    """`Monday`; in Spanish as what falls on them (`lunes`, `sábados`)."""
    return _WEEKDAYS[language][day.weekday()]


def long_day(language: str, day: date) -> str:
    """`May 14, 2026`, `14 de mayo de 2026`."""
    return _DAYS[language](day)


_DAYS: Mapping[str, Callable[[date], str]] = {
    "en": lambda day: f"{day:%B} {day.day}, {day.year}",
    "es": lambda day: f"{day.day} de {_MONTHS_ES[day.month - 1]} de {day.year}",
}
RHYTHMS = {Frequency.WEEKLY: "weekly", Frequency.BIWEEKLY: "biweekly"}
"""What says that payments come every so many weeks."""
