"""Where a file a person asked for shall lie."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

LIST_FORMATS = {"Excel workbook (*.xlsx)": "xlsx", "Comma separated values (*.csv)": "csv"}
"""What a list can be saved as, by the words of the file dialog."""


def ask_list_path(parent: QWidget, name: str) -> Path | None:
    """Where a list shall be saved, with a suffix that says as what; None when the clerk gave up. `name` is proposed."""
    chosen, kind = QFileDialog.getSaveFileName(parent, "Save this list", name, ";;".join(LIST_FORMATS))
    if not chosen:
        return None
    path = Path(chosen)
    known = {f".{suffix}" for suffix in LIST_FORMATS.values()}
    if path.suffix.lower() in known:
        return path
    return path.with_name(f"{path.name}.{LIST_FORMATS.get(kind, 'csv')}")
