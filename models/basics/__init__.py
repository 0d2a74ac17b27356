"""Plain values that everything else is made of: money, ids, time, errors, facts for the log."""
