"""Papers: receipts and statements to look at, to save and to print, and a statement before it is issued."""
