"""What stands on the counter besides reader and printer: drawers and customer displays with a wire of their own."""
