"""The themed application and a lane for every test of a widget."""

from tests.support.windows import blank_pages, lane, themed

__all__ = ["blank_pages", "lane", "themed"]
