"""A family practice of invented people, as other programs would write it: for practice, demonstrations and tests."""
