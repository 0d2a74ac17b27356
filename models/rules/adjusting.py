"""Why a charge may be owed less without money: the reasons an adjustment carries.

Numbers are claim adjustment reason codes (X12 external code list 139), words are this trade's own for what no payer
says. The group says who bears it: CO contractual obligation, PR patient responsibility, PI payer initiated, OA other.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AdjustReason:
    """One reason: the kinds of adjustment it may stand on, and the group it is usually written with."""

    code: str
    words: str
    kinds: tuple[str, ...]
    group: str


REASONS: tuple[AdjustReason, ...] = (
    AdjustReason("44", "Prompt-pay discount", ("discount",), "PR"),
    AdjustReason("131", "Negotiated discount", ("discount",), "CO"),
    AdjustReason("45", "Above the agreed fee schedule", ("discount", "write_off"), "CO"),
    AdjustReason("SELFPAY", "Self-pay discount", ("discount",), "PR"),
    AdjustReason("HARDSHIP", "Financial hardship, documented", ("discount", "courtesy", "write_off"), "PR"),
    AdjustReason("PROF", "Professional courtesy", ("courtesy",), "PR"),
    AdjustReason("SERVICE", "Courtesy after a problem with the service", ("courtesy",), "PR"),
    AdjustReason("FEEWAIVED", "Fee waived", ("courtesy",), "PR"),
    AdjustReason("SMALL", "Small balance", ("write_off",), "PR"),
    AdjustReason("BADDEBT", "Bad debt, given up", ("write_off",), "PR"),
    AdjustReason("DECEASED", "Patient deceased", ("write_off",), "PR"),
    AdjustReason("BANKRUPT", "Bankruptcy", ("write_off",), "PR"),
    AdjustReason("29", "Time limit for filing has expired", ("write_off",), "CO"),
    AdjustReason("RECOVERED", "Collected after all", ("recovery",), "PR"),
)
GROUPS: dict[str, str] = {
    "CO": "Contractual obligation",
    "PR": "Patient responsibility",
    "PI": "Payer initiated",
    "OA": "Other",
}
_BY_CODE = {reason.code: reason for reason in REASONS}


def reasons_for(kind: str) -> tuple[AdjustReason, ...]:
    """The reasons an adjustment of a kind may carry, in the order they are offered."""
    return tuple(reason for reason in REASONS if kind in reason.kinds)


def is_reason(kind: str, group: str, code: str) -> bool:
    """May an adjustment of this kind carry this group and reason?"""
    reason = _BY_CODE.get(code)
    return reason is not None and kind in reason.kinds and group in GROUPS


def reason_words(code: str) -> str:
    """The words of a reason code; the code itself when it is not ours."""
    reason = _BY_CODE.get(code)
    return reason.words if reason else code
