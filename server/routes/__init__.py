"""What the hub answers, a file per thing asked for."""
