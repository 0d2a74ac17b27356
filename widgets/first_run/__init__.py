"""First run: a desk set up in three steps, nothing written before the last. Everything can be changed later."""
