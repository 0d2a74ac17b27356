"""Lock and sign-in: who is at the desk. No patient data, no amounts."""
