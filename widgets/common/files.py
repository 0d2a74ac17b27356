"""Where a file a person asked for shall lie."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

LIST_FORMATS = {"Excel workbook (*.xlsx)": "xlsx", "Comma separated values (*.csv)": "csv"}
"""What a list can be saved as, by the words of the file dialog."""
PAPER_FORMATS = {**LIST_FORMATS, "PDF (*.pdf)": "pdf"}
"""The same for a list that can be printed."""


def ask_list_path(
    parent: QWidget, name: str, title: str = "Save this list", formats: Mapping[str, str] = LIST_FORMATS
) -> Path | None:
    """Where a list shall be saved, with a suffix that says as what; None when the clerk gave up. `name` is proposed:
    its suffix counts where neither the clerk nor the dialog says one."""
    chosen, kind = QFileDialog.getSaveFileName(parent, title, name, ";;".join(formats))
    if not chosen:
        return None
    path = Path(chosen)
    if path.suffix.lower() in {f".{suffix}" for suffix in formats.values()}:
        return path
    return path.with_name(path.name + (f".{formats[kind]}" if kind in formats else Path(name).suffix))
