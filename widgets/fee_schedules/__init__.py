"""Settings > Fee schedules: what payers allow, by code, from when to when."""
