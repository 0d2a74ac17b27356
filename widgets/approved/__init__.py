"""Approved: what happened to the money, the receipt, who is next."""
