"""From the document to something a person holds: printer bytes, a page, plain text. Each layout is one file."""
