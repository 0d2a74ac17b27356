"""The program's version, of window and hub alike; the same as in pyproject.toml, which a test compares."""

VERSION = "0.5.1"
