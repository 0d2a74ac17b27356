"""One payment: what was asked, what came, for whom and what, and what was done about it since."""
