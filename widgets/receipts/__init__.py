"""The list of receipts: of a day, of some days, or of one patient; printed, saved, exported."""
