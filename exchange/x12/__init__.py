"""X12 270/271: what a clinic asks payers about a plan, and what they answer."""
