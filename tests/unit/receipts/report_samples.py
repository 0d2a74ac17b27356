"""Reports in every shape: the day so far, a closed day that was short, a deposit slip, a day sheet of long words."""

from __future__ import annotations

from dataclasses import replace

from receipts.document import ClinicBlock
from receipts.report import ReportDocument, ReportSection

CLINIC = ClinicBlock(
    name="Alder Street Family Medicine", address=("214 Alder Street, Suite 3",), phone="(555) 010-2200"
)
_FACTS = (("Day", "May 14, 2026"), ("Desk", "Desk 1"), ("By", "Maria Delgado"), ("Printed", "May 14, 2026 5:41 PM"))
_TAKEN = ReportSection(
    title="Taken", columns=("", "Sales", "Taken", "Given back", "Net"),
    rows=(("Cash", "9", 29_200, 0, 29_200), ("Check", "3", 21_000, 0, 21_000),
          ("Card", "31", 184_625, -12_000, 172_625)),
    total=("Total", "43", 234_825, -12_000, 222_825),
)  # fmt: skip

REPORTS: dict[str, ReportDocument] = {
    "training": ReportDocument(clinic=replace(CLINIC, training=True), kind="X report", number="", facts=_FACTS,
                               sections=(_TAKEN,), closing="The day is still open."),
    "x-report": ReportDocument(clinic=CLINIC, kind="X report", number="", facts=_FACTS, sections=(_TAKEN,),
                               closing="The day is still open."),
    "z-report-short": ReportDocument(
        clinic=CLINIC, kind="Z report", number="Z-1-00052",
        facts=(*_FACTS, ("Reason", "Gave $5 too much change at 11:20, patient already gone"),
               ("Late records", "2, $45.00")),
        sections=(
            _TAKEN,
            ReportSection(title="Drawer", columns=("", "Amount"),
                          rows=(("Float", 15_000), ("Taken, put in, given out", 29_200), ("Expected", 44_200),
                                ("Counted", 43_700), ("Kept as float", 15_000), ("To the safe", 28_700)),
                          total=("Short", -500)),
            ReportSection(title="Counted", columns=("", "Amount"), total=("Counted", 43_700),
                          rows=(("1 × $100.00", 10_000), ("9 × $20.00", 18_000), ("18 × $0.25", 450), ("Rolls", 500))),
            ReportSection(title="Compared", columns=("", "In hand", "Difference"),
                          rows=(("Cash", 28_700, -500), ("Check", 21_000, 0), ("Card", 172_625, 0))),
        ),
        closing="The day is locked. Corrections belong to the next day.", sign=("Counted by", "Checked by"),
    ),
    "deposit-slip": ReportDocument(
        clinic=CLINIC, kind="Deposit slip", number="DEP-1-00053",
        facts=(("Day", "May 14, 2026"), ("Desk", "Desk 1"), ("Batch", "DEP-1-00053")),
        sections=(
            ReportSection(title="To the bank", columns=("", "Amount"), total=("Total", 49_700),
                          rows=(("Bills", 28_200), ("Coins", 500), ("2 checks", 21_000))),
            ReportSection(title="Checks", columns=("", "Amount"),
                          rows=(("Check 2281", 4_500), ("Check 118", 16_500))),
        ),
        sign=("Prepared by", "Received by"),
    ),
    "day-sheet": ReportDocument(
        clinic=CLINIC, kind="Day sheet", number="", facts=(("Days", "May 1, 2026 to May 14, 2026"),),
        sections=(
            ReportSection(
                title="All transactions",
                columns=("Date", "Transaction", "Patient", "How", "Number", "Staff", "Amount"),
                rows=tuple(("May 14", "Charge 99213 Comprehensive preventive medicine evaluation",
                            "Maximiliana-Theodora Wolfeschlegelsteinhausenbergerdorff · 0041877", "Check 2281",
                            f"PAY-1-{n:05d}", "Maria Delgado", 12_345_678) for n in range(60)),
            ),
            ReportSection(title="Adjustments", columns=("", "Let off"), rows=(), total=("Adjustments", 0),
                          note="Nothing was let off."),
        ),
    ),
}  # fmt: skip
