"""Settings > Devices: a card per device, finding and adding them, trying them, and what they were asked."""
