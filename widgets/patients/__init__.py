"""Patients: everybody with balance and money on account, narrowed down, sorted, and saved as a table."""
