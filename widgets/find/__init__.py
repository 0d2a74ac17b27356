"""Find a patient: one field for name, birth date, phone and MRN, over the window."""
