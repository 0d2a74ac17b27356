"""Inbox, transactions and deposits of money that patients paid from home."""
