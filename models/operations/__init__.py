"""What desks and the hub exchange: facts, decisions and derived operations, versioned for ever."""
