"""From drafts to records: references found across files, one record for each thing, ids every desk makes alike."""
