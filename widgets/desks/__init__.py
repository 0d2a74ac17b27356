"""Settings > Desks: who is there, codes for new ones, names, revoking, readmitting."""
