"""The themed application and a lane for every test of a widget."""

from tests.support.windows import blank_pages, cycles_wait, lane, themed, windows_go

__all__ = ["blank_pages", "cycles_wait", "lane", "themed", "windows_go"]
