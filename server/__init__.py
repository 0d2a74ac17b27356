"""The clinic's hub: desks join it by a one-time code, push what happened, and pull the clinic's one log."""
