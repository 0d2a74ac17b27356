"""Scanners of bar codes, driver licences and magnetic stripes: what they send, taken apart; nothing raw is kept."""
