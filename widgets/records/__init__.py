"""What is on record of a patient beside money: what they agreed to, who else may be called, all of it in one file."""
