"""The panel of the line to the hub: how it stands, what waits, what to copy for support."""
