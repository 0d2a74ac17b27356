"""Two records that are one person: merged, and taken apart again."""
