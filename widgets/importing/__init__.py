"""Bringing in files of other programs: choose, check, run with progress, report."""
