"""Today: the day's visits, who is next, what they owe."""
