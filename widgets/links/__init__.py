"""One-time links at the desk: made, sent, shown as a code, copied, taken back."""
