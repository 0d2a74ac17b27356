"""Family: who gets whose bill."""
