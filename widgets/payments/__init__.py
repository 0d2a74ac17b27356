"""Payments: the cards over all of them, and the list that follows the same filter (S2-01 to S2-05)."""
