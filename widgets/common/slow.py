"""When slow work may say that it is slow."""

from __future__ import annotations

AFTER_MS = 300
"""Work that ends sooner shows nothing at all; longer work shows its state."""
