"""Create payment: an amount is asked of a patient, with an estimate of what the plan leaves to them."""
