"""Day close: count the drawer blind, checks, card batch, review, deposit; then the day is locked."""
