"""Collect: what a payment covers, where the money will go, and taking it."""
