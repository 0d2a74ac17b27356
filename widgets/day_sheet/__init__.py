"""Day sheet: financial transactions of up to 31 days in tabs, with sums that never leave the view."""
