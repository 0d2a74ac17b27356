"""The rows of `app.words`, by subject: key, then what happened, what it means for the money, what to do."""

from __future__ import annotations

Rows = dict[str, tuple[str, ...]]
