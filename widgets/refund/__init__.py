"""Refunds: give money of one payment back."""
