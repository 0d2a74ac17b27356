"""Notes about a patient, a payment or a request: a panel that other pages lay in."""
