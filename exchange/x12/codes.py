"""The code lists of X12 005010X279A1 (and 004010X092) that a desk reads: what an EB segment's codes mean here."""

from __future__ import annotations

from models.rules import benefits as plan

KINDS: dict[str, str] = {
    **dict.fromkeys(("1", "2", "3", "4", "5"), plan.ACTIVE),
    **dict.fromkeys(("6", "7", "8"), plan.INACTIVE),
    "A": plan.COINSURANCE,
    "B": plan.COPAY,
    "C": plan.DEDUCTIBLE,
    "F": plan.LIMITATION,
    "G": plan.OUT_OF_POCKET,
    "I": plan.NOT_COVERED,
}
"""EB01; every other code is kept as it is under `other`."""

LEVELS: dict[str, str] = {
    "IND": plan.INDIVIDUAL, "FAM": plan.FAMILY, "EMP": "employee", "ECH": "employee_and_children",
    "ESP": "employee_and_spouse", "CHD": "children", "SPO": "spouse", "SPC": "spouse_and_children",
    "DEP": "dependents",
}  # fmt: skip
"""EB02."""

PERIODS: dict[str, str] = {
    "6": "hour", "7": "day", "13": "24_hours", "21": "years", "22": "service_year", "23": "calendar_year",
    "24": "year_to_date", "25": "contract", "26": "episode", "27": plan.VISIT, "28": "outlier", "29": plan.REMAINING,
    "30": "exceeded", "31": "not_exceeded", "32": "lifetime", "33": "lifetime_remaining", "34": "month", "35": "week",
    "36": "admission",
}  # fmt: skip
"""EB06."""

AUTHORIZATION: dict[str, str] = {"Y": "yes", "N": "no", "U": "unknown"}
"""EB11."""

NETWORKS: dict[str, str] = {"Y": plan.IN, "N": plan.OUT, "W": plan.BOTH}
"""EB12; U is what a payer that says nothing says, too."""

BEGINS = frozenset({"193", "292", "307", "346", "348", "356", "472", "291"})
"""DTP01 whose day (or first day) an amount or a plan holds from: period, benefit, eligibility and plan begins."""
ENDS = frozenset({"194", "347", "349", "357"})
"""DTP01 whose day it holds until."""
